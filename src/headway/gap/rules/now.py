"""`now`: the lag on the last day alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from headway.gap.draws import RuleDraws
from headway.gap.rules.daily import mean_of_days
from headway.gap.series import Dated, daily_lag
from headway.gap.world import MONTH, World

if TYPE_CHECKING:
    from headway.gap.frontier import SameDay


def now(
    world: World,
    *,
    tolerance: float = 0.0,
    drop_first: int = 0,
    dated: Dated = "record",
    same_day: SameDay = "best",
    month_days: float = MONTH,
) -> RuleDraws:
    """`daily` on the last day: end minus the date of the latest leader record reached by then.

    The vertical distance that goes with it is the one on that day (`headway.gap.measure`).

    Parameters
    ----------
    world : World
        S worlds.
    tolerance, drop_first, dated, same_day, month_days
        As in `daily`.
    """
    lag = daily_lag(
        world,
        tolerance=tolerance,
        drop_first=drop_first,
        dated=dated,
        same_day=same_day,
        start=world.end,
    )
    draws = mean_of_days(lag, month_days)
    return RuleDraws(
        draws.low,
        draws.mid,
        draws.high,
        censored_share=draws.censored_share,
        cautions=_in_draws(draws),
    )


def _in_draws(draws: RuleDraws) -> tuple[str, ...]:
    """One day per draw: the shares are of draws, not of days."""
    return tuple(text.replace("of the days", "of the draws") for text in draws.cautions)
