"""A store: immutable snapshots side by side, and ``CURRENT``, which names the one in use.

A new snapshot is written whole before ``CURRENT`` is replaced, so a process killed at any moment
leaves the old ledger or the new one.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from headway.errors import LedgerError
from headway.ledger.disk import replace_file
from headway.ledger.snapshots import read_snapshot, snapshot

if TYPE_CHECKING:
    from headway.ledger.core import Ledger

__all__ = ["commit", "current_id", "read_store"]

_ID = re.compile(r"[0-9a-f]{12}")


def current_id(store: str | Path) -> str | None:
    """Id of the snapshot in use; None if nothing has been put into the store yet.

    Raises
    ------
    LedgerError
        If ``CURRENT`` holds anything but an id.
    """
    path = Path(store) / "CURRENT"
    try:
        text = path.read_bytes().decode("ascii").strip()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise LedgerError(f"{path}: cannot be read; write the id of a snapshot into it.") from error
    if not _ID.fullmatch(text):
        raise LedgerError(f"{path}: holds no id of a snapshot; write one of the folders' names.")
    return text


def read_store(store: str | Path) -> Ledger:
    """The ledger that ``CURRENT`` names, verified.

    Raises
    ------
    LedgerError
        If the store is empty, or if the snapshot is missing or was changed.
    """
    name = current_id(store)
    if name is None:
        raise LedgerError(f"{store}: an empty store; import a table first.")
    ledger = read_snapshot(Path(store) / name)
    if ledger.id != name:
        raise LedgerError(f"{Path(store) / name}: holds ledger {ledger.id}; rename the folder.")
    return ledger


def commit(ledger: Ledger, store: str | Path) -> str:
    """Add a ledger to a store as a new snapshot, then make it the current one.

    Raises
    ------
    LedgerError
        If the store cannot be written to, or holds a changed snapshot of the same id.
    """
    folder = snapshot(ledger, store)
    # A folder of that id may have been there before: look before pointing at it.
    read_snapshot(folder)
    replace_file(Path(store) / "CURRENT", f"{ledger.id}\n".encode())
    return ledger.id
