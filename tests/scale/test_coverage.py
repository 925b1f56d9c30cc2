"""Intervals of `eci` and `rasch` cover what they claim, on simulated tables."""

from __future__ import annotations

import numpy as np
import pytest

from headway.scale import Table, rasch
from headway.scale.rasch import ELO, Spread, mean_curve


def simulated(rng, models=12, benchmarks=10, items=150, spread=2.2):
    theta, level = rng.normal(0, 1.2, models), rng.normal(0, 1, benchmarks)
    delta = level[:, None] + spread * rng.standard_normal((benchmarks, items))
    p = 1 / (1 + np.exp(-(theta[:, None, None] - delta)))
    score = (rng.random(p.shape) < p).mean(axis=2)
    m, b = np.indices(score.shape).reshape(2, -1)
    table = Table.build(
        [f"m{k:02d}" for k in m],
        [f"b{k:02d}" for k in b],
        score.ravel().tolist(),
        n_items=[float(items)] * score.size,
    )
    return table, theta


@pytest.mark.slow
def test_rasch_differences_are_covered_when_the_spread_is_known():
    """90% intervals of all pairwise differences in Elo, 60 worlds."""
    rng, inside = np.random.default_rng(8), []
    for seed in range(60):
        table, theta = simulated(rng)
        scale = rasch(table, draws=200, sampling=0, seed=seed, spread=2.2)
        i, j = np.triu_indices(len(theta), 1)
        low, high = np.quantile(scale.draws[:, i] - scale.draws[:, j], [0.05, 0.95], axis=0)
        true = ELO * (theta[i] - theta[j])
        inside.append(((low <= true) & (true <= high)).mean())
    assert 0.86 <= np.mean(inside) <= 0.94


def test_an_unknown_spread_widens_the_interval():
    table, _ = simulated(np.random.default_rng(3))
    known, open_ = (rasch(table, draws=300, sampling=0, spread=s) for s in (2.2, Spread(2.2, 0.5)))
    best, worst = np.argmax(known.ability), np.argmin(known.ability)

    def width(scale):
        low, high = np.quantile(scale.draws[:, best] - scale.draws[:, worst], [0.05, 0.95])
        return high - low

    assert width(open_) > 1.3 * width(known)


@pytest.mark.parametrize("spread", [0.0, 0.3, 1.0, 3.26, 5.0])
def test_the_mean_curve_is_the_integral(spread):
    """Against adaptive quadrature; the derivatives against finite differences."""
    from scipy.integrate import quad

    def integrand(e, x):
        return np.exp(-e * e / 2) / np.sqrt(2 * np.pi) / (1 + np.exp(-(x - spread * e)))

    x = np.array([-6.0, -1.0, 0.0, 0.7, 4.0])
    value, first, second = mean_curve(x, np.full_like(x, spread))
    exact = [quad(integrand, -9, 9, args=(t,))[0] for t in x]
    assert np.abs(value - exact).max() < 2e-4
    step = 1e-5
    up, down = (mean_curve(x + s, np.full_like(x, spread)) for s in (step, -step))
    assert np.allclose((up[0] - down[0]) / (2 * step), first, atol=1e-8)
    assert np.allclose((up[1] - down[1]) / (2 * step), second, atol=1e-8)
