"""Margins of the lenient tests: by how much a follower may lie below and still count as level."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from headway.errors import GapError

if TYPE_CHECKING:
    from headway.gap.world import Bools, Floats

Z_TWO_SIDED_5 = 1.96
CHUNK = 1_000_000
"""Cells of a working array."""


def paired(
    ability: Floats,
    *,
    share: float = 0.05,
    followers: Bools | None = None,
    leaders: Bools | None = None,
) -> Floats:
    """(M, M) margins of the paired test: the follower's draw exceeds the leader's often enough.

    ``c[f, l]`` is the (1 - share) quantile over draws of ``ability[f] - ability[l]`` minus its
    median, so that follower f passes in the middle of the draws exactly when it is at or above
    leader l in at least ``share`` of them.

    Parameters
    ----------
    ability : (S, M) float
        Joint draws.
    share : float
        How often the follower must be at or above the leader.
    followers, leaders : (M,) bool, optional
        Whom to compute it for, all unless given; nan elsewhere.

    Raises
    ------
    GapError
        Without at least 20 draws: fewer do not have a 95th percentile.

    Notes
    -----
    Source: Epoch AI, "Open models lag closed models by 4 months" (29 May 2026).
    """
    draws, models = _enough(ability).shape
    row = np.arange(models) if followers is None else np.flatnonzero(followers)
    column = np.arange(models) if leaders is None else np.flatnonzero(leaders)
    margin = np.full((models, models), np.nan)
    led = np.ascontiguousarray(ability.T[column])
    step = max(1, CHUNK // max(1, len(column) * draws))
    for first in range(0, len(row), step):
        block = row[first : first + step]
        difference = ability.T[block][:, None, :] - led
        middle, high = np.quantile(difference, [0.5, 1 - share], axis=2, overwrite_input=True)
        margin[np.ix_(block, column)] = high - middle
    return margin


def z_independent(ability: Floats, z: float = Z_TWO_SIDED_5) -> Floats:
    """(M, M) margins ``z * sqrt(s_f^2 + s_l^2)`` of a two-sided z-test that ignores correlation.

    Parameters
    ----------
    ability : (S, M) float
        Draws; s is their standard deviation per model.
    z : float
        Critical value.

    Notes
    -----
    Source: Epoch AI, "Open-weights vs closed-weights models" (30 October 2025).
    """
    variance = _enough(ability).var(axis=0, ddof=1)
    margin: Floats = z * np.sqrt(variance[:, None] + variance[None, :])
    return margin


def _enough(ability: Floats) -> Floats:
    if ability.ndim != 2 or len(ability) < 20:
        raise GapError("a lenient test needs at least 20 draws of every ability")
    return ability
