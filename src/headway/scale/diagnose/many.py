"""Many tests at once: false discovery rates, and normal tails."""

from __future__ import annotations

import numpy as np

from headway.scale.table import Floats


def adjusted(p: Floats, tests: int | None = None) -> Floats:
    """False discovery rate at which each p is found (Benjamini & Hochberg 1995, *JRSS B* 57).

    Parameters
    ----------
    p : (K,) float
        nan = no test was possible; it counts as none.
    tests : int, optional
        Number of tests of which these are the smallest; by default those that are not nan.
    """
    out = np.full(len(p), np.nan)
    known = np.flatnonzero(~np.isnan(p))
    if not len(known):
        return out
    order = known[np.argsort(p[known], kind="stable")]
    total = len(known) if tests is None else tests
    scaled = p[order] * total / np.arange(1, len(order) + 1)
    out[order] = np.minimum(np.minimum.accumulate(scaled[::-1])[::-1], 1.0)
    return out


def two_sided(z: Floats) -> Floats:
    """Chance of a normal value at least as far out."""
    from scipy.special import ndtr

    out: Floats = 2 * ndtr(-np.abs(z))
    return out


def reach(level: float) -> float:
    """Half-width of a central normal interval, in standard errors."""
    from scipy.special import ndtri

    return float(ndtri((1 + level) / 2))
