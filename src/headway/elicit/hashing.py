"""One hash of a whole folder, so that a record can say which program ran."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator
from pathlib import Path

__all__ = ["tree_hash"]


def tree_hash(folder: Path, without: tuple[str, ...] = ()) -> str:
    """SHA-256 over the sorted relative paths below a folder, with modes and contents.

    Links count by their text and are not followed; times and owners do not count. Each entry is
    its kind, permissions, path and the hash of its content, so that no two trees read alike.

    Parameters
    ----------
    folder
        The root; its own name and mode do not count.
    without
        Relative paths of files that are left out.
    """
    whole = hashlib.sha256()
    for name, path in sorted(_below(folder)):
        if name not in without:
            whole.update(_entry(name, path))
    return whole.hexdigest()


def _below(folder: Path) -> Iterator[tuple[str, Path]]:
    for at, folders, names in os.walk(folder):
        for name in (*folders, *names):
            path = Path(at, name)
            yield path.relative_to(folder).as_posix(), path


def _entry(name: str, path: Path) -> bytes:
    mode = path.lstat().st_mode
    kind, content = "other", b""
    if stat.S_ISLNK(mode):
        kind, content = "link", os.fsencode(path.readlink())
    elif stat.S_ISDIR(mode):
        kind = "folder"
    elif stat.S_ISREG(mode):
        kind = "file"
        with path.open("rb") as file:
            content = hashlib.file_digest(file, "sha256").digest()
    # The permissions of a link mean nothing, and differ between systems.
    bits = 0 if kind == "link" else stat.S_IMODE(mode)
    head = f"{kind} {bits:o} {len(os.fsencode(name))} {len(content)}\n".encode()
    return head + os.fsencode(name) + content
