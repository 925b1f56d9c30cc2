"""Tidy responses ``model,item,successes,trials`` to columns that have been checked."""

from __future__ import annotations

import math
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from headway.errors import DataError
from headway.sources import cells
from headway.sources.reading import RawTable, read_raw

__all__ = ["LABELS", "ResponseTable", "read_responses"]

LABELS = (
    "benchmark",
    "harness",
    "effort",
    "run",
    "cluster",
    "family",
    "evaluator",
    "openness",
    "developer",
    "harness_developer",
)
_NUMBERS = ("budget", "weight")
_OTHER_NAMES = {"resolved": "successes", "weights": "openness"}
_KNOWN = ("model", "item", "successes", "trials", *LABELS, *_NUMBERS)


@dataclass(frozen=True)
class ResponseTable:
    """Columns of equal length.

    Attributes
    ----------
    path : Path
    columns : dict of str to list
        ``model``, ``item``, ``successes``, ``trials``, and what else the file has of the labels
        and numbers above; None where a label or number is not given.
    left_out : int
        Rows without an outcome.
    """

    path: Path
    columns: dict[str, list[object]]
    left_out: int


def read_responses(path: str | Path) -> ResponseTable:
    """Read a CSV, Parquet or JSON table of responses.

    Parameters
    ----------
    path : path
        Columns ``model``, ``item`` and ``successes`` (or ``resolved``); ``trials`` where a row
        counts several (1 otherwise); and any of ``benchmark``, ``harness``, ``effort``,
        ``budget``, ``run``, ``cluster``, ``family``, ``evaluator``, ``openness`` (or
        ``weights``), ``developer``, ``harness_developer`` and ``weight``. Others are ignored.

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
    raw = read_raw(Path(path))
    names = [_OTHER_NAMES.get(name, name) for name in raw.header]
    _check_names(raw, names)
    places = {name: k for k, name in enumerate(names) if name in _KNOWN}
    columns: dict[str, list[object]] = {name: [] for name in places}
    left_out = 0
    for number, row in raw.rows:
        if not row[places["successes"]]:
            left_out += 1
            continue
        for name, k in places.items():
            columns[name].append(_value(raw.path, number, name, row[k]))
    if not columns["model"]:
        raise DataError(f"{raw.path}: no row has an outcome; fill the column successes.")
    _own_items(columns)
    columns.setdefault("trials", [1.0] * len(columns["model"]))
    return ResponseTable(raw.path, columns, left_out)


def _check_names(raw: RawTable, names: list[str]) -> None:
    for name in names:
        if names.count(name) > 1 and name in _KNOWN:
            raise DataError(f"{raw.path}, row 1: two columns mean {name!r}; leave one out.")
    for needed in ("model", "item", "successes"):
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
        if column in LABELS:
            return _name(text) if text else None
        if column in {"successes", "trials"}:
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


def _own_items(columns: dict[str, list[object]]) -> None:
    """Items of two benchmarks are two items, whatever they are called."""
    benchmarks = columns.get("benchmark", [])
    if len(set(benchmarks)) > 1:
        pairs = zip(benchmarks, columns["item"], strict=True)
        columns["item"] = [item if b is None else f"{b}/{item}" for b, item in pairs]
