"""Tidy responses ``model,item,successes,trials`` to columns that have been checked."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

from headway.errors import DataError
from headway.sources import cells
from headway.sources.clean import clean_columns
from headway.sources.reading import RawTable, read_raw

if TYPE_CHECKING:
    import polars as pl

__all__ = ["LABELS", "ResponseTable", "read_responses"]

LABELS = (
    "benchmark",
    "harness",
    "prompts",
    "effort",
    "temperature",
    "setup",
    "run",
    "cluster",
    "family",
    "evaluator",
    "openness",
    "developer",
    "harness_developer",
    "date",
)
_NUMBERS = ("budget", "weight")
_OTHER_NAMES = {"resolved": "successes", "weights": "openness"}
_COUNTS = ("successes", "trials")
_NEEDED = ("model", "item", "successes")
# What an audit found in a run: no label of a cell.
_FINDINGS = "findings"
_KNOWN = ("model", "item", *_COUNTS, *LABELS, *_NUMBERS, _FINDINGS)


@dataclass(frozen=True)
class ResponseTable:
    """Columns of equal length.

    Attributes
    ----------
    path : Path
    columns : dict of str to Series
        ``model``, ``item``, ``successes``, ``trials``, and what else the file has of the labels
        (texts) and numbers above; null where a label or number is not given.
    left_out : int
        Rows without an outcome.
    findings : Series or None
        Of each row what an audit found in its run, null for nothing; None where no row is told.
    """

    path: Path
    columns: dict[str, pl.Series]
    left_out: int
    findings: pl.Series | None = None

    @property
    def flagged(self) -> int:
        """Rows in which an audit found something."""
        return 0 if self.findings is None else int(self.findings.is_not_null().sum())

    @property
    def kinds(self) -> dict[str, int]:
        """What was found, by how many rows."""
        held = [] if self.findings is None else self.findings.drop_nulls().to_list()
        counted = Counter(kind.strip() for text in held for kind in set(text.split(";")))
        return dict(sorted(counted.items()))

    def unflagged(self) -> ResponseTable:
        """The rows in which nothing was found.

        Raises
        ------
        DataError
            If there is none.
        """
        if self.findings is None:
            return self
        keep = self.findings.is_null()
        if not keep.any():
            raise DataError(f"{self.path}: every row with an outcome is flagged.")
        kept = {name: values.filter(keep) for name, values in self.columns.items()}
        return ResponseTable(self.path, kept, self.left_out)


def read_responses(path: str | Path) -> ResponseTable:
    """Read a CSV, Parquet or JSON table of responses.

    Parameters
    ----------
    path : path
        Columns ``model``, ``item`` and ``successes`` (or ``resolved``); ``trials`` where a row
        counts several (1 otherwise); and any of ``benchmark``, ``harness``, ``prompts``,
        ``effort``, ``setup``, ``budget``, ``run``, ``cluster``, ``family``, ``evaluator``,
        ``openness`` (or ``weights``), ``developer``, ``harness_developer`` and ``weight``. Others
        are ignored.

    Returns
    -------
    ResponseTable
        Rows without an outcome are missing cells and left out. With several benchmarks an item
        is named ``benchmark/item``.

    Raises
    ------
    DataError
        One sentence naming file, row and column.
    """
    path = Path(path)
    known = {name: name for name in _KNOWN} | _OTHER_NAMES
    columns = clean_columns(path, known, {*_COUNTS, *_NUMBERS}, {*_NEEDED, *_COUNTS})
    columns = columns or _row_by_row(path)
    told = columns["successes"].is_not_null()
    left_out = int((~told).sum())
    if left_out == len(told):
        raise DataError(f"{path}: no row has an outcome; fill the column successes.")
    if left_out:
        columns = {name: values.filter(told) for name, values in columns.items()}
    findings = columns.pop(_FINDINGS, None)
    _own_items(columns)
    if "trials" not in columns:
        columns["trials"] = columns["successes"] * 0 + 1
    return ResponseTable(path, columns, left_out, findings)


def table_of(data: str | Path | ResponseTable) -> ResponseTable:
    """A table as it is, or read from its file.

    Raises
    ------
    DataError
        If the file cannot be read as responses.
    """
    return data if isinstance(data, ResponseTable) else read_responses(data)


def _row_by_row(path: Path) -> dict[str, pl.Series]:
    import polars as pl

    raw = read_raw(path)
    names = [_OTHER_NAMES.get(name, name) for name in raw.header]
    _check_names(raw, names)
    places = {name: k for k, name in enumerate(names) if name in _KNOWN}
    columns: dict[str, list[object]] = {name: [] for name in places}
    for number, row in raw.rows:
        told = bool(row[places["successes"]])  # without an outcome nothing else matters
        for name, k in places.items():
            columns[name].append(_value(raw.path, number, name, row[k]) if told else None)
    kinds = {name: pl.Float64 if name in {*_COUNTS, *_NUMBERS} else pl.String for name in places}
    return {name: pl.Series(name, values, kinds[name]) for name, values in columns.items()}


def _check_names(raw: RawTable, names: list[str]) -> None:
    for name in names:
        if names.count(name) > 1 and name in _KNOWN:
            raise DataError(f"{raw.path}, row 1: two columns mean {name!r}; leave one out.")
    for needed in _NEEDED:
        if needed not in names:
            near = get_close_matches(needed, names, n=1, cutoff=0.6)
            offer = f"; is it the one called {near[0]!r}?" if near else "."
            raise DataError(
                f"{raw.path}, row 1: no column {needed!r} among {', '.join(names)}{offer}"
            )


def _value(path: Path, row: int, column: str, text: str) -> object:
    try:
        if column in {"model", "item"}:
            return _name(text)
        if column in {*LABELS, _FINDINGS}:
            return _name(text) if text else None
        if column in _COUNTS:
            return _finite({"true": "1", "false": "0"}.get(text.casefold(), text))
        return _finite(text) if text else None
    except ValueError as error:
        shown = f"{text[:40]!r} " if text else ""
        raise DataError(f"{path}, row {row}, column {column}: {shown}{error}.") from error


def _name(text: str) -> str:
    # A leading sign is no fault of an item's name; everything else is checked.
    cells.name(text.lstrip("=+-@") if text.strip("=+-@") else text)
    return text


def _finite(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        raise ValueError("is not a number") from None
    if not math.isfinite(value):
        raise ValueError("is not a finite number")
    return value


def _own_items(columns: dict[str, pl.Series]) -> None:
    """Items of two benchmarks are two items, whatever they are called."""
    if "benchmark" in columns and columns["benchmark"].n_unique() > 1:
        benchmark, item = columns["benchmark"], columns["item"]
        columns["item"] = (benchmark + "/" + item).zip_with(benchmark.is_not_null(), item)
