"""`match` and `match-lenient`: the mean over levels of how much later the followers came."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from headway.errors import GapError
from headway.gap.draws import RuleDraws, percent, spread_of
from headway.gap.frontier import Records, frontiers, pick
from headway.gap.reach import lenient_best, lenient_days, lenient_reach, strict_reach
from headway.gap.world import MONTH, NEVER, Bools, Floats, Ints, World

Against = Literal["level", "record"]


def match(
    world: World,
    *,
    levels: int = 100,
    tolerance: float = 0.0,
    drop_first: int = 0,
    since: int | None = None,
    month_days: float = MONTH,
) -> RuleDraws:
    """Mean over levels of: date the followers reached it minus date the leaders reached it.

    The levels are the middles of ``levels`` equal steps over the range that both frontiers passed:
    from the higher of the two first records (what lies at or below a first record was reached at
    an unknown earlier date) up to the lower of the two frontiers at the end. A level reached by
    the followers first counts negative. Levels that only the leaders reached are left out and
    their share is said. Without any common level the draw is censored: at least (or, where the
    followers are above, at most) what the first record beyond the other group's frontier says.

    Parameters
    ----------
    world : World
        S worlds; all models up to ``end`` count, ``start`` does not.
    levels : int
        Number of levels.
    tolerance : float
        A follower this much below a level counts as at it (scale units).
    drop_first : int
        The oldest models of each group that are left out.
    since : int, optional
        Only levels that the followers reached on or after this day.
    month_days : float
        Days in a month.

    Notes
    -----
    Source: Epoch AI, "Open-weights vs closed-weights models" (30 October 2025), without its test.
    """
    lead, follow = frontiers(world, drop_first)
    follow = follow.shifted(tolerance)
    level = _levels(lead, follow, np.minimum(lead.top, follow.top), levels)
    _, led = lead.first_at(level)
    _, reached = follow.first_at(level)
    sides = _Sides(lead, follow, strict_reach(lead, follow))
    return _summary(_Crossings(level, led, reached), sides, world.end, since, month_days)


def match_lenient(
    world: World,
    *,
    against: Against = "level",
    levels: int = 100,
    tolerance: float = 0.0,
    drop_first: int = 0,
    since: int | None = None,
    month_days: float = MONTH,
) -> RuleDraws:
    """As `match`, but a level is reached by any follower that is not significantly below.

    A level belongs to the first leader l at or above it; follower f is at it once
    ``ability + margin[f, l]`` is. Levels that the oldest follower reaches in this way are
    left-censored and left out, as in `match`.

    Parameters
    ----------
    world, levels, tolerance, drop_first, since, month_days
        As in `match`.
    against : {"level", "record"}
        What the follower's ability with its margin must reach: the level itself, so that a margin
        of 0 gives `match`; or leader l, so that one model is tested against another. The latter
        is larger by the time that the followers take to climb to the next record.

    Notes
    -----
    Source: Epoch AI, "Open-weights vs closed-weights models" (30 October 2025), with the margins
    of `headway.gap.margins.z_independent` and a month of 30.5 days.
    """
    lead, follow = frontiers(world, drop_first)
    follow = follow.shifted(tolerance)
    if against not in get_args(Against):
        raise GapError(f"against must be 'level' or 'record', not {against!r}")
    best = lenient_best(world, lead.model, tolerance, drop_first)
    if against == "record":
        best = np.where(best >= lead.ability, best, -np.inf)
    level = _levels(lead, follow, _lenient_top(lead, best), levels)
    index, led = lead.first_at(level)
    owner = pick(lead.model, index, -1)
    bar = level
    if against == "record":
        rows = np.arange(len(owner))[:, None]
        bar = np.where(owner < 0, np.nan, world.ability[rows, owner])
    reached = lenient_days(world, owner, bar, tolerance, drop_first)
    sides = _Sides(lead, follow, lenient_reach(world, lead, tolerance, drop_first))
    return _summary(_Crossings(level, led, reached), sides, world.end, since, month_days)


@dataclass(frozen=True, eq=False)
class _Sides:
    """Both frontiers, and the day on which the followers reached each leader record."""

    lead: Records
    follow: Records
    reach: Ints


@dataclass(frozen=True, eq=False)
class _Crossings:
    """(S, K) levels (nan without a common range) and the days on which the groups reached them."""

    level: Floats
    led: Ints
    reached: Ints


def _levels(lead: Records, follow: Records, top: Floats, count: int) -> Floats:
    """(S, K) middles of equal steps from the higher first record up to ``top``; else nan."""
    bottom = _bottom(lead, follow)
    common = (top > bottom) & np.isfinite(bottom)
    bottom, top = np.where(common, bottom, np.nan), np.where(common, top, np.nan)
    levels: Floats = bottom[:, None] + (top - bottom)[:, None] * (np.arange(count) + 0.5) / count
    return levels


def _bottom(lead: Records, follow: Records) -> Floats:
    return np.maximum(lead.first_ability, follow.first_ability)


def _lenient_top(lead: Records, best: Floats) -> Floats:
    """(S,) highest level that any follower reaches against the leader that owns the level."""
    below = np.concatenate([np.full((len(best), 1), -np.inf), lead.ability[:, :-1]], axis=1)
    owned = np.where(lead.valid & (best > below), np.minimum(lead.ability, best), -np.inf)
    top: Floats = owned.max(axis=1)
    return top


def _summary(
    crossings: _Crossings, sides: _Sides, end: int, since: int | None, month_days: float
) -> RuleDraws:
    reached = ~np.isnan(crossings.level) & (crossings.reached < NEVER)
    # A level that the oldest follower reaches was crossed at an unknown, earlier date.
    early = reached & (crossings.reached <= sides.follow.first_day[:, None])
    counted = reached & ~early
    if since is not None:
        counted &= crossings.reached >= since
    gap = np.where(counted, crossings.reached - crossings.led, 0) / month_days
    number = counted.sum(axis=1)
    mean = np.where(number > 0, gap.sum(axis=1) / np.maximum(number, 1), np.nan)
    low, mid, high = _bounds(mean, sides, end, month_days)
    censored = _unreached(crossings.level, reached, sides)
    return RuleDraws(
        low,
        mid,
        high,
        spread=spread_of(gap, counted, mid),
        censored_share=censored,
        cautions=_cautions(sides, early, censored),
    )


def _bounds(
    mean: Floats, sides: _Sides, end: int, month_days: float
) -> tuple[Floats, Floats, Floats]:
    """The mean where it exists, else the bound from the first record beyond the other group."""
    lead, follow = sides.lead, sides.follow
    both = (lead.count > 0) & (follow.count > 0)
    missing = lead.valid & (sides.reach == NEVER)
    behind = np.isnan(mean) & both & missing.any(axis=1)
    above = follow.ability > lead.top[:, None]
    ahead = np.isnan(mean) & both & ~behind & (follow.valid & above).any(axis=1)
    least = _age(lead, missing, end) / month_days
    most = -_age(follow, above, end) / month_days
    low = np.where(behind, least, np.where(ahead, -np.inf, mean))
    high = np.where(behind, np.inf, np.where(ahead, most, mean))
    return low, np.where(behind, np.inf, np.where(ahead, -np.inf, mean)), high


def _age(records: Records, which: Bools, end: int) -> Ints:
    """(S,) days from the first record of ``which`` to the end (0 where there is none)."""
    first = np.take_along_axis(records.day, which.argmax(axis=1)[:, None], axis=1)[:, 0]
    return np.where(which.any(axis=1), end - first, 0)


def _unreached(level: Floats, reached: Bools, sides: _Sides) -> float:
    """Share of the leaders' range, above both first records, that no follower has reached."""
    lead = sides.lead
    bottom = _bottom(lead, sides.follow)
    usable = np.isfinite(bottom) & (lead.top > bottom)
    if not usable.any():
        return 0.0
    step = np.nan_to_num(level[:, -1] - level[:, 0]) / max(1, level.shape[1] - 1)
    done = (reached.sum(axis=1) * step)[usable] / (lead.top - bottom)[usable]
    return float(np.clip(1 - done, 0, 1).mean())


def _cautions(sides: _Sides, early: Bools, censored: float) -> tuple[str, ...]:
    said = []
    if censored > 1e-9:
        said.append(
            f"The followers have not reached {percent(censored)} of the leaders' range; these"
            " levels are left out."
        )
    lead = sides.lead
    span = lead.top - lead.first_ability
    usable = (lead.count > 1) & (sides.follow.count > 0)
    if usable.any():
        below = np.clip(sides.follow.first_ability - lead.first_ability, 0, None)[usable]
        share = float(np.minimum(below / span[usable], 1).mean() + early.mean())
        if share > 1e-9:
            said.append(
                f"{percent(min(share, 1.0))} of the leaders' range lies at or below the followers'"
                " first model, reached at an unknown date; left out."
            )
    return tuple(said)
