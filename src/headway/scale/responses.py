"""The evidence of item scales as plain arrays: one observed cell per row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from headway.errors import ScaleError
from headway.scale.table import Floats, Ints

if TYPE_CHECKING:
    import polars as pl

NUMBERS = ("budget", "weight")  # columns that are quantities; every other extra column is a label
NEEDED = ("model", "item", "successes")
Column = Sequence[Any] | Any  # or an array, or a polars Series
Labels = Mapping[str, tuple[tuple[str, ...], Ints]]


@dataclass(frozen=True, eq=False)
class Responses:
    """Successes out of trials of models on items, sorted by model, then item.

    Attributes
    ----------
    models, items : tuple of str
        Names, length M and J.
    model, item : (N,) int
        Index of each cell's model and item.
    successes, trials : (N,) float
        Counts, ``0 <= successes <= trials`` and ``trials > 0``.
    labels : mapping of str to (levels, (N,) int)
        Optional crossed labels (benchmark, harness, effort, run, cluster ...): the levels and
        each cell's code, -1 where it is missing.
    numbers : mapping of str to (N,) float
        Optional quantities (budget, weight), nan where missing.
    """

    models: tuple[str, ...]
    items: tuple[str, ...]
    model: Ints
    item: Ints
    successes: Floats
    trials: Floats
    labels: Labels = field(default_factory=dict)
    numbers: Mapping[str, Floats] = field(default_factory=dict)

    @property
    def n_cells(self) -> int:
        """Number of observed cells, N."""
        return len(self.successes)

    @classmethod
    def build(cls, columns: Mapping[str, Column]) -> Responses:
        """Check parallel columns and make cells of them; the order of rows does not matter.

        Parameters
        ----------
        columns : mapping of str to sequence
            ``model``, ``item``, ``successes`` and optionally ``trials`` (1 where it is absent),
            ``budget``, ``weight`` and any labels; lists, arrays or polars Series. None and ""
            are missing values. Rows without trials say
            nothing and are left out; a row that is repeated word for word counts once.

        Raises
        ------
        ScaleError
            If a column lacks or has another length, a count is not a number, is negative or
            exceeds its trials, a name is missing, or a cell stands twice with different counts.
        """
        size = _length(columns)
        names = {what: _named(columns[what], what) for what in ("model", "item")}
        won = _numbers(columns["successes"], "successes")
        tried = _numbers(columns["trials"], "trials") if "trials" in columns else np.ones(size)
        _check_counts(columns, won, tried)
        extra = [c for c in columns if c not in {*NEEDED, "trials", *NUMBERS}]
        labels = {c: _coded(columns[c]) for c in extra}
        numbers = {c: _numbers(columns[c], c, gaps=True) for c in NUMBERS if c in columns}
        keys = [names["model"][1], names["item"][1], *(code for _, code in labels.values())]
        keys += [np.nan_to_num(x, nan=-1.0) for x in numbers.values()]
        keep = _distinct(columns, keys, won, tried)
        return _pack(names, won, tried, labels, numbers, keep)

    @classmethod
    def of_matrix(
        cls, successes: Floats, trials: Floats | None = None, *, models: Sequence[str] = ()
    ) -> Responses:
        """Make cells of a (M, J) matrix; nan, or no trial, is a cell that was not observed.

        Raises
        ------
        ScaleError
            If no cell is observed, or a count is out of range.
        """
        y = np.asarray(successes, dtype=float)
        n = np.ones_like(y) if trials is None else np.asarray(trials, dtype=float)
        m, j = np.nonzero(~np.isnan(y) & (n > 0))
        if not len(m):
            raise ScaleError("There are no responses to fit: every cell is empty.")
        names = tuple(models) or tuple(f"m{k:0{len(str(len(y)))}d}" for k in range(len(y)))
        items = tuple(f"i{k:0{len(str(y.shape[1]))}d}" for k in range(y.shape[1]))
        won, tried = y[m, j], n[m, j]
        _check_counts({"model": _At(names, m), "item": _At(items, j)}, won, tried)
        return cls(names, items, m.astype(np.int64), j.astype(np.int64), won, tried)

    def by_cell(self) -> Responses:
        """Sum over labels: at most one row a (model, item), no labels and no numbers."""
        key = self.model * len(self.items) + self.item
        first = np.flatnonzero(np.diff(key, prepend=-1))
        if len(first) == len(key):
            return Responses(
                self.models, self.items, self.model, self.item, self.successes, self.trials
            )
        won, tried = (np.add.reduceat(x, first) for x in (self.successes, self.trials))
        return Responses(self.models, self.items, self.model[first], self.item[first], won, tried)


@dataclass(frozen=True)
class _At:
    """Names behind codes, looked up only when an error is told."""

    names: tuple[str, ...]
    code: Ints

    def __getitem__(self, row: int) -> str:
        return self.names[int(self.code[row])]


def _length(columns: Mapping[str, Column]) -> int:
    for name in NEEDED:
        if name not in columns:
            raise ScaleError(
                f"The responses have no column {name!r}; they need model, item and successes."
            )
    size = len(columns["model"])
    for name, values in columns.items():
        if len(values) != size:
            raise ScaleError(f"Column {name!r} has {len(values)} rows, but 'model' has {size}.")
    if not size:
        raise ScaleError("There are no responses to fit: the table is empty.")
    return size


def _coded(values: Column) -> tuple[tuple[str, ...], Ints]:
    """Levels in order, and the level of each value; -1 where it is missing."""
    import polars as pl

    texts = _texts(values)
    levels = texts.drop_nulls().unique().sort()
    # Ranks are the faster way to number texts of which few repeat.
    many = len(levels) > len(texts) / 2
    code = texts.rank("dense") - 1 if many else texts.cast(pl.Enum(levels)).to_physical()
    return tuple(levels), code.cast(pl.Int64).fill_null(-1).to_numpy()


def _texts(values: Column) -> pl.Series:
    """Values as texts, null where they are missing."""
    import polars as pl

    if not isinstance(values, list | tuple) and getattr(values, "dtype", None) != pl.String:
        values = list(values)
    try:
        texts = pl.Series(values, dtype=pl.String, strict=True)
    except TypeError:  # not all of them are texts
        plain = [None if v is None or v != v else str(v) for v in values]  # noqa: PLR0124 (nan)
        texts = pl.Series(plain, dtype=pl.String)
    return texts.set(texts == "", None)


def _named(values: Column, what: str) -> tuple[tuple[str, ...], Ints]:
    levels, code = _coded(values)
    bad = np.flatnonzero(code < 0)
    if len(bad):
        raise ScaleError(f"Row {bad[0] + 1} of the responses names no {what}.")
    return levels, code


def _numbers(values: Column, what: str, *, gaps: bool = False) -> Floats:
    try:
        out = np.array(values, dtype=float)  # None becomes nan
    except (TypeError, ValueError):
        out = _one_by_one(values, what)
    bad = np.flatnonzero(np.isinf(out) | (np.isnan(out) & (not gaps)))
    if len(bad):
        raise ScaleError(f"Row {bad[0] + 1} of column {what!r} is not a finite number.")
    return out


def _one_by_one(values: Column, what: str) -> Floats:
    try:
        return np.array([np.nan if v is None or v == "" else float(v) for v in values], dtype=float)
    except (TypeError, ValueError) as error:
        raise ScaleError(f"Column {what!r} holds something that is no number: {error}.") from None


def _check_counts(columns: Mapping[str, Any], won: Floats, tried: Floats) -> None:
    for bad, why in (
        (won < 0, "negative successes"),
        (tried < 0, "negative trials"),
        (won > tried, "more successes than trials"),
    ):
        rows = np.flatnonzero(bad)
        if len(rows):
            k = int(rows[0])
            raise ScaleError(
                f"{columns['model'][k]!r} on item {columns['item'][k]!r} has {why} "
                f"({won[k]:g} of {tried[k]:g})."
            )


def _distinct(columns: Mapping[str, Column], keys: Column, won: Floats, tried: Floats) -> Ints:
    """Rows to keep, in order of model, item and labels."""
    order = np.lexsort([tried, won, *reversed(keys)])
    order = order[tried[order] > 0]
    if not len(order):
        raise ScaleError("There are no responses to fit: no row has a trial.")
    same = np.ones(len(order) - 1, dtype=bool)
    for key in keys:
        same &= np.diff(key[order]) == 0
    clash = same & ((np.diff(won[order]) != 0) | (np.diff(tried[order]) != 0))
    if clash.any():
        k = int(order[int(np.argmax(clash)) + 1])
        raise ScaleError(
            f"{columns['model'][k]!r} on item {columns['item'][k]!r} stands twice with different "
            "counts: add them up, or tell the rows apart in a column such as 'run'."
        )
    keep: Ints = order[np.concatenate([[True], ~same])]
    return keep


def _pack(
    names: Mapping[str, tuple[tuple[str, ...], Ints]],
    won: Floats,
    tried: Floats,
    labels: Labels,
    numbers: Mapping[str, Floats],
    keep: Ints,
) -> Responses:
    used = {what: _used(levels, code[keep]) for what, (levels, code) in names.items()}
    return Responses(
        models=used["model"][0],
        items=used["item"][0],
        model=used["model"][1],
        item=used["item"][1],
        successes=won[keep],
        trials=tried[keep],
        labels={c: _used(levels, code[keep]) for c, (levels, code) in labels.items()},
        numbers={c: x[keep] for c, x in numbers.items()},
    )


def _used(levels: tuple[str, ...], code: Ints) -> tuple[tuple[str, ...], Ints]:
    """Levels that some kept row has, and the codes among them."""
    seen = np.bincount(code[code >= 0], minlength=len(levels)) > 0
    if seen.all():
        return levels, code
    new = np.where(seen, np.cumsum(seen) - 1, -1)
    return tuple(np.array(levels)[seen].tolist()), np.where(code >= 0, new[code], -1)
