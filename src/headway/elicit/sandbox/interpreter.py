"""Our own Python inside: the relay and the standard loop run on it, whatever an image brings."""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False  # what typing says, without loading it
if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["FOLDER", "PYTHON", "shown"]

FOLDER = "/run/python"
PYTHON = f"{FOLDER}/bin/python3"
_LIBRARIES = "/run/python/host"


def shown(bound: Callable[[str], str], stage: str, foreign: bool) -> list[str]:
    """Arguments of bubblewrap that show the interpreter and its standard library, read-only.

    Parameters
    ----------
    bound : function
        Path of the host -> path that the sandbox's user can reach.
    stage : str
        Folder for a file of ours.
    foreign : bool
        Whether the rest is another system's: then the host's C library comes along, through its
        own loader, since the image's may be older or another one.
    """
    program = os.path.realpath(sys.executable)
    if not foreign:
        return [*_prefix(bound), "--symlink", program, PYTHON]
    version = f"python{sys.version_info[0]}.{sys.version_info[1]}"
    library, place = os.path.realpath(os.path.dirname(os.__file__)), f"/run/python/lib/{version}"
    words = ["--ro-bind", bound(library), place, *_without_packages(library, place)]
    loader = _loader()
    for path in [*_loaded(), loader]:
        reached = bound(path)
        for name in _names(os.path.basename(path)):
            words += ["--ro-bind", reached, f"{_LIBRARIES}/{name}"]
    start, real = f"{stage}/python", "/run/python/bin/python"
    with open(start, "w", encoding="ascii") as file:
        first = f"exec {_LIBRARIES}/{os.path.basename(loader)} --library-path {_LIBRARIES}"
        file.write(f'#!/bin/sh\n{first} {real} "$@"\n')
    os.chmod(start, 0o555)  # noqa: S103
    return [*words, "--ro-bind", bound(program), real, "--ro-bind", bound(start), PYTHON]


def _prefix(bound: Callable[[str], str]) -> list[str]:
    """The interpreter where it is on the host: it looks for its library there."""
    prefix = os.path.realpath(sys.base_prefix)
    if prefix == "/usr" or prefix.startswith("/usr/"):
        return []
    library = os.path.realpath(os.path.dirname(os.__file__))
    return ["--ro-bind", bound(prefix), prefix, *_without_packages(library, library)]


def _without_packages(library: str, place: str) -> list[str]:
    """What is installed beside the standard library is no business of the sandbox."""
    if not os.path.isdir(f"{library}/site-packages"):
        return []
    return ["--tmpfs", f"{place}/site-packages", "--remount-ro", f"{place}/site-packages"]


def _loaded() -> list[str]:
    """Shared libraries of this very process, but for extension modules.

    They are those that the relay and the standard loop need.
    """
    import http.client  # noqa: F401, what it needs is then loaded here too, and so is seen

    found: dict[str, None] = {}
    with open("/proc/self/maps", encoding="utf-8") as file:
        for line in file:
            path = line[73:].strip() if len(line) > 73 else ""
            if ".so" in os.path.basename(path) and "lib-dynload" not in path:
                found[path] = None
    return list(found)


def _names(name: str) -> list[str]:
    """``libz.so.1.2`` is asked for as ``libz.so.1``, too."""
    first, _, version = name.partition(".so.")
    numbers = version.split(".") if version else []
    return [name, *(f"{first}.so.{'.'.join(numbers[:n])}" for n in range(1, len(numbers)))]


def _loader() -> str:
    """The dynamic loader of this machine."""
    import glob  # for images only

    for pattern in ("/lib64/ld-linux-*.so.*", "/lib/ld-linux-*.so.*", "/lib/*/ld-linux-*.so.*"):
        for path in sorted(glob.glob(pattern)):
            return os.path.realpath(path)
    raise FileNotFoundError("no dynamic loader of this machine was found")
