"""The ledger that ships with the package: where it lies and which one it is."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["DATA", "digest", "read_pages", "shipped_id"]

DATA = Path(__file__).parent / "data"

TABLE_FILES = ("benchmarks.csv", "claims.csv", "models.csv", "setups.csv", "sources.csv")
TABLE_FOLDERS = ("responses", "results")


def read_pages(folder: Path) -> dict[str, bytes]:
    """Raw text of every table of a text ledger, by its path in the folder.

    Raises
    ------
    OSError
        If one of the tables cannot be read.
    """
    names = list(TABLE_FILES)
    for sub in TABLE_FOLDERS:
        names += [f"{sub}/{path.name}" for path in sorted((folder / sub).glob("*.csv"))]
    return {name: (folder / name).read_bytes() for name in names}


def digest(pages: Mapping[str, bytes]) -> str:
    """Twelve hex digits that name these texts, whatever the order they come in."""
    total = sha256()
    for name in sorted(pages):
        total.update(f"{name}\n{len(pages[name])}\n".encode())
        total.update(pages[name])
    return total.hexdigest()[:12]


def shipped_id() -> str:
    """Id of the shipped ledger, from its text alone (no parsing, a few milliseconds)."""
    return digest(read_pages(DATA))
