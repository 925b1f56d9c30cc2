"""`trend`: the horizontal distance between straight lines through the records of each group."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from headway.gap.draws import RuleDraws
from headway.gap.frontier import Records, frontiers
from headway.gap.quantile import quantile
from headway.gap.world import MONTH, Floats, World

YEAR = 365.2425
BAND = "The interval comes from the draws; the textbook band of a regression is not valid here."


@dataclass(frozen=True, eq=False)
class Lines:
    """Least-squares lines through the records of both groups; nan where fewer than two.

    Attributes
    ----------
    slope : (S, 2) float
        Scale units per day, leaders then followers.
    height : (S, 2) float
        Value on the last day of the window.
    """

    slope: Floats
    height: Floats


def trend(
    world: World,
    *,
    since: int | None = None,
    min_records: int = 2,
    drop_first: int = 0,
    month_days: float = MONTH,
) -> RuleDraws:
    """End of the window minus the day on which the leaders' line had the followers' present height.

    Parameters
    ----------
    world : World
        S worlds; ``start`` does not matter.
    since : int, optional
        Only records released on or after this day (they are records of the whole history).
    min_records : int
        A draw with fewer records in a group is not defined; at least 2.
    drop_first : int
        The oldest models of each group that are left out.
    month_days : float
        Days in a month.

    Notes
    -----
    Records rise from one to the next, so a line through two or more of them always rises and every
    height has its day. That day may lie outside the data: then the answer is an extrapolation.

    Source: CAISI's figures of frontier trends per country (2026). Records are a dependent running
    maximum, so textbook bands of the regression are not valid: resample models instead.
    """
    lines = fit(world, since=since, min_records=min_records, drop_first=drop_first)
    behind = lines.height[:, 0] - lines.height[:, 1]
    months = behind / lines.slope[:, 0] / month_days
    return RuleDraws(months, months, months, cautions=(BAND,))


def fit(
    world: World, *, since: int | None = None, min_records: int = 2, drop_first: int = 0
) -> Lines:
    """Lines through the records of both groups, in every draw."""
    fits = [
        _line(group, world.end, since, max(2, min_records))
        for group in frontiers(world, drop_first)
    ]
    slope, height = (np.stack(part, axis=1) for part in zip(*fits, strict=True))
    return Lines(slope, height)


def equal_slopes(lines: Lines, level: float = 0.9) -> tuple[float, float, float]:
    """Test of equal slopes: interval of leaders' minus followers' slope, and how often it is > 0.

    Parameters
    ----------
    lines : Lines
        Of worlds in which models are resampled (`headway.gap.sampling`).
    level : float
        Of the interval.

    Returns
    -------
    low, high : float
        Scale units per year.
    above : float
        Share of the draws in which the leaders' line is the steeper one.
    """
    steeper = (lines.slope[:, 0] - lines.slope[:, 1]) * YEAR
    known = steeper[~np.isnan(steeper)]
    above = float((known > 0).mean()) if known.size else float("nan")
    tail = (1 - level) / 2
    return quantile(steeper, tail), quantile(steeper, 1 - tail), above


def _line(group: Records, end: int, since: int | None, least: int) -> tuple[Floats, Floats]:
    """(S,) slope per day and height at the end of one group's line; nan with too few records."""
    used = group.valid if since is None else group.valid & (group.day >= since)
    number = np.maximum(used.sum(axis=1), 1)
    x = np.where(used, group.day - end, 0).astype(np.float64)
    y = np.where(used, group.ability, 0.0)
    mean_x, mean_y = x.sum(axis=1) / number, y.sum(axis=1) / number
    dx = np.where(used, x - mean_x[:, None], 0.0)
    dy = np.where(used, y - mean_y[:, None], 0.0)
    enough = used.sum(axis=1) >= least
    # Records lie on different days, so two of them always give a slope.
    slope = np.divide(
        (dx * dy).sum(axis=1), (dx * dx).sum(axis=1), out=np.full(len(x), np.nan), where=enough
    )
    return slope, mean_y - slope * mean_x
