"""Answers item by item without the cells that were not observed, for thin matrices."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from headway.scale.items.matrix import Matrix, Totals, packing
from headway.scale.responses import Responses
from headway.scale.table import Floats, Ints

THIN = 0.2  # share of observed cells below which gathering beats looking at every cell
LARGE = 1_000_000  # cells of a matrix: smaller ones are quick however they lie


@dataclass(frozen=True, eq=False)
class Sparse:
    """Successes out of trials of observed cells, sorted by item.

    Attributes
    ----------
    models, items : sequence of str
        Names, length M and J.
    start : (J + 1,) int
        Where each item's cells begin; the last is the number of cells N.
    model : (N,) int32
        Index of each cell's model.
    packed : (N,) unsigned int
        ``trials << bits | successes``.
    bits : int
    """

    models: Sequence[str]
    items: Sequence[str]
    start: Ints
    model: Any
    packed: Any
    bits: int

    @property
    def shape(self) -> tuple[int, int]:
        """Items J, models M."""
        return len(self.items), len(self.models)

    @property
    def size(self) -> int:
        """Cells that are looked at."""
        return len(self.packed)

    @property
    def n_cells(self) -> int:
        """Observed cells."""
        return len(self.packed)

    def code(self, part: slice) -> Any:
        """Packed counts (J', M) of a slice of items, 0 where a cell was not observed."""
        low, high = self.start[part.start], self.start[part.stop]
        out = np.zeros((part.stop - part.start, len(self.models)), dtype=self.packed.dtype)
        item = np.repeat(np.arange(len(out)), np.diff(self.start[part.start : part.stop + 1]))
        out[item, self.model[low:high]] = self.packed[low:high]
        return out

    def rows(self, part: slice) -> tuple[Floats, Floats]:
        """Successes and trials (J', M) of a slice of items as floats."""
        code = self.code(part)
        return (code & ((1 << self.bits) - 1)).astype(float), (code >> self.bits).astype(float)

    @cached_property
    def totals(self) -> Totals:
        """Successes and trials by model and by item."""
        return Totals.of(self.responses())

    def responses(self) -> Responses:
        """The observed cells, sorted by model."""
        item = np.repeat(np.arange(len(self.items)), np.diff(self.start))
        order = np.argsort(self.model, kind="stable")
        won = self.packed & self.packed.dtype.type((1 << self.bits) - 1)
        return Responses(
            tuple(self.models),
            tuple(self.items),
            self.model[order].astype(np.int64),
            item[order],
            won[order].astype(float),
            (self.packed >> self.packed.dtype.type(self.bits))[order].astype(float),
        )


Answers = Matrix | Sparse


def lay_out(cells: Responses) -> Answers:
    """A matrix, or where it is large and thin, its observed cells.

    Parameters
    ----------
    cells : Responses
        All different (:meth:`Responses.by_cell`).
    """
    size = len(cells.models) * len(cells.items)
    how = packing(cells)
    if size < LARGE or cells.n_cells >= THIN * size or how is None:
        return Matrix.of(cells)
    order = np.argsort(cells.item, kind="stable")
    start = np.concatenate([[0], np.cumsum(np.bincount(cells.item, minlength=len(cells.items)))])
    packed = (cells.trials * (1 << how[0]) + cells.successes).astype(how[1])
    model = cells.model[order].astype(np.int32)
    return Sparse(cells.models, cells.items, start, model, packed[order], how[0])
