"""What a formula may name: labels as levels and codes, numbers as regressors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from headway.errors import ScaleError
from headway.scale.table import Bools, Floats, Ints


class Counts(Protocol):
    """Successes of trials, one cell per row (``headway.scale.responses.Responses``)."""

    @property
    def models(self) -> tuple[str, ...]:
        """Names of the M models."""

    @property
    def items(self) -> tuple[str, ...]:
        """Names of the J items."""

    @property
    def model(self) -> Ints:
        """Model of each cell, (N,)."""

    @property
    def item(self) -> Ints:
        """Item of each cell, (N,)."""

    @property
    def successes(self) -> Floats:
        """Successes, (N,)."""

    @property
    def trials(self) -> Floats:
        """Trials, (N,)."""

    @property
    def labels(self) -> Mapping[str, tuple[tuple[str, ...], Ints]]:
        """Levels and code (N,) of each other label; -1 where it is not known."""

    @property
    def numbers(self) -> Mapping[str, Floats]:
        """Numbers of each cell, (N,); nan where not known."""


@dataclass(frozen=True, eq=False)
class Columns:
    """Everything that a formula may name."""

    labels: Mapping[str, tuple[tuple[str, ...], Ints]]
    numbers: Mapping[str, Floats]

    @classmethod
    def of(cls, data: Counts) -> Columns:
        """All labels and numbers of the data but their weight."""
        own = {"model": (data.models, data.model), "item": (data.items, data.item)}
        labels = {k: v for k, v in {**data.labels, **own}.items() if k != "weight"}
        numbers = {k: v for k, v in data.numbers.items() if k != "weight"}
        return cls(labels, numbers)

    def missing(self, name: str) -> Bools:
        """Cells (N,) without it."""
        if name in self.numbers:
            return ~np.isfinite(self.numbers[name])
        gone: Bools = self.labels[name][1] < 0
        return gone


def combined(
    names: tuple[str, ...], labels: Mapping[str, tuple[tuple[str, ...], Ints]], rows: Ints
) -> tuple[tuple[str, ...], Ints]:
    """Levels that occur, and the level of each row, of a combination of labels."""
    code = np.zeros(len(rows), dtype=np.int64)
    for name in names:
        levels, each = labels[name]
        code = compact(code * len(levels) + each[rows])
    first = np.empty(int(code.max()) + 1, dtype=np.int64)
    first[code[::-1]] = rows[::-1]  # the last to write is the first row of its level
    parts = [np.array(labels[n][0], dtype=object)[labels[n][1][first]].tolist() for n in names]
    return tuple(map(":".join, zip(*parts, strict=True))), code


def compact(code: Ints) -> Ints:
    """Codes numbered from 0 without gaps, in the same order."""
    top = int(code.max()) + 1
    if top > 4 * len(code) + 1000:
        return np.unique(code, return_inverse=True)[1].astype(np.int64)
    seen = np.bincount(code, minlength=top) > 0
    out: Ints = (np.cumsum(seen) - 1)[code]
    return out


def number(name: str, numbers: Mapping[str, Floats], rows: Ints) -> Floats:
    """A number as a regressor: the budget in doublings of its geometric mean, others centred.

    Raises
    ------
    ScaleError
        If it is no number, is constant, or is a budget that is not above 0.
    """
    if name not in numbers:
        raise ScaleError(f"{name} is a label and no number, so it has no slope; write (1|{name}).")
    values = numbers[name][rows]
    if values.min() == values.max():
        raise ScaleError(
            f"{name} is {values[0]:g} in every row, so its effect cannot be seen; leave it out."
        )
    if name == "budget":
        if values.min() <= 0:
            raise ScaleError(f"A budget is {values.min():g}; budgets must be above 0.")
        values = np.log2(values)
    centred: Floats = values - values.mean()
    return centred


@dataclass(frozen=True, eq=False)
class Cells:
    """Some cells of other data, with the same names."""

    models: tuple[str, ...]
    items: tuple[str, ...]
    model: Ints
    item: Ints
    successes: Floats
    trials: Floats
    labels: Mapping[str, tuple[tuple[str, ...], Ints]]
    numbers: Mapping[str, Floats]

    @classmethod
    def of(cls, data: Counts, rows: Ints) -> Cells:
        """The cells in ``rows``; models and items that have none are dropped."""
        models, model = combined(("model",), {"model": (data.models, data.model)}, rows)
        items, item = combined(("item",), {"item": (data.items, data.item)}, rows)
        return cls(
            models,
            items,
            model,
            item,
            data.successes[rows],
            data.trials[rows],
            {name: (levels, code[rows]) for name, (levels, code) in data.labels.items()},
            {name: values[rows] for name, values in data.numbers.items()},
        )
