"""Item scales as a caller sees them: the choice of method, gauges, edges, agreement of paths."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headway.errors import ScaleError, UnknownNameError
from headway.scale.items import rasch_items, three_pl, two_pl
from headway.scale.items.choose import follow
from headway.scale.items.connect import components
from headway.scale.items.joint import joint
from headway.scale.responses import Responses

_SPEC = importlib.util.spec_from_file_location(
    "items_simulate", Path(__file__).with_name("simulate.py")
)
_SIMULATE = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(_SIMULATE)
simulate, standard, over = _SIMULATE.simulate, _SIMULATE.standard, _SIMULATE.over


def finite(scale):
    for name in ("ability", "covariance", "draws", "a", "b"):
        assert np.isfinite(getattr(scale, name)).all(), name
    assert (np.diag(scale.covariance) >= 0).all()
    return scale


@pytest.mark.parametrize(
    ("models", "items", "want"),
    [(20, 300, "integrated"), (400, 10, "marginal"), (500, 60, "joint")],
)
def test_method_follows_the_data_and_is_told(models, items, want):
    _, r = simulate(0, models, items, 0.1)
    assert follow(r)[0] == want
    assert two_pl(r, draws=5).method.startswith(want)


@given(seed=st.integers(0, 10_000), fit=st.sampled_from([two_pl, rasch_items]))
@settings(max_examples=6)
def test_integrated_and_joint_agree_where_answers_are_many(seed, fit):
    _, r = simulate(seed, 60, 40, 0.1, trials=40)
    one, other = fit(r, method="integrated"), fit(r, method="joint")
    assert np.abs(one.ability - other.ability).max() < 0.5 * one.se.min()
    np.testing.assert_allclose(one.se, other.se, rtol=0.15)
    middle = np.abs(one.b) < 2
    np.testing.assert_allclose(one.b[middle], other.b[middle], atol=0.15)


def test_marginal_and_joint_agree_on_items_of_tall_data():
    _, r = simulate(5, 500, 20, 0.0)
    one, other = two_pl(r, method="marginal"), two_pl(r, method="joint")
    assert np.corrcoef(one.ability, other.ability)[0, 1] > 0.98  # shrunk means, modes
    assert np.corrcoef(one.a * one.b, other.a * other.b)[0, 1] > 0.98  # intercepts


def test_schur_complement_is_the_dense_inverse():
    _, r = simulate(1, 6, 10, 0.2, trials=5)
    fit = joint(over(r))
    a, b = np.exp(fit.item[:, 0]), fit.item[:, 1]
    z = a[r.item] * (fit.theta[r.model] - b[r.item])
    p = 1 / (1 + np.exp(-z))
    rows = np.zeros((r.n_cells, 6 + 20))  # derivatives of z by abilities, then (log a, b)
    cell = np.arange(r.n_cells)
    rows[cell, r.model] = a[r.item]
    rows[cell, 6 + 2 * r.item] = z
    rows[cell, 7 + 2 * r.item] = -a[r.item]
    info = (rows * (r.trials * p * (1 - p))[:, None]).T @ rows
    info[:6, :6] += np.eye(6) / fit.spread**2
    info[6:, 6:] += np.kron(np.eye(10), fit.population.precision)
    np.testing.assert_allclose(fit.covariance, np.linalg.inv(info)[:6, :6], rtol=1e-8)


def test_all_right_and_all_wrong_are_finite_and_wide():
    _, r = simulate(3, 12, 60, 0.0)
    y = np.zeros((12, 60))
    y[r.model, r.item] = r.successes
    y[0], y[1] = 1, 0
    y[2:, 0], y[2:, 1] = 1, 0
    scale = finite(rasch_items(Responses.of_matrix(y)))
    assert scale.ability.argmax() == 0
    assert scale.ability.argmin() == 1
    assert scale.se[:2].min() > 1.5 * np.median(scale.se[2:])
    assert any("solved all" in c for c in scale.cautions)
    finite(two_pl(Responses.of_matrix(y)))
    finite(two_pl(Responses.of_matrix(y), method="joint"))


@pytest.mark.parametrize("fit", [two_pl, rasch_items, three_pl])
@pytest.mark.parametrize("shape", [(6, 1), (1, 20), (1, 1), (2, 9)])
def test_one_item_or_one_model(fit, shape):
    y = np.random.default_rng(0).integers(0, 2, shape).astype(float)
    scale = finite(fit(Responses.of_matrix(y)))
    assert scale.ability.shape == (shape[0],)
    if shape[0] == 1:
        assert any("only one model" in c for c in scale.cautions)
        assert scale.se[0] > 0.2


def test_a_disconnected_design_is_refused_by_name():
    y = np.full((5, 6), np.nan)
    y[:2, :3], y[2:, 3:] = 1, 0
    r = Responses.of_matrix(y, models=["ant", "bee", "cow", "dog", "elk"])
    assert components(r) == [("cow", "dog", "elk"), ("ant", "bee")]
    with pytest.raises(ScaleError, match="cow, dog, elk; ant, bee"):
        two_pl(r)


def test_gauge_holds_over_the_reference_models():
    _, r = simulate(8, 20, 80)
    pick = list(r.models[:6])
    scale = two_pl(r, reference=pick)
    assert scale.ability[:6].mean() == pytest.approx(0, abs=1e-9)
    assert scale.ability[:6].std() == pytest.approx(1, abs=1e-9)
    np.testing.assert_allclose(scale.covariance[:6].sum(axis=0), 0, atol=1e-9)
    assert "6 reference models" in scale.gauge
    everyone = two_pl(r)
    # Zero and unit follow each draw, so means move a little with who is the reference; nothing
    # else does.
    assert (np.abs(standard(scale.ability) - everyone.ability) < 0.25 * everyone.se).all()
    scale, everyone = two_pl(r, reference=pick, method="joint"), two_pl(r, method="joint")
    np.testing.assert_allclose(standard(scale.ability), everyone.ability, atol=1e-9)
    z = scale.a * (scale.ability[:, None] - scale.b)
    np.testing.assert_allclose(z, everyone.a * (everyone.ability[:, None] - everyone.b), atol=1e-9)
    with pytest.raises(UnknownNameError, match="nobody"):
        two_pl(r, reference=["nobody"])


def test_draws_have_the_covariance_and_hold_the_gauge():
    _, r = simulate(9, 12, 100)
    scale = two_pl(r, draws=20_000, seed=3)
    np.testing.assert_allclose(scale.draws.mean(axis=1), 0, atol=1e-8)
    np.testing.assert_allclose(np.cov(scale.draws.T), scale.covariance, atol=6e-3)
    again = two_pl(r, draws=20_000, seed=3)
    np.testing.assert_array_equal(scale.draws, again.draws)


@pytest.mark.parametrize(("models", "items"), [(12, 100), (60, 2_000)])
@pytest.mark.parametrize("fit", [two_pl, rasch_items])
def test_draws_of_the_joint_mode_have_its_covariance(fit, models, items):
    """They come from the root of the information, in single precision where cells are many."""
    _, r = simulate(9, models, items)
    scale = fit(r, draws=20_000, seed=3, method="joint")
    np.testing.assert_allclose(scale.draws.mean(axis=1), 0, atol=1e-4)
    size = np.sqrt(np.diag(scale.covariance))
    apart = (np.cov(scale.draws.T) - scale.covariance) / np.outer(size, size)
    assert np.abs(apart).max() < 5 / np.sqrt(20_000)
    assert scale.covariance.dtype == scale.draws.dtype == np.float64


def test_single_precision_changes_no_standard_error(monkeypatch):
    _, r = simulate(4, 120, 2_000)
    monkeypatch.setattr(
        "headway.scale.items.schur.alone", lambda _: True
    )  # as where models are many
    single = two_pl(r, draws=2, method="joint")
    monkeypatch.setattr("headway.scale.items.loops.SINGLE", 10**9)
    double = two_pl(r, draws=2, method="joint")
    np.testing.assert_allclose(single.se, double.se, rtol=1e-3)


def test_guess_floor_is_found_when_there_is_one():
    _, r = simulate(2, 40, 100, 0.0, floor=0.25)
    scale = three_pl(r, floor=None, draws=10)
    assert scale.c[0] == pytest.approx(0.25, abs=0.12)
    assert "estimated" in scale.method
    assert three_pl(r, draws=0).c[0] == 0.2
    assert scale.loglik > three_pl(r, floor=0.0, draws=0).loglik


def test_ability_error_is_near_the_least_possible():
    truth, r = simulate(11, 100, 2000)
    scale = two_pl(r, draws=0)
    error = float(np.sqrt(np.mean((scale.ability - standard(truth.ability)) ** 2)))
    p = 1 / (1 + np.exp(-truth.a * (truth.ability[:, None] - truth.b)))
    known = (0.7 * truth.a**2 * p * (1 - p)).sum(axis=1)  # information were the items known
    assert error < 1.15 * np.sqrt(np.mean(1 / known))


def test_words_and_frames():
    _, r = simulate(1, 5, 20, 0.0)
    scale = two_pl(r)
    assert scale.summary(2).count("\n") == 1
    assert scale.to_frame().columns == ["model", "value", "low", "high"]
    assert scale.items_frame().shape == (20, 3)
    low, high = scale.interval(0.95)
    np.testing.assert_allclose(high - low, 2 * 1.959964 * scale.se, rtol=1e-6)


@pytest.mark.parametrize(
    ("change", "words"), [({"method": "magic"}, "magic"), ({"reference": []}, "names no model")]
)
def test_wrong_choices_get_one_sentence(change, words):
    _, r = simulate(1, 5, 10, 0.0)
    with pytest.raises(ScaleError, match=words):
        two_pl(r, **change)
    with pytest.raises(ScaleError, match="floor"):
        three_pl(r, floor=1.0)
