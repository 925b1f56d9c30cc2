"""I + Z'WZ in blocks: a diagonal one that is eliminated, a cross block, and a small dense one.

The cross block is dense where most pairs of levels occur, and sparse where few do: a million models
of one answer each then cost what a million answers cost.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from headway.scale.table import Floats, Ints

GAIN = 100  # a dense product is this much cheaper per term than a sparse one
CHUNK = 4_000_000  # pairs of entries worked on at once


@dataclass(frozen=True, eq=False)
class Layout:
    """Where the entries of the cross block (Q, K) lie, and which one every cell adds to.

    Attributes
    ----------
    shape : (int, int)
        Q eliminated levels by K others.
    column : (E,) int
        Column of each entry, row by row; all Q K of them where ``dense``.
    start : (Q + 1,) int
        First entry of each row.
    places : tuple of (N,) int
        Entry of each cell, one array for every term but the first.
    dense : bool
    """

    shape: tuple[int, int]
    column: Ints
    start: Ints
    places: tuple[Ints, ...]
    dense: bool

    @classmethod
    def of(cls, row: Ints, columns: Sequence[Ints], shape: tuple[int, int]) -> Layout:
        """Lay out the pairs of a row and a column that cells have."""
        flat = [row * shape[1] + column for column in columns]
        entries = distinct(np.concatenate([np.arange(0), *map(distinct, flat)]))
        start = np.searchsorted(entries, np.arange(shape[0] + 1) * shape[1])
        pairs = float((np.diff(start).astype(float) ** 2).sum())
        if pairs * GAIN > float(shape[0]) * shape[1] ** 2:
            whole = np.arange(shape[0] + 1) * shape[1]
            return cls(shape, np.arange(0), whole, tuple(flat), dense=True)
        places = tuple(np.searchsorted(entries, each) for each in flat)
        return cls(shape, entries % max(shape[1], 1), start, places, dense=False)

    def fill(self, parts: Sequence[Floats]) -> Floats:
        """Entries (E,) from what each cell adds (N,), term by term."""
        size = int(self.start[-1])
        total = np.zeros(size)
        for place, part in zip(self.places, parts, strict=True):
            total += np.bincount(place, part, size)
        return total

    def matrix(self, entries: Floats) -> Any:
        """The cross block itself: an array, or a sparse one."""
        if self.dense:
            return entries.reshape(self.shape)
        from scipy.sparse import csr_array

        return csr_array((entries, self.column, self.start), shape=self.shape)

    def gram(self, left: Floats, right: Floats) -> Floats:
        """Product (K, K) of the transpose of one cross block with another."""
        if self.dense:
            return (left.reshape(self.shape).T @ right.reshape(self.shape)).astype(float)
        k = self.shape[1]
        total = np.zeros(k * k)
        for one, other in self.pairs:
            place = self.column[one] * k + self.column[other]
            total += np.bincount(place, left[one] * right[other], k * k)
        return total.reshape(k, k)

    def times(self, entries: Floats, square: Floats) -> Floats:
        """Those entries (E,) of the cross block times ``square`` (K, K) that cells have."""
        if self.dense:
            return (entries.reshape(self.shape) @ square).ravel().astype(float)
        total = np.zeros(len(entries))
        for one, other in self.pairs:
            product = entries[other] * square[self.column[other], self.column[one]]
            total += np.bincount(one, product, len(entries))
        return total

    def per_row(self, entries: Floats) -> Floats:
        """Sums (Q,) of entries over each row."""
        if self.dense:
            return np.asarray(entries.reshape(self.shape).sum(axis=1), dtype=float)
        return np.bincount(self.row, entries, self.shape[0]).astype(float)

    def along(self, values: Floats) -> Floats:
        """Values (Q,) of rows repeated for each entry, (E,)."""
        repeated: Floats = values[self.row]
        return repeated

    @cached_property
    def row(self) -> Ints:
        """Row of each entry, (E,)."""
        return np.repeat(np.arange(self.shape[0]), np.diff(self.start))

    @property
    def pairs(self) -> Iterable[tuple[Ints, Ints]]:
        """Pairs of entries of one row, in chunks."""
        return self._kept if (np.diff(self.start) ** 2).sum() <= CHUNK else self._chunks()

    @cached_property
    def _kept(self) -> list[tuple[Ints, Ints]]:
        return list(self._chunks())

    def _chunks(self) -> Iterator[tuple[Ints, Ints]]:
        width = np.diff(self.start)[self.row]  # entries in the row of each entry
        if not len(width):
            return
        ends = np.cumsum(width)
        cuts = np.searchsorted(ends, np.arange(CHUNK, ends[-1] + CHUNK, CHUNK)) + 1
        low = 0
        for high in np.minimum(cuts, len(width)).tolist():
            here = width[low:high]
            one = np.repeat(np.arange(low, high), here)
            step = np.arange(len(one)) - np.repeat(np.cumsum(here) - here, here)
            yield one, self.start[self.row[one]] + step
            low = high


def distinct(codes: Ints) -> Ints:
    """Different codes, sorted. Sorting is faster here than the hashing of ``numpy.unique``."""
    codes = np.sort(codes)
    return codes[np.diff(codes, prepend=-1) > 0]


@dataclass(frozen=True, eq=False)
class Factor:
    """H = I + Z'WZ with its block of Q eliminated levels and its dense block of K others.

    Attributes
    ----------
    diagonal : (Q,) float
    entries : (E,) float
        The cross block divided by the diagonal, row by row, as ``layout`` has it.
    dense : (K, K) float
        Schur complement of the eliminated block.
    """

    diagonal: Floats
    entries: Floats
    dense: Floats
    layout: Layout

    @cached_property
    def across(self) -> Any:
        """The cross block divided by the diagonal, (Q, K); sparse where few pairs occur."""
        return self.layout.matrix(self.entries)

    @cached_property
    def cholesky(self) -> Floats:
        """Lower Cholesky factor of the Schur complement, (K, K)."""
        return np.linalg.cholesky(self.dense).astype(float)

    @cached_property
    def inverse(self) -> Floats:
        """Inverse of the Schur complement, (K, K)."""
        return self._settle(np.eye(len(self.dense)))

    @cached_property
    def ahead(self) -> Floats:
        """Minus the cross block of H^-1, at the entries of the layout, (E,)."""
        return self.layout.times(self.entries, self.inverse)

    @cached_property
    def own(self) -> Floats:
        """Diagonal of the eliminated block of H^-1, (Q,)."""
        return 1 / self.diagonal + self.layout.per_row(self.ahead * self.entries)

    @cached_property
    def root(self) -> Floats:
        """Lower Cholesky factor of the inverse, (K, K)."""
        return np.linalg.cholesky((self.inverse + self.inverse.T) / 2).astype(float)

    @cached_property
    def log_det(self) -> float:
        """Logarithm of the determinant of H."""
        return float(np.log(self.diagonal).sum() + 2 * np.log(np.diag(self.cholesky)).sum())

    def solve(self, g: Floats) -> Floats:
        """H^-1 g for ``g`` (Q + K,) or (Q + K, R)."""
        q = len(self.diagonal)
        top, rest = g[:q], g[q:]
        tail = self._settle(rest - self.across.T @ top)
        scale = self.diagonal if g.ndim == 1 else self.diagonal[:, None]
        return np.concatenate([top / scale - self.across @ tail, tail])

    def _settle(self, g: Floats) -> Floats:
        from scipy.linalg import cho_solve

        out: Floats = cho_solve((self.cholesky, True), g, check_finite=False) if len(g) else g
        return out

    def sample(self, rng: np.random.Generator, count: int) -> Floats:
        """Draws (count, Q + K) from N(0, H^-1)."""
        q, k = self.layout.shape
        tail = rng.standard_normal((count, k)) @ self.root.T
        top = rng.standard_normal((count, q)) / np.sqrt(self.diagonal) - (self.across @ tail.T).T
        return np.concatenate([top, tail], axis=1)

    def variances(self) -> Floats:
        """Diagonal of H^-1, (Q + K,)."""
        return np.concatenate([self.own, np.diag(self.inverse)])


def factor(layout: Layout, top: Floats, entries: Floats, dense: Floats) -> Factor:
    """Eliminate the first block of I + Z'WZ.

    Parameters
    ----------
    layout : Layout
    top : (Q,) float
        The diagonal block.
    entries : (E,) float
        The cross block.
    dense : (K, K) float
        The block of the others.
    """
    across = entries / (np.repeat(top, layout.shape[1]) if layout.dense else layout.along(top))
    return Factor(top, across, dense - layout.gram(entries, across), layout)
