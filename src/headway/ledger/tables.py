"""The seven tables of a ledger, and how one cell is written and read.

Text and Parquet share what stands here: which record a table holds, how its rows are sorted, and
what a column's cells are.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from types import NoneType
from typing import Annotated, Any, Literal, get_args, get_origin

from headway.records import Benchmark, Claim, Model, Record, Response, Result, Setup, Source

__all__ = ["TABLES", "Table", "kinds", "parse_cell", "show_cell"]

_INTEGER = re.compile(r"[+-]?[0-9]{1,18}")
_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True)
class Table:
    """One table: its name, its record, its sort key, and whether it has a file per source."""

    name: str
    record: type[Record]
    key: Callable[[Any], tuple[str, ...]]
    per_source: bool = False


def _by_id(row: Model | Benchmark | Setup | Source | Claim) -> tuple[str, ...]:
    return (row.id,)


def _by_cell(row: Result) -> tuple[str, ...]:
    return (row.source, row.benchmark, row.model, row.setup or "")


def _by_item(row: Response) -> tuple[str, ...]:
    return (row.source, row.benchmark, row.item, row.model, row.setup or "")


TABLES = (
    Table("benchmarks", Benchmark, _by_id),
    Table("claims", Claim, _by_id),
    Table("models", Model, _by_id),
    Table("responses", Response, _by_item, per_source=True),
    Table("results", Result, _by_cell, per_source=True),
    Table("setups", Setup, _by_id),
    Table("sources", Source, _by_id),
)


@cache
def kinds(record: type[Record]) -> dict[str, type]:
    """Columns of a record in order, each with the plain type of its cells."""
    return {name: _plain(field.annotation) for name, field in record.model_fields.items()}


def _plain(annotation: Any) -> type:
    origin, args = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _plain(args[0])
    if origin is Literal:
        return str
    if origin is tuple:
        return tuple
    if args:
        return _plain(next(arg for arg in args if arg is not NoneType))
    return annotation  # type: ignore[no-any-return]


def show_cell(value: object) -> str:
    """The one way in which a value is written: empty for None, shortest exact decimal, ISO day."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return repr(value).removesuffix(".0")
    if isinstance(value, tuple):
        return ";".join(value)
    return str(value)


def parse_cell(text: str, kind: type) -> object:
    """The value of a cell that is not empty.

    Raises
    ------
    ValueError
        With what is wrong and the fix, as the end of a sentence about the text.
    """
    if kind is str:
        return text
    return _PARSERS[kind](text)


def _number(text: str) -> float:
    if not _NUMBER.fullmatch(text):
        raise ValueError("is not a number; write one such as 0.45")
    return float(text)


def _integer(text: str) -> int:
    if not _INTEGER.fullmatch(text):
        raise ValueError("is not a whole number; write one such as 12")
    return int(text)


def _day(text: str) -> dt.date:
    # fromisoformat alone would also take week dates and days without dashes.
    if _DAY.fullmatch(text):
        try:
            return dt.date.fromisoformat(text)
        except ValueError:
            pass
    raise ValueError("is not a day; write it as YYYY-MM-DD")


def _truth(text: str) -> bool:
    if text not in {"true", "false"}:
        raise ValueError("is neither true nor false; write one of them")
    return text == "true"


def _texts(text: str) -> tuple[str, ...]:
    return tuple(text.split(";"))


_PARSERS: dict[type, Callable[[str], object]] = {
    float: _number,
    int: _integer,
    dt.date: _day,
    bool: _truth,
    tuple: _texts,
}
