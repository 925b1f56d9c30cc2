"""`threshold`: first crossings of score levels on each benchmark, pooled."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from headway.errors import GapError
from headway.gap.draws import RuleDraws, percent, share, spread_of
from headway.gap.frontier import members
from headway.gap.world import MONTH, NEVER, Bools, Floats, Ints, World


def threshold(
    world: World,
    *,
    step: float = 0.1,
    smoother: Literal["gaussian"] | None = "gaussian",
    sigma_days: float = 60.0,
    first: Literal["drop", "keep"] = "drop",
    since: int | None = None,
    drop_first: int = 0,
    month_days: float = MONTH,
) -> RuleDraws:
    """Followers' minus leaders' date of first crossing each score level, pooled over benchmarks.

    A crossing is dated at the follower's release. With the Gaussian smoother the answer is the
    latest value of the smoothed crossings, that is their mean with weights that fall with the
    distance of their date from the end of the window; without it, their plain mean.

    Parameters
    ----------
    world : World
        S worlds with ``scores``; ``start`` does not matter.
    step : float
        Distance of the levels, between 0 and 1.
    smoother : {"gaussian", None}
        How crossings are weighted.
    sigma_days : float
        Width of the smoother.
    first : {"drop", "keep"}
        What to do with a level that is crossed by the oldest model of a group that was tested on
        the benchmark: an untested older one may have crossed it earlier, so it is dropped (for
        either group) unless kept.
    since : int, optional
        Only crossings by followers on or after this day.
    drop_first : int
        The oldest models of each group that are left out.
    month_days : float
        Days in a month.

    Raises
    ------
    GapError
        If the world has no scores, or ``step`` is not between 0 and 1.

    Notes
    -----
    Source: H. T. Ihle, "How far behind are open models?" (28 May 2026); levels crossed by the
    leaders only are left out there as here, which pulls the answer down; their share is printed.
    """
    scores = _scores(world, step)
    cells = _cells(world, scores, step)
    led = _first(cells, members(world, world.leader, drop_first))
    came = _first(cells, members(world, world.follower, drop_first))
    known = np.ones_like(led.early) if first == "keep" else ~(led.early | came.early)
    paired = known & (led.day < NEVER) & (came.day < NEVER)
    waiting = (led.day < NEVER) & (came.day == NEVER) & (known | ~led.early)
    if since is not None:
        paired &= came.day >= since
    gap = np.where(paired, came.day - led.day, 0) / month_days
    sigma = sigma_days if smoother == "gaussian" else None
    mean = _mean(gap, _weights(came.day, paired, world.end, sigma))
    least = _mean(np.where(waiting, world.end - led.day, 0) / month_days, waiting.astype(float))
    only_bound = np.isnan(mean) & ~np.isnan(least)
    above = np.where(only_bound, np.inf, mean)
    censored = share(waiting, waiting | paired)
    return RuleDraws(
        np.where(only_bound, least, mean),
        above,
        above,
        spread=spread_of(gap, paired, mean),
        censored_share=censored,
        cautions=_cautions(censored),
    )


@dataclass(frozen=True, eq=False)
class _Crossing:
    """(S, B * K) day on which a group first crossed each level, and whether its oldest did."""

    day: Ints
    early: Bools


def _scores(world: World, step: float) -> Floats:
    if world.scores is None:
        raise GapError("the threshold rule needs scores per benchmark; this world has none")
    if not 0 < step < 1:
        raise GapError(f"step must lie between 0 and 1, not {step}")
    return world.scores


@dataclass(frozen=True, eq=False)
class _Cells:
    """The scores that exist (the table is mostly empty): draw, model, row, day, levels crossed."""

    draw: Ints
    model: Ints
    row: Ints
    day: Ints
    crossed: Ints
    benchmarks: int
    levels: int


def _cells(world: World, scores: Floats, step: float) -> _Cells:
    levels = np.round(np.arange(1, int(1 / step + 1e-9) + 1) * step, 12)
    benchmarks, models = scores.shape[1:]
    place = np.flatnonzero(~np.isnan(scores))
    row, model = np.divmod(place, models)
    draw = row // benchmarks
    crossed = np.searchsorted(levels, scores.reshape(-1)[place], side="right")
    return _Cells(draw, model, row, world.day[draw, model], crossed, benchmarks, len(levels))


def _first(cells: _Cells, group: Bools) -> _Crossing:
    """First crossings of the levels by a group."""
    inside = group[cells.draw, cells.model]
    # Slot k holds who crossed exactly k levels; the earliest of slot k or higher crossed level k.
    table = np.full((len(group) * cells.benchmarks, cells.levels + 1), NEVER)
    np.minimum.at(table, (cells.row[inside], cells.crossed[inside]), cells.day[inside])
    earliest = np.minimum.accumulate(table[:, ::-1], axis=1)[:, ::-1]
    day, oldest = earliest[:, 1:], earliest[:, :1]
    shape = (len(group), cells.benchmarks * cells.levels)
    return _Crossing(day.reshape(shape), ((day == oldest) & (day < NEVER)).reshape(shape))


def _weights(day: Ints, paired: Bools, end: int, sigma: float | None) -> Floats:
    """(S, K) weights of the crossings; far from the end they shrink, but never all to zero."""
    if sigma is None:
        return paired.astype(np.float64)
    half = np.where(paired, ((end - day) / sigma) ** 2 / 2, np.inf)
    nearest = half.min(axis=1, keepdims=True)
    weights: Floats = np.exp(np.where(np.isfinite(nearest), nearest, 0.0) - half)
    return weights


def _mean(values: Floats, weights: Floats) -> Floats:
    total = weights.sum(axis=1)
    some = total > 0
    return np.where(some, (values * weights).sum(axis=1) / np.where(some, total, 1.0), np.nan)


def _cautions(censored: float) -> tuple[str, ...]:
    if not censored:
        return ()
    said = (
        f"{percent(censored)} of the levels are crossed by leaders only and left out, which makes"
        " the answer smaller than the lag."
    )
    return (said,)
