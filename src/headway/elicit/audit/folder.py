"""Files of a work folder: those that a task gives, and those that a run left."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path

__all__ = ["Folder"]

_LARGEST = 1 << 20
_MOST = 20_000
# What tools write that nobody wrote.
_MADE = (
    "__pycache__/", ".git/", "node_modules/", ".pytest_cache/", ".mypy_cache/", "target/debug/",
    "target/release/",
)  # fmt: skip


class Folder(Mapping[str, bytes]):
    """Plain files of a folder by their path; read when they are asked for."""

    def __init__(self, root: Path) -> None:
        self.root = root

    @cached_property
    def paths(self) -> dict[str, Path]:
        """All plain files."""
        found: dict[str, Path] = {}
        for path in sorted(self.root.rglob("*")):
            if path.is_file() and not path.is_symlink():
                found[path.relative_to(self.root).as_posix()] = path
            if len(found) >= _MOST:
                break
        return found

    def __getitem__(self, path: str) -> bytes:
        with self.paths[path].open("rb") as file:
            return file.read(_LARGEST)

    def __iter__(self) -> Iterator[str]:
        return iter(self.paths)

    def __len__(self) -> int:
        return len(self.paths)

    def text(self, path: str) -> str | None:
        """A file as text; None for one that is none, or not here, or larger than a megabyte."""
        if path not in self.paths or self.paths[path].stat().st_size > _LARGEST:
            return None
        content = self[path]
        if b"\0" in content[:8192]:
            return None
        return content.decode("utf-8", "replace")

    def sha256(self, path: str) -> str | None:
        """Hash of a file's content."""
        return hashlib.sha256(self[path]).hexdigest() if path in self.paths else None

    def written(self) -> Iterator[str]:
        """Files but for those that tools make."""
        for path in self.paths:
            if not any(f"/{path}".find(f"/{made}") >= 0 for made in _MADE):
                yield path
