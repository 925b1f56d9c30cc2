"""Answers as an items x models matrix: one byte a cell where counts are small."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from headway.errors import ScaleError
from headway.scale.responses import Responses
from headway.scale.table import Floats

PACKED = ((4, np.uint8), (8, np.uint16), (15, np.uint32))  # bits a count, both in one number
SLICE = 4_000_000  # cells looked at in one piece


@dataclass(frozen=True, eq=False)
class Totals:
    """Successes and trials by model (M,) and by item (J,)."""

    won_by_model: Floats
    tried_by_model: Floats
    won_by_item: Floats
    tried_by_item: Floats

    @classmethod
    def of(cls, cells: Responses) -> Totals:
        """Add up cells."""
        sums = [
            np.bincount(code, weights=count, minlength=len(names)).astype(float)
            for code, names in ((cells.model, cells.models), (cells.item, cells.items))
            for count in (cells.successes, cells.trials)
        ]
        return cls(*sums)


@dataclass(frozen=True, eq=False)
class Matrix:
    """Successes out of trials of M models on J items, laid out item by item.

    Attributes
    ----------
    models, items : sequence of str
        Names, length M and J.
    codes : (J, M) unsigned int, optional
        ``trials << bits | successes``; 0 is a cell that was not observed. May be a memory map.
    bits : int
        Of each count in ``code``.
    counts : (2, J, M) float, optional
        Successes and trials where they are not small whole numbers; then there are no ``codes``.
    """

    models: Sequence[str]
    items: Sequence[str]
    codes: Any = None
    bits: int = 4
    counts: Any = None

    @classmethod
    def of(cls, cells: Responses) -> Matrix:
        """Lay out cells that are all different (:meth:`Responses.by_cell`)."""
        shape = (len(cells.items), len(cells.models))
        how = packing(cells)
        if how is not None:
            code = np.zeros(shape, dtype=how[1])
            code[cells.item, cells.model] = cells.trials * (1 << how[0]) + cells.successes
            return cls(cells.models, cells.items, code, how[0])
        counts = np.zeros((2, *shape))
        counts[0, cells.item, cells.model] = cells.successes
        counts[1, cells.item, cells.model] = cells.trials
        return cls(cells.models, cells.items, counts=counts)

    @classmethod
    def of_codes(cls, code: Any, models: Sequence[str] = (), items: Sequence[str] = ()) -> Matrix:
        """Take one byte a cell as it is: 0 not observed, 16 failed, 17 solved.

        Parameters
        ----------
        code : (J, M) uint8
            ``trials << 4 | successes``; a memory map stays one.

        Raises
        ------
        ScaleError
            If it is no such matrix, or has more successes than trials.
        """
        if getattr(code, "ndim", 0) != 2 or code.dtype != np.uint8:
            raise ScaleError("Codes of answers must be a matrix (items, models) of bytes.")
        out = cls(models or _names("m", code.shape[1]), items or _names("i", code.shape[0]), code)
        for part in out.slices():
            if ((code[part] & 15) > code[part] >> 4).any():
                raise ScaleError("A cell of the codes has more successes than trials.")
        return out

    @property
    def shape(self) -> tuple[int, int]:
        """Items J, models M."""
        return len(self.items), len(self.models)

    @property
    def size(self) -> int:
        """Cells of the matrix, observed or not."""
        return len(self.items) * len(self.models)

    def code(self, part: slice) -> Any:
        """Packed counts (J', M) of a slice of items, 0 where a cell was not observed."""
        return self.codes[part]

    def rows(self, part: slice) -> tuple[Floats, Floats]:
        """Successes and trials (J', M) of a slice of items as floats."""
        won, tried = self._counts(part)
        return won.astype(float), tried.astype(float)

    def _counts(self, part: slice) -> tuple[Any, Any]:
        if self.codes is None:
            return self.counts[0][part], self.counts[1][part]
        code = self.code(part)
        return code & ((1 << self.bits) - 1), code >> self.bits

    def observed(self, part: slice) -> Any:
        """Which cells (J', M) of a slice of items were observed."""
        seen = self.counts[1] if self.codes is None else self.codes
        return seen[part] > 0

    def slices(self) -> list[slice]:
        """Items in pieces of bounded size."""
        j, m = self.shape
        step = max(1, SLICE // m)
        return [slice(k, min(k + step, j)) for k in range(0, j, step)]

    @cached_property
    def totals(self) -> Totals:
        """Successes and trials by model and by item."""
        by_model, by_item = np.zeros((2, self.shape[1])), []
        for part in self.slices():
            both = self._counts(part)
            kind = np.uint32 if self.counts is None else float
            by_model += [x.sum(axis=0, dtype=kind) for x in both]
            by_item.append([x.sum(axis=1, dtype=kind) for x in both])
        won, tried = np.concatenate(by_item, axis=1).astype(float)
        return Totals(by_model[0], by_model[1], won, tried)

    @cached_property
    def n_cells(self) -> int:
        """Observed cells."""
        return sum(int(np.count_nonzero(self.observed(part))) for part in self.slices())

    def responses(self) -> Responses:
        """The observed cells, sorted by model."""
        parts = []
        for part in self.slices():
            won, tried = self.rows(part)
            item, model = np.nonzero(tried)
            parts.append((model, item + part.start, won[item, model], tried[item, model]))
        model, item, won, tried = (np.concatenate(x) for x in zip(*parts, strict=True))
        order = np.argsort(model, kind="stable")
        return Responses(
            tuple(self.models),
            tuple(self.items),
            model[order].astype(np.int64),
            item[order].astype(np.int64),
            won[order],
            tried[order],
        )


def packing(cells: Responses) -> tuple[int, Any] | None:
    """Bits a count and the type that holds both counts; None where they are not whole or large."""
    if (cells.successes % 1).any() or (cells.trials % 1).any():
        return None
    most = float(cells.trials.max())
    return next(((bits, kind) for bits, kind in PACKED if most < 1 << bits), None)


def _names(letter: str, size: int) -> tuple[str, ...]:
    wide = len(str(size))
    return tuple(f"{letter}{k:0{wide}d}" for k in range(size))
