"""Random worlds for the tests: small, with ties, unknown labels and models after the end."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

from headway.gap.world import world


def random_world(seed, *, draws=4, models=12, ties=True, scores=False, span=400, margin=None):
    """S worlds of M models whose labels and dates vary with the draw."""
    rng = np.random.default_rng(seed)
    shape = (draws, models)
    day = 738_000 + rng.integers(0, span, shape)
    # A trend, so that frontiers have several records and censoring is neither rare nor the rule.
    ability = (day - 738_000) / 40 + rng.normal(0, rng.choice([0.5, 3.0]), shape)
    if ties:
        ability, day = np.round(ability), 738_000 + (day - 738_000) // 10 * 10
    label = rng.choice(3, shape, p=[0.45, 0.45, 0.1])
    ability = ability + rng.choice([0.0, -3.0, 3.0]) * (label == 1)
    start, end = 738_000 + int(rng.integers(0, 100)), 738_000 + span - int(rng.integers(0, 80))
    cells = None
    if scores:
        cells = np.clip(
            rng.normal(0.5, 0.3, (draws, 3, models)) + (day[:, None] - day.mean()) / 900, 0, 1
        )
        cells = np.round(cells, 2)
        cells[rng.random(cells.shape) < 0.3] = np.nan
    slack = np.abs(rng.normal(0, 1.5, (models, models))) if margin is None else margin
    return world(ability, day, label == 0, label == 1, (start, end), scores=cells, margin=slack)


seeds = st.integers(min_value=0, max_value=2**32 - 1)
