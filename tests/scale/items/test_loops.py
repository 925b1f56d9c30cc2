"""Compiled loops and their plain twin are two ways to the same sums."""

from __future__ import annotations

import importlib.util
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headway.errors import ScaleError
from headway.scale.items import loops as choice
from headway.scale.items import sparse as thin
from headway.scale.items import two_pl
from headway.scale.items.connect import components
from headway.scale.items.integrated import _problem, integrated
from headway.scale.items.joint import joint
from headway.scale.items.loops import Compiled, Plain, loops
from headway.scale.items.matrix import Matrix, Totals
from headway.scale.items.population import hermite
from headway.scale.items.sparse import Sparse, lay_out
from headway.scale.responses import Responses

_SPEC = importlib.util.spec_from_file_location(
    "items_simulate", Path(__file__).with_name("simulate.py")
)
_SIMULATE = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(_SIMULATE)
simulate = _SIMULATE.simulate

EXACT, SINGLE = {"rtol": 1e-9, "atol": 1e-9}, {"rtol": 2e-4, "atol": 2e-4}
sizes = st.tuples(st.integers(1, 40), st.integers(1, 30), st.sampled_from([1, 3, 40, 3000]))


def a_problem(seed, size, d):
    models, items, trials = size
    rng = np.random.default_rng(seed)
    tried = rng.integers(0, trials + 1, (models, items)).astype(float)
    tried[0, 0] = trials
    won = rng.binomial(tried.astype(int), 0.4).astype(float)
    data = Matrix.of(Responses.of_matrix(won, tried))
    item = rng.normal(0, [0.5, 3][-d:], (len(data.items), d))
    return data, 2 * rng.normal(size=len(data.models)), item


@pytest.mark.parametrize(("kind", "near"), [(np.float64, EXACT), (np.float32, SINGLE)])
@given(seed=st.integers(0, 10_000), size=sizes, d=st.sampled_from([1, 2]))
@settings(max_examples=25, deadline=None)
def test_sums_are_those_of_the_twin(kind, near, seed, size, d):
    data, theta, item = a_problem(seed, size, d)
    one, other = Compiled(data, kind), Plain(data)
    part = slice(0, len(data.items))
    scale = max(1.0, float(data.totals.tried_by_item.max()))
    np.testing.assert_allclose(
        one.by_item(part, theta, item) / scale, other.by_item(part, theta, item) / scale, **near
    )
    for got, want in zip(
        one.by_model(part, theta, item), other.by_model(part, theta, item), strict=True
    ):
        np.testing.assert_allclose(got / scale, want / scale, **near)
    precision = np.array([[6.0, 0.3], [0.3, 0.5]])[-d:, -d:]
    got, want = (x.lost(part, theta, item, precision) for x in (one, other))
    np.testing.assert_allclose(got.kept / scale, want.kept / scale, **near)
    assert got.value == pytest.approx(want.value, rel=near["rtol"])
    np.testing.assert_allclose(
        got.rows.T @ got.rows / scale, want.rows.T @ want.rows / scale, **near
    )


@pytest.mark.parametrize(("kind", "near"), [(np.float64, EXACT), (np.float32, SINGLE)])
@given(seed=st.integers(0, 10_000), size=sizes, d=st.sampled_from([1, 2]))
@settings(max_examples=15, deadline=None)
def test_sums_over_nodes_are_those_of_the_twin(kind, near, seed, size, d):
    data, theta, item = a_problem(seed, (*size[:2], min(size[2], 3)), d)
    nodes, weights = hermite(5, d)
    around = item[:, None] + 0.3 * nodes
    log_weight = np.tile(np.log(weights), (len(item), 1))
    powers = _problem(Plain(data), 5, d).powers
    part = slice(0, len(item))
    got, want = (
        x.nodes(part, theta, around, log_weight, powers=powers)
        for x in (Compiled(data, kind), Plain(data))
    )
    for name in ("total", "share", "gradient", "info"):
        np.testing.assert_allclose(getattr(got, name), getattr(want, name), **near)
    # The signs of the polynomials are free, and so is one that is nothing on the nodes that count.
    got, want = (x.rows.T @ x.rows for x in (got, want))
    np.testing.assert_allclose(got, want, rtol=1e-3, atol=1e-4 * np.abs(want).max())


