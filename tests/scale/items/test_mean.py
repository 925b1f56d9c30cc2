"""Posterior means against weighted draws of a density that is written down anew."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import logsumexp
from scipy.stats import wishart
from tests.scale.items.simulate import over, simulate

from headway.scale.items import mean as of_mean
from headway.scale.items import rasch_items, two_pl
from headway.scale.items.integrated import integrated
from headway.scale.items.mean import posterior_mean, spherical
from headway.scale.items.surface import coordinates, natural, surface
from headway.scale.responses import Responses


def rare(seed, models, items, *, slopes):
    """Answers to items of which most are rarely solved."""
    rng = np.random.default_rng(seed)
    ability, b = rng.normal(-1.0, 1.0, models), rng.normal(0.7, 1.2, items)
    a = np.exp(rng.normal(0, 0.5, items)) if slopes else np.ones(items)
    p = 1 / (1 + np.exp(-a * (ability[:, None] - b)))
    return Responses.of_matrix((rng.random(p.shape) < p).astype(float))


def log_posterior(won, x, fit):
    """Of abilities and φ: items summed over a wide even grid, priors as Wishart and Student's t."""
    m = won.shape[1]
    theta, phi = x[:m], x[m:]
    sd = np.sqrt(np.einsum("jdd->jd", fit.item_cov))
    steps = np.linspace(-5.6, 5.6, 17)
    if len(phi) == 1:
        u = (fit.item + sd * steps)[..., None]
        root = np.exp(phi)[:, None]
        prior = 5 / 2 * np.log(root[0, 0] ** 2) - 5 / 2 * 1.5**2 * root[0, 0] ** 2
    else:
        both = np.stack(np.meshgrid(steps, steps, indexing="ij"), axis=-1).reshape(-1, 2)
        u = fit.item[:, None] + both * sd[:, None]
        root = np.array([[np.exp(phi[0]), 0], [phi[1] * np.exp(phi[2]), np.exp(phi[2])]])
        known = wishart(5, np.linalg.inv(5 * np.diag([0.4**2, 1.5**2])))
        # Wishart in P; |dP / dφ| is |P| to the power 3/2, but for a constant.
        prior = known.logpdf(root @ root.T) + 1.5 * np.linalg.slogdet(root @ root.T)[1]
    a = np.exp(u[..., 0]) if len(phi) == 3 else np.ones(u.shape[:2])
    z = (a[..., None] * (theta - u[..., -1:])).astype(np.float32)
    value = np.einsum("jkm,jm->jk", z, won.astype(np.float32)) - np.logaddexp(0, z).sum(axis=2)
    far = -0.5 * ((u @ root) ** 2).sum(axis=2) + np.log(np.diag(root)).sum()
    squares = 5 * 1.5**2 + m * theta.var() + 5 * m / (5 + m) * theta.mean() ** 2
    return logsumexp(value + far, axis=1).sum() + prior - (m + 4) / 2 * np.log(squares)


def standard(theta, *, slopes):
    apart = theta - theta.mean(axis=-1, keepdims=True)
    return apart / apart.std(axis=-1, keepdims=True) if slopes else apart


