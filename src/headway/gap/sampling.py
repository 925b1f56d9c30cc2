"""Sampling uncertainty: models resampled, abilities from refits with resampled benchmarks."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from headway.errors import GapError

if TYPE_CHECKING:
    from headway.gap.world import Bools, Floats, World


def resampled(world: World, sampling: Floats | None = None, *, seed: int = 0) -> World:
    """Worlds in which the models of each group are drawn again with replacement.

    Parameters
    ----------
    world : World
        S worlds of M models; their dates and labels are used in turn.
    sampling : (R, M) float, optional
        ``Scale.sampling``: abilities refitted with whole benchmarks resampled, nan for a model
        that lost them all. Without it the
        world's own abilities are used, so that only the release of models varies.
    seed : int
        Seed of the resampling.

    Returns
    -------
    World
        R worlds (S without ``sampling``). A model that was not drawn is in neither group; drawing
        it twice changes nothing, since a frontier is a maximum. The groups are resampled apart,
        so neither gets lost, and a group of one model always stays.

    Raises
    ------
    GapError
        If ``sampling`` has no rows or other models.
    """
    if sampling is None:
        sampling = world.ability
    if sampling.ndim != 2 or not len(sampling) or sampling.shape[1] != world.n_models:
        raise GapError("sampling draws must be (R, M) with R >= 1 and the models of the world")
    rows = np.arange(len(sampling)) % world.n_draws
    # A model that lost all its benchmarks does not exist in that world.
    exists = np.isfinite(sampling)
    world = world.take(rows)
    groups = (g & exists & (world.day <= world.end) for g in (world.leader, world.follower))
    rng = np.random.default_rng(seed)
    leader, follower = (_drawn(group, rng) for group in groups)
    return replace(world, ability=sampling, leader=leader, follower=follower)


def _drawn(group: Bools, rng: np.random.Generator) -> Bools:
    """(R, M) members that a draw of as many members with replacement contains."""
    size = group.sum(axis=1, keepdims=True)
    place = np.argsort(~group, axis=1, kind="stable")
    pick = np.floor(rng.random(group.shape) * size).astype(np.int64)
    model = np.take_along_axis(place, pick, axis=1)
    made = np.arange(group.shape[1]) < size
    drawn = np.zeros_like(group)
    row = np.broadcast_to(np.arange(len(group))[:, None], group.shape)
    drawn[row[made], model[made]] = True
    return drawn
