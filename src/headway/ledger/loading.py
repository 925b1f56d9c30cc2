"""Load a ledger: the shipped one, a snapshot, a store, or a folder of text tables."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from headway.errors import LedgerError
from headway.ledger.shipped import DATA
from headway.ledger.text import read_text

if TYPE_CHECKING:
    from headway.ledger.core import Ledger

__all__ = ["load"]


def load(path: str | Path | None = None) -> Ledger:
    """Load a ledger.

    Parameters
    ----------
    path : path, optional
        None for the shipped ledger; else the folder of a snapshot (it holds ``manifest.json``),
        of a store (it holds ``CURRENT``), or of text tables (it holds ``models.csv``).

    Raises
    ------
    LedgerError
        If the folder is none of these, or if a file of it is missing or was changed.
    """
    if path is None:
        return _shipped()
    folder = Path(path)
    if (folder / "manifest.json").is_file():
        from headway.ledger.snapshots import read_snapshot

        return read_snapshot(folder)
    if (folder / "CURRENT").is_file():
        from headway.ledger.store import read_store

        return read_store(folder)
    if (folder / "models.csv").is_file():
        return read_text(folder)
    raise LedgerError(_not_a_ledger(folder))


@cache
def _shipped() -> Ledger:
    # A ledger cannot change, so one process reads the shipped one once.
    return read_text(DATA)


def _not_a_ledger(folder: Path) -> str:
    if not folder.exists():
        return f"{folder}: no such folder; give the folder of a snapshot or of a store."
    if folder.is_file():
        return f"{folder}: a file, not a ledger; a table of your own goes in by 'ledger import'."
    return (
        f"{folder}: not a ledger; a snapshot holds manifest.json, a store holds CURRENT, "
        "a folder of text tables holds models.csv."
    )
