"""Copies of folders that somebody hostile has written: regular files only, and within caps.

Every step opens one name in a folder that is already open and follows no link, so nothing that
changes meanwhile leads elsewhere. A file with several names becomes several files.
"""

from __future__ import annotations

import os
import stat

TYPE_CHECKING = False  # what typing says, without loading it
if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Copy", "copy_tree", "open_below"]

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
# A FIFO or a device is never waited for: what is opened is looked at before it is read.
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_CHUNK = 1 << 20
_LISTED = 1000

_KINDS = (
    (stat.S_ISDIR, "folder"),
    (stat.S_ISREG, "file"),
    (stat.S_ISLNK, "link"),
    (stat.S_ISFIFO, "FIFO"),
    (stat.S_ISSOCK, "socket"),
    (stat.S_ISCHR, "device"),
    (stat.S_ISBLK, "device"),
)


class Copy:
    """A copy that is being made, and the count of it.

    Parameters
    ----------
    caps : mapping
        ``files``, ``bytes``, ``file_bytes``, ``depth``.
    owner : int or None
        User and group that the copies are given to.
    """

    def __init__(self, caps: Mapping[str, int], owner: int | None = None) -> None:
        self.caps = caps
        self.owner = owner
        self.files = self.folders = self.apparent = self.real = self.skips = 0
        self.links: dict[str, str] = {}
        self.skipped: list[tuple[str, str, str]] = []
        self._names: dict[tuple[int, int], int] = {}

    def told(self) -> dict[str, object]:
        """The count, in plain values."""
        return {
            "files": self.files,
            "folders": self.folders,
            "apparent": self.apparent,
            "real": self.real,
            "links": self.links,
            "hard_links": sum(self._names.values()) - len(self._names),
            "skipped": self.skipped,
            "skips": self.skips,
        }

    def skip(self, path: str, kind: str, why: str) -> None:
        """Leave something out, and say so."""
        self.skips += 1
        if len(self.skipped) < _LISTED:
            self.skipped.append((path, kind, why))

    def folder(self, source: int, to: int, path: str, depth: int) -> None:
        """Copy what is in an open folder into another."""
        for name in sorted(os.listdir(source)):
            below = f"{path}/{name}" if path else name
            try:
                self._entry(source, to, name, below, depth)
            except OSError as error:
                if error.errno in _OURS:
                    raise
                self.skip(below, "file", f"cannot be read: {error.strerror}")

    def _entry(self, source: int, to: int, name: str, path: str, depth: int) -> None:
        mode = os.stat(name, dir_fd=source, follow_symlinks=False).st_mode
        kind = next((word for test, word in _KINDS if test(mode)), "unknown")
        if kind == "folder":
            self._below(source, to, name, path, depth)
        elif kind == "file":
            self._file(source, to, name, path)
        elif kind == "link":
            if len(self.links) < _LISTED:
                self.links[path] = os.readlink(name, dir_fd=source)
        else:
            self.skip(path, kind, "is no regular file")

    def _below(self, source: int, to: int, name: str, path: str, depth: int) -> None:
        if depth >= self.caps["depth"]:
            self.skip(path, "folder", f"more than {self.caps['depth']} folders deep")
            return
        if self.folders >= self.caps["files"]:
            self.skip(path, "folder", f"more than {self.caps['files']} folders")
            return
        here = os.open(name, _FOLDER, dir_fd=source)
        try:
            if not _is_folder(name, to):  # a second seed may add to what the first brought
                os.mkdir(name, 0o755, dir_fd=to)
            there = os.open(name, _FOLDER, dir_fd=to)
            try:
                self.folders += 1
                self.folder(here, there, path, depth + 1)
                self._give(there, 0o755)
            finally:
                os.close(there)
        finally:
            os.close(here)

    def _file(self, source: int, to: int, name: str, path: str) -> None:
        here = os.open(name, _FILE, dir_fd=source)
        try:
            seen = os.fstat(here)
            if why := self._refusal(seen):
                self.skip(path, "file", why)
                return
            there = _new(name, to)
            try:
                self._count(seen)
                _contents(here, there, seen.st_size)
                self._give(there, 0o755 if seen.st_mode & 0o100 else 0o644)
            finally:
                os.close(there)
        finally:
            os.close(here)

    def _refusal(self, seen: os.stat_result) -> str:
        caps = self.caps
        if not stat.S_ISREG(seen.st_mode):
            return "is no regular file"
        if seen.st_size > caps["file_bytes"]:
            real = seen.st_blocks * 512
            return f"{seen.st_size} bytes ({real} of them real), more than {caps['file_bytes']}"
        if self.files >= caps["files"]:
            return f"more than {caps['files']} files"
        if self.apparent + seen.st_size > caps["bytes"]:
            return f"more than {caps['bytes']} bytes together"
        return ""

    def _count(self, seen: os.stat_result) -> None:
        self.files += 1
        self.apparent += seen.st_size
        key = (seen.st_dev, seen.st_ino)
        if key not in self._names:
            self.real += seen.st_blocks * 512
        self._names[key] = self._names.get(key, 0) + 1

    def _give(self, handle: int, mode: int) -> None:
        """Ordinary rights, never setuid; to the owner."""
        if self.owner is not None:
            os.fchown(handle, self.owner, self.owner)
        os.fchmod(handle, mode)


def _is_folder(name: str, inside: int) -> bool:
    try:
        return stat.S_ISDIR(os.stat(name, dir_fd=inside, follow_symlinks=False).st_mode)
    except FileNotFoundError:
        return False


def _new(name: str, inside: int) -> int:
    """A file of our own, in place of one that an earlier seed brought."""
    try:
        return os.open(name, _NEW, 0o600, dir_fd=inside)
    except FileExistsError:
        os.unlink(name, dir_fd=inside)
        return os.open(name, _NEW, 0o600, dir_fd=inside)


# No room, quota, read-only: faults of where we write to, not of what we read.
_OURS = {28, 122, 30}


def _contents(source: int, to: int, size: int) -> None:
    """At most `size` bytes, holes left as holes."""
    at = 0
    while at < size:
        try:
            at = os.lseek(source, at, os.SEEK_DATA)
        except OSError:  # only a hole is left
            break
        end = min(os.lseek(source, at, os.SEEK_HOLE), size)
        os.lseek(source, at, os.SEEK_SET)
        os.lseek(to, at, os.SEEK_SET)
        while at < end and (data := os.read(source, min(_CHUNK, end - at))):
            view = memoryview(data)
            while view:
                view = view[os.write(to, view) :]
            at += len(data)
        if at < end:  # it became shorter
            break
    os.ftruncate(to, size)


def open_below(root: str, path: str) -> int:
    """Open a folder below `root`, no part of `path` being a link."""
    handle = os.open(root, _FOLDER)
    for part in filter(None, path.split("/")):
        try:
            below = os.open(part, _FOLDER, dir_fd=handle)
        finally:
            os.close(handle)
        handle = below
    return handle


def copy_tree(source: int, to: str, copy: Copy) -> None:
    """Copy an open folder into the folder `to`, which exists."""
    there = os.open(to, _FOLDER)
    try:
        copy.folder(source, there, "", 0)
    finally:
        os.close(there)