@pytest.mark.parametrize(("slopes", "seed", "size"), [(True, 4, 1000), (False, 2, 2000)])
def test_the_mean_is_that_of_weighted_draws_and_the_mode_is_not(slopes, seed, size, monkeypatch):
    r = rare(seed, 8, 40, slopes=slopes)
    loop = over(r)
    fit = integrated(loop, slopes=slopes)
    near = posterior_mean(loop, fit)
    x, cov = near.state, near.state_cov
    won = loop.data.rows(slice(0, 40))[0]
    rng = np.random.default_rng(seed)
    z = rng.standard_normal((size // 2, len(x)))
    z *= np.sqrt(12 / rng.chisquare(12, size // 2))[:, None]
    z = np.concatenate([z, -z])
    draws = x + z @ np.linalg.cholesky(cov).T
    log_w = np.array([log_posterior(won, y, fit) for y in draws])
    log_w += (12 + len(x)) / 2 * np.log1p((z**2).sum(axis=1) / 12)
    w = np.exp(log_w - logsumexp(log_w))
    assert 1 / (w**2).sum() > 0.2 * size
    ability = standard(draws[:, :8], slopes=slopes)
    mean = w @ ability
    unit = mean.std() if slopes else 1.0
    sd, mean = np.sqrt(w @ (ability - mean) ** 2) / unit, mean / unit
    solve = two_pl if slopes else rasch_items
    scale = solve(r, draws=0)
    assert scale.method.endswith("posterior mean")
    assert np.abs((scale.ability - mean) / sd).max() < 0.1
    np.testing.assert_allclose(scale.se, sd, rtol=0.1)
    monkeypatch.setattr(of_mean, "MOST", 0)
    mode = solve(r, draws=0)
    assert mode.method.endswith("abilities at their mode")
    assert np.abs((mode.ability - mean) / sd).max() > 0.1


@pytest.mark.parametrize("slopes", [True, False])
def test_the_surface_is_the_density_and_its_gradient(slopes):
    r = rare(1, 7, 25, slopes=slopes)
    loop = over(r)
    fit = integrated(loop, slopes=slopes)
    seen = surface(loop, fit)
    top = np.concatenate([fit.theta, coordinates(fit.population)])
    scale = np.append(np.sqrt(np.diag(fit.covariance)), [0.1] * (len(top) - 7))
    x = top + np.random.default_rng(0).standard_normal((5, len(top))) * scale
    value, gradient = seen.at(x)
    won = loop.data.rows(slice(0, 25))[0]
    assert np.ptp(value - [log_posterior(won, y, fit) for y in x]) < 0.2
    for k in range(len(top)):
        step = np.eye(len(top))[k] * 0.05 * scale[k]
        slope = (seen.at(x + step)[0] - seen.at(x - step)[0]) / (0.1 * scale[k])
        np.testing.assert_allclose(gradient[:, k] * scale[k], slope * scale[k], atol=0.02)


@pytest.mark.parametrize("n", [1, 2, 5, 23])
def test_points_have_the_moments_of_a_normal(n):
    z = spherical(n, 4, 3)
    np.testing.assert_allclose(z.T @ z / len(z), np.eye(n), atol=1e-12)
    np.testing.assert_allclose(z.mean(axis=0), 0, atol=1e-12)
    if n > 1:
        assert ((z**2).sum(axis=1) ** 2).mean() == pytest.approx(n * (n + 2))


def test_natural_parameters_have_their_derivatives():
    phi = np.array([[0.4, -0.3, 0.2]])
    eta, slope = natural(phi)
    for k, step in enumerate(np.eye(3) * 1e-6):
        rise = (natural(phi + step)[0] - natural(phi - step)[0]) / 2e-6
        np.testing.assert_allclose(slope[:, :, k], rise, atol=1e-8)
    assert eta.shape == (1, 3)


def test_draws_have_the_mean_and_the_spread_that_are_told():
    _, r = simulate(3, 12, 60)
    scale = two_pl(r, draws=4000)
    away = (scale.draws.mean(axis=0) - scale.ability) / scale.se
    assert np.abs(away).max() < 0.08
    np.testing.assert_allclose(scale.draws.std(axis=0), scale.se, rtol=0.06)
    assert np.abs(scale.draws.mean(axis=1)).max() < 1e-9
    assert scale.ability.std() == pytest.approx(1, abs=1e-9)


def test_with_many_cells_the_mode_is_kept_and_said():
    scale = two_pl(simulate(3, 20, 700)[1], draws=0)
    assert scale.method.endswith("abilities at their mode")


def test_where_the_posterior_is_no_normal_it_is_said():
    said = [two_pl(simulate(seed, 30, 30, 0.8)[1], draws=0) for seed in range(5)]
    modes = [scale for scale in said if scale.method.endswith("mode")]
    assert 0 < len(modes) < len(said)
    for scale in said:
        assert any("far from normal" in c for c in scale.cautions) == (scale in modes)
        assert np.isfinite(scale.se).all()
    assert not any("normal" in c for c in two_pl(simulate(3, 20, 700)[1], draws=0).cautions)
