"""When the followers reached each leader record, under a strict or a lenient test."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from headway.errors import GapError
from headway.gap.frontier import Records, members
from headway.gap.world import NEVER, Bools, Floats, Ints, World

if TYPE_CHECKING:
    from collections.abc import Iterator

CHUNK = 1_000_000
"""Cells of a working array: what is larger is done in blocks of draws."""


def strict_reach(lead: Records, follow: Records) -> Ints:
    """(S, R) first day on which a follower is at least as able as the leader record.

    ``NEVER`` where none has by the end, and in the padding. The day may precede the record's own.
    """
    _, day = follow.first_at(lead.ability)
    return np.where(lead.valid, day, NEVER)


def lenient_reach(world: World, lead: Records, tolerance: float = 0.0, drop_first: int = 0) -> Ints:
    """(S, R) first day on which any follower f has ``ability + margin[f, l] >=`` the record l.

    Not only the followers' records count: a less able model with a wider margin may come first.
    """
    bar = np.where(lead.valid, lead.ability, np.inf)
    return lenient_days(world, lead.model, bar, tolerance, drop_first)


def lenient_days(
    world: World, leader: Ints, bar: Floats, tolerance: float = 0.0, drop_first: int = 0
) -> Ints:
    """First day on which any follower f has ``ability + margin[f, leader] + tolerance >= bar``.

    Parameters
    ----------
    world : World
        S worlds with a margin.
    leader : (S, K) int
        The leader model that owns each bar.
    bar : (S, K) float
        The levels to reach, ``+inf`` for none.

    Returns
    -------
    (S, K) int
        Days, ``NEVER`` where no follower does by the end.
    """
    found = np.full(bar.shape, NEVER)
    inside = members(world, world.follower, drop_first)
    for rows, ability, used in _lenient_blocks(world, inside, leader, tolerance):
        day = np.where(inside[rows], world.day[rows], NEVER)[:, None, used]
        reached = np.where(ability >= bar[rows, :, None], day, NEVER)
        found[rows] = reached.min(axis=2, initial=NEVER)
    return found


def lenient_best(world: World, leader: Ints, tolerance: float = 0.0, drop_first: int = 0) -> Floats:
    """(S, K) the most that a follower has against each leader model, its margin included."""
    best = np.full(leader.shape, -np.inf)
    inside = members(world, world.follower, drop_first)
    for rows, ability, _ in _lenient_blocks(world, inside, leader, tolerance):
        best[rows] = ability.max(axis=2, initial=-np.inf)
    return best


def _lenient_blocks(
    world: World, inside: Bools, leader: Ints, tolerance: float
) -> Iterator[tuple[slice, Floats, Ints]]:
    """Blocks of draws: their rows, (rows, K, F) abilities against each leader, the F columns."""
    used = np.flatnonzero(inside.any(axis=0))
    slack = np.ascontiguousarray(margin_of(world).T[:, used])
    ability = np.where(inside, world.ability, -np.inf)[:, used] + tolerance
    step = max(1, CHUNK // max(1, leader.shape[1] * len(used)))
    for first in range(0, len(leader), step):
        rows = slice(first, first + step)
        yield rows, ability[rows, None, :] + slack[leader[rows]], used


def margin_of(world: World) -> Floats:
    """The margins of a world, or the sentence that a lenient rule cannot do without them."""
    if world.margin is None:
        raise GapError("a lenient rule needs the margins of its test; this world has none")
    return world.margin
