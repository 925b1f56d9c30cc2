"""Calls of the kernel that Python 3.11 has no names for (man pages unshare, mount, prctl: 2)."""

from __future__ import annotations

# What ctypes is made of: ctypes itself takes as long to load as a sandbox to start.
import _ctypes
import _socket
import fcntl
import os

__all__ = ["bind", "die_with", "mount", "own_room", "reap_orphans"]

_NEWNS, _NEWUSER, _NEWNET = 0x00020000, 0x10000000, 0x40000000
_NOSUID, _NODEV, _BIND, _REC, _PRIVATE = 2, 4, 4096, 16384, 1 << 18
_PDEATHSIG, _SUBREAPER = 1, 36
_GETFLAGS, _SETFLAGS, _UP = 0x8913, 0x8914, 1  # netdevice(7)


class _Int(_ctypes._SimpleCData):  # type: ignore[type-arg]  # noqa: SLF001
    _type_ = "i"


class _Library:
    _handle = _ctypes.dlopen(None, os.RTLD_NOW)  # type: ignore[arg-type]


class _Function(_ctypes.CFuncPtr):
    _flags_ = 1 | 8  # calls of C, which keep their errno
    _restype_ = _Int


def _call(name: str, *args: int | bytes | None) -> None:
    if _Function((name, _Library))(*args) < 0:  # type: ignore[arg-type]
        code = _ctypes.get_errno()
        raise OSError(code, f"{name}: {os.strerror(code)}")


def mount(kind: str, target: str, options: str) -> None:
    """A new file system of this kind, without setuid files and devices."""
    flags = _NOSUID | _NODEV
    _call("mount", kind.encode(), os.fsencode(target), kind.encode(), flags, os.fsencode(options))


def bind(source: str, target: str) -> None:
    """Show a file or folder, and what is mounted below it, in another place."""
    _call("mount", os.fsencode(source), os.fsencode(target), None, _BIND | _REC, None)


def own_room() -> None:
    """From here on, mounts of this process and its network are its own and its children's.

    The mounts vanish with the last of them, however they end. The network has a loopback and
    nothing else. Without root this takes a user namespace, in which the user keeps its number.
    """
    uid, gid = os.getuid(), os.getgid()
    _call("unshare", _NEWNS | _NEWNET | (_NEWUSER if uid else 0))
    if uid:
        for name, text in (
            ("setgroups", "deny"),
            ("uid_map", f"{uid} {uid} 1"),
            ("gid_map", f"{gid} {gid} 1"),
        ):
            with open(f"/proc/self/{name}", "w", encoding="ascii") as file:
                file.write(text)
    _call("mount", b"none", b"/", None, _REC | _PRIVATE, None)
    _loopback()


def _loopback() -> None:
    """Switch the loopback device on."""
    device = _socket.socket(_socket.AF_INET, _socket.SOCK_DGRAM)
    asked = bytearray(40)  # struct ifreq
    asked[:2] = b"lo"
    fcntl.ioctl(device.fileno(), _GETFLAGS, asked)
    asked[16] |= _UP
    fcntl.ioctl(device.fileno(), _SETFLAGS, asked)
    device.close()


def reap_orphans() -> None:
    """Make this process the parent of descendants that lose theirs."""
    _call("prctl", _SUBREAPER, 1, 0, 0, 0)


def die_with(parent: int) -> None:
    """Have the kernel kill this process when its parent ends; call it after any change of user."""
    _call("prctl", _PDEATHSIG, 9, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(125)
