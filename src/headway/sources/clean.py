"""Responses of a clean file, column by column.

A million rows take a second. Whatever is unusual in a file is left to the reader that goes row by
row, and can name the one that is wrong.
"""

from __future__ import annotations

import io
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from headway.sources.reading import content_of

if TYPE_CHECKING:
    import polars as pl

__all__ = ["clean_columns"]

# Printable ASCII without what the checks of names look at twice.
_PLAIN = r"^[!-*,./0-<>?A-~]([ -~]{0,198}[!-~])?$"


def clean_columns(
    path: Path, names: Mapping[str, str], numbers: Collection[str], needed: Collection[str]
) -> dict[str, pl.Series] | None:
    """Columns of a CSV or Parquet file as series of texts and of numbers.

    Parameters
    ----------
    path : Path
    names : mapping of str to str
        Column of the file to the name it gets; others are not read.
    numbers : collection of str
        Which of these names are numbers.
    needed : collection of str
        Which, if they are there, no row that has ``successes`` may miss.

    Returns
    -------
    dict of str to Series, or None
        Texts or numbers, null where missing, with all rows. None if anything is unusual.
    """
    frame = _frame(path)
    if frame is None or frame.is_empty():
        return None
    here = [names.get(name, "") for name in frame.columns]
    if _unclear(here):
        return None
    found: dict[str, pl.Series] = {}
    for column, name in zip(frame.columns, here, strict=True):
        if name:
            series = (_numbers if name in numbers else _texts)(frame[column])
            if series is None:
                return None
            found[name] = series
    told = found["successes"].is_not_null()
    gaps = [found[name].is_null() & told for name in needed if name in found]
    return None if any(gap.any() for gap in gaps) else found


def _unclear(names: list[str]) -> bool:
    """Whether two columns mean the same, or one is not there without which nothing is read."""
    used = [name for name in names if name]
    return len(set(used)) < len(used) or not {"model", "item", "successes"} <= set(used)


def _frame(path: Path) -> pl.DataFrame | None:
    import polars as pl

    content = content_of(path)
    try:
        if content.startswith(b"PAR1"):
            return pl.read_parquet(io.BytesIO(content))
        if path.suffix.lower() in {".json", ".parquet"} or not _even(content):
            return None
        frame = pl.read_csv(content, infer_schema=False)
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError):
        return None
    # A short row would be filled up in silence: the number of commas tells.
    marks = content.count(b",")
    if frame.width < 2 or marks != (frame.height + 1) * (frame.width - 1):
        return None
    return frame.filter(~pl.all_horizontal(pl.all().is_null()))


def _even(content: bytes) -> bool:
    """Whether lines are rows and commas part cells, without any quotes."""
    return not (
        b'"' in content
        or b"\x00" in content
        or content.startswith(b"\xef\xbb\xbf")
        or content.count(b"\r") != content.count(b"\r\n")
    )


def _texts(column: pl.Series) -> pl.Series | None:
    import polars as pl

    if column.dtype.is_integer() or isinstance(column.dtype, pl.Categorical | pl.Enum):
        column = column.cast(pl.String)
    if column.dtype != pl.String:
        return None
    texts = _stripped(column)
    return texts if texts.str.contains(_PLAIN).all(ignore_nulls=True) else None


def _numbers(column: pl.Series) -> pl.Series | None:
    import polars as pl

    if column.dtype == pl.String:
        texts = _stripped(column).str.to_lowercase()
        texts = texts.replace(["true", "false"], ["1", "0"])
        values = texts.cast(pl.Float64, strict=False)
        if values.null_count() > texts.null_count():
            return None
    elif column.dtype.is_numeric() or column.dtype == pl.Boolean:
        values = column.cast(pl.Float64)
    else:
        return None
    return values if values.is_finite().all(ignore_nulls=True) else None


def _stripped(column: pl.Series) -> pl.Series:
    texts = column.str.strip_chars()
    return texts.set(texts == "", None)
