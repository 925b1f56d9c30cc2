"""The lag on every day of the window: what `daily`, `now` and the widening test share."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, get_args

import numpy as np

from headway.errors import GapError
from headway.gap.frontier import Records, SameDay, pick, records
from headway.gap.reach import lenient_reach, strict_reach
from headway.gap.world import NEVER

if TYPE_CHECKING:
    from headway.gap.world import Bools, Ints, World


Dated = Literal["record", "last-day"]


@dataclass(frozen=True, eq=False)
class DailyLag:
    """Days since the latest leader record that the followers have reached, per draw and day.

    Attributes
    ----------
    days : (D,) int
        The days of the window.
    lag : (S, D) int
        The lag in days; a lower bound where ``censored``; 0 where ``ahead`` or not ``defined``.
    defined : (S, D) bool
        Both groups have a model by that day.
    ahead : (S, D) bool
        The followers have reached the newest leader record.
    censored : (S, D) bool
        The followers have reached no leader record yet.
    """

    days: Ints
    lag: Ints
    defined: Bools
    ahead: Bools
    censored: Bools

    def uncensored(self) -> DailyLag:
        """The same without the days on which nothing is reached."""
        kept = self.defined & ~self.censored
        lag = np.where(kept, self.lag, 0)
        return replace(self, lag=lag, defined=kept, censored=np.zeros_like(self.censored))


def daily_lag(
    world: World,
    *,
    lenient: bool = False,
    tolerance: float = 0.0,
    drop_first: int = 0,
    dated: Dated = "record",
    same_day: SameDay = "best",
    start: int | None = None,
) -> DailyLag:
    """The lag on every day from ``start`` (the window's own unless given) to the end.

    It is counted from the release of the latest record reached (``dated="record"``), or from the
    last day on which that record was still the leaders' best (``dated="last-day"``). For
    ``same_day`` see `headway.gap.frontier.records`; it concerns the leaders.
    """
    if dated not in get_args(Dated):
        raise GapError(f"dated must be 'record' or 'last-day', not {dated!r}")
    if same_day not in get_args(SameDay):
        raise GapError(f"same_day must be 'best' or 'each', not {same_day!r}")
    lead = records(world, world.leader, drop_first, same_day)
    follow = records(world, world.follower, drop_first)
    days = np.arange(world.start if start is None else start, world.end + 1)
    reach = (
        lenient_reach(world, lead, tolerance, drop_first)
        if lenient
        else strict_reach(lead, follow.shifted(tolerance))
    )
    known = lead.released_by(days)
    held = _latest_held(lead, reach, days)
    defined = (known > 0) & (days >= follow.first_day[:, None])
    ahead = defined & (held == known - 1)
    censored = defined & (held < 0)
    since = np.take_along_axis(lead.day, np.maximum(held, 0), axis=1)
    if dated == "last-day":
        since = np.where(held < 0, since, pick(lead.day, held + 1, NEVER) - 1)
    lag = np.where(defined & ~ahead, days - since, 0)
    return DailyLag(days, lag, defined, ahead, censored)


def _latest_held(lead: Records, reach: Ints, days: Ints) -> Ints:
    """(S, D) latest leader record that is both out and reached by each day, -1 for none."""
    rows, length = len(reach), len(days)
    held = np.full((rows, length + 1), -1)
    slot = np.clip(np.maximum(lead.day, reach) - days[0], 0, length)
    row, record = np.broadcast_arrays(np.arange(rows)[:, None], np.arange(reach.shape[1]))
    np.maximum.at(held, (row, slot), record)
    return np.maximum.accumulate(held[:, :length], axis=1)
