"""`survival`: the median time from a leader record to the follower that reaches it."""

from __future__ import annotations

from typing import Literal

import numpy as np

from headway.errors import GapError
from headway.gap.draws import RuleDraws, percent, share, spread_of
from headway.gap.frontier import frontiers
from headway.gap.lognormal import lognormal_median
from headway.gap.reach import strict_reach
from headway.gap.world import MONTH, NEVER, Bools, Floats, World


def survival(
    world: World,
    *,
    summary: Literal["kaplan-meier", "log-normal"] = "kaplan-meier",
    since: int | None = None,
    tolerance: float = 0.0,
    drop_first: int = 0,
    month_days: float = MONTH,
) -> RuleDraws:
    """Median time from a leader record to its match by a follower, right-censored at the end.

    A record that the followers had reached before it came out counts 0.

    Parameters
    ----------
    world : World
        S worlds; ``start`` does not matter.
    summary : {"kaplan-meier", "log-normal"}
        The first time at which the Kaplan-Meier curve is at or below one half; or the median of
        a log-normal fitted by maximum likelihood, where 0 counts as "within a day". A
        Kaplan-Meier median that is not reached is right-censored at the longest time seen.
    since : int, optional
        Only leader records released on or after this day.
    tolerance : float
        A follower this much below a leader counts as equal (scale units).
    drop_first : int
        The oldest models of each group that are left out.
    month_days : float
        Days in a month.

    Raises
    ------
    GapError
        If the summary has another name.

    Notes
    -----
    Source: Kaplan and Meier 1958; log-normal as a parametric survival model (Kalbfleisch and
    Prentice 2002, chapter 3).
    """
    if summary not in {"kaplan-meier", "log-normal"}:
        raise GapError(f"summary must be 'kaplan-meier' or 'log-normal', not {summary!r}")
    lead, follow = frontiers(world, drop_first)
    reach = strict_reach(lead, follow.shifted(tolerance))
    used = lead.valid & (follow.count > 0)[:, None]
    if since is not None:
        used &= lead.day >= since
    event = used & (reach < NEVER)
    days = np.where(used, np.maximum(np.where(event, reach, world.end) - lead.day, 0), 0)
    time = days / month_days
    median = (
        kaplan_meier_median(time, event, used)
        if summary == "kaplan-meier"
        else lognormal_median(time, event, used, floor=1 / month_days)
    )
    longest = np.where(used, time, 0.0).max(axis=1)
    censored = share(used & ~event, used)
    return RuleDraws(
        np.where(np.isposinf(median), longest, median),
        median,
        median,
        spread=spread_of(time, event, median),
        censored_share=censored,
        cautions=_cautions(censored),
    )


def kaplan_meier_median(time: Floats, event: Bools, used: Bools) -> Floats:
    """(S,) first time at which the survival curve of each row is at or below one half.

    Parameters
    ----------
    time : (S, R) float
        Times; where not an event, the time up to which there was none.
    event, used : (S, R) bool
        What happened, and what counts at all.

    Returns
    -------
    (S,) float
        ``+inf`` where the curve stays above one half, nan where nothing counts.
    """
    # Events before censorings of the same time, padding last; equal events multiply to their sum.
    order = np.lexsort((~event, np.where(used, time, np.inf)), axis=1)
    time, event = np.take_along_axis(time, order, 1), np.take_along_axis(event, order, 1)
    number = used.sum(axis=1)
    at_risk = np.maximum(number[:, None] - np.arange(time.shape[1]), 1)
    curve = np.cumprod(1 - event / at_risk, axis=1)
    half = curve <= 0.5 + 1e-9
    first = np.take_along_axis(time, half.argmax(axis=1)[:, None], axis=1)[:, 0]
    return np.where(number == 0, np.nan, np.where(half.any(axis=1), first, np.inf))


def _cautions(censored: float) -> tuple[str, ...]:
    if not censored:
        return ()
    return (f"{percent(censored)} of the leader records have not been reached by the end.",)
