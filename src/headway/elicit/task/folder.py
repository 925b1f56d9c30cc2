"""What lies in a task folder: plain files only, each hashed; anything else refuses the task."""

from __future__ import annotations

import hashlib
import os
import stat
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from headway.errors import TaskError

__all__ = ["TaskFile", "copy", "digest", "laid", "read", "scan"]

_MOST_FILES, _MOST_BYTES, _DEEPEST = 10_000, 1 << 30, 32
_COMPILED = "__pycache__"  # what Python writes beside its modules is no part of a task
_KINDS = {
    stat.S_IFLNK: "a link",
    stat.S_IFIFO: "a pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}


@dataclass(frozen=True, slots=True)
class TaskFile:
    """One file: its path in the folder, bytes, SHA-256 of its content, and whether it runs.

    ``origin`` is where it lies on disk, when that is not below the task's folder.
    """

    path: str
    size: int
    sha256: str
    executable: bool
    origin: Path | None = None


def scan(folder: Path) -> tuple[TaskFile, ...]:
    """Every file of a task folder, sorted by path.

    Links are refused whatever they point to: a task that is copied into a sandbox must not bring
    files of the host along, nor write through to them.

    Raises
    ------
    TaskError
        Naming the entry that is a link, pipe, socket or device, has a name that cannot be shown,
        or makes the folder too large, too deep or unreadable.
    """
    found: list[TaskFile] = []
    total = 0
    for path in _walk(folder, folder, 1):
        found.append(_hashed(folder, path))
        total += found[-1].size
        if len(found) > _MOST_FILES or total > _MOST_BYTES:
            raise TaskError(
                f"{folder}: more than {_MOST_FILES:,} files or {_MOST_BYTES >> 30} GB; "
                "a task folder is small."
            )
    return tuple(sorted(found, key=lambda file: file.path))


def laid(
    folder: Path, files: tuple[TaskFile, ...], shared: Mapping[str, tuple[str, ...]]
) -> tuple[TaskFile, ...]:
    """The files of a task, with those of the folders beside it that are laid into it.

    Raises
    ------
    TaskError
        If such a folder is missing, is reached by a link, or brings a path that is there already.
    """
    whole = {file.path: file for file in files}
    for place, names in shared.items():
        for name in names:
            source = folder.parent / name
            if not source.is_dir() or source.resolve() != source:
                raise TaskError(f"{folder / 'task.toml'}: there is no folder {source} to share.")
            for file in scan(source):
                path = f"{place}/{file.path}"
                if path in whole:
                    raise TaskError(f"{folder}: {path} is there twice; {source} brings it, too.")
                whole[path] = replace(file, path=path, origin=source / file.path)
    return tuple(sorted(whole.values(), key=lambda file: file.path))


def digest(files: tuple[TaskFile, ...], under: str = "") -> str:
    """SHA-256 over paths, run marks and contents of the files below a folder.

    Times, owners and the name of the task folder itself do not count.
    """
    total = hashlib.sha256()
    for file in files:
        if file.path.startswith(under):
            mark = "x" if file.executable else "-"
            total.update(f"{file.path}\0{mark}\0{file.sha256}\n".encode())
    return total.hexdigest()


def read(folder: Path, file: TaskFile) -> bytes:
    """The content of a file, if it still is what was scanned.

    Raises
    ------
    TaskError
        If it was changed, or swapped for a link, since.
    """
    content = _content(file.origin or folder / file.path)
    if hashlib.sha256(content).hexdigest() != file.sha256:
        raise TaskError(f"{folder / file.path} was changed while the task was in use; start again.")
    return content


def copy(folder: Path, files: tuple[TaskFile, ...], under: str, into: Path) -> None:
    """Write the files below a folder into an empty one, with plain modes and no owner's marks."""
    for file in files:
        if file.path.startswith(under):
            target = into / file.path.removeprefix(under)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(read(folder, file))
            target.chmod(0o755 if file.executable else 0o644)


def _walk(folder: Path, place: Path, depth: int) -> Iterator[Path]:
    if depth > _DEEPEST:
        raise TaskError(f"{place}: folders lie more than {_DEEPEST} deep in the task {folder}.")
    try:
        with os.scandir(place) as listed:
            entries = sorted(listed, key=lambda entry: entry.name)
    except OSError as error:
        raise TaskError(f"{place} cannot be read: {error.strerror}.") from None
    for entry in entries:
        path = place / entry.name
        _check_name(entry.name, place)
        mode = entry.stat(follow_symlinks=False).st_mode
        if stat.S_ISDIR(mode):
            if entry.name == _COMPILED:
                continue
            yield from _walk(folder, path, depth + 1)
        elif stat.S_ISREG(mode):
            yield path
        else:
            kind = _KINDS.get(stat.S_IFMT(mode), "no plain file")
            raise TaskError(
                f"{path} is {kind}; a task folder holds plain files and folders only: "
                "put a copy of the file there."
            )


def _check_name(name: str, place: Path) -> None:
    odd = any(unicodedata.category(letter) in {"Cc", "Cf", "Cs"} for letter in name)
    if odd or "\\" in name:
        raise TaskError(
            f"{place}: the name {name!r} has a character that cannot be shown or a backslash."
        )


def _hashed(folder: Path, path: Path) -> TaskFile:
    content = _content(path)
    runs = bool(path.lstat().st_mode & stat.S_IXUSR)
    where = path.relative_to(folder).as_posix()
    return TaskFile(where, len(content), hashlib.sha256(content).hexdigest(), runs)


def _content(path: Path) -> bytes:
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(handle, "rb") as file:
            if not stat.S_ISREG(os.fstat(handle).st_mode):
                raise TaskError(f"{path} is no plain file any more.")
            return file.read(_MOST_BYTES + 1)
    except OSError as error:
        raise TaskError(f"{path} cannot be read: {error.strerror}.") from None
