"""Bytes of a table to a header and rows of texts; everything that can be wrong with a file."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from headway.errors import DataError
from headway.ledger.tables import show_cell

__all__ = ["RawTable", "content_of", "read_raw"]

# What a file begins with when it is something else than it seems.
_FOREIGN = {
    b"\xff\xfe": "UTF-16 text; save it as UTF-8",
    b"\xfe\xff": "UTF-16 text; save it as UTF-8",
    b"PK\x03\x04": "a spreadsheet or a zip archive; export the sheet as CSV",
    b"\x1f\x8b": "compressed with gzip; unpack it first",
    b"\x28\xb5\x2f\xfd": "compressed with zstd; unpack it first",
    b"SQLite format 3\x00": "an SQLite database; export the table as CSV",
}


@dataclass(frozen=True)
class RawTable:
    """A table of texts.

    Attributes
    ----------
    path : Path
    header : tuple of str, length C
    rows : tuple of (row number, cells)
        The number is that of the line in a text file, or of the record in Parquet and JSON;
        each row has C cells, without white space around them, empty for a missing value.
    """

    path: Path
    header: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]


def read_raw(path: Path) -> RawTable:
    """Read a CSV, Parquet or JSON table as texts.

    Raises
    ------
    DataError
        If the file cannot be read or is no table, naming the row where one is to blame.
    """
    content = content_of(path)
    if content.startswith(b"PAR1") or path.suffix.lower() == ".parquet":
        header, numbered = _parquet(path, content)
    elif path.suffix.lower() == ".json":
        header, numbered = _json(path, content)
    else:
        header, numbered = _csv(path, content)
    _check_header(path, header)
    if not numbered:
        raise DataError(f"{path}: has a header but no rows; add a row for each score.")
    for number, cells in numbered:
        _check_length(path, number, cells, header)
    rows = tuple((n, tuple(cell.strip() for cell in cells)) for n, cells in numbered)
    return RawTable(path, tuple(header), rows)


def content_of(path: Path) -> bytes:
    """Bytes of a file that may be a table.

    Raises
    ------
    DataError
        If it cannot be read, is empty, or is known to be something else.
    """
    try:
        content = path.read_bytes()
    except IsADirectoryError as error:
        raise DataError(f"{path}: a folder; give the file of a table.") from error
    except FileNotFoundError as error:
        raise DataError(f"{path}: no such file; check the path.") from error
    except (OSError, ValueError) as error:
        raise DataError(f"{path}: cannot be read ({error}); check its permissions.") from error
    if not content.strip():
        raise DataError(f"{path}: empty; it needs the columns model, benchmark and score.")
    for start, what in _FOREIGN.items():
        if content.startswith(start):
            raise DataError(f"{path}: {what}.")
    return content


def _csv(path: Path, content: bytes) -> tuple[list[str], list[tuple[int, list[str]]]]:
    text = _text(path, content)
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        # A line without any cell is a blank line, not a row.
        lines = [(reader.line_num, cells) for cells in reader if any(cells)]
    except csv.Error as error:
        raise DataError(
            f"{path}, row {reader.line_num}: {error}; close the quotes, or look whether the file "
            "was cut off."
        ) from error
    header = [name.strip() for name in lines[0][1]] if lines else []
    for mark, name in ((";", "semicolons"), ("\t", "tabs"), ("|", "bars")):
        if len(header) == 1 and mark in header[0]:
            raise DataError(f"{path}, row 1: cells are parted by {name}; write commas.")
    return header, lines[1:]


def _text(path: Path, content: bytes) -> str:
    if b"\x00" in content:
        row = content.count(b"\n", 0, content.index(b"\x00")) + 1
        raise DataError(f"{path}, row {row}: holds a NUL byte; save it as plain UTF-8 text.")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = content.count(b"\n", 0, error.start) + 1
        raise DataError(f"{path}, row {row}: is not UTF-8; save the file as UTF-8.") from error


def _parquet(path: Path, content: bytes) -> tuple[list[str], list[tuple[int, list[str]]]]:
    import polars as pl

    try:
        frame = pl.read_parquet(io.BytesIO(content))
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError) as error:
        raise DataError(
            f"{path}: no whole Parquet file; write it again, or name it .csv if it is text."
        ) from error
    rows = [[_shown(value) for value in row] for row in frame.iter_rows()]
    return frame.columns, list(enumerate(rows, start=1))


def _json(path: Path, content: bytes) -> tuple[list[str], list[tuple[int, list[str]]]]:
    try:
        records = json.loads(_text(path, content))
    except (ValueError, RecursionError) as error:
        raise DataError(f"{path}: no whole JSON text ({error}); write it again.") from error
    if not isinstance(records, list) or not all(isinstance(row, dict) for row in records):
        raise DataError(f"{path}: write a JSON list with one object for each score.")
    header = list(dict.fromkeys(key for row in records for key in row))
    rows = [[_shown(row.get(key)) for key in header] for row in records]
    return header, list(enumerate(rows, start=1))


def _shown(value: Any) -> str:
    # A day with a midnight is how many tools store a plain day.
    return show_cell(value).removesuffix(" 00:00:00")


def _check_header(path: Path, header: list[str]) -> None:
    for name in header:
        if header.count(name) > 1:
            raise DataError(f"{path}, row 1: two columns are called {name!r}; rename one.")


def _check_length(path: Path, number: int, cells: list[str], header: list[str]) -> None:
    if len(cells) < len(header):
        raise DataError(
            f"{path}, row {number}: {len(cells)} cells where the header has {len(header)}; the "
            "file may have been cut off, so fetch it again."
        )
    if len(cells) > len(header):
        raise DataError(
            f"{path}, row {number}: {len(cells)} cells where the header has {len(header)}; quote "
            "names that hold a comma."
        )
