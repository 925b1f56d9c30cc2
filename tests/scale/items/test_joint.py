"""The joint mode: its equations hold, and neither the steps nor their number move where it lies."""

from __future__ import annotations

import numpy as np
import pytest
from tests.scale.items.simulate import over, simulate

from headway.scale.items import blocks
from headway.scale.items import joint as of_joint
from headway.scale.items.joint import joint
from headway.scale.items.population import fitted


def scores(r, fit):
    """Scores of abilities, and of items with their expected information, cell by cell."""
    j, d = fit.item.shape
    a = np.exp(fit.item[:, 0]) if d == 2 else np.ones(j)
    z = a[r.item] * (fit.theta[r.model] - fit.item[r.item, -1])
    p = 1 / (1 + np.exp(-z))
    error, weight = r.successes - r.trials * p, r.trials * p * (1 - p)
    x = np.stack([z, -a[r.item]], axis=1)[:, -d:]
    own, info = np.zeros((j, d)), np.zeros((j, d, d))
    np.add.at(own, r.item, x * error[:, None])
    np.add.at(info, r.item, x[:, :, None] * x[:, None, :] * weight[:, None, None])
    return np.bincount(r.model, a[r.item] * error), own, info


@pytest.mark.parametrize("slopes", [True, False])
@pytest.mark.parametrize("shape", [(15, 60), (60, 15), (8, 200)])
def test_abilities_are_at_their_mode_and_all_items_as_far_from_theirs(slopes, shape):
    _, r = simulate(1, *shape)
    fit = joint(over(r), slopes=slopes)
    gradient, own, info = scores(r, fit)
    np.testing.assert_allclose(gradient, (fit.theta - fit.centre) / fit.spread**2, atol=1e-4)
    precision = fit.population.precision
    left = np.linalg.solve(info + precision, (own - fit.item @ precision)[..., None])[..., 0]
    ways = np.ones((len(left), 1, 1))
    if slopes:  # what a change of unit, and of zero, does to (log a, b)
        ways = np.zeros((len(left), 2, 2))
        ways[:, 0, 0], ways[:, 1, 0], ways[:, 1, 1] = 1, -fit.item[:, 1], 1
    wide = ways.reshape(-1, ways.shape[2])
    lean, *_ = np.linalg.lstsq(wide, left.reshape(-1), rcond=None)
    np.testing.assert_allclose(left, ways @ lean, atol=1e-4)
    np.testing.assert_allclose(fit.item.sum(axis=0), 0, atol=1e-3)
    assert fit.moved < 1e-5


@pytest.mark.parametrize("slopes", [True, False])
@pytest.mark.parametrize(("shape", "fewer"), [((20, 300), 2.0), ((100, 400), 1.3)])
def test_plain_steps_of_em_and_scoring_end_at_the_same_place(monkeypatch, slopes, shape, fewer):
    _, r = simulate(2, *shape)
    fast = joint(over(r), slopes=slopes)
    monkeypatch.setattr(of_joint, "settled", lambda before, item, cov: fitted(item, cov))
    monkeypatch.setattr(blocks, "NEAR", 0.0)
    plain = joint(over(r), slopes=slopes)
    assert not slopes or fast.sweeps * fewer < plain.sweeps
    error = np.sqrt(np.diag(plain.covariance))
    assert np.abs((fast.theta - plain.theta) / error).max() < 1e-3
    np.testing.assert_allclose(fast.item, plain.item, atol=2e-3)
    np.testing.assert_allclose(fast.population.cov, plain.population.cov, rtol=2e-3, atol=1e-4)


def test_more_cells_need_no_more_sweeps():
    """In single precision, to a hundredth of a standard error: 125,000 cells and 500,000."""
    fits = [joint(over(simulate(3, m, 20 * m)[1]), errors=False) for m in (95, 190)]
    assert all(fit.sweeps <= 6 and fit.moved < 0.01 for fit in fits)
