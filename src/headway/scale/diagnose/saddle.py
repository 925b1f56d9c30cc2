"""Tail of a sum of products of two binomial residuals, far out where no normal law holds."""

from __future__ import annotations

import numpy as np

from headway.scale.diagnose.many import two_sided
from headway.scale.table import Floats

STEPS, FARTHEST = 60, 60.0
Side = tuple[Floats, Floats, Floats]  # chances, successes, trials; (M, K) each


def product_tail(first: Side, second: Side, both: Floats, tied: Floats | float = 0.0) -> Floats:
    """Two-sided chance of sum_m e1 e2 at least as far from 0 as it is, (K,).

    Parameters
    ----------
    first, second : chances, successes and trials, (M, K) each
        Cells with several trials count by their mean variance (a normal product is close enough
        there); single answers exactly.
    both : (M, K) float
        1 where both are answered.
    tied : (K,) float
        What the fit of abilities has taken from the sum.
    """
    e = [won - tried * p for p, won, tried in (first, second)]
    total = (e[0] * e[1] * both).sum(axis=0) + tied
    variance = [tried * p * (1 - p) * both for p, _, tried in (first, second)]
    spread = np.sqrt(np.maximum((variance[0] * variance[1]).sum(axis=0), 1e-300))
    z = total / spread
    if max(first[2].max(), second[2].max()) > 1:
        return two_sided(z)
    values, weights = _outcomes(first[0], second[0], both)
    out = np.minimum(1.0, 2 * _tail(values, weights, total, np.sign(total)))
    small = np.abs(z) < 0.5  # the saddlepoint has 0 / 0 in the middle
    tails: Floats = np.where(small, two_sided(z), out)
    return tails


def _outcomes(p: Floats, r: Floats, both: Floats) -> tuple[Floats, Floats]:
    """The four products of two residuals and their chances, (4, M, K)."""
    values = np.stack([(1 - p) * (1 - r), -(1 - p) * r, -p * (1 - r), p * r]) * both
    weights = np.stack([p * r, p * (1 - r), (1 - p) * r, (1 - p) * (1 - r)])
    return values, weights


def _tail(values: Floats, weights: Floats, total: Floats, side: Floats) -> Floats:
    """Chance of at least ``total`` on its side (Lugannani & Rice)."""
    from scipy.special import ndtr

    values, total = values * side, np.abs(total)
    # A sum of atoms reaches no further than its largest value.
    low, high = np.zeros(len(total)), np.full(len(total), FARTHEST)
    for _ in range(STEPS):
        t = 0.5 * (low + high)
        first = _cumulant(values, weights, t)[1]
        low, high = np.where(first < total, t, low), np.where(first < total, high, t)
    t = 0.5 * (low + high)
    k, _, second = _cumulant(values, weights, t)
    w = np.sqrt(np.maximum(2 * (t * total - k), 1e-12))
    u = t * np.sqrt(np.maximum(second, 1e-300))
    with np.errstate(divide="ignore", over="ignore"):
        tail = ndtr(-w) + np.exp(-0.5 * w * w) / np.sqrt(2 * np.pi) * (1 / u - 1 / w)
    edge = t > FARTHEST - 1e-6  # all models at their extreme: that chance itself
    out: Floats = np.clip(np.where(edge, np.exp(k - t * total), tail), 1e-300, 1.0)
    return out


def _cumulant(values: Floats, weights: Floats, t: Floats) -> tuple[Floats, Floats, Floats]:
    """Cumulant generating function at t (K,) and its first two derivatives."""
    top = (t * values).max(axis=0)
    grown = weights * np.exp(t * values - top)
    size = grown.sum(axis=0)
    mean = (grown * values).sum(axis=0) / size
    square = (grown * values**2).sum(axis=0) / size
    value = (np.log(size) + top).sum(axis=0)
    return value, mean.sum(axis=0), (square - mean**2).sum(axis=0)
