"""The dense systems that are left of an arrow when its models are eliminated, draw by draw."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from headway.scale.table import Bools, Floats, Ints

HELD = 1e12  # curvature that keeps a parameter where it is
AT_ONCE = 8  # draws: their borders stay in the cache of a core


@dataclass(frozen=True, eq=False)
class Border:
    """S systems of K benchmark parameters: ``own`` less the sum over models of v v', v of length K.

    Attributes
    ----------
    model, benchmark : (N,) int
        Where each cell sits.
    values : tuple of (S, N)
        The cells' cross derivatives with the ability of their model, over the root of its own
        curvature: one for each parameter of a benchmark, K / B of them.
    own_d, own_a, cross : (S, B)
        The benchmarks' second derivatives in difficulty and log slope, and between them.
    held : (S, K) bool
        Parameters that stay.
    """

    model: Ints
    benchmark: Ints
    values: tuple[Floats, ...]
    own_d: Floats
    own_a: Floats
    cross: Floats
    held: Bools

    def solve(self, top: Floats, grad: Floats) -> tuple[Floats, Floats]:
        """Eliminate the models and solve.

        Parameters
        ----------
        top : (S, M)
            Gradient of the abilities over the roots of their curvatures.
        grad : (S, K)
            Gradient of the benchmark parameters.

        Returns
        -------
        step : (S, K)
            Of the benchmark parameters; zero where held.
        back : (S, M)
            What the step adds to ``top``.
        """
        step, back = np.empty_like(grad), np.empty_like(top)
        # Only the places of cells are ever written, so one block of zeros serves every draw.
        size = min(AT_ONCE, len(top)), top.shape[1] * grad.shape[1]
        room = np.zeros(size, top.dtype)
        for first in range(0, len(top), AT_ONCE):
            rows = slice(first, min(first + AT_ONCE, len(top)))
            border = self._border(room[: rows.stop - first], rows)
            across = border.transpose(0, 2, 1)
            system = np.matmul(across, border)
            np.negative(system, out=system)
            self._add_own(system, rows)
            right = np.matmul(across, top[rows, :, None])[:, :, 0] - grad[rows]
            free = ~self.held[rows]
            step[rows] = _solved(system, right * free) * free
            back[rows] = np.matmul(border, step[rows, :, None])[:, :, 0]
        return step, back

    def _border(self, room: Floats, rows: slice) -> Floats:
        """Scatter the cells' cross derivatives to (S, M, K)."""
        width = self.held.shape[1]
        place = self.model * width + self.benchmark
        for k, value in enumerate(self.values):
            room[:, place + k * self.own_d.shape[1]] = value[rows]
        border: Floats = room.reshape(len(room), -1, width)
        return border

    def _add_own(self, system: Floats, rows: slice) -> None:
        """Add the benchmarks' own second derivatives in place.

        A held row gets a diagonal beside which its neighbours do not count: cheaper than striking
        out rows and columns.
        """
        n, k = self.own_d.shape[1], np.arange(self.own_d.shape[1])
        system[:, k, k] += self.own_d[rows]
        if system.shape[1] > n:
            system[:, n + k, n + k] += self.own_a[rows]
            system[:, k, n + k] += self.cross[rows]
            system[:, n + k, k] += self.cross[rows]
        every = np.arange(system.shape[1])
        system[:, every, every] += np.where(self.held[rows], HELD, 0).astype(system.dtype)


def _solved(system: Floats, right: Floats) -> Floats:
    """Solve symmetric systems (S, K, K): by Cholesky, or by LU those that are indefinite."""
    from scipy.linalg import get_lapack_funcs

    (posv,) = get_lapack_funcs(("posv",), dtype=system.dtype)
    out = np.empty_like(right)
    for k, one in enumerate(system):
        _, out[k], bad = posv(one.T, right[k])  # symmetric, and in the order of Fortran
        if bad:
            out[k] = np.linalg.solve(one, right[k])
    return out
