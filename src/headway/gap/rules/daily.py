"""`daily` and `daily-lenient`: the mean over days of the lag of the followers' frontier."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, get_args

import numpy as np

from headway.errors import GapError
from headway.gap.draws import RuleDraws, bounded, percent, share, spread_of
from headway.gap.series import DailyLag, Dated, daily_lag
from headway.gap.world import MONTH, Floats, World

if TYPE_CHECKING:
    from headway.gap.frontier import SameDay

Unreached = Literal["bound", "leave-out"]


def daily(
    world: World,
    *,
    tolerance: float = 0.0,
    drop_first: int = 0,
    dated: Dated = "record",
    same_day: SameDay = "best",
    unreached: Unreached = "bound",
    month_days: float = MONTH,
) -> RuleDraws:
    """Mean over the window of: day minus the date of the latest leader record reached by then.

    A day on which the followers have reached the newest leader record counts 0 ("ahead"). A day
    on which they have reached none is censored: at least day minus the first leader record; a
    draw with such a day is right-censored at the mean with these bounds. Days before both groups
    have a model are left out.

    Parameters
    ----------
    world : World
        S worlds; the days are ``start`` to ``end``.
    tolerance : float
        A follower this much below a leader counts as equal (scale units).
    drop_first : int
        The oldest models of each group that are left out.
    dated : {"record", "last-day"}
        Count from the release of the record, or, as Epoch words it, from the most recent day on
        which the leaders were not better: the day before their next record. The latter is
        smaller by the time that the record stood.
    same_day : {"best", "each"}
        Of leaders released on one day the best is a record, or each that is above the days before.
        With "each" a model below its group's frontier can move the answer.
    unreached : {"bound", "leave-out"}
        What a day does on which no leader record is reached: bound the answer from below, or, as
        a mean over the days that have a lag does, nothing; its share is said.
    month_days : float
        Days in a month.

    Notes
    -----
    Source: Epoch AI, "Open models lag closed models by 4 months" (29 May 2026, strict variant) and
    "US and China" (2 January 2026: tolerance 1 ECI, the first model of each country dropped).
    """
    lag = daily_lag(
        world, tolerance=tolerance, drop_first=drop_first, dated=dated, same_day=same_day
    )
    return mean_of_days(lag, month_days, unreached)


def daily_lenient(
    world: World,
    *,
    tolerance: float = 0.0,
    drop_first: int = 0,
    dated: Dated = "record",
    same_day: SameDay = "best",
    unreached: Unreached = "bound",
    month_days: float = MONTH,
) -> RuleDraws:
    """As `daily`, but a leader record is reached by any follower that is not significantly below.

    That is ``ability + margin[f, l] >= `` the record's ability, with the margins of the world.

    Notes
    -----
    Source: Epoch AI, "Open models lag closed models by 4 months" (29 May 2026), paired draws. Epoch
    tests the most able follower of the day; here any follower may pass, as no test is transitive.
    """
    lag = daily_lag(
        world,
        lenient=True,
        tolerance=tolerance,
        drop_first=drop_first,
        dated=dated,
        same_day=same_day,
    )
    return mean_of_days(lag, month_days, unreached)


def mean_of_days(lag: DailyLag, month_days: float, unreached: Unreached = "bound") -> RuleDraws:
    """Summarise a daily series: mean, dispersion over days, and what to say about it."""
    if unreached not in get_args(Unreached):
        raise GapError(f"unreached must be 'bound' or 'leave-out', not {unreached!r}")
    gone = share(lag.censored, lag.defined)
    if unreached == "leave-out":
        lag = lag.uncensored()
    days = lag.defined.sum(axis=1)
    mean = np.where(days > 0, lag.lag.sum(axis=1) / np.maximum(days, 1), np.nan) / month_days
    low, mid, high = bounded(mean, np.any(lag.censored, axis=1))
    censored = share(lag.censored, lag.defined)
    return RuleDraws(
        low,
        mid,
        high,
        spread=_spread(lag, mid, month_days),
        censored_share=censored,
        cautions=_cautions(lag, censored, gone if unreached == "leave-out" else 0.0),
    )


def _spread(lag: DailyLag, mid: Floats, month_days: float) -> tuple[float, float] | None:
    return spread_of(lag.lag / month_days, lag.defined & ~lag.censored, mid)


def _cautions(lag: DailyLag, censored: float, gone: float) -> tuple[str, ...]:
    said = []
    if gone:
        said.append(
            f"On {percent(gone)} of the days the followers had reached no leader record: left out,"
            " which makes the answer smaller than the lag."
        )
    ahead = share(lag.ahead, lag.defined)
    if ahead:
        said.append(
            f"On {percent(ahead)} of the days the followers are level or ahead (counted 0)."
        )
    if censored:
        said.append(
            f"On {percent(censored)} of the days the followers have reached no leader record, so"
            " the lag has no upper bound."
        )
    left_out = float(1 - lag.defined.mean())
    if left_out and not gone:
        said.append(f"{percent(left_out)} of the window precedes the first model of a group.")
    return tuple(said)