def test_a_fit_in_single_precision_is_the_fit():
    _, r = simulate(3, 60, 400)
    data = Matrix.of(r)
    for solve in (joint, integrated):
        one, other = solve(Compiled(data, np.float32)), solve(Plain(data))
        error = np.sqrt(np.diag(other.covariance))
        assert np.abs(one.theta - other.theta).max() < 0.02 * error.min()
        np.testing.assert_allclose(np.sqrt(np.diag(one.covariance)), error, rtol=0.01)


def test_loops_follow_what_is_there(monkeypatch):
    _, r = simulate(3, 6, 10)
    data = Matrix.of(r)
    assert isinstance(loops(data), Plain)
    monkeypatch.setattr(choice, "WORTH", 1)
    assert isinstance(loops(data), Compiled)
    assert isinstance(loops(data, 0.2), Plain)
    assert isinstance(loops(Matrix.of(replace(r, successes=r.successes / 2))), Plain)
    assert loops(data).exact
    monkeypatch.setattr(choice, "SINGLE", 1)
    assert not loops(data).exact
    monkeypatch.setattr(choice, "find_spec", lambda _: None)
    assert isinstance(loops(data), Plain)


@pytest.mark.parametrize("trials", [1, 15, 16, 200, 300, 40_000])
def test_a_matrix_holds_the_counts(trials):
    _, r = simulate(5, 9, 12, trials=trials)
    data = Matrix.of(r)
    back = data.responses()
    for name in ("models", "items"):
        assert getattr(back, name) == getattr(r, name)
    for name in ("model", "item", "successes", "trials"):
        np.testing.assert_array_equal(getattr(back, name), getattr(r, name))
    assert data.n_cells == r.n_cells
    for name, want in vars(Totals.of(r)).items():
        np.testing.assert_array_equal(getattr(data.totals, name), want)


def test_codes_are_a_scale_like_responses():
    _, r = simulate(5, 30, 50)
    code = Matrix.of(r).codes
    one, other = two_pl(r), two_pl(Matrix.of_codes(code, r.models, r.items))
    np.testing.assert_array_equal(one.ability, other.ability)
    assert one.items == other.items
    assert two_pl(Matrix.of_codes(code)).models[3] == "m03"
    with pytest.raises(ScaleError, match="more successes than trials"):
        Matrix.of_codes(code | 2)
    with pytest.raises(ScaleError, match="bytes"):
        Matrix.of_codes(code.astype(float))


def test_islands_of_a_matrix_are_found():
    code = np.zeros((6, 5), dtype=np.uint8)
    code[:3, :2] = code[3:, 2:] = 16
    assert components(Matrix.of_codes(code)) == [("m2", "m3", "m4"), ("m0", "m1")]
    # A chain takes more rounds than are walked, and is one component all the same.
    chain = np.zeros((40, 40), dtype=np.uint8)
    chain[np.arange(40), np.arange(40)] = chain[np.arange(39), np.arange(1, 40)] = 16
    assert len(components(Matrix.of_codes(chain[::-1].copy()))) == 1


@pytest.mark.parametrize("trials", [1, 40])
def test_a_thin_matrix_is_the_matrix(monkeypatch, trials):
    _, r = simulate(6, 50, 80, 0.9, trials=trials)
    monkeypatch.setattr(thin, "LARGE", 1)
    data, dense = lay_out(r), Matrix.of(r)
    assert isinstance(data, Sparse)
    assert isinstance(lay_out(simulate(6, 9, 9, 0.3)[1]), Matrix)
    for name, want in vars(dense.totals).items():
        np.testing.assert_array_equal(getattr(data.totals, name), want)
    np.testing.assert_array_equal(data.responses().item, r.item)
    part, theta = slice(20, 60), np.random.default_rng(0).normal(size=50)
    np.testing.assert_array_equal(data.code(part), dense.code(part))
    item = np.random.default_rng(1).normal(size=(40, 2))
    for one, other in ((Compiled(data), Plain(dense)), (Plain(data), Plain(dense))):
        np.testing.assert_allclose(
            one.by_item(part, theta, item), other.by_item(part, theta, item), **EXACT
        )
        for got, want in zip(
            one.by_model(part, theta, item), other.by_model(part, theta, item), strict=True
        ):
            np.testing.assert_allclose(got, want, **EXACT)
    one, other = two_pl(data), two_pl(dense)
    np.testing.assert_allclose(one.ability, other.ability, atol=1e-6)
    monkeypatch.setattr(choice, "WORTH", 1)
    np.testing.assert_allclose(two_pl(data).ability, other.ability, atol=1e-3)
    modes = two_pl(data, method="joint"), two_pl(dense, method="joint")
    np.testing.assert_allclose(modes[0].se, modes[1].se, rtol=1e-3)
