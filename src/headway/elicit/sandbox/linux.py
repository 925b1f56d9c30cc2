"""Calls of the kernel that Python 3.11 has no names for (man pages unshare, mount, prctl: 2)."""

from __future__ import annotations

import ctypes
import os

__all__ = ["bind", "die_with", "mount", "own_mounts", "reap_orphans"]

_NEWNS, _NEWUSER = 0x00020000, 0x10000000
_NOSUID, _NODEV, _BIND, _REC, _PRIVATE = 2, 4, 4096, 16384, 1 << 18
_PDEATHSIG, _SUBREAPER = 1, 36


def _call(name: str, *args: object) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if getattr(libc, name)(*args) < 0:
        code = ctypes.get_errno()
        raise OSError(code, f"{name}: {os.strerror(code)}")


def mount(kind: str, target: str, options: str) -> None:
    """A new file system of this kind, without setuid files and devices."""
    flags = ctypes.c_ulong(_NOSUID | _NODEV)
    _call("mount", kind.encode(), os.fsencode(target), kind.encode(), flags, os.fsencode(options))


def bind(source: str, target: str) -> None:
    """Show a file or folder, and what is mounted below it, in another place."""
    flags = ctypes.c_ulong(_BIND | _REC)
    _call("mount", os.fsencode(source), os.fsencode(target), None, flags, None)


def own_mounts() -> None:
    """From here on, what this process mounts is seen by it and its children only.

    The mounts vanish with the last of them, however they end. Without root this takes a user
    namespace, in which the user keeps its number.
    """
    uid, gid = os.getuid(), os.getgid()
    _call("unshare", _NEWNS | (_NEWUSER if uid else 0))
    if uid:
        for name, text in (
            ("setgroups", "deny"),
            ("uid_map", f"{uid} {uid} 1"),
            ("gid_map", f"{gid} {gid} 1"),
        ):
            with open(f"/proc/self/{name}", "w", encoding="ascii") as file:
                file.write(text)
    _call("mount", b"none", b"/", None, ctypes.c_ulong(_REC | _PRIVATE), None)


def reap_orphans() -> None:
    """Make this process the parent of descendants that lose theirs."""
    _call("prctl", _SUBREAPER, 1, 0, 0, 0)


def die_with(parent: int) -> None:
    """Have the kernel kill this process when its parent ends; call it after any change of user."""
    _call("prctl", _PDEATHSIG, 9, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(125)
