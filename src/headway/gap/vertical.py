"""The vertical distance: by how many scale units the leaders' frontier is higher."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from headway.gap.frontier import Records, frontiers

if TYPE_CHECKING:
    from headway.gap.world import Floats, Ints, World


def distance(world: World, *, start: int | None = None, drop_first: int = 0) -> Floats:
    """(S,) mean over days of the leaders' minus the followers' frontier, in scale units.

    Days on which a group has no model yet are left out; nan where none remains.

    Parameters
    ----------
    world : World
        S worlds.
    start : int, optional
        First day; the window's own unless given. With ``world.end``: the distance on the last day.
    drop_first : int
        The oldest models of each group that are left out.
    """
    days = np.arange(world.start if start is None else start, world.end + 1)
    lead, follow = frontiers(world, drop_first)
    above = _frontier(lead, days) - _frontier(follow, days)
    both = ~np.isnan(above)
    number = both.sum(axis=1)
    total = np.where(both, above, 0.0).sum(axis=1)
    return np.where(number > 0, total / np.maximum(number, 1), np.nan)


def _frontier(group: Records, days: Ints) -> Floats:
    """(S, D) height of a frontier on each day, nan before the first model."""
    known = group.released_by(days)
    height = np.take_along_axis(group.ability, np.maximum(known - 1, 0), axis=1)
    return np.where(known > 0, height, np.nan)
