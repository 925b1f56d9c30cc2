"""What the residuals of one ability say of cells that are held out.

A model that beats its curve on one benchmark tends to beat it on similar ones, and a curve that
is too low for one model is too low for models of about its ability. Both are read off residuals,
standardised by the curve's own spread, as a Gaussian process over the cells (kriging; Rasmussen
and Williams 2006, *Gaussian Processes for Machine Learning*, 2.2), with the covariance

    k(mb, m'b') = [b = b'] u^2 exp(-(C_m - C_m')^2 / 2 w^2)  +  [m = m'] Sigma_bb'

and independent noise. Sigma is the covariance of residuals of each two benchmarks over the models
that have both, shrunk towards a prior that knows only domains, as if so many more models had
been seen (an inverse-Wishart mean, pair by pair), and made positive. The numbers below are in
units of the residuals' own SD; they were chosen by hand from about thirty settings, among which
the error changed little, and are the same for every table.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from headway.scale.eci import CLIP
from headway.scale.table import Bools, Floats, Ints, Table

NOISE = 0.9
CURVE, WIDTH = 0.7, 0.5  # SD of a curve's own shape; its width in raw units of ability
SHARED, DOMAIN, OWN = 0.13, 0.45, 0.13  # variances of a model: everywhere, per domain, alone
SEEN = 20.0  # models' worth of prior in the covariance of two benchmarks
ROBUST = 4.0  # a residual beyond so many SDs counts as so many
STEPS, TOL = 100, 1e-6


def corrected(table: Table, curve: Floats, ability: Floats, held: Bools) -> Floats:
    """Predictions (S, N) of a curve, moved by what the residuals that are kept say.

    Parameters
    ----------
    table : Table
    curve : (S, N) float
        Predictions of S fits.
    ability : (S, M) float
        Raw abilities of the fits.
    held : (S, N) bool
        Cells that no fit knows.
    """
    y, near = np.clip(table.score, CLIP, 1 - CLIP), _Near.of(table)
    out = np.empty_like(curve)
    for s, (p, c, hidden) in enumerate(zip(curve, ability, held, strict=True)):
        spread = np.sqrt(p * (1 - p))
        residual = np.where(hidden, 0.0, (y - p) / spread)
        moved = near.predicted(residual, c[table.model], ~hidden)
        out[s] = np.clip(p + spread * moved, CLIP, 1 - CLIP)
    return out


@dataclass(frozen=True, eq=False)
class _Pairs:
    """All pairs of cells that share a code: row by row, as a sparse matrix stores them."""

    row: Ints
    column: Ints
    start: Ints

    @classmethod
    def sharing(cls, code: Ints) -> _Pairs:
        order = np.argsort(code, kind="stable")
        count = np.bincount(code)
        first = np.concatenate([[0], np.cumsum(count)[:-1]])
        length = count[code]
        row = np.repeat(np.arange(len(code)), length)
        start = np.concatenate([[0], np.cumsum(length)])
        within = np.arange(len(row)) - start[row]
        return cls(row, order[first[code[row]] + within], start)


@dataclass(frozen=True, eq=False)
class _Near:
    """Which cells are near each other, worked out once for a table."""

    table: Table
    benchmark: _Pairs
    model: _Pairs
    prior: Floats

    @classmethod
    def of(cls, table: Table) -> _Near:
        domain = np.unique(np.array(table.domain), return_inverse=True)[1]
        # Where no domain is stated, benchmarks are not taken to be alike.
        stated = np.array([bool(name) for name in table.domain])
        same = (domain[:, None] == domain[None]) & stated[:, None]
        prior = SHARED + DOMAIN * same + OWN * np.eye(len(domain))
        at = _Pairs.sharing(table.benchmark), _Pairs.sharing(table.model)
        return cls(table, *at, prior=prior)

    def predicted(self, residual: Floats, ability: Floats, kept: Bools) -> Floats:
        """Expected residual of every cell (N,), given those that are kept."""
        size = float(np.sqrt((residual[kept] ** 2).mean())) or 1.0
        known = np.clip(residual / size, -ROBUST, ROBUST)
        cover = self._kernel(known, ability, kept)
        moved: Floats = size * (cover @ _solve(cover, known, kept.astype(float)))
        return moved

    def _kernel(self, known: Floats, ability: Floats, kept: Bools) -> _Sum:
        b, m = self.benchmark, self.model
        apart = (ability[b.row] - ability[b.column]) / WIDTH
        sigma = self._covariance(known, kept)
        code = self.table.benchmark
        return _Sum(
            (_sparse(CURVE**2 * np.exp(-0.5 * apart**2), b),
             _sparse(sigma[code[m.row], code[m.column]], m))
        )  # fmt: skip

    def _covariance(self, known: Floats, kept: Bools) -> Floats:
        shape = (len(self.table.models), len(self.table.benchmarks))
        value, there = np.zeros(shape), np.zeros(shape)
        at = self.table.model[kept], self.table.benchmark[kept]
        value[at], there[at] = known[kept], 1.0
        shrunk = (value.T @ value + SEEN * self.prior) / (there.T @ there + SEEN)
        # The variance of a benchmark's residuals holds noise: the prior says how much is not.
        np.fill_diagonal(shrunk, np.diag(self.prior))
        size, axes = np.linalg.eigh(shrunk)
        positive: Floats = (axes * np.maximum(size, 0)) @ axes.T
        return positive


@dataclass(frozen=True, eq=False)
class _Sum:
    """A sum of sparse matrices, of which only products with vectors are needed."""

    parts: tuple[_Matrix, _Matrix]

    def __matmul__(self, x: Floats) -> Floats:
        total: Floats = self.parts[0] @ x + self.parts[1] @ x
        return total


_Matrix = NDArray[np.float64]  # to a type checker; at run time a sparse array of SciPy


def _sparse(values: Floats, pairs: _Pairs) -> _Matrix:
    from scipy.sparse import csr_array

    n = len(pairs.start) - 1
    made: _Matrix = csr_array((values, pairs.column, pairs.start), shape=(n, n))
    return made


def _solve(cover: _Sum, right: Floats, kept: Floats) -> Floats:
    """Conjugate gradients for (cover + noise) x = right over the cells that are kept, (N,)."""
    x, rest = np.zeros_like(right), right * kept
    way, size = rest.copy(), float(rest @ rest)
    goal = TOL**2 * size
    for _ in range(STEPS):
        if size <= goal:
            break
        image = kept * (cover @ way) + NOISE**2 * way
        step = size / float(way @ image)
        x, rest = x + step * way, rest - step * image
        new = float(rest @ rest)
        way, size = rest + (new / size) * way, new
    return x
