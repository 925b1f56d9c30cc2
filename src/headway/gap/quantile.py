"""Quantiles of draws of which some are infinite (censored) or nan (not defined)."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from headway.gap.world import Floats


def quantile(values: Floats, q: float) -> float:
    """Quantile of the draws, linear between finite neighbours, never nan because of an infinity.

    Between a finite and an infinite neighbour there is no middle: the bound that lies further out
    is given (the lower one below the median, the upper one above), so that an interval is never
    too narrow. nan draws are left out; without any other, nan.
    """
    ordered = np.sort(values[~np.isnan(values)])
    if not ordered.size:
        return math.nan
    place = q * (ordered.size - 1)
    # The rounding keeps 0.05 * 20 = 1.0000000000000002 on its element.
    low, high = math.floor(round(place, 9)), math.ceil(round(place, 9))
    left, right = float(ordered[low]), float(ordered[high])
    if left == right:
        return left
    if math.isfinite(left) and math.isfinite(right):
        return left + (right - left) * (place - low)
    return left if q < 0.5 else right


def finite(value: float) -> float | None:
    """None for what is censored or not defined."""
    return value if math.isfinite(value) else None
