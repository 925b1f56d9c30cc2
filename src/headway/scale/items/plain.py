"""Loops over answers in plain NumPy: the twin of :mod:`headway.scale.items.compiled`.

Slower, always there, in double precision, and with guess floors.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from headway.scale.items.curve import curve, sigmoid
from headway.scale.items.population import inverted, lower
from headway.scale.items.sparse import Answers
from headway.scale.table import Floats

SLICE = 120_000  # numbers in one temporary array: a few of them stay in the cache of a core


class Lost(NamedTuple):
    """Information of abilities (M,), rows (J' D, M) whose squares go from it, log-likelihood."""

    kept: Floats
    rows: Any
    value: float


class Nodes(NamedTuple):
    """Items summed over their nodes; see :meth:`Plain.nodes`."""

    total: Floats
    share: Floats
    gradient: Floats
    info: Floats
    basis: Floats
    rows: Any


def slope_and_place(item: Floats) -> tuple[Floats, Floats]:
    """Slope a and difficulty b of items (..., D)."""
    b = item[..., -1]
    return (np.exp(item[..., 0]) if item.shape[-1] == 2 else np.ones_like(b)), b


@dataclass(frozen=True, eq=False)
class Plain:
    """Sums over the answers of a slice of items.

    Attributes
    ----------
    data : Matrix or Sparse
    floor : float
        Guess floor c of every item.
    """

    data: Answers
    floor: float = 0.0
    exact: bool = True  # in double precision

    def slices(self, width: int) -> list[slice]:
        """Items in pieces; ``width`` is how many numbers are held per cell."""
        j, m = self.data.shape
        step = max(1, SLICE // (m * width))
        return [slice(k, min(k + step, j)) for k in range(0, j, step)]

    def by_item(self, part: slice, theta: Floats, item: Floats) -> Floats:
        """Sums over models of error, error z, weight, weight z and weight z z: (J', 5)."""
        z, error, weight = self._cells(part, theta, item)
        sums = error, error * z, weight, weight * z, weight * z * z
        return np.stack([x.sum(axis=1) for x in sums], axis=1)

    def by_model(self, part: slice, theta: Floats, item: Floats) -> tuple[Floats, Floats]:
        """Gradient and expected information of the likelihood by abilities, (M,) and (M,)."""
        _, error, weight = self._cells(part, theta, item)
        a, _ = slope_and_place(item)
        return a @ error, (a * a) @ weight

    def lost(self, part: slice, theta: Floats, item: Floats, precision: Floats) -> Lost:
        """What the uncertainty of items takes from the information of abilities.

        Parameters
        ----------
        part, theta, item
            As everywhere here.
        precision : (D, D) float
            Of the population of items.
        """
        z, _, weight = self._cells(part, theta, item)
        y, n = self.data.rows(part)
        at = curve(z, self.floor)
        a, _ = slope_and_place(item)
        cross = -(a * a)[:, None] * weight
        if item.shape[1] == 1:
            by_item, info = cross[:, None], -cross.sum(axis=1)[:, None, None]
        else:
            by_item = np.stack([a[:, None] * weight * z, cross], axis=1)
            aa, ab = (weight * z * z).sum(axis=1), -a * (weight * z).sum(axis=1)
            info = np.stack([np.stack([aa, ab], -1), np.stack([ab, -cross.sum(axis=1)], -1)], -2)
        root = lower(inverted(info + precision))
        rows = np.einsum("jde,jdm->jem", root, by_item).reshape(-1, len(theta))
        value = float((y * at.log_p + (n - y) * at.log_q).sum())
        return Lost(-cross.sum(axis=0), rows, value)

    def _cells(self, part: slice, theta: Floats, item: Floats) -> tuple[Floats, Floats, Floats]:
        """z, and the score and expected information by it."""
        a, b = slope_and_place(item)
        y, n = self.data.rows(part)
        z = a[:, None] * theta - (a * b)[:, None]
        s = sigmoid(z)
        if not self.floor:
            return z, y - n * s, n * s * (1 - s)
        p = self.floor + (1 - self.floor) * s
        pull = s / np.maximum(p, 1e-300)
        return z, (y - n * p) * pull, n * (1 - self.floor) * s * (1 - s) * pull

    def nodes(
        self, part: slice, theta: Floats, nodes: Floats, log_weight: Floats, *, powers: Floats
    ) -> Nodes:
        """Sum each item over its nodes (J', K, D), of prior log weight (J', K).

        Parameters
        ----------
        part, theta
            As everywhere here.
        nodes, log_weight
        powers : (K, R + 1) float
            Polynomials of the nodes, the constant first; (K, 0) where no covariance is wanted.

        Returns
        -------
        Nodes
            Log of each item's sum (J',), the share of each node in it (J', K), the mean score and
            information of the abilities (M,). ``basis`` (J', K, R) holds the polynomials made
            orthonormal, times the square root of the share, and ``rows`` (J' R, M) the scores
            projected on them: their squares are the scores' posterior covariance, but for parts
            of higher degree in (log a, b).
        """
        y, n = self.data.rows(part)
        a, b = slope_and_place(nodes)
        z = a[..., None] * theta - (a * b)[..., None]
        value, error, weight = _derivatives(z, y, n, self.floor)
        log_share = value + log_weight
        top = log_share.max(axis=1, keepdims=True)
        share = np.exp(log_share - top)
        sums = share.sum(axis=1, keepdims=True)
        share /= sums
        score = a[..., None] * error
        root = np.sqrt(share)[..., None]
        basis = np.linalg.qr(powers * root)[0][..., 1:] if powers.size else np.zeros((0, 0, 0))
        rows = np.einsum("jkr,jkm->jrm", basis, score * root) if powers.size else basis
        return Nodes(
            total=(top + np.log(sums))[:, 0],
            share=share,
            gradient=np.einsum("jk,jkm->m", share, score),
            info=np.einsum("jk,jkm->m", share * a * a, weight),
            basis=basis,
            rows=rows.reshape(-1, len(theta)),
        )


def _derivatives(z: Floats, y: Floats, n: Floats, floor: float) -> tuple[Floats, Floats, Floats]:
    """Log-likelihood of each item at its nodes (J', K), score and curvature by z (J', K, M)."""
    if floor:
        return _floored(z, y, n, floor)
    np.clip(z, -500, 500, out=z)  # a node far out must not earn more than certainty
    odds = np.exp(z)
    value = np.matmul(z, y[..., None])[..., 0]
    p = 1 + odds
    value -= np.matmul(np.log(p), n[..., None])[..., 0]
    np.divide(odds, p, out=p)
    np.multiply(p, n[:, None], out=odds)  # n p
    error = y[:, None] - odds
    np.subtract(1, p, out=p)
    odds *= p
    return value, error, odds


def _floored(z: Floats, y: Floats, n: Floats, floor: float) -> tuple[Floats, Floats, Floats]:
    at = curve(z, floor)
    y, n = y[:, None], n[:, None]
    value = (y * at.log_p + (n - y) * at.log_q).sum(axis=2)
    room = at.s * (1 - at.s)
    off = y - n * at.p
    weight = n * (1 - floor) * room * at.pull - off * room * at.guess / at.p
    return value, off * at.pull, weight
