"""Two independent solvers of `eci` agree on random tables with missing cells."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headway.errors import ScaleError
from headway.scale import Table, eci
from headway.scale.arrow import minimise
from headway.scale.eci import POINT_TOL, additive_start, leave_out_weights, point_problem, refit
from headway.scale.reference import eci_dense


def random_table(seed, models, benchmarks, missing, noise=0.05):
    rng = np.random.default_rng(seed)
    c, d = rng.normal(0, 1.5, models), rng.normal(0, 1.5, benchmarks)
    a = np.exp(rng.normal(0.3, 0.4, benchmarks))
    p = 1 / (1 + np.exp(-a * (c[:, None] - d)))
    y = np.clip(p + noise * rng.standard_normal(p.shape), 0, 1)
    seen = rng.random(p.shape) > missing
    seen[np.arange(models), rng.integers(benchmarks, size=models)] = True
    seen[rng.integers(models, size=benchmarks), np.arange(benchmarks)] = True
    m, b = np.nonzero(seen)
    names = ["Winogrande", *(f"b{k:02d}" for k in range(1, benchmarks))]
    return Table.build([f"m{k:03d}" for k in m], [names[k] for k in b], y[m, b].tolist())


@given(
    seed=st.integers(0, 10_000),
    models=st.integers(3, 18),
    benchmarks=st.integers(2, 9),
    missing=st.sampled_from([0.0, 0.3, 0.6]),
)
@settings(max_examples=25)
def test_agree_in_logits(seed, models, benchmarks, missing):
    table = random_table(seed, models, benchmarks, missing)
    ours = eci(table, draws=0, sampling=0)
    c, d, a = eci_dense(table, starts=12)
    assert ours.unit == "logit"
    assert ours.gradient <= 1e-8
    assert np.abs(ours.ability - c).max() < 1e-6
    assert np.abs(ours.difficulty - d).max() < 1e-6
    assert np.abs(ours.slope - a).max() < 1e-6


def test_a_weighted_refit_is_the_fit_of_the_weighted_table():
    """A draw with weight 2 on a cell equals a table in which the cell stands twice."""
    table = random_table(5, 20, 8, 0.3)
    problem = point_problem(table)
    point, _ = minimise(problem, additive_start(problem), tol=POINT_TOL)
    weights = np.random.default_rng(1).integers(0, 3, (6, table.n_scores)).astype(float)
    fast, _ = refit(problem, point, weights)
    for k, row in enumerate(weights):
        c, d, _ = weighted_dense(table, row)
        assert np.abs(fast.c[k] - c).max() < 2e-3
        assert np.abs(fast.d[k] - d).max() < 2e-3


def weighted_dense(table, weight):
    """Plain weighted least squares by SciPy, from the same start."""
    from scipy.optimize import least_squares

    m, b = len(table.models), len(table.benchmarks)
    root = np.sqrt(0.1 / (m + 2 * b - 1))
    y, w = np.clip(table.score, 1e-3, 0.999), np.sqrt(weight)

    def split(v):
        return v[:m], v[m : m + b], np.insert(v[m + b :], table.benchmarks.index("Winogrande"), 1)

    def residuals(v):
        c, d, a = split(v)
        p = 1 / (1 + np.exp(-a[table.benchmark] * (c[table.model] - d[table.benchmark])))
        return np.concatenate([w * (p - y), root * v])

    c, d, a = eci_dense(table)
    a = np.delete(a, table.benchmarks.index("Winogrande"))
    start = np.concatenate([c, d, a])
    low = np.concatenate([np.full(m + b, -10.0), np.full(b - 1, 0.1)])
    fit = least_squares(
        residuals, start, bounds=(low, 10), xtol=1e-15, ftol=1e-15, gtol=1e-13, max_nfev=5000
    )
    return split(fit.x)


def test_leaving_out_a_benchmark_is_the_fit_without_it():
    """Weight 0 on a benchmark's cells, with the ridge of the smaller fit, is an exact refit."""
    table = random_table(11, 25, 9, 0.2)
    problem = point_problem(table)
    point, _ = minimise(problem, additive_start(problem), tol=POINT_TOL)
    weights, kept = leave_out_weights(table)
    assert kept.all()
    full = len(table.models) + 2 * len(table.benchmarks) - 1
    ridge = np.repeat(problem.ridge * full / (full - 2), len(weights), axis=0)
    fast, _ = refit(problem, point, weights, ridge=ridge)
    for k, name in enumerate(table.benchmarks):
        if name == "Winogrande":
            continue
        rest = eci(table.select(weights[k] > 0), draws=0, sampling=0)
        assert np.abs(fast.c[k] - rest.ability).max() < 1e-3


