"""Very many answers from Parquet to one byte a cell on disk, piece by piece."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from headway.errors import DataError

if TYPE_CHECKING:
    import polars

__all__ = ["Codes", "read_codes", "vast"]

MANY = 5_000_000  # rows from which answers are not held as rows

PIECE = 20_000_000  # rows in memory at a time
MOST = 15  # trials of a cell that one byte holds
NEEDED = ("model", "item", "successes")


@dataclass(frozen=True, eq=False)
class Codes:
    """Answers as a byte a cell, mapped from disk.

    Attributes
    ----------
    models, items : tuple of str
        Names, length M and J, sorted.
    code : (J, M) uint8 memory map
        ``trials * 16 + successes``; 0 is a cell that was not observed.
    """

    models: tuple[str, ...]
    items: tuple[str, ...]
    code: Any


def read_codes(
    path: str | Path, into: str | Path, progress: Callable[[int, int], None] | None = None
) -> Codes:
    """Read Parquet with columns model, item, successes (and trials) into a file of bytes.

    Memory is that of one piece of rows, however many there are.

    Parameters
    ----------
    path : path
        A file, or a folder of ``*.parquet``.
    into : path
        The file of bytes to make, J × M long.
    progress : callable, optional
        Called with rows read and rows in all.

    Raises
    ------
    DataError
        If there is nothing to read, a column lacks, a count is not whole, is negative, above its
        trials or above 15, a name is missing, or a cell stands twice.
    """
    import numpy as np
    import polars as pl

    path = Path(path)
    scan = _scan(path)
    models, items = (_names(scan, path, what) for what in ("model", "item"))
    size, done, written = int(scan.select(pl.len()).collect().item()), 0, 0
    code = np.memmap(into, dtype=np.uint8, mode="w+", shape=(len(items), len(models)))
    flat = code.reshape(-1)
    for start in range(0, size, PIECE):
        piece = scan.slice(start, PIECE).collect(engine="streaming")
        counts = _checked(piece, path, start)
        at = _places(piece["item"], items) * len(models) + _places(piece["model"], models)
        flat[at] = counts
        done += len(piece)
        if progress:
            progress(done, size)
    for k in range(0, len(items), max(1, PIECE // len(models))):
        written += int(np.count_nonzero(code[k : k + max(1, PIECE // len(models))]))
    if written < done:
        raise DataError(
            f"{path}: {done - written:,} rows repeat a model and item that stood before; add them "
            "up first, one row a cell."
        )
    return Codes(tuple(map(str, models)), tuple(map(str, items)), code)


def vast(path: str | Path) -> bool:
    """Whether a file is Parquet with very many plain answers: no labels that set cells apart."""
    import polars as pl

    path = Path(path)
    if path.suffix != ".parquet" or not path.is_file():
        return False
    try:
        scan = pl.scan_parquet(path)
        plain = set(scan.collect_schema().names()) <= {*NEEDED, "trials"}
        return plain and int(scan.select(pl.len()).collect().item()) >= MANY
    except (pl.exceptions.PolarsError, OSError):
        return False  # the reader of rows says what is wrong with it


def _scan(path: Path) -> polars.LazyFrame:
    import polars as pl

    if not path.exists() or (path.is_dir() and not any(path.glob("*.parquet"))):
        raise DataError(f"{path}: there is no Parquet file to read.")
    try:
        scan = pl.scan_parquet(path / "*.parquet" if path.is_dir() else path)
        names = scan.collect_schema().names()
    except (pl.exceptions.PolarsError, OSError) as error:
        raise DataError(f"{path}: this is no Parquet file that can be read ({error}).") from None
    for name in NEEDED:
        if name not in names:
            raise DataError(f"{path}: there is no column {name!r}; the columns are {names}.")
    wanted = [*NEEDED, *(["trials"] if "trials" in names else [])]
    return scan.select(wanted)


def _names(scan: polars.LazyFrame, path: Path, what: str) -> Any:
    import polars as pl

    found = scan.select(pl.col(what).unique()).collect(engine="streaming")[what].sort()
    if found.null_count():
        raise DataError(f"{path}: some rows name no {what}.")
    if not len(found):
        raise DataError(f"{path}: the table is empty.")
    return found.to_numpy()


def _places(column: polars.Series, names: Any) -> Any:
    import numpy as np

    if column.dtype.is_integer() and names[-1] - names[0] == len(names) - 1:
        return column.to_numpy().astype(np.int64) - names[0]  # one after another
    return np.searchsorted(names, column.to_numpy())


def _checked(piece: polars.DataFrame, path: Path, start: int) -> Any:
    """Both counts of each row in one byte."""
    import numpy as np
    import polars as pl

    trials = pl.col("trials") if "trials" in piece.columns else pl.lit(1)
    won, tried = pl.col("successes").cast(pl.Float64), trials.cast(pl.Float64)
    wrong = (won < 0) | (won > tried) | (tried > MOST) | (won % 1 != 0) | (tried % 1 != 0)
    bad = piece.select((wrong | (tried < 1)).fill_null(True).arg_true())
    if len(bad):
        row = int(bad.to_series()[0])
        raise DataError(
            f"{path}: row {start + row + 1}: successes must be whole, from 0 to the trials, and "
            f"trials from 1 to {MOST}."
        )
    return piece.select((tried * 16 + won).cast(pl.UInt8)).to_series().to_numpy().astype(np.uint8)
