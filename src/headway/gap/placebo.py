"""The placebo: what a rule says where the true gap is 0."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from headway.gap.world import Bools, Ints, World


@dataclass(frozen=True, eq=False)
class Placebo:
    """Worlds in which the leaders' developers are split at random into two pseudo-groups.

    Attributes
    ----------
    world : World or None
        One split per row; None where no split exists.
    sentence : str
        Why there is none; empty otherwise.
    """

    world: World | None
    sentence: str = ""


def placebo(world: World, developer: Ints, *, splits: int = 200, seed: int = 0) -> Placebo:
    """Split the leaders' developers at random; the true gap between the halves is 0.

    Parameters
    ----------
    world : World
        S worlds of M models; each split takes the next of them, so that ability draws, dates and
        labels vary with the splits.
    developer : (M,) int
        Code of each model's organisation, -1 unknown (left out of both halves).
    splits : int
        P, how many to draw. Splits that leave a half without a model in the window are dropped.
    seed : int
        Seed of the splits.

    Notes
    -----
    Each developer goes whole to one side, so that a series of models by one developer cannot match
    itself. The sides are as equal in number of developers as can be, which side is the larger one
    is drawn as well.
    """
    rows = np.arange(splits) % world.n_draws
    world = world.take(rows)
    inside = world.leader & (world.day <= world.end) & (developer >= 0)
    present = np.unique(developer[inside.any(axis=0)])
    if len(present) < 2:
        return Placebo(None, "No placebo: it needs at least two known developers of leaders.")
    side = _sides(developer, present, splits, np.random.default_rng(seed))
    first, second = inside & side, inside & ~side
    kept = np.flatnonzero(first.any(axis=1) & second.any(axis=1))
    if not kept.size:
        return Placebo(None, "No placebo: every split leaves one side without a model.")
    return Placebo(replace(world, leader=first, follower=second).take(kept))


def _sides(developer: Ints, present: Ints, splits: int, rng: np.random.Generator) -> Bools:
    """(P, M) whether the model's developer went to the first side."""
    count = len(present)
    shuffled = rng.random((splits, count)).argsort(axis=1)
    # An odd developer out goes to either side.
    half = count // 2 + (rng.random(splits) < 0.5) * (count % 2)
    chosen = shuffled < half[:, None]
    slot = np.searchsorted(present, developer).clip(0, count - 1)
    return chosen[:, slot]
