"""The fast solver against a slow one that shares no code, and its derivatives by differences."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize
from scipy.special import betaln, gammaln
from tests.scale.facets.made import made

from headway.scale.facets import facets, parse
from headway.scale.facets.design import build
from headway.scale.facets.laplace import Laplace
from headway.scale.facets.maximum import maximise

FULL = "resolved ~ (1|model) + (1|harness) + (1|model:harness) + (1|item)"


def dense_design(data, names):
    """One-hot columns of each term, side by side, with the term of each column."""
    codes = {"model": data.model, "item": data.item, "harness": data.labels["harness"][1]}
    columns, owner = [], []
    for t, name in enumerate(names):
        keys = list(zip(*(codes[part].tolist() for part in name.split(":")), strict=True))
        for level in sorted(set(keys)):
            columns.append([float(key == level) for key in keys])
            owner.append(t)
    return np.array(columns).T, np.array(owner)


def slow_loglik(data, names, log_sd, intercept):
    """Laplace log-likelihood by a general minimiser and the whole Hessian."""
    z, owner = dense_design(data, names)
    z = z * np.exp(np.asarray(log_sd))[owner]
    y, n = data.successes, data.trials

    def loss(u):
        eta = intercept + z @ u
        return -(y @ eta - n @ np.log1p(np.exp(eta))) + u @ u / 2

    def slope(u):
        return -z.T @ (y - n / (1 + np.exp(-intercept - z @ u))) + u

    best = minimize(loss, np.zeros(z.shape[1]), jac=slope, method="BFGS", options={"gtol": 1e-8})
    p = 1 / (1 + np.exp(-intercept - z @ best.x))
    hessian = np.eye(z.shape[1]) + z.T @ ((n * p * (1 - p))[:, None] * z)
    # C(n, y) by the beta function: another route than the program's.
    ways = -np.log(n + 1) - betaln(y + 1, n - y + 1)
    return -best.fun + ways.sum() - np.linalg.slogdet(hessian)[1] / 2


@given(
    seed=st.integers(0, 10_000),
    log_sd=st.tuples(*[st.floats(-2, 1)] * 4),
    intercept=st.floats(-1.5, 1.5),
)
def test_the_two_solvers_agree(seed, log_sd, intercept):
    data = made(seed)
    design = build(parse(FULL), data)
    names = [term.name for term in design.terms]
    fast = Laplace(design).mode(np.array([*log_sd, intercept])).loglik
    assert fast == pytest.approx(slow_loglik(data, names, log_sd, intercept), abs=1e-6)


@pytest.mark.parametrize("seed", [1, 2])
def test_the_optima_agree(seed):
    data = made(seed, models=8, items=15)
    names = ["model", "item"]
    fit = facets(data, "resolved ~ (1|model) + (1|item)")

    def loss(phi):
        return -slow_loglik(data, names, phi[:2], phi[2])

    slow = minimize(loss, np.zeros(3), method="Nelder-Mead", options={"xatol": 1e-5})
    assert fit.loglik == pytest.approx(-slow.fun, abs=1e-5)
    assert [s.sd for s in fit.variance] == pytest.approx(np.exp(slow.x[:2]), rel=1e-2)
    assert fit.fixed[0].value == pytest.approx(slow.x[2], abs=1e-2)


@pytest.mark.parametrize("formula", [FULL, "resolved ~ harness + (1|item) + (1|model)"])
def test_derivatives_are_those_of_differences(formula):
    model = Laplace(build(parse(formula), made(5, models=6, items=11)))
    count = len(model.design.terms) + len(model.design.fixed)
    phi = np.linspace(-0.6, 0.4, count)
    mode = model.mode(phi)
    gradient = model.gradient(phi, mode)
    for k, step in enumerate(np.eye(count) * 1e-4):
        ahead, behind = model.mode(phi + step), model.mode(phi - step)
        assert gradient[k] == pytest.approx((ahead.loglik - behind.loglik) / 2e-4, abs=1e-5)


def test_the_factor_is_the_inverse_of_the_whole_hessian():
    data = made(7)
    design = build(parse(FULL), data)
    model, phi = Laplace(design), np.array([0.3, -0.2, 0.1, -0.5, 0.2])
    mode = model.mode(phi)
    each = np.eye(design.n_levels)
    z = np.array([design.spread(row) for row in each]).T * model.sds(phi)
    inverse = np.linalg.inv(each + z.T @ (mode.weight[:, None] * z))
    assert mode.factor.solve(each) == pytest.approx(inverse, abs=1e-10)
    assert mode.factor.variances() == pytest.approx(np.diag(inverse), abs=1e-10)
    draws = mode.factor.sample(np.random.default_rng(0), 40_000)
    assert np.cov(draws.T) == pytest.approx(inverse, abs=0.02)


def test_binomial_coefficients_are_counted():
    data = made(3)
    whole = facets(data, "resolved ~ (1|item)").loglik
    n, y = data.trials, data.successes
    ways = gammaln(n + 1) - gammaln(y + 1) - gammaln(n - y + 1)
    single = {
        "model": [], "harness": [], "item": [], "successes": [], "run": [],
    }  # fmt: skip
    for k in range(len(n)):
        for run in range(int(n[k])):
            single["model"].append(data.models[data.model[k]])
            single["harness"].append(data.labels["harness"][0][data.labels["harness"][1][k]])
            single["item"].append(data.items[data.item[k]])
            single["successes"].append(float(run < y[k]))
            single["run"].append(str(run))
    from headway.scale.responses import Responses

    apart = facets(Responses.build(single), "resolved ~ (1|item)").loglik
    assert whole - apart == pytest.approx(ways.sum(), abs=1e-6)


@pytest.mark.parametrize("formula", [FULL, "resolved ~ (1|harness) + (1|item)"])
def test_a_sparse_cross_block_is_the_dense_one(formula, monkeypatch):
    from headway.scale.facets import blocks

    data = made(11, models=9, items=13, missing=0.6)
    phi = np.linspace(-0.5, 0.4, len(parse(formula).random) + 1)
    seen = []
    for gain, chunk in ((1e9, 10), (0, 10), (0, 10**6)):
        monkeypatch.setattr(blocks, "GAIN", gain)
        monkeypatch.setattr(blocks, "CHUNK", chunk)
        model = Laplace(build(parse(formula), data))
        mode = model.mode(phi)
        g = np.arange(model.design.n_levels * 2.0).reshape(-1, 2)
        seen.append(
            (
                mode.loglik,
                model.gradient(phi, mode),
                mode.factor.solve(g),
                mode.factor.variances(),
                mode.factor.sample(np.random.default_rng(0), 3),
            )
        )
        assert model.design.layout.dense == (gain > 0)
    for other in seen[1:]:
        for one, same in zip(seen[0], other, strict=True):
            assert same == pytest.approx(one, abs=1e-9)


def test_many_models_of_two_answers_each():
    from headway.scale.responses import Responses

    rng = np.random.default_rng(0)
    count, items = 20_000, 40
    model = np.repeat(np.arange(count), 2)
    item = (rng.integers(0, items, count)[:, None] + [0, 7]).ravel() % items
    eta = rng.normal(0, 1.2, count)[model] + rng.normal(0, 1, items)[item]
    names = [f"{k:05d}" for k in range(count)], [f"{k:02d}" for k in range(items)]
    won = (rng.random(2 * count) < 1 / (1 + np.exp(-eta))).astype(float)
    data = Responses(tuple(names[0]), tuple(names[1]), model, item, won, np.ones(2 * count))
    fit = facets(data, "resolved ~ (1|model) + (1|item)")
    assert not fit.design.layout.dense
    assert len(fit.design.layout.column) == 2 * count
    # The Laplace approximation is this far off with two answers, and says so.
    assert 0.7 < fit.variance[0].sd < 0.95
    assert any("Levels of model have 2.0 attempts on average" in text for text in fit.cautions)


def test_a_long_first_step_of_the_optimiser_is_survived():
    # The optimiser tries SDs of 0.0025 and 20 on its way here; the last mode is no start for those.
    data = made(327, models=15, harnesses=5, items=60, trials=1, missing=0.8)
    formula = parse("resolved ~ (1|model) + (1|harness) + (1|item)")
    assert maximise(Laplace(build(formula, data))).gradient < 1e-3
