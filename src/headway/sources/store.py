"""Put a table of one's own into a store of snapshots."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from headway.ledger.loading import load
from headway.ledger.merge import merge
from headway.ledger.store import commit, current_id
from headway.sources.tidy import read_table

__all__ = ["import_table"]


def import_table(
    file: str | Path,
    into: str | Path,
    *,
    source_id: str | None = None,
    base: Literal["shipped"] | None = None,
) -> str:
    """Add a table to a store and make the result the store's current ledger.

    Parameters
    ----------
    file : path
        Any table that :func:`headway.sources.read_table` reads.
    into : path
        Folder of the store; made if it is missing.
    source_id : str, optional
        Id of the new source; by default made from the file's name. Rows that the store has from
        a source of that id are replaced.
    base : "shipped" or None
        What the table is added to: the shipped ledger, or (None) what the store holds now, which
        in a new store is nothing. Models and benchmarks are matched by exact id, name or alias.

    Returns
    -------
    str
        Id of the new snapshot.

    Raises
    ------
    DataError
        If the table is wrong, or contradicts a fact of the base; the store stays as it was.
    """
    new = read_table(file, source_id=source_id)
    if base == "shipped":
        new = merge(load(), new)
    elif current_id(into) is not None:
        new = merge(load(into), new)
    return commit(new, into)
