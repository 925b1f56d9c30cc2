"""Sampling and the fast solvers are two independent ways to one posterior."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import jsonschema
import numpy as np
import pytest
from scipy.integrate import dblquad
from scipy.stats import multivariate_normal, wishart
from tests.scale.facets.made import made
from tests.scale.items.simulate import simulate

from headway.errors import MissingExtraError, ScaleError, UnknownNameError
from headway.publish.effects import fit_document, fit_text
from headway.publish.items import items_document, items_text
from headway.scale.bayes import bayes_facets, bayes_items
from headway.scale.bayes import facets as crossed
from headway.scale.bayes.items import _contrasts, _model, _of_abilities
from headway.scale.bayes.sampler import Checks, cautions, check, double, sample, softplus
from headway.scale.facets import facets
from headway.scale.facets.design import build
from headway.scale.facets.formula import parse
from headway.scale.items import two_pl
from headway.scale.responses import Responses

CROSSED = "resolved ~ (1|model) + (1|harness) + (1|item)"


@pytest.fixture(scope="module")
def answers() -> Responses:
    return simulate(5, 14, 70, 0.2)[1]


@pytest.fixture(scope="module")
def sampled(extra, answers):
    return bayes_items(answers, draws=250, warmup=250)


@pytest.fixture(scope="module")
def runs() -> Responses:
    return made(3, models=12, harnesses=8, items=80, trials=4, missing=0.1)


@pytest.fixture(scope="module")
def fitted(extra, runs):
    return bayes_facets(runs, CROSSED, draws=250, warmup=250)


@pytest.mark.slow
def test_items_agree_with_the_fast_solver(sampled, answers):
    fast = two_pl(answers, draws=0, method="integrated")
    # 1,000 draws know a mean to 0.03 SD and an SD to 2%; the largest of 14 errors is 0.1 and 7%.
    away = (fast.ability - sampled.ability) / sampled.se
    assert np.abs(away).max() < 0.2
    assert np.sqrt((away**2).mean()) < 0.1
    ratio = fast.se / sampled.se
    assert np.median(ratio) == pytest.approx(1, abs=0.05)
    assert np.abs(ratio - 1).max() < 0.2
    assert np.corrcoef(fast.b, sampled.b)[0, 1] > 0.99
    assert np.median(np.log(fast.a / sampled.a)) == pytest.approx(0, abs=0.05)


@pytest.mark.slow
def test_items_are_in_the_gauge_of_the_fast_solver(sampled):
    assert sampled.gauge == "mean 0 and SD 1 over all 14 models"
    assert sampled.ability.mean() == pytest.approx(0, abs=1e-12)
    assert sampled.ability.std() == pytest.approx(1, abs=1e-12)
    # Zero is fixed in every draw by itself, so no direction of the covariance is loose.
    assert np.abs(sampled.draws.mean(axis=1)).max() < 1e-12
    assert sampled.draws.std(axis=1) == pytest.approx(sampled.draws[0].std())


@pytest.mark.slow
def test_items_say_whether_chains_agree(sampled):
    assert sampled.checks.trusted.all()
    assert sampled.divergences == 0
    frame = sampled.to_frame()
    assert frame["trusted"].all()
    assert {"r_hat", "ess", "trusted"} <= set(frame.columns)
    low, high = sampled.interval(0.9)
    inside = ((sampled.draws >= low) & (sampled.draws <= high)).mean(axis=0)
    assert inside == pytest.approx(0.9, abs=0.005)


@pytest.mark.slow
def test_sampled_items_are_printed(sampled):
    document = items_document(sampled)
    assert document["method"] == "bayes (NUTS: 4 chains of 250 draws)"
    assert "NUTS" in items_text(document)


@pytest.mark.slow
def test_facets_agree_with_laplace(fitted, runs):
    fast = facets(runs, CROSSED)
    about, _ = fast.draws(20_000)
    assert fitted.checks.trusted.all()
    for v, w in zip(fast.variance, fitted.variance, strict=True):
        part = fast.design.slices[fast.place(v.term)]
        drawn = fitted.effects[:, part]
        # Levels about their mean: the mean itself belongs to the intercept as well.
        drawn = drawn - drawn.mean(axis=1, keepdims=True)
        apart = about[:, part] - about[:, part].mean(axis=1, keepdims=True)
        point = fast.mean[part] - fast.mean[part].mean()
        away = (point - drawn.mean(axis=0)) / drawn.std(axis=0)
        # Sampling knows a mean to 0.03 to 0.05 SD; the largest of 80 errors is three times that.
        assert np.abs(away).max() < 0.18, v.term
        assert np.sqrt((away**2).mean()) < 0.08, v.term
        assert np.median(apart.std(axis=0) / drawn.std(axis=0)) == pytest.approx(1, abs=0.1)
        assert w.low < v.sd < w.high
    assert fitted.fixed[0].low < fast.fixed[0].value < fitted.fixed[0].high


@pytest.mark.slow
def test_sampled_facets_have_the_shape_of_the_fit(fitted, repo: Path):
    document = fit_document(fitted)
    schema = json.loads((repo / "docs" / "schema" / "fit.json").read_text(encoding="utf-8"))
    jsonschema.validate(json.loads(json.dumps(document)), schema)
    assert document["loglik"] is None
    assert "Sampled posterior" in fit_text(document)
    frame = fitted.to_frame()
    assert len(frame) == len(fitted.modes)
    assert frame["trusted"].all()
    with pytest.raises(UnknownNameError, match="no random effect 'run'"):
        fitted.levels("run")


def test_the_prior_of_abilities_is_that_of_pseudo_models(extra):
    theta = np.array([-1.0, 0.3, 2.2])

    def density(log_s: float, c: float, theta: np.ndarray) -> float:
        s = np.exp(log_s)  # five pseudo-models of mean 0 and SD 1.5, prior dc ds / s
        squares = ((theta - c) ** 2).sum() + 5 * (1.5**2 + c**2)
        return s ** -(len(theta) + 5) * np.exp(-squares / (2 * s * s))

    def integral(theta):
        return np.log(dblquad(density, -12, 12, -2, 4, args=(theta,), epsabs=0, epsrel=1e-7)[0])

    def ours(theta):
        return float(_of_abilities(3, ((theta - theta.mean()) ** 2).sum(), theta.mean()))

    with double():
        there, here = ours(2 * theta), ours(theta)
    assert there - here == pytest.approx(integral(2 * theta) - integral(theta), abs=1e-4)


def raw_density(won, tried, theta, log_a, b, precision) -> float:
    """Log posterior of abilities, items and their population, written down anew."""
    z = np.exp(log_a)[:, None] * (theta - b[:, None])
    u = np.stack([log_a, b])
    of_items = multivariate_normal(np.zeros(2), np.linalg.inv(precision)).logpdf(u.T).sum()
    m = len(theta)
    squares = 5 * 1.5**2 + m * theta.var() + 5 * m / (5 + m) * theta.mean() ** 2
    return (
        (won * z - tried * np.logaddexp(0, z)).sum()
        + of_items
        - (m + 4) / 2 * np.log(squares)
        + wishart(5, np.linalg.inv(5 * np.diag([0.4**2, 1.5**2]))).logpdf(precision)
    )


def test_the_density_is_that_of_the_raw_gauge(extra):
    from numpyro.infer.util import log_density

    rng = np.random.default_rng(2)
    j, m = 6, 5
    tried = rng.integers(0, 4, (j, m)).astype(float)
    won = rng.binomial(tried.astype(int), 0.6).astype(float)
    found = []
    for _ in range(3):
        x, beta, z = rng.normal(size=m - 1), rng.normal(size=j), rng.normal(size=j)
        shift, log_unit = rng.normal(size=2)
        root = np.array([[2.1, 0], [0.4, 0.7]]) + np.tril(rng.uniform(0, 0.5, (2, 2)))
        sites = {"x": x, "shift": shift, "log_unit": log_unit, "root": root, "beta": beta, "z": z}
        with double():
            arrays = (won, tried, _contrasts(m))
            ours = float(log_density(_model(True, 0.0), arrays, {}, sites)[0])
        unit = np.exp(log_unit)
        t = _contrasts(m) @ x * np.sqrt(m) / np.linalg.norm(x)
        b = shift + unit * beta
        log_a = (z - root[1, 0] * b) / root[0, 0]
        raw = raw_density(won, tried, shift + unit * t, log_a, b, root @ root.T)
        # What a change of variables adds: b by beta, log a by z, abilities by log unit, P by root.
        raw += j * log_unit - j * np.log(root[0, 0]) + (m - 1) * log_unit
        raw += 2 * np.log(root[0, 0]) + np.log(root[1, 1]) - x @ x / 2
        found.append(ours - raw)
    assert np.ptp(found) < 1e-9


@pytest.mark.parametrize("missing", [0.0, 0.6])
def test_matrix_and_single_cells_have_one_density(extra, missing, monkeypatch):
    import jax
    from numpyro.infer.util import log_density

    design = build(parse(CROSSED), made(1, missing=missing))
    model = crossed._model((True, False, True))
    rng = np.random.default_rng(0)
    sites = {f"z{k}": rng.normal(size=len(t.levels) - 1) for k, t in enumerate(design.terms)}
    sites |= {"beta": np.array([0.3]), "log_sd": np.log([0.7, 1.1, 0.4])}
    found = []
    for full in (0.0, 2.0):
        monkeypatch.setattr(crossed, "FULL", full)
        arrays = crossed._arrays(design)
        with double():
            found.append(float(log_density(model, jax.tree.map(np.asarray, arrays), {}, sites)[0]))
    assert found[0] == pytest.approx(found[1], abs=1e-9)


def test_double_precision_stays_inside(extra):
    import jax.numpy as jnp

    with double():
        assert jnp.ones(1).dtype == np.float64
        assert float(softplus(jnp.array(-40.0))) == pytest.approx(np.exp(-40), rel=1e-12)
    assert jnp.ones(1).dtype == np.float32


def test_chains_that_disagree_are_named(extra):
    rng = np.random.default_rng(0)
    draws = rng.normal(size=(4, 500, 3))
    draws[0, :, 1] += 1
    draws[..., 2] = 7.0
    checks = check(draws)
    assert checks.trusted.tolist() == [True, False, True]
    (said,) = cautions(checks, ("a", "b", "c"), 0, 2000)
    assert "'b'" in said
    assert "before trusting" in said
    assert "3 of 2,000 draws diverged" in cautions(checks, ("a", "b", "c"), 3, 2000)[0]
    few = Checks(np.array([1.0]), np.array([50.0]))
    assert not few.trusted.any()


def test_without_the_extra_one_sentence_says_what_to_install(monkeypatch, answers, runs):
    monkeypatch.setitem(sys.modules, "numpyro", None)
    for call in (lambda: bayes_items(answers), lambda: bayes_facets(runs, CROSSED)):
        with pytest.raises(MissingExtraError, match=r"pip install 'headway\[bayes\]'"):
            call()


def test_what_cannot_be_sampled_is_refused(extra, answers, runs):
    with pytest.raises(ScaleError, match="at least 3 models"):
        bayes_items(Responses.of_matrix(np.array([[1.0, 0, 1], [0, 0, 1]])))
    with pytest.raises(ScaleError, match="guess floor"):
        bayes_items(answers, floor=1.0)
    with pytest.raises(ScaleError, match="at least 2 chains"):
        bayes_items(answers, chains=1)
    with pytest.raises(ScaleError, match="level"):
        bayes_facets(runs, CROSSED, level=1.0)
    with pytest.raises(UnknownNameError, match="reference"):
        bayes_items(answers, reference=["nobody"])
    with pytest.raises(ScaleError, match="at least 2 chains"):
        sample(lambda: None, (), draws=5, warmup=10, chains=4, seed=0)


def test_the_command_line_refuses_a_method_without_items(headway):
    done = headway("scale", "--method", "bayes")
    assert done.returncode == 2
    assert "--data RESPONSES" in done.stderr
