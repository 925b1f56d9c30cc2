"""Draws that carry the uncertainty of SDs, against a grid, and by hiding what ran."""

from __future__ import annotations

import numpy as np
import pytest
from tests.scale.facets.made import made

from headway.scale.facets import facets
from headway.scale.facets.integrate import PRIOR, integrated
from headway.scale.facets.laplace import Laplace
from headway.scale.facets.maximum import climb
from headway.scale.facets.setups import compare
from headway.scale.responses import Responses

FULL = "resolved ~ (1|model) + (1|harness) + (1|model:harness) + (1|item)"


@pytest.mark.parametrize("seed", [1, 4])
def test_sds_are_drawn_as_a_profile_over_a_grid_has_them(seed):
    fit = facets(made(seed, models=10, harnesses=5, items=20, sd=0.6), FULL)
    k, model = fit.place("harness"), Laplace(fit.design)
    start = np.array([*np.zeros(len(fit.design.terms)), fit.fixed[0].value])
    move = np.arange(len(start)) != k
    grid, height = np.linspace(0.02, 2.2, 24), []
    for sd in grid:
        start[k] = np.log(sd)
        start, value, _ = climb(model, start, move, rough=True)
        height.append(value + np.log(sd) - (sd / PRIOR) ** 2 / 2)
    share = np.exp(np.array(height) - max(height))
    share /= share.sum()
    drawn = integrated(fit, 2000, seed).sds[:, k]
    mean = grid @ share
    assert drawn.mean() == pytest.approx(mean, rel=0.1)
    assert drawn.std() == pytest.approx(np.sqrt(share @ (grid - mean) ** 2), rel=0.2)


def world(seed, models=14, harnesses=5, items=40, trials=4):
    """Responses in some setups, which ran, shares of all setups, and effects of harnesses."""
    rng = np.random.default_rng(seed)
    effect = rng.normal(0, 0.25, harnesses)
    eta = (
        rng.normal(0, 1.2, models)[:, None, None]
        + (effect + rng.normal(0, 0.35, (models, harnesses)))[:, :, None]
        + rng.normal(0, 2, items)
    )
    p = 1 / (1 + np.exp(-eta))
    ran = rng.random((models, harnesses)) < 0.4
    ran[:, 0] = rng.random(models) < 0.7
    ran[~ran.any(axis=1), 1] = True
    m, h, j = np.nonzero(np.broadcast_to(ran[:, :, None], p.shape))
    won = rng.binomial(trials, p)[m, h, j]
    columns = {
        "model": [f"m{k:02d}" for k in m],
        "harness": [f"h{k}" for k in h],
        "item": [f"i{k:02d}" for k in j],
        "successes": won.tolist(),
        "trials": [trials] * len(m),
    }
    return Responses.build(columns), ran, p.mean(axis=2), effect


@pytest.mark.slow
def test_intervals_of_hidden_setups_and_of_harness_differences_cover():
    hidden, seen, apart = [], [], []
    for seed in range(24):
        data, _, share, effect = world(seed)
        found = compare(data, common="h0", seed=seed)
        for s in found.standings:
            truth = share[int(s.model[1:]), 0]
            (seen if s.common.ran else hidden).append(s.common.low <= truth <= s.common.high)
        for h in found.harnesses:
            truth = effect[int(h.name[1:])] - effect[0]
            if h.name != "h0":
                apart.append(h.against_bounds[0] <= truth <= h.against_bounds[1])
    # 90% intervals; the binomial SD of these means is about 0.03.
    assert len(hidden) > 60
    assert 0.83 < np.mean(hidden) <= 0.99
    assert 0.84 < np.mean(seen) < 0.95
    assert 0.83 < np.mean(apart) <= 0.99
