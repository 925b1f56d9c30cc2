"""Is the gap widening? The slope of the daily gap over calendar time, for every start date."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

import numpy as np

from headway.errors import GapError
from headway.gap.quantile import quantile
from headway.gap.series import daily_lag
from headway.gap.world import MONTH, Bools, Floats, Ints, World

Verdict = Literal["widening", "narrowing", "unclear", "depends"]
YEAR = 12 * MONTH


@dataclass(frozen=True, eq=False)
class Widening:
    """Slopes of the daily gap, in months per year, one row per start date.

    Attributes
    ----------
    starts : (K,) int
        First days.
    median, low, high : (K,) float
        Over the draws.
    level : float
        Of the intervals.
    verdict : str
        "widening" or "narrowing" (every interval on one side of 0), "depends" (start dates
        contradict each other), "unclear" otherwise.
    sentence : str
        The same in words.
    """

    starts: Ints
    median: Floats
    low: Floats
    high: Floats
    level: float
    verdict: Verdict
    sentence: str


def widening(
    world: World,
    *,
    lenient: bool = False,
    tolerance: float = 0.0,
    drop_first: int = 0,
    min_days: int = 180,
    level: float = 0.9,
) -> Widening:
    """Regress the daily lag on calendar time, from every month's first day to the end.

    Parameters
    ----------
    world : World
        S worlds; start dates run from the window's start.
    lenient, tolerance, drop_first
        As in the daily rules.
    min_days : int
        A start date closer to the end is not asked.
    level : float
        Of the interval over draws.

    Raises
    ------
    GapError
        If the window is shorter than ``min_days``.

    Notes
    -----
    Days on which the lag is only bounded are left out. The days of one draw depend on each other,
    so the textbook error of a regression is not used: the interval is that of the slope over draws.
    """
    lag = daily_lag(world, lenient=lenient, tolerance=tolerance, drop_first=drop_first)
    starts = month_starts(world.start, world.end - min_days + 1)
    if not starts.size:
        raise GapError(f"to ask whether a gap widens takes a window of at least {min_days} days")
    counted = lag.defined & ~lag.censored
    slope = _slopes(lag.lag / MONTH, counted, lag.days, starts - world.start, min_days)
    tail = (1 - level) / 2
    low, median, high = (
        np.array([quantile(column, q) for column in slope.T]) for q in (tail, 0.5, 1 - tail)
    )
    verdict, sentence = _verdict(starts, low, high)
    return Widening(starts, median, low, high, level, verdict, sentence)


def month_starts(first: int, last: int) -> Ints:
    """The first day, and the first of every later month up to the last day."""
    days = range(first, last + 1)
    kept = [day for day in days if day == first or date.fromordinal(day).day == 1]
    return np.array(kept, dtype=np.int64)


def _slopes(gap: Floats, counted: Bools, days: Ints, starts: Ints, least: int) -> Floats:
    """(S, K) least-squares slope per year of the counted days from each start, nan if too few."""
    years = (days - days[-1]) / YEAR
    parts = [counted, counted * years, counted * years**2, counted * gap, counted * gap * years]
    # Sums from each start to the end: one pass from the back.
    n, x, xx, y, xy = (
        np.cumsum(part[:, ::-1], axis=1)[:, ::-1][:, starts].astype(np.float64) for part in parts
    )
    enough = n >= max(2, least / 2)
    spread = n * xx - x * x
    usable = enough & (spread > 0)
    return np.where(usable, (n * xy - x * y) / np.where(usable, spread, 1.0), np.nan)


def _verdict(starts: Ints, low: Floats, high: Floats) -> tuple[Verdict, str]:
    known = ~np.isnan(low)
    up, down = known & (low > 0), known & (high < 0)
    total = int(known.sum())
    if not total:
        return "unclear", "The data cannot say whether the gap widens: too few days in any draw."
    if up.any() and down.any():
        return "depends", (
            "Whether the gap widens depends on the start date: widening from"
            f" {_dates(starts[up])}, narrowing from {_dates(starts[down])}."
        )
    words: tuple[Verdict, Verdict] = ("widening", "narrowing")
    for which, word in zip((up, down), words, strict=True):
        if which.sum() == total:
            return word, f"The gap is {word} from every one of {total} start dates."
        if which.any():
            return "unclear", (
                f"The gap is {word} from {int(which.sum())} of {total} start dates"
                f" ({_dates(starts[which])}); for the others the data cannot say."
            )
    return "unclear", f"From none of {total} start dates can the data say whether the gap widens."


def _dates(days: Ints) -> str:
    """The first and last of some days, in words."""
    first, last = date.fromordinal(int(days[0])), date.fromordinal(int(days[-1]))
    return f"{first}" if first == last else f"{first} to {last}"
