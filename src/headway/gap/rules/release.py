"""`release`: how far behind one follower was on the day of its release."""

from __future__ import annotations

import numpy as np

from headway.errors import GapError
from headway.gap.draws import RuleDraws, percent
from headway.gap.frontier import Records, members, records
from headway.gap.world import MONTH, Bools, Floats, Ints, World


def release(
    world: World,
    *,
    follower: int | None = None,
    tolerance: float = 0.0,
    drop_first: int = 0,
    month_days: float = MONTH,
) -> RuleDraws:
    """Bracket the lag of one follower between the leader records around its ability.

    With t the follower's release day: ``low`` is t minus the date of the first leader above it,
    ``high`` is t minus the date of the last leader record at or below it, ``mid`` their middle.

    - No leader is above it yet ("ahead"): ``low = -inf``; ``mid`` is 0, as in `daily`, or
      ``high`` where that is smaller.
    - No leader record lies at or below it: right-censored, at least ``low``.

    Parameters
    ----------
    world : World
        S worlds; ``start`` does not matter.
    follower : int, optional
        Column of the model; by default the most able follower at the end, in each draw.
    tolerance : float
        A follower this much below a leader counts as equal (scale units).
    drop_first : int
        The oldest models of each group that are left out (not a follower that is named).
    month_days : float
        Days in a month.

    Raises
    ------
    GapError
        If the follower that is named has no release by the end in any draw.

    Notes
    -----
    Source: CAISI, "Evaluation of DeepSeek V4 Pro" (1 May 2026), which prints no formula.
    """
    column, exists = _follower(world, follower, drop_first)
    day = np.take_along_axis(world.day, column[:, None], axis=1)[:, 0]
    ability = np.take_along_axis(world.ability, column[:, None], axis=1)[:, 0]
    lead = records(world, world.leader, drop_first)
    below = (lead.ability <= (ability + tolerance)[:, None]).sum(axis=1)
    exists &= lead.count > 0
    nearer = np.where(below < lead.count, _ago(lead, below, day) / month_days, -np.inf)
    farther = np.where(below > 0, _ago(lead, below - 1, day) / month_days, np.inf)
    low, high = (np.where(exists, bound, np.nan) for bound in (nearer, farther))
    return RuleDraws(
        low,
        _middle(low, high),
        high,
        censored_share=_mean(np.isposinf(high), exists),
        cautions=_cautions(low, high, exists),
    )


def _follower(world: World, named: int | None, drop_first: int) -> tuple[Ints, Bools]:
    """(S,) column of the follower in each draw, and whether it exists there."""
    if named is None:
        follow = records(world, world.follower, drop_first)
        last = np.maximum(follow.count - 1, 0)[:, None]
        return np.take_along_axis(follow.model, last, axis=1)[:, 0], follow.count > 0
    if not 0 <= named < world.n_models:
        raise GapError(f"there is no model in column {named}: the world has {world.n_models}")
    exists = members(world, np.ones_like(world.follower))[:, named]
    exists &= np.isfinite(world.ability[:, named])
    if not exists.any():
        raise GapError("the follower is not released by the end of the window")
    return np.full(world.n_draws, named), exists


def _ago(lead: Records, index: Ints, day: Ints) -> Ints:
    """(S,) days from a leader record to the follower's release (0 where the index is outside)."""
    inside = (index >= 0) & (index < lead.count)
    record = np.where(inside, index, 0)[:, None]
    return np.where(inside, day - np.take_along_axis(lead.day, record, axis=1)[:, 0], 0)


def _middle(low: Floats, high: Floats) -> Floats:
    ahead = np.isneginf(low)
    return np.where(ahead, np.minimum(high, 0.0), (np.where(ahead, high, low) + high) / 2)


def _mean(which: Bools, exists: Bools) -> float:
    return float(which[exists].mean()) if exists.any() else 0.0


def _cautions(low: Floats, high: Floats, exists: Bools) -> tuple[str, ...]:
    said = []
    ahead, open_ended = _mean(np.isneginf(low), exists), _mean(np.isposinf(high), exists)
    if ahead:
        said.append(f"In {percent(ahead)} of the draws no leader is above the follower (lag 0).")
    if open_ended:
        said.append(
            f"In {percent(open_ended)} of the draws no leader record lies at or below the"
            " follower, so its lag has no upper bound."
        )
    return tuple(said)
