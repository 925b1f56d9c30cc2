"""Local dependence, dimensions, separation and what the design cannot tell."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.scale.diagnose.made import copied, made, without

from headway.scale.diagnose import diagnose
from headway.scale.diagnose.dimensions import dimensions
from headway.scale.diagnose.look import look_at
from headway.scale.diagnose.many import adjusted
from headway.scale.diagnose.pairs import dependent_pairs
from headway.scale.diagnose.precision import of_models, precision
from headway.scale.diagnose.saddle import product_tail
from headway.scale.items import rasch_items, two_pl
from headway.scale.items.result import ItemScale
from headway.scale.responses import Responses


def look(r, fit=rasch_items):
    return look_at(fit(r, draws=2), r)


def second(eta, rng):
    eta[:, : eta.shape[1] // 3] += 1.2 * rng.normal(size=(len(eta), 1))
    return eta


# --- pairs


def test_pairs_are_nominal_and_copies_are_found():
    alarms = sum(dependent_pairs(look(made(s, 60, 40))).q[0] < 0.1 for s in range(8))
    assert alarms <= 2
    r = copied(made(20, 120, 40), [(0, 1), (2, 3)])
    for fit in (rasch_items, two_pl):
        pairs = dependent_pairs(look(r, fit))
        told = {(int(i), int(j)) for i, j, q in zip(pairs.first, pairs.second, pairs.q) if q < 0.05}  # noqa: B905
        assert told == {(0, 1), (2, 3)}
        assert pairs.q3[:2].min() > 0.7
        assert 600 < pairs.tests <= 40 * 39 // 2  # few items cannot be judged


def test_a_model_that_answers_at_random_makes_no_pairs():
    def spoil(eta, rng):
        eta[3] = 0
        return eta

    assert dependent_pairs(look(made(4, 40, 60, spoil=spoil))).q[0] > 0.05


def test_the_tail_of_products_is_that_of_all_outcomes():
    """Against the exact law of eight models: 4^8 outcomes."""
    rng = np.random.default_rng(0)
    p, r = rng.uniform(0.05, 0.95, (8, 3)), rng.uniform(0.05, 0.95, (8, 3))
    both = np.ones((8, 3))
    y = (rng.random((8, 3)) < 0.5).astype(float)
    x = y.copy()  # copies: the far end
    got = product_tail((p, y, both), (r, x, both), both)
    for k in range(3):
        total = ((y[:, k] - p[:, k]) * (x[:, k] - r[:, k])).sum()
        values, weights = np.zeros(1), np.ones(1)
        for m in range(8):
            a, b = p[m, k], r[m, k]
            step = np.array([(1 - a) * (1 - b), -(1 - a) * b, -a * (1 - b), a * b])
            chance = np.array([a * b, a * (1 - b), (1 - a) * b, (1 - a) * (1 - b)])
            values = (values[:, None] + step).ravel()
            weights = (weights[:, None] * chance).ravel()
        exact = weights[np.sign(total) * values >= abs(total) - 1e-9].sum()
        assert got[k] == pytest.approx(min(1.0, 2 * exact), rel=0.5, abs=0.02)


@pytest.mark.slow
def test_forty_thousand_items_need_no_matrix_of_pairs():
    rng = np.random.default_rng(1)
    j, m = 40_000, 8
    y = (rng.random((m, j)) < 0.5).astype(float)
    r = Responses.of_matrix(y)
    zero = np.zeros(m)
    scale = ItemScale(
        "rasch", r.models, zero, np.eye(m) * 0.01, np.zeros((0, m)), r.items, np.ones(j),
        np.zeros(j), None, 0.0, "given", "given", r.n_cells,
    )  # fmt: skip
    seen = look_at(scale, r)
    tracemalloc.start()
    pairs = dependent_pairs(seen, top=5)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert pairs.tests == j * (j - 1) // 2
    assert peak < 300e6  # a matrix of pairs in single precision takes 6.4e9


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30))
def test_false_discovery_rates_are_those_of_the_definition(p):
    p = np.array(p)
    got = adjusted(p)
    for k in range(len(p)):
        # The smallest rate at which the step-up procedure finds test k.
        want = min(min(1.0, len(p) * x / (p <= x).sum()) for x in p if x >= p[k])
        assert got[k] == pytest.approx(want, rel=1e-9, abs=1e-12)


# --- dimensions


def test_one_ability_is_one_and_a_second_is_found():
    shapes = [(24, 120), (150, 24)]  # models, then items are fewer
    for models, items in shapes:
        alarms = sum(dimensions(look(made(s, models, items)), seed=s).extra > 0 for s in range(10))
        assert alarms <= 2, (models, items)
        hits = [dimensions(look(made(40 + s, models, items, spoil=second))).extra for s in range(4)]
        assert sum(h >= 1 for h in hits) >= 3, (models, items, hits)


def test_loadings_part_the_items_of_the_second_ability():
    it = dimensions(look(made(3, 300, 30, spoil=second)))
    assert it.of == "items"
    own, rest = it.loadings[:10], it.loadings[10:]
    assert abs(own.mean() - rest.mean()) > 0.2
    assert it.p == pytest.approx(1 / 40)


# --- separation


def test_reliability_is_the_squared_correlation_with_the_truth():
    rng = np.random.default_rng(0)
    true = rng.normal(0, 1, 4000)
    seen = true + rng.normal(0, 0.5, 4000)
    it = precision(seen, np.full(4000, 0.5))
    assert it.reliability == pytest.approx(np.corrcoef(true, seen)[0, 1] ** 2, abs=0.02)
    assert it.separation == pytest.approx(2.0, abs=0.1)
    assert it.strata == pytest.approx(3.0, abs=0.15)
    assert precision(np.zeros(3), np.ones(3)).reliability == 0


def test_reliability_of_a_school_test_is_the_published_one(shared: Path):
    """LSAT7, 1,000 x 5, two parameters: .4523 of the variance of EAP scores."""
    table = np.loadtxt(shared / "data" / "lsat" / "lsat7.csv", delimiter=",", skiprows=1)
    r = Responses.of_matrix(table[:, -5:])
    assert of_models(look(r, two_pl)).reliability == pytest.approx(0.4523, abs=5e-4)


# --- words


def test_confounded_labels_are_said():
    r = made(2, 20, 30, labels={"harness": lambda m, j: "own" if m % 2 == 0 else "common"})
    words = " ".join(diagnose(rasch_items(r, draws=2), r).words)
    assert "harness own are all of openness closed: they say nothing of open" in words


def test_a_model_known_least_is_named():
    r = made(5, 20, 200)
    rows = (r.model != 3) | (r.item < 6)
    words = " ".join(diagnose(rasch_items(without(r, rows), draws=2), without(r, rows)).words)
    assert "Known least is the place of m003" in words


@settings(max_examples=5)
@given(st.integers(2, 4), st.integers(1, 4))
def test_tiny_sets_give_an_answer(models, items):
    y = (np.random.default_rng(models * 10 + items).random((models, items)) < 0.5).astype(float)
    r = Responses.of_matrix(y)
    found = diagnose(rasch_items(r, draws=2), r)
    assert (found.pairs is None) == (items == 1)
    assert np.isfinite(found.unsettled)
