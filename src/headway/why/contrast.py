"""Means over models and items, and their differences, with intervals for both being a sample."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from headway.scale.table import Floats


@dataclass(frozen=True)
class Estimate:
    """A mean, or a difference of two means, in share.

    Attributes
    ----------
    value, low, high : float
    models : tuple of int
        Models on each side.
    items : int
    beyond : bool
        False where one model a side leaves no spread between models: the interval then holds for
        these models alone.
    """

    value: float
    low: float
    high: float
    models: tuple[int, ...]
    items: int
    beyond: bool


def contrast(sides: Sequence[Floats], level: float = 0.9) -> Estimate:
    """The mean of one side, or that of the first less that of the second.

    Parameters
    ----------
    sides : sequence of one or two (n, J) arrays
        A row a model, a column an item, nan where it did not run.
    level : float
        Level of the interval.

    Returns
    -------
    Estimate
        Its variance is that between models (pooled over the sides) plus that of items, which all
        models share, less that of single cells, which is in both: the two-way clustered variance
        of Cameron, Gelbach and Miller (2011, Journal of Business & Economic Statistics 29, 238,
        eq. 2.11), and never less than either of the two. Quantiles of Student's t with as many
        degrees of freedom as there are models beyond one a side.
    """
    from scipy.special import stdtrit

    means = [np.nanmean(side, axis=1) for side in sides]
    signs = (1.0, -1.0)[: len(sides)]
    pulls = np.vstack(
        [sign * _pull(side, mean) for side, mean, sign in zip(sides, means, signs, strict=True)]
    )
    items = int(np.isfinite(np.vstack(list(sides))).any(axis=0).sum())
    by_item = float((pulls.sum(axis=0) ** 2).sum()) * items / max(items - 1, 1)
    free = sum(len(mean) - 1 for mean in means)
    variance = by_item
    if free:
        pooled = sum(float(((mean - mean.mean()) ** 2).sum()) for mean in means) / free
        by_model = pooled * sum(1 / len(mean) for mean in means)
        both = by_model + by_item - float((pulls**2).sum())
        variance = max(both, by_model, by_item)
    value = sum(sign * float(mean.mean()) for sign, mean in zip(signs, means, strict=True))
    half = float(stdtrit(free or max(items - 1, 1), (1 + level) / 2)) * float(np.sqrt(variance))
    count = tuple(len(mean) for mean in means)
    return Estimate(value, value - half, value + half, count, items, free > 0)


def _pull(side: Floats, mean: Floats) -> Floats:
    """What each cell (n, J) adds to the error of the side's mean."""
    count = np.isfinite(side).sum(axis=1)
    out: Floats = np.nan_to_num(side - mean[:, None]) / (count[:, None] * len(side))
    return out
