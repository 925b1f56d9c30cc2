"""Which files of a work folder are not as they were."""

from __future__ import annotations

import hashlib
from collections.abc import Container
from pathlib import Path
from typing import Literal

from headway.elicit.record import Change

__all__ = ["changes"]


def changes(before: Path, after: Path) -> tuple[Change, ...]:
    """Files that were added, changed or removed, by path; both folders hold plain files only."""
    old, new = _files(before), _files(after)
    found = []
    for path in sorted(old.keys() | new.keys()):
        if old.get(path) == new.get(path):
            continue
        size, sha256 = new.get(path, (None, None))
        found.append(Change(path=path, change=_kind(path, old, new), size=size, sha256=sha256))
    return tuple(found)


def _kind(
    path: str, old: Container[str], new: Container[str]
) -> Literal["added", "changed", "removed"]:
    if path not in old:
        return "added"
    return "changed" if path in new else "removed"


def _files(folder: Path) -> dict[str, tuple[int, str]]:
    found = {}
    for path in folder.rglob("*"):
        if path.is_file() and not path.is_symlink():
            with path.open("rb") as file:
                sha256 = hashlib.file_digest(file, "sha256").hexdigest()
            found[path.relative_to(folder).as_posix()] = (path.stat().st_size, sha256)
    return found
