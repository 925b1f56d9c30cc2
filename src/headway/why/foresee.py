"""The gap held out in time: what the past said of the next half-year, and what it says now."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from headway.gap.world import MONTH
from headway.ledger import Ledger
from headway.lens.recipe import Lens
from headway.why.value import Asker, Value, with_draws

Progress = Callable[[float, str], None]
EVERY, AHEAD, BACK = 3, 6, 27  # months: between dates, of the forecast, and to the first date
PAST = 3  # dates, half a year of them, that a trend goes through
DRAWS = 100


@dataclass(frozen=True)
class Origin:
    """The gap as of one date.

    Attributes
    ----------
    day : date
    then, low, high : float or None
        Months, from models and benchmarks up to that day, with the 90% interval; None where they
        are not bounded or cannot be said.
    now : float or None
        Months as of the same day, from all evidence.
    inside : bool or None
        Whether ``now`` lies in the interval of ``then``; None where that has one end only.
    ahead : float or None
        Months half a year later, from models and benchmarks up to then.
    trend : float or None
        What a line through the half-year before said of that.
    why_not : str
        Why there is no number.
    """

    day: date
    then: float | None
    low: float | None
    high: float | None
    now: float | None
    inside: bool | None
    ahead: float | None
    trend: float | None
    why_not: str = ""


@dataclass(frozen=True)
class Foreseen:
    """The gap at several dates, and how far off each forecast of it was.

    ``persistence`` and ``trend`` are root mean squared errors in months over the same dates, of
    "as now" and of a line through the half-year before; ``inside`` is the share of ``n_inside``
    intervals that hold what later evidence says of their own date; ``moved`` is the root mean
    squared difference of the two; ``next_inside`` is the share of the ``n_forecasts`` intervals
    that hold the gap of half a year later. None where there is no date to tell.
    """

    origins: tuple[Origin, ...]
    n_forecasts: int
    persistence: float | None
    trend: float | None
    next_inside: float | None
    n_inside: int
    inside: float | None
    moved: float | None
    level: float = 0.9


def foresee(
    lens: Lens,
    ledger: Ledger,
    last: date,
    *,
    own: bool = False,
    progress: Progress | None = None,
) -> Foreseen:
    """Ask a lens every three months of the last two years and a quarter.

    Parameters
    ----------
    lens : Lens
    ledger : Ledger
    last : date
        The last day of the lens.
    own : bool
        The ledger is a table of the user's own.
    progress : callable, optional
        Called with the share of the work that is done, and a word.
    """
    asker, lens = Asker(own=own), with_draws(lens, min(DRAWS, lens.scale.draws))
    days = [last - timedelta(days=round(MONTH * k)) for k in range(BACK, -1, -EVERY)]
    then: list[Value | str] = []
    now: list[Value | str] = []
    for k, day in enumerate(days):
        then.append(asker.attempt(_as_of(lens, day), ledger))
        now.append(asker.attempt(_until(lens, last, day), ledger))
        if progress is not None:
            progress((k + 1) / len(days), f"the gap as of {day}")
    return _summed(tuple(_origin(days, then, now, k) for k in range(len(days))))


def _as_of(lens: Lens, day: date) -> Lens:
    """The lens with what was there on a day."""
    rule = lens.rule.model_copy(update={"until": None})
    return lens.model_copy(update={"as_of": day, "rule": rule})


def _until(lens: Lens, last: date, day: date) -> Lens:
    """The lens with all evidence, asked about a window that ends on a day."""
    rule = lens.rule.model_copy(update={"until": day})
    return lens.model_copy(update={"as_of": last, "rule": rule})


def _origin(days: list[date], then: list[Value | str], now: list[Value | str], k: int) -> Origin:
    at, later = then[k], k + AHEAD // EVERY
    if isinstance(at, str):
        return Origin(days[k], *(None,) * 7, why_not=at)
    bounds, today = at.interval, _middle(now[k])
    return Origin(
        day=days[k],
        then=at.middle,
        low=bounds.low,
        high=bounds.high,
        now=today,
        inside=_inside(today, bounds.low, bounds.high) if k < len(days) - 1 else None,
        ahead=_middle(then[later]) if later < len(days) else None,
        trend=_trend([_middle(v) for v in then[max(k - PAST + 1, 0) : k + 1]]),
    )


def _middle(value: Value | str) -> float | None:
    return None if isinstance(value, str) else value.middle


def _inside(value: float | None, low: float | None, high: float | None) -> bool | None:
    """None where the interval has one end only: it would hold nearly anything."""
    if value is None or low is None or high is None:
        return None
    return low <= value <= high


def _trend(past: list[float | None]) -> float | None:
    """A line by least squares through the last values, half a year on."""
    known = [v for v in past if v is not None]
    if len(known) < PAST:
        return None
    slope, level = np.polyfit(np.arange(PAST), known, 1)
    return float(level + slope * (PAST - 1 + AHEAD // EVERY))


def _summed(origins: tuple[Origin, ...]) -> Foreseen:
    """Both forecasts over the dates at which both can be made and judged."""
    told = [
        (o.then - o.ahead, o.trend - o.ahead, _inside(o.ahead, o.low, o.high) is True)
        for o in origins
        if o.then is not None and o.ahead is not None and o.trend is not None
    ]
    held = [o.inside for o in origins if o.inside is not None]
    moved = [o.now - o.then for o in origins if o.inside is not None
             and o.now is not None and o.then is not None]  # fmt: skip
    return Foreseen(
        origins=origins,
        n_forecasts=len(told),
        persistence=_root([a for a, _, _ in told]),
        trend=_root([b for _, b, _ in told]),
        next_inside=sum(kept for _, _, kept in told) / len(told) if told else None,
        n_inside=len(held),
        inside=sum(held) / len(held) if held else None,
        moved=_root(moved),
    )


def _root(errors: list[float]) -> float | None:
    return float(np.sqrt(np.mean(np.square(errors)))) if errors else None
