"""All effects together at given SDs: derivatives by differences, means by importance sampling."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import multivariate_t
from tests.scale.facets.made import made

from headway.scale.facets import field as module
from headway.scale.facets import parse
from headway.scale.facets.design import build
from headway.scale.facets.field import Field
from headway.scale.facets.laplace import Laplace

FULL = "resolved ~ (1|model) + (1|harness) + (1|model:harness) + (1|item)"


def field_of(data, formula=FULL):
    design = build(parse(formula), data)
    return Field(Laplace(design), np.zeros(design.x.shape[1])), design


@pytest.mark.parametrize("formula", [FULL, "resolved ~ harness + (1|item) + (1|model)"])
def test_derivatives_are_those_of_differences(formula, monkeypatch):
    monkeypatch.setattr(module, "CLOSE", 1e-18)
    field, design = field_of(made(5, models=6, items=11), formula)
    log_sd = np.linspace(-0.6, 0.4, len(design.terms))
    point, moves = field.at(log_sd), field.moves(log_sd)
    for k, step in enumerate(np.eye(len(log_sd)) * 1e-4):
        ahead, behind = field._mode(log_sd + step), field._mode(log_sd - step)
        rise = field.at(log_sd + step).height - field.at(log_sd - step).height
        assert point.slope[k] == pytest.approx(rise / 2e-4, abs=1e-4)
        effects = ahead.curvature.scales * ahead.u - behind.curvature.scales * behind.u
        moved = np.concatenate([effects, ahead.beta - behind.beta])
        assert moves[:, k] == pytest.approx(moved / 2e-4, abs=1e-5)


@pytest.mark.parametrize("formula", [FULL, "resolved ~ harness + (1|item) + (1|model)"])
def test_the_curvature_is_that_of_the_whole_matrix(formula):
    field, design = field_of(made(7), formula)
    log_sd = np.linspace(-0.5, 0.3, len(design.terms))
    top = field._mode(log_sd)
    size, count = design.n_levels, design.x.shape[1]
    z = np.array([design.spread(row) for row in np.eye(size)]).T
    both = np.hstack([z, design.x])
    prior = np.concatenate([top.curvature.scales**-2.0, np.full(count, module.RIDGE)])
    weight = design.trials * top.p * (1 - top.p)
    inverse = np.linalg.inv(np.diag(prior) + both.T @ (weight[:, None] * both))
    assert np.concatenate(top.curvature.variances()) == pytest.approx(np.diag(inverse), abs=1e-9)
    contrast = np.linspace(-1, 1, size)
    expected = contrast @ inverse[:size, :size] @ contrast
    assert top.curvature.variance(contrast) == pytest.approx(expected, rel=1e-9)
    draws = np.hstack(top.curvature.sample(np.random.default_rng(0), 60_000))
    assert np.cov(draws.T) == pytest.approx(inverse, abs=0.03)


def test_means_are_those_of_importance_sampling_and_not_the_mode():
    formula = "resolved ~ (1|model) + (1|item)"
    field, design = field_of(made(3, models=5, harnesses=1, items=6, trials=3), formula)
    log_sd = np.log([1.2, 1.0])
    point, top = field.at(log_sd), field._mode(log_sd)
    centre = np.concatenate([top.curvature.scales * top.u, top.beta])
    z = np.array([design.spread(row) for row in np.eye(design.n_levels)]).T
    both = np.hstack([z, design.x])
    prior = np.concatenate([top.curvature.scales**-2.0, [module.RIDGE]])
    bend = np.diag(prior) + both.T @ ((design.trials * top.p * (1 - top.p))[:, None] * both)
    proposal = multivariate_t(centre, np.linalg.inv(bend), df=8, seed=0)
    draws = proposal.rvs(400_000)
    eta = draws @ both.T
    target = design.successes @ eta.T - np.logaddexp(0, eta) @ design.trials
    target -= (draws**2) @ prior / 2
    weight = np.exp(target - proposal.logpdf(draws) - target.max())
    weight /= weight.sum()
    assert 1 / (weight**2).sum() > 100_000
    mean = weight @ draws
    sd = np.sqrt(weight @ (draws - mean) ** 2)
    found = np.concatenate([point.effects, point.fixed])
    assert np.abs((found - mean) / sd).max() < 0.05
    assert np.abs((centre - mean) / sd).max() > 0.15
    assert np.sqrt(point.variances) == pytest.approx(sd, rel=0.12)
