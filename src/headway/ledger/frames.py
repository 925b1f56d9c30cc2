"""Records to Parquet and back, one file per table, exact to the last bit."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import ValidationError

from headway.errors import LedgerError
from headway.ledger.core import Ledger
from headway.ledger.tables import TABLES, Table, kinds, parse_cell, show_cell

if TYPE_CHECKING:
    import polars as pl

    from headway.records import Record

__all__ = ["read_frames", "write_frames"]


def write_frames(ledger: Ledger, folder: Path) -> None:
    """Write ``<table>.parquet`` for every table; several aliases stand in one cell, joined by ;."""
    for table in TABLES:
        _frame(table, ledger.rows(table.name)).write_parquet(folder / f"{table.name}.parquet")


def _frame(table: Table, rows: tuple[Record, ...]) -> pl.DataFrame:
    import polars as pl

    types = {str: pl.String, tuple: pl.String, float: pl.Float64, int: pl.Int64}
    types |= {bool: pl.Boolean, dt.date: pl.Date}
    schema = {column: types[kind] for column, kind in kinds(table.record).items()}
    data = {column: [_cell(getattr(row, column)) for row in rows] for column in schema}
    return pl.DataFrame(data, schema=schema)


def _cell(value: object) -> object:
    return (show_cell(value) or None) if isinstance(value, tuple) else value


def read_frames(folder: Path) -> Ledger:
    """Read what :func:`write_frames` wrote.

    Raises
    ------
    LedgerError
        If a file is no Parquet file, or if its rows are not valid records.
    """
    return Ledger.of(**{table.name: _rows(table, folder) for table in TABLES})  # type: ignore[arg-type]


def _rows(table: Table, folder: Path) -> list[Record]:
    import polars as pl

    path = folder / f"{table.name}.parquet"
    tuples = [column for column, kind in kinds(table.record).items() if kind is tuple]
    try:
        rows = pl.read_parquet(path).to_dicts()
        return [table.record.model_validate(_values(row, tuples)) for row in rows]
    except (OSError, pl.exceptions.PolarsError, ValidationError) as error:
        reason = str(error).splitlines()[0]
        raise LedgerError(f"{path}: not a table of {table.name} ({reason}).") from error


def _values(row: dict[str, object], tuples: list[str]) -> dict[str, object]:
    known = {column: value for column, value in row.items() if value is not None}
    return known | {c: parse_cell(str(known[c]), tuple) for c in tuples if c in known}
