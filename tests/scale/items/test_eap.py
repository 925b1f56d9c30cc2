"""Abilities of marginal maximum likelihood: errors that hold those of the items."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
import pytest

from headway.scale.items import rasch_items, two_pl
from headway.scale.items.eap import abilities, slopes
from headway.scale.items.gauge import gauge, population_zero
from headway.scale.items.mml import _look, _problem, mml
from headway.scale.responses import Responses

_SPEC = importlib.util.spec_from_file_location(
    "items_simulate", Path(__file__).with_name("simulate.py")
)
_SIMULATE = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(_SIMULATE)
simulate = _SIMULATE.simulate


@pytest.mark.parametrize("kind", ["two_pl", "rasch", "rasch_fixed", "three_pl"])
@pytest.mark.parametrize(("missing", "trials"), [(0.0, 1), (0.3, 3)])
def test_slopes_are_derivatives_of_the_posterior_means(kind, missing, trials):
    _, r = simulate(3, 200, 5, missing, trials=trials)
    fit, problem = mml(r, kind), _problem(r.by_cell(), kind)
    x = np.concatenate([fit.a, fit.d, np.zeros(5)])
    if kind == "three_pl":
        fit_c = np.maximum(fit.c, 1e-300)
        x[10:] = np.log(fit_c / (1 - fit_c))
    x = np.linalg.lstsq(problem.design, x - problem.offset, rcond=None)[0]
    found = slopes(fit)
    for k in range(len(x)):
        step = 1e-5 * (np.arange(len(x)) == k)
        up, down = (_look(problem, x + s * step).posterior @ fit.nodes for s in (1, -1))
        np.testing.assert_allclose(found[:, k], (up - down) / 2e-5, atol=1e-7)


def errors(seed, kind, models=200, items=8):
    """Errors of abilities in a world of its own, and what is said of them."""
    rng = np.random.default_rng(seed)
    ability, a = rng.normal(size=models), 1.3
    z = a * (ability[:, None] - np.linspace(-2, 1.5, items))
    y = (rng.random(z.shape) < 1 / (1 + np.exp(-z))).astype(float)
    known = abilities(mml(Responses.of_matrix(y), kind))
    return known.mean - (a if kind == "rasch" else 1) * ability, known


def chance(error, known, along):
    """Squared error along a direction in units of its variance: items known, and allowed for."""
    alone = along**2 @ known.alone
    return np.array([1 / alone, 1 / (alone + ((known.shared.T @ along) ** 2).sum())]) * (
        (along @ error) ** 2
    )


def test_errors_that_models_share_are_as_large_as_told():
    """Mean and stretch of 200 abilities: with the items as known, errors are 1.7 times larger."""
    middle, stretch = [], []
    for seed in range(60):
        error, known = errors(seed, "rasch")
        middle.append(chance(error, known, np.ones(200)))
        stretch.append(chance(error, known, known.mean))
    # The mean of 60 squares of normal numbers lies in 0.6 to 1.55, but for one time in 500.
    for taken_as_known, allowed_for in (np.mean(middle, axis=0), np.mean(stretch, axis=0)):
        assert taken_as_known > 2
        assert 0.6 < allowed_for < 1.55


def test_two_pl_errors_of_the_mean_are_as_large_as_told():
    z = np.mean([chance(*errors(seed, "two_pl"), np.ones(200)) for seed in range(40)], axis=0)
    assert z[0] > 1.8
    assert 0.5 < z[1] < 1.7


@pytest.mark.parametrize("fit", [rasch_items, two_pl])
@pytest.mark.parametrize("reference", [None, range(12)])
def test_draws_have_the_covariance(fit, reference):
    _, r = simulate(5, 220, 6, 0.1)
    named = None if reference is None else [r.models[k] for k in reference]
    scale = fit(r, draws=40_000, method="marginal", reference=named)
    covariance = np.cov(scale.draws.T)
    np.testing.assert_allclose(covariance, scale.covariance, atol=0.03)
    # All models share the errors of the items: the variance of the mean tells, not one cell.
    mean = scale.draws.mean(axis=1)
    assert mean.var() == pytest.approx(float(scale.covariance.mean()), rel=0.03)
    if named:
        np.testing.assert_allclose(scale.draws[:, :12].mean(axis=1), 0, atol=1e-9)
        np.testing.assert_allclose(scale.covariance[:12].sum(axis=0), 0, atol=1e-9)


@pytest.mark.parametrize("named", [False, True])
def test_variances_alone_are_the_diagonal_of_the_matrix(named):
    _, r = simulate(6, 60, 5, 0.2)
    known = abilities(mml(r, "rasch"))
    at = gauge(known.mean, np.arange(9), scaled=False, named=True) if named else population_zero(60)
    full = at.covariance(known.covariance())
    np.testing.assert_allclose(known.variances(at), np.diag(full), atol=1e-12)


def test_lsat_errors_given_the_items_and_in_all(shared):
    """0.8013 and 0.6927 are published SDs of the first person's ability given the items."""
    for n, alone in ((6, 0.8013), (7, 0.6927)):
        path = shared / "data" / "lsat" / f"lsat{n}.csv"
        r = Responses.of_matrix(np.loadtxt(path, delimiter=",", skiprows=1))
        known, scale = abilities(mml(r)), two_pl(r, draws=2)
        assert np.sqrt(known.alone[0]) == pytest.approx(alone, abs=1e-4)
        assert scale.method.startswith("marginal")
        assert alone + 0.0005 < scale.se[0] < 1.1 * alone
        assert any("allow for those of the items" in c for c in scale.cautions)
        assert np.isfinite(abilities(mml(r, "three_pl")).covariance()).all()
