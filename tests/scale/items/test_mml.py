"""Marginal maximum likelihood against an independent sum, and its edges."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import log_expit
from scipy.stats import norm

from headway.errors import ScaleError
from headway.scale.items.mml import _information, _look, _problem, mml
from headway.scale.responses import Responses


def simulated(seed, models, items, missing=0.2, trials=1, floor=0.0):
    rng = np.random.default_rng(seed)
    t, b = rng.normal(size=models), rng.normal(size=items)
    a = np.exp(rng.normal(0, 0.3, items))
    p = floor + (1 - floor) / (1 + np.exp(-a * (t[:, None] - b)))
    y = rng.binomial(trials, p).astype(float)
    y[rng.random(y.shape) < missing] = np.nan
    y[rng.integers(models, size=items), np.arange(items)] = 1
    return Responses.of_matrix(y, np.full(y.shape, float(trials)))


def naive_loglik(r, fit):
    t = np.linspace(-8, 8, 2001)
    total = np.tile(norm.logpdf(t) + np.log(t[1] - t[0]), (len(r.models), 1))
    z = fit.a[:, None] * t + fit.d[:, None]
    right, wrong = log_expit(z)[r.item], log_expit(-z)[r.item]
    cells = r.successes[:, None] * right + (r.trials - r.successes)[:, None] * wrong
    np.add.at(total, r.model, cells)
    seen = np.isin(np.arange(len(r.models)), r.model)
    return float(np.log(np.exp(total[seen]).sum(axis=1)).sum())


@given(
    seed=st.integers(0, 10_000),
    kind=st.sampled_from(["two_pl", "rasch", "rasch_fixed"]),
    trials=st.integers(1, 3),
    missing=st.sampled_from([0.0, 0.3]),
)
@settings(max_examples=15)
def test_loglik_is_the_plain_sum(seed, kind, trials, missing):
    r = simulated(seed, 200, 6, missing, trials)
    fit = mml(r, kind)
    assert fit.loglik == pytest.approx(naive_loglik(r, fit), abs=1e-5)


@given(seed=st.integers(0, 10_000), kind=st.sampled_from(["two_pl", "rasch", "three_pl"]))
@settings(max_examples=10)
def test_gradient_and_information_are_derivatives(seed, kind):
    problem = _problem(simulated(seed, 50, 4, floor=0.2), kind)
    x = problem.start + np.random.default_rng(seed).normal(0, 0.3, len(problem.start))
    look, step = _look(problem, x), 1e-5
    information = _information(problem, x, look)
    for k in range(len(x)):
        e = np.zeros(len(x))
        e[k] = step
        up, down = _look(problem, x + e), _look(problem, x - e)
        assert look.gradient[k] == pytest.approx(
            (up.value - down.value) / (2 * step), abs=1e-4, rel=1e-5
        )
        np.testing.assert_allclose(
            information[:, k], -(up.gradient - down.gradient) / (2 * step), atol=1e-3, rtol=1e-4
        )


def test_order_of_models_and_sparse_rows_do_not_matter(monkeypatch):
    r = simulated(3, 200, 8)
    dense = mml(r)
    monkeypatch.setattr("headway.scale.items.patterns.SMALL", 0)
    sparse = mml(r)
    np.testing.assert_allclose(dense.a, sparse.a, atol=1e-7)
    np.testing.assert_allclose(dense.se_d, sparse.se_d, atol=1e-7)


def test_a_million_models_of_one_answer_each():
    rng = np.random.default_rng(0)
    m = 1_000_000
    r = Responses(
        tuple(map(str, range(m))),
        tuple("abcdef"),
        np.arange(m),
        rng.integers(6, size=m),
        (rng.random(m) < 0.4).astype(float),
        np.ones(m),
    )
    fit = mml(r, "rasch_fixed")
    assert len(fit.patterns.count) == 12
    assert fit.eap.shape == (m,)
    assert np.isfinite(fit.eap).all()
    assert (fit.eap_sd > 0.8).all()  # one answer tells little


def test_items_that_all_or_none_solved_stay_finite():
    y = np.random.default_rng(1).integers(0, 2, size=(80, 5)).astype(float)
    y[:, 0], y[:, 1] = 1, 0
    fit = mml(Responses.of_matrix(y))
    assert np.isfinite(fit.d).all()
    assert fit.d[0] > 2 > -2 > fit.d[1]
    assert fit.se_d[0] > 0.5


def test_thousands_of_answers_do_not_underflow():
    fit = mml(simulated(5, 30, 40, missing=0.0, trials=100), "rasch")
    assert np.isfinite(fit.loglik)
    assert (
        np.unique(np.round(fit.eap, 6)).size >= 27
    )  # equal totals tie, a coarse grid would tie more
    assert (fit.eap_sd < 0.1).all()


def test_unknown_curve():
    with pytest.raises(ScaleError, match="four_pl"):
        mml(simulated(0, 10, 3), "four_pl")
