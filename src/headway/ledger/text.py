"""The canonical text of a ledger: sorted CSV tables that people review in a diff.

UTF-8, LF, one header line, columns in the order of the record, empty for unknown. Reading and
writing again gives the same bytes.
"""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from headway.errors import LedgerError
from headway.ledger.core import Ledger
from headway.ledger.shipped import read_pages
from headway.ledger.tables import TABLES, Table, kinds, parse_cell, show_cell

if TYPE_CHECKING:
    from headway.records import Record

__all__ = ["pages", "read_text", "write_text"]


def pages(ledger: Ledger) -> dict[str, bytes]:
    """Canonical text of every table, by its path: ``models.csv``, ``results/<source>.csv`` ..."""
    found: dict[str, bytes] = {}
    for table in TABLES:
        rows = ledger.rows(table.name)
        if table.per_source:
            for source, part in _by_source(rows).items():
                found[f"{table.name}/{source}.csv"] = _page(table, part)
        else:
            found[f"{table.name}.csv"] = _page(table, rows)
    return found


def _by_source(rows: Iterable[Any]) -> dict[str, list[Record]]:
    parts: dict[str, list[Record]] = defaultdict(list)
    for row in rows:
        parts[row.source].append(row)
    return parts


def _page(table: Table, rows: Iterable[Record]) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    columns = list(kinds(table.record))
    writer.writerow(columns)
    for row in rows:
        cells = row.__dict__
        writer.writerow([show_cell(cells[column]) for column in columns])
    return out.getvalue().encode()


def write_text(ledger: Ledger, folder: Path) -> None:
    """Write the canonical text into a folder (for maintaining the shipped ledger)."""
    for name, page in pages(ledger).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(page)


def read_text(folder: Path) -> Ledger:
    """Read a folder of text tables.

    Raises
    ------
    LedgerError
        Naming file, row, column and fix, if a table is missing or a cell is wrong.
    """
    try:
        texts = read_pages(folder)
    except OSError as error:
        place = f"{error.filename}: {error.strerror}"
        raise LedgerError(f"{place}; a ledger needs this table.") from error
    rows: dict[str, list[Any]] = {table.name: [] for table in TABLES}
    tables = {table.name: table for table in TABLES}
    for name, page in texts.items():
        table = tables[name.partition("/")[0].removesuffix(".csv")]
        rows[table.name].extend(_records(table, page, folder / name))
    return Ledger.of(**rows)


def _records(table: Table, page: bytes, path: Path) -> Iterator[Record]:
    columns = kinds(table.record)
    lines = _lines(page, path)
    if next(lines, (1, []))[1] != list(columns):
        raise LedgerError(f"{path}: row 1 must name the columns {', '.join(columns)}.")
    for number, cells in lines:
        if len(cells) != len(columns):
            raise LedgerError(
                f"{path}, row {number}: {len(cells)} cells where the header has {len(columns)}; "
                "quote cells that hold a comma."
            )
        yield _record(table, cells, f"{path}, row {number}")


def _lines(page: bytes, path: Path) -> Iterator[tuple[int, list[str]]]:
    try:
        reader = csv.reader(io.StringIO(page.decode(), newline=""), strict=True)
        for cells in reader:
            yield reader.line_num, cells
    except UnicodeDecodeError as error:
        raise LedgerError(f"{path}: not UTF-8; save it as UTF-8.") from error
    except csv.Error as error:
        raise LedgerError(f"{path}, row {reader.line_num}: {error}; mend the quotes.") from error


def _record(table: Table, cells: list[str], where: str) -> Record:
    values: dict[str, object] = {}
    for (column, kind), text in zip(kinds(table.record).items(), cells, strict=True):
        if text:
            try:
                values[column] = parse_cell(text, kind)
            except ValueError as error:
                raise LedgerError(f"{where}, column {column}: {text[:60]!r} {error}.") from error
    try:
        return table.record.model_validate(values)
    except ValidationError as error:
        problem = error.errors(include_url=False)[0]
        column = ".".join(str(part) for part in problem["loc"])
        hidden = "has spaces around it or a character that cannot be seen"
        reason = hidden if problem["type"] == "string_pattern_mismatch" else problem["msg"]
        raise LedgerError(f"{where}, column {column}: {reason}; mend this cell.") from error
