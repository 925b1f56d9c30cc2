"""The input of every gap rule: S consistent worlds of abilities, dates and groups."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from headway.errors import GapError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from headway.gap.frontier import Records

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

MONTH = 365.2425 / 12
"""Days in a month, unless a published recipe used another length."""

NEVER = 1 << 40
"""The day of what has not happened; far from every real ordinal, and safe to subtract."""


@dataclass(frozen=True, eq=False)
class World:
    """S worlds of M models in two groups, each world consistent in itself.

    Attributes
    ----------
    ability : (S, M) float
        Abilities, on any one scale.
    day : (S, M) int
        Release days (ordinals).
    leader, follower : (S, M) bool
        Who belongs to which group. A model with an unknown label belongs to neither.
    start, end : int
        First and last day of the window (ordinals, both inclusive). Models released after
        ``end`` do not exist. ``start`` matters to the rules that walk over days.
    scores : (S, B, M) float, optional
        Scores per benchmark in [0, 1], nan where missing. Only `threshold` reads them.
    margin : (M, M) float, optional
        ``margin[f, l]``: by how much follower f may lie below leader l and still count as not
        significantly below (see `headway.gap.margins`). Only the lenient rules read it.

    Raises
    ------
    GapError
        If the shapes do not agree, a member has no finite ability, or the window is empty.
    """

    ability: Floats
    day: Ints
    leader: Bools
    follower: Bools
    start: int
    end: int
    scores: Floats | None = None
    margin: Floats | None = None
    # What `headway.gap.frontier.frontiers` found, which rules and distances ask for in turn.
    found: dict[int, tuple[Records, Records]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def __post_init__(self) -> None:
        shape = self.ability.shape
        shapes = {self.day.shape, self.leader.shape, self.follower.shape}
        if len(shape) != 2 or 0 in shape or shapes != {shape}:
            raise GapError(f"a world needs four arrays of one shape (S, M), not {shape} {shapes}")
        if self.start > self.end:
            raise GapError("the window ends before it starts")
        if self.scores is not None and self.scores.shape[::2] != shape:
            raise GapError(f"scores must be (S, B, M), not {self.scores.shape}")
        if self.margin is not None and self.margin.shape != (shape[1], shape[1]):
            raise GapError(f"margin must be (M, M), not {self.margin.shape}")
        if not np.isfinite(self.ability[self.leader | self.follower]).all():
            raise GapError("every model of a group needs a finite ability in every draw")

    @property
    def n_draws(self) -> int:
        """S, the number of worlds."""
        return int(self.ability.shape[0])

    @property
    def n_models(self) -> int:
        """M, the number of models."""
        return int(self.ability.shape[1])

    def take(self, rows: ArrayLike) -> World:
        """The worlds at these rows, in this order (rows may repeat)."""
        rows = np.asarray(rows)
        return replace(
            self,
            ability=self.ability[rows],
            day=self.day[rows],
            leader=self.leader[rows],
            follower=self.follower[rows],
            scores=None if self.scores is None else self.scores[rows],
        )

    def swapped(self) -> World:
        """The same worlds with the roles of the groups exchanged."""
        margin = None if self.margin is None else self.margin.T
        return replace(self, leader=self.follower, follower=self.leader, margin=margin)


def world(
    ability: ArrayLike,
    day: ArrayLike,
    leader: ArrayLike,
    follower: ArrayLike,
    window: tuple[int, int],
    *,
    scores: ArrayLike | None = None,
    margin: ArrayLike | None = None,
) -> World:
    """Build a `World`; what is the same in every draw may be given once, as (M,).

    Parameters
    ----------
    ability, day, leader, follower : (S, M) or (M,)
        As in `World`.
    window : (int, int)
        First and last day.
    scores : (S, B, M) or (B, M), optional
        As in `World`.
    margin : (M, M), optional
        As in `World`.
    """
    theta = np.atleast_2d(np.asarray(ability, dtype=np.float64))
    shape = np.broadcast_shapes(theta.shape, np.shape(day), np.shape(leader), np.shape(follower))
    cells = None if scores is None else np.asarray(scores, dtype=np.float64)
    if cells is not None:
        cells = np.broadcast_to(cells, (shape[0], *cells.shape[-2:]))
    return World(
        ability=np.broadcast_to(theta, shape),
        day=np.broadcast_to(np.asarray(day, dtype=np.int64), shape),
        leader=np.broadcast_to(np.asarray(leader, dtype=bool), shape),
        follower=np.broadcast_to(np.asarray(follower, dtype=bool), shape),
        start=int(window[0]),
        end=int(window[1]),
        scores=cells,
        margin=None if margin is None else np.asarray(margin, dtype=np.float64),
    )