def test_rows_in_any_order_give_the_same_scale():
    table = random_table(3, 15, 6, 0.2)
    order = np.random.default_rng(0).permutation(table.n_scores)
    shuffled = Table.build(
        [table.models[table.model[k]] for k in order],
        [table.benchmarks[table.benchmark[k]] for k in order],
        table.score[order].tolist(),
    )
    one, two = (eci(t, draws=20, sampling=5, seed=4) for t in (table, shuffled))
    assert one.models == two.models
    assert np.array_equal(one.ability, two.ability)
    assert np.array_equal(one.draws, two.draws)
    assert np.array_equal(one.sampling, two.sampling)


def test_the_seed_is_the_only_source_of_chance():
    table = random_table(3, 15, 6, 0.2)
    one, two, other = (eci(table, draws=20, sampling=0, seed=s) for s in (1, 1, 2))
    assert np.array_equal(one.draws, two.draws)
    assert not np.array_equal(one.draws, other.draws)


def test_a_table_without_the_anchors_is_in_logits_and_says_so():
    table = random_table(3, 15, 6, 0.2)
    said = " ".join(eci(table, draws=0, sampling=0).cautions)
    assert "logits" in said
    assert "Claude 3.5 Sonnet" in said


@pytest.mark.parametrize(
    ("model", "benchmark", "score", "word"),
    [
        (["a", "a"], ["x", "y"], [0.1, 0.2], "only one model"),
        (["a", "b"], ["x", "x"], [0.1, 0.2], "only one benchmark"),
    ],
)
def test_too_small_a_table(model, benchmark, score, word):
    with pytest.raises(ScaleError, match=word):
        eci(Table.build(model, benchmark, score), draws=0)


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), -0.1, 1.5, 1e308])
def test_a_score_outside_its_range(bad):
    with pytest.raises(ScaleError, match="'m' on 'x'"):
        Table.build(["a", "m"], ["x", "x"], [0.5, bad])


def test_the_best_of_several_scores_counts():
    table = Table.build(["a", "a", "b"], ["x", "x", "x"], [0.2, 0.6, 0.5])
    assert table.n_scores == 2
    assert table.score.tolist() == [0.6, 0.5]


def test_models_with_few_benchmarks_go():
    table = Table.build(["a", "a", "b"], ["x", "y", "x"], [0.2, 0.6, 0.5])
    assert table.with_at_least(2).models == ("a",)
    with pytest.raises(ScaleError, match="the most is 2"):
        table.with_at_least(3)


def test_a_model_without_a_drawn_benchmark_is_not_in_that_world():
    """A model on one benchmark only has no ability in a world that did not draw it."""
    table = random_table(2, 12, 6, 0.0)
    lonely = table.model != 0
    lonely[0] = True  # its first cell stays
    table = table.select(lonely)
    scale = eci(table, draws=10, sampling=60)
    assert np.isfinite(scale.draws).all()
    gone = np.isnan(scale.sampling)
    assert 0.2 < gone[:, 0].mean() < 0.5  # (1 - 1/6)^6 = 0.33
    assert not gone[:, 1:].any()
