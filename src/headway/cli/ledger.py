"""Keeping evidence: check, snapshot, export, import."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from headway.cli.options import Flag, Folder
from headway.cli.terminal import say


def check(*, ledger: Folder = None) -> int:
    """Look for mistakes in a ledger; exit code 1 if there are any.

    Example: headway ledger check

    Parameters
    ----------
    ledger
        Folder of another ledger.
    """
    from headway.ledger import check as find_mistakes
    from headway.ledger import load
    from headway.publish.table import prose

    book = load(ledger)
    mistakes = find_mistakes(book)
    for sentence in mistakes:
        say(prose(sentence, rest="  "))
    say(prose(f"Ledger {book.id}: {len(book.results):,} scores, {len(mistakes)} mistakes."))
    return 1 if mistakes else 0


def snapshot(into: Path, /, *, ledger: Folder = None) -> str:
    """Write an immutable copy: Parquet tables and a manifest in a folder named by its id.

    Example: headway ledger snapshot my-snapshots

    Parameters
    ----------
    into
        Folder that the copy goes into.
    ledger
        Folder of another ledger.
    """
    from headway.ledger import load
    from headway.ledger import snapshot as write

    return str(write(load(ledger), into))


def export(file: Path, /, *, ledger: Folder = None) -> str:
    """Write all scores as one tidy table.

    Example: headway ledger export scores.csv

    Parameters
    ----------
    file
        Where to; the ending chooses the form: .csv, .parquet or .json.
    ledger
        Folder of another ledger.
    """
    from headway.ledger import export as write
    from headway.ledger import load

    return str(write(load(ledger), file))


def import_(
    file: Path,
    /,
    *,
    into: Annotated[Path, Parameter(name="--into")],
    onto_shipped: Flag = False,
) -> str:
    """Add a table of your own to a store of snapshots; a failure changes nothing.

    Example: headway ledger import scores.csv --into my-ledger

    Parameters
    ----------
    file
        Table with the columns model, benchmark, score (and released, weights, ...).
    into
        Folder of the store; made if it is missing. Ask it with --ledger.
    onto_shipped
        Add the table to the shipped ledger instead of to what the store holds.
    """
    from headway.sources import import_table

    return import_table(file, into, base="shipped" if onto_shipped else None)
