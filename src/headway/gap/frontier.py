"""The records of a group: the models that raise its frontier."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from headway.gap.world import NEVER, Bools, Floats, Ints, World

SameDay = Literal["best", "each"]


@dataclass(frozen=True, eq=False)
class Records:
    """Models that raise their group's frontier, oldest first; R is the most that a draw has.

    Abilities rise strictly along a row and days do not fall, so either can be searched.

    Attributes
    ----------
    day : (S, R) int
        Release days; ``NEVER`` where a draw has fewer than R records.
    ability : (S, R) float
        Abilities; ``+inf`` in the padding.
    model : (S, R) int
        Columns of the world; -1 in the padding.
    count : (S,) int
        Records per draw.
    """

    day: Ints
    ability: Floats
    model: Ints
    count: Ints

    @property
    def valid(self) -> Bools:
        """(S, R): what is not padding."""
        return np.arange(self.day.shape[1]) < self.count[:, None]

    @property
    def first_day(self) -> Ints:
        """(S,) day of the first record, ``NEVER`` without one."""
        return self.day[:, 0]

    @property
    def first_ability(self) -> Floats:
        """(S,) ability of the first record, ``+inf`` without one."""
        return self.ability[:, 0]

    @property
    def top(self) -> Floats:
        """(S,) ability of the last record, ``-inf`` without one: the frontier at the end."""
        last = np.take_along_axis(self.ability, np.maximum(self.count - 1, 0)[:, None], 1)[:, 0]
        return np.where(self.count > 0, last, -np.inf)

    def first_at(self, level: Floats) -> tuple[Ints, Ints]:
        """Which record reached a level first, and on which day.

        Parameters
        ----------
        level : (S, K) float
            Levels of ability, K per draw.

        Returns
        -------
        index, day : (S, K) int
            Column of the record (``count`` where none reaches the level) and its day (``NEVER``).
        """
        index = (self.ability[:, None, :] < level[:, :, None]).sum(axis=2)
        return index, pick(self.day, index, NEVER)

    def shifted(self, tolerance: float) -> Records:
        """The same records, each this much more able: what counts as equal to them."""
        return replace(self, ability=self.ability + tolerance) if tolerance else self

    def released_by(self, days: Ints) -> Ints:
        """(S, D) number of records released by each of D ascending consecutive days."""
        return count_by_day(self.day, int(days[0]), len(days))


def pick(values: Ints, index: Ints, missing: int) -> Ints:
    """``values[s, index[s, k]]``, and ``missing`` where the index is past the last column."""
    padded = np.concatenate([values, np.full((len(values), 1), missing)], axis=1)
    picked: Ints = np.take_along_axis(padded, np.minimum(index, values.shape[1]), axis=1)
    return picked


def count_by_day(day: Ints, start: int, length: int) -> Ints:
    """(S, length) how many of each row's days lie at or before start, start + 1, ..."""
    rows = len(day)
    slot = np.clip(day - start, 0, length)
    flat = (slot + np.arange(rows)[:, None] * (length + 1)).ravel()
    table = np.bincount(flat, minlength=rows * (length + 1)).reshape(rows, length + 1)
    return np.cumsum(table[:, :length], axis=1)


def members(world: World, group: Bools, drop_first: int = 0) -> Bools:
    """(S, M) models of a group that exist: released by the end, the oldest few dropped.

    Of models released on one day the most able counts as the older.
    """
    inside = group & (world.day <= world.end)
    if drop_first <= 0:
        return inside
    order = _by_day(world.ability, world.day, inside)
    keep = np.take_along_axis(inside, order, axis=1)
    keep[:, :drop_first] = False
    kept = np.zeros_like(inside)
    np.put_along_axis(kept, order, keep, axis=1)
    return kept


def records(world: World, group: Bools, drop_first: int = 0, same_day: SameDay = "best") -> Records:
    """The records of a group in every draw.

    Of models that are equally able on one day the first column is the record.

    Parameters
    ----------
    world : World
        S worlds of M models.
    group : (S, M) bool
        ``world.leader`` or ``world.follower``.
    drop_first : int
        Leave out this many of the group's oldest models.
    same_day : {"best", "each"}
        Of several models of one day only the best raises the frontier; or, one after the other,
        each that is above everything of the days before.
    """
    inside = members(world, group, drop_first)
    # A model that is in the group in no draw is not sorted in; one column stands where none is.
    column_of = np.flatnonzero(inside.any(axis=0))
    column_of = column_of if len(column_of) else np.zeros(1, dtype=np.int64)
    inside, day = inside[:, column_of], world.day[:, column_of]
    able = world.ability[:, column_of]
    order = _by_day(able, day, inside, same_day)
    ability = np.where(inside, able, -np.inf)
    ability = np.take_along_axis(ability, order, axis=1)
    best = np.maximum.accumulate(ability, axis=1)
    raises = ability > np.concatenate([np.full((len(best), 1), -np.inf), best[:, :-1]], axis=1)
    count = raises.sum(axis=1)
    column = np.argsort(~raises, axis=1, kind="stable")[:, : max(1, int(count.max()))]
    place = np.take_along_axis(order, column, axis=1)
    valid = np.arange(place.shape[1]) < count[:, None]
    return Records(
        day=np.where(valid, np.take_along_axis(day, place, axis=1), NEVER),
        ability=np.where(valid, np.take_along_axis(ability, column, axis=1), np.inf),
        model=np.where(valid, column_of[place], -1),
        count=count,
    )


def frontiers(world: World, drop_first: int = 0) -> tuple[Records, Records]:
    """Records of the leaders and of the followers, found once a world."""
    if drop_first not in world.found:
        world.found[drop_first] = (
            records(world, world.leader, drop_first),
            records(world, world.follower, drop_first),
        )
    return world.found[drop_first]


def _by_day(ability: Floats, day: Ints, inside: Bools, same_day: SameDay = "best") -> Ints:
    """(S, M) members first, by day; the best of one day first, so that only it can be a record."""
    within = -ability if same_day == "best" else ability
    return np.lexsort((within, np.where(inside, day, NEVER)), axis=1)
