"""`pooled`: recovery, coverage, broken cells, limit cases, a second evaluation, real data."""

from __future__ import annotations

import csv
import gzip
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headway.errors import ScaleError
from headway.scale.items import two_pl
from headway.scale.pooled import pooled
from headway.scale.pooled.answers import Block, look
from headway.scale.pooled.cells import GROSS, Cells, mixed
from headway.scale.pooled.evidence import gather
from headway.scale.pooled.fit import newton_step, solve
from headway.scale.pooled.resample import influence
from headway.scale.pooled.surface import Problem, Spreads, by_benchmark, surface
from headway.scale.responses import Responses
from headway.scale.table import Table


class Made(NamedTuple):
    ability: np.ndarray
    responses: Responses | None
    table: Table | None
    spread: np.ndarray  # in logits


def made(seed, models=25, with_items=2, with_scores=8, items=60, misfit=0.3, chance=0.0):
    """Simulated evidence: 30% of the (model, benchmark) pairs are missing."""
    rng = np.random.default_rng(seed)
    size = with_items + with_scores
    theta, d = rng.normal(0, 1.3, models), rng.normal(0, 1, size)
    s, a = 2 * np.exp(0.3 * rng.normal(size=size)), np.exp(0.3 * rng.normal(size=size))
    answers = {"model": [], "item": [], "successes": [], "benchmark": []}
    cells = []
    for b in range(size):
        places = d[b] + s[b] * rng.normal(size=items)
        for m in np.flatnonzero(rng.random(models) < 0.7):
            at = theta[m] + misfit * rng.normal() * (b < with_items)
            p = 1 / (1 + np.exp(-a[b] * (at - places)))
            if b < with_items:
                answers["model"] += [f"m{m:02d}"] * items
                answers["item"] += [f"{b}/{i}" for i in range(items)]
                answers["successes"] += rng.binomial(1, p).tolist()
                answers["benchmark"] += [f"b{b}"] * items
                continue
            off = np.exp(rng.normal(0, misfit)) * p.mean() / (1 - p.mean())
            raw = rng.binomial(items, chance + (1 - chance) * off / (1 + off)) / items
            cells.append(
                (f"m{m:02d}", f"b{b}", float(np.clip((raw - chance) / (1 - chance), 0, 1)))
            )
    table = None
    if cells:
        table = Table.build(*zip(*cells, strict=True), n_items=[items] * len(cells))
    return Made(theta, Responses.build(answers) if with_items else None, table, a * s)


def standard(made_, scale):
    z = made_.ability[[int(name[1:]) for name in scale.models]]
    return (z - z.mean()) / z.std()


def covered(made_, scale):
    low, high = scale.interval()
    z = standard(made_, scale)
    return ((low <= z) & (z <= high)).mean()


# --- a second evaluation


@given(seed=st.integers(0, 10_000))
@settings(max_examples=10)
def test_answers_equal_a_dense_sum_over_items(seed):
    rng = np.random.default_rng(seed)
    y = rng.integers(0, 3, (4, 5)).astype(float)
    n = y + rng.integers(0, 2, (4, 5))
    theta, d, log_v, log_a = rng.normal(size=5), 0.3, 0.6, 0.2
    x = np.linspace(-9, 9, 4001)
    weight = np.exp(-0.5 * x**2)
    p = 1 / (1 + np.exp(-(np.exp(log_a) * (theta - d) - np.exp(log_v) * x[:, None])))
    one = [
        (p**won * (1 - p) ** (tried - won)).prod(axis=1) for won, tried in zip(y, n, strict=True)
    ]
    dense = sum(np.log((weight * f).sum() / weight.sum()) for f in one)
    block = Block(0, np.arange(5), y, n)
    assert look(block, theta, d, log_v, log_a).value == pytest.approx(dense, abs=2e-3)


@given(
    solved=st.floats(0, 1),
    items=st.integers(5, 2000),
    mu=st.floats(-4, 4),
    chance=st.sampled_from([0.0, 0.25]),
)
@settings(max_examples=40)
def test_scores_equal_a_dense_sum_over_misfits(solved, items, mu, chance):
    k = (chance + (1 - chance) * solved) * items
    none = np.zeros(1, dtype=np.int64)
    cells = Cells(none, none, *(np.array([v]) for v in (k, float(items), chance, 1.0)))
    t = np.linspace(-30, 30, 400_001)
    p = chance + (1 - chance) / (1 + np.exp(-t))
    q = (1 - chance) / (1 + np.exp(t))
    log_f = k * np.log(p) + (items - k) * np.log(q)
    top = log_f.max()

    def under(sd):
        density = np.exp(-0.5 * ((t - mu) / sd) ** 2) / (sd * np.sqrt(2 * np.pi))
        return (np.exp(log_f - top) * density).sum() * (t[1] - t[0])

    ordinary, gross = 0.97 * under(0.4), 0.03 * under(GROSS)
    found = mixed(cells, np.array([mu]), 0.4, 0.03)
    assert found.value[0] == pytest.approx(top + np.log(ordinary + gross), abs=0.02)
    assert found.believed[0] == pytest.approx(ordinary / (ordinary + gross), abs=0.02)


def test_gradient_and_hessian_are_those_of_the_surface():
    evidence = gather(*made(0, models=8, items=20)[1:3], None, None)
    b = len(evidence.benchmarks)
    rng = np.random.default_rng(1)
    m = len(evidence.models)
    problem = Problem(evidence, rng.dirichlet(np.ones(b)), np.full(m, 0.09))
    x = 0.3 * rng.normal(size=m + 3 * b + 1 + sum(len(k.who) for k in evidence.blocks))
    at = surface(problem, x, Spreads())
    step = 1e-5
    ahead, behind = (
        [surface(problem, x + sign * step * e, Spreads()) for e in np.eye(len(x))]
        for sign in (1, -1)
    )
    slope = [(p.value - q.value) / (2 * step) for p, q in zip(ahead, behind, strict=True)]
    bend = [(p.gradient - q.gradient) / (2 * step) for p, q in zip(ahead, behind, strict=True)]
    np.testing.assert_allclose(at.gradient, slope, rtol=1e-3, atol=0.02)
    np.testing.assert_allclose(at.hessian, bend, rtol=1e-2, atol=0.1)


# --- recovery


@pytest.mark.slow
@pytest.mark.parametrize("kind", [{}, {"with_items": 0, "with_scores": 12}, {"with_scores": 0}])
def test_intervals_cover(kind):
    share, misfit = [], []
    for seed in range(8):
        world = made(seed, **kind)
        scale = pooled(world.responses, world.table, draws=2)
        share.append(covered(world, scale))
        misfit.append(scale.misfit)
        assert np.corrcoef(standard(world, scale), scale.ability)[0, 1] > 0.9
        assert not [c for c in scale.cautions if "stopped short" in c]
    assert 0.83 < np.mean(share) < 0.97  # nominal 0.90; 8 x 25 models
    if world.table is not None:
        assert 0.22 < np.mean(misfit) < 0.42  # truth 0.3


def test_chance_is_part_of_the_likelihood():
    world = made(3, with_items=0, with_scores=10, chance=0.25)
    floor = dict.fromkeys(world.table.benchmarks, 0.25)
    scale = pooled(None, world.table, chance=floor, draws=2)
    assert np.corrcoef(standard(world, scale), scale.ability)[0, 1] > 0.95
    assert not scale.doubted


def test_spread_is_told_by_items_and_borrowed_by_tables():
    world = made(1)
    scale = pooled(world.responses, world.table, draws=2)
    logits = scale.spread * scale.slope
    told = scale.has_items
    np.testing.assert_allclose(logits[told], world.spread[:2], rtol=0.25)
    assert logits[~told].min() > 0.5 * logits[told].min()
    assert logits[~told].max() < 2 * logits[told].max()
    assert scale.spread_factor[~told].min() > scale.spread_factor[told].max()


@pytest.mark.parametrize("seed", [50, 53])
def test_a_broken_cell_is_flagged_and_hardly_moves_its_model(seed):
    world = made(seed)
    k = int(np.argmax(world.table.score))
    score = world.table.score.copy()
    score[k] = 0.127
    name = world.table.models[world.table.model[k]]
    keep = np.arange(len(score)) != k
    broken = pooled(world.responses, replace(world.table, score=score), draws=2)
    without = pooled(world.responses, world.table.select(keep), draws=2)
    worst = broken.doubted[0]
    assert (worst.model, worst.observed) == (name, pytest.approx(0.127))
    assert worst.believed < 0.01
    assert worst.expected > 0.5
    assert not without.doubted
    m = broken.models.index(name)
    assert abs(broken.ability[m] - without.ability[m]) < 0.5 * without.se[m]
    assert np.abs(broken.ability - without.ability).max() < 0.5 * without.se.min()


def test_a_score_beside_its_own_answers_is_left_out():
    world = made(4, models=10, items=30)
    known = world.responses.models[0]
    benchmark = world.responses.labels["benchmark"][0][0]
    names, tests = np.array(world.table.models), np.array(world.table.benchmarks)
    table = Table.build(
        [*names[world.table.model].tolist(), known],
        [*tests[world.table.benchmark].tolist(), benchmark],
        [*world.table.score.tolist(), 0.0],
    )
    scale = pooled(world.responses, table, draws=2)
    assert scale.n_scores == world.table.n_scores
    assert any(c.startswith("1 scores are left out") for c in scale.cautions)


# --- limit cases


def test_one_benchmark_of_responses_is_an_item_scale():
    world = made(7, models=20, with_items=1, with_scores=0, items=150)
    one, other = pooled(world.responses, draws=2), two_pl(world.responses, draws=2)
    assert np.corrcoef(one.ability, other.ability)[0, 1] > 0.99
    assert np.abs(one.ability - other.ability).max() < 1.5 * other.se.max()
    np.testing.assert_allclose(one.se.mean(), other.se.mean(), rtol=0.15)


@pytest.mark.slow
def test_the_ledger_s_table_alone_is_ordered_as_other_scales_order_it():
    from headway import eci, rasch
    from headway.ledger import load
    from headway.lens import load as lens
    from headway.lens.evidence import select

    table = select(lens("headway"), load()).table.with_at_least(12)
    scale = pooled(None, table, draws=2)
    for fit in (eci, rasch):
        other = fit(table, draws=0, sampling=0)
        assert other.models == scale.models
        assert np.corrcoef(other.ability, scale.ability)[0, 1] > 0.98
    assert 0.2 < scale.misfit < 0.6


# --- what is refused, and draws


def test_refusals():
    with pytest.raises(ScaleError, match="nothing to fit"):
        pooled()
    apart = Table.build(["a", "b"], ["x", "y"], [0.5, 0.5])
    with pytest.raises(ScaleError, match="share no benchmark"):
        pooled(None, apart)
    table = Table.build(["a", "b"], ["x", "x"], [0.5, 0.6])
    with pytest.raises(ScaleError, match="'x' are 1 and 1"):
        pooled(None, table, chance={"x": 1.0})
    two = {"model": ["a", "b"], "item": ["q", "q"], "successes": [1, 0], "benchmark": ["x", "y"]}
    with pytest.raises(ScaleError, match="two benchmarks"):
        pooled(Responses.build(two))


@pytest.mark.parametrize("shape", [(1, 1), (2, 1), (1, 3), (3, 2)])
def test_tiny_tables_are_finite(shape):
    m, b = (list(x) for x in zip(*np.ndindex(*shape), strict=True))
    table = Table.build([f"m{k}" for k in m], [f"b{k}" for k in b], np.linspace(0, 1, len(m)))
    scale = pooled(None, table, draws=3)
    for name in ("ability", "covariance", "draws", "difficulty", "spread", "slope"):
        assert np.isfinite(getattr(scale, name)).all(), name


def test_draws_have_the_covariance():
    world = made(2, models=10, with_items=0, with_scores=6)
    scale = pooled(None, world.table, draws=20_000)
    found = np.cov(scale.draws.T)
    np.testing.assert_allclose(found, scale.covariance, atol=0.05 * np.diag(found).max())
    assert np.array_equal(pooled(None, world.table, draws=5, seed=1).draws[:0], scale.draws[:0])


# --- real data


@pytest.mark.slow
def test_terminal_bench_counts_have_their_item_spread(shared):
    folder = shared / "data" / "agent_psychometrics"
    with (folder / "subjects.csv").open(encoding="utf-8") as file:
        subjects = [r for r in csv.DictReader(file) if r["benchmark"] == "terminalbench_counts"]
    model = {r["subject_id"]: r["model"] for r in subjects if r["model"]}
    columns = {"model": [], "item": [], "successes": [], "trials": [], "run": []}
    with gzip.open(folder / "terminalbench_counts.csv.gz", "rt", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["subject_id"] in model:
                columns["model"].append(model[row["subject_id"]])
                columns["item"].append(row["item_id"])
                columns["run"].append(row["subject_id"])
                columns["successes"].append(row["successes"])
                columns["trials"].append(row["trials"])
    responses = Responses.build(columns)
    scale = pooled(responses, draws=2)
    # 2.235 in a crossed model with harness effects (lme4's Laplace approximation).
    assert scale.spread[0] * scale.slope[0] == pytest.approx(2.2, abs=0.15)
    assert np.corrcoef(scale.ability, two_pl(responses, draws=2).ability)[0, 1] > 0.99


@pytest.mark.slow
def test_broken_gaia_runs_are_doubted_though_held_item_by_item(shared):
    columns = {"model": [], "item": [], "successes": [], "benchmark": []}
    path = shared / "data" / "openhands_index" / "items.csv.gz"
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["harness"] == "openhands" and row["resolved"]:
                columns["model"].append(row["model"])
                columns["item"].append(f"{row['benchmark']}/{row['item_id']}")
                columns["successes"].append(row["resolved"])
                columns["benchmark"].append(row["benchmark"])
    scale = pooled(Responses.build(columns), draws=2)
    doubted = {(c.model, c.benchmark): c for c in scale.doubted}
    for name in ("claude-sonnet-4-6", "DeepSeek-V4-Pro"):
        cell = doubted[name, "gaia"]
        assert cell.observed < 0.15
        assert cell.expected > 0.4
    assert len(doubted) <= 8  # of 34 x 5


# --- setups


def with_setups(seed, harness_sd=0.5, own_sd=0.3):
    """Two benchmarks of items and four of scores; two of three models ran in several harnesses."""
    rng = np.random.default_rng(seed)
    models, harnesses, items = 18, 6, 60
    theta, added = rng.normal(0, 1.3, models), rng.normal(0, harness_sd, harnesses)
    answers = {"model": [], "item": [], "successes": [], "benchmark": [], "harness": []}
    cells = []
    for m in range(models):
        for h in rng.permutation(harnesses)[: 1 + m % 3]:
            at = theta[m] + added[h] + own_sd * rng.normal()
            for b in range(6):
                places = np.random.default_rng([seed, b]).normal(b / 3 - 1, 2, items)
                p = 1 / (1 + np.exp(places - at - 0.2 * rng.normal()))
                if b > 1:
                    share = rng.binomial(1, p).mean()
                    cells.append((f"m{m:02d}", f"b{b}", float(share), f"h{h}"))
                    continue
                answers["model"] += [f"m{m:02d}"] * items
                answers["harness"] += [f"h{h}"] * items
                answers["item"] += [f"{b}/{i}" for i in range(items)]
                answers["successes"] += rng.binomial(1, p).tolist()
                answers["benchmark"] += [f"b{b}"] * items
    *columns, names = zip(*cells, strict=True)
    table = Table.build(*columns, n_items=[items] * len(cells), setup=names)
    return theta, added, Responses.build(answers), table


def test_derivatives_with_setups():
    _, _, responses, table = with_setups(0)
    evidence = gather(responses, table, None, None)
    b, m, e = len(evidence.benchmarks), len(evidence.models), evidence.runners.n_effects
    assert e > 6
    rng = np.random.default_rng(1)
    problem = Problem(evidence, np.full(b, 1 / b), rng.uniform(0.05, 0.1, m + e))
    x = 0.3 * rng.normal(size=m + 3 * b + 1 + e + sum(len(k.who) for k in evidence.blocks))
    at, step, some = surface(problem, x, Spreads()), 1e-5, range(0, len(x), 7)
    for k in some:
        move = step * np.eye(len(x))[k]
        ahead, behind = (surface(problem, x + sign * move, Spreads()) for sign in (1, -1))
        slope = (ahead.value - behind.value) / (2 * step)
        bend = (ahead.gradient - behind.gradient) / (2 * step)
        assert at.gradient[k] == pytest.approx(slope, rel=1e-3, abs=0.02)
        np.testing.assert_allclose(at.hessian[k], bend, rtol=1e-2, atol=0.1)


@pytest.mark.slow
def test_effects_of_setups_are_recovered_with_their_intervals():
    inside, sds = [], []
    for seed in range(6):
        theta, added, responses, table = with_setups(seed)
        scale = pooled(responses, table, draws=2)
        found = {s.harness: s for s in scale.setups if not s.model}
        unit = theta.std()
        truth = (added - added.mean()) / unit
        value = np.array([found[f"h{h}"].value for h in range(6)])
        se = np.array([found[f"h{h}"].se for h in range(6)])
        inside += (np.abs(value - value.mean() - truth) < 1.645 * se).tolist()
        sds.append((*(sd * unit for sd in scale.setup_sds), added.std(ddof=1)))
        z = (theta - theta.mean()) / unit
        assert np.corrcoef(z, scale.ability)[0, 1] > 0.85
        low, high = scale.interval()
        inside += ((low <= z) & (z <= high)).tolist()
    assert 0.83 < np.mean(inside) < 0.98  # nominal 0.90
    harness, own, truth = np.mean(sds, axis=0)
    assert harness == pytest.approx(truth, abs=0.08)
    assert own == pytest.approx(0.3, abs=0.08)


def test_setups_that_nothing_tells_apart_change_nothing():
    world = made(5, models=10, items=30)
    plain = pooled(world.responses, world.table, draws=2)
    # One harness a model: its effect is the model's own.
    at = {name: k % 3 for k, name in enumerate(world.table.models)}
    own = np.array([at[name] for name in world.responses.models])
    responses = replace(
        world.responses,
        labels={
            **world.responses.labels,
            "harness": (("h0", "h1", "h2"), own[world.responses.model]),
        },
    )
    named = replace(world.table, setups=("h0", "h1", "h2"), setup=world.table.model % 3)
    other = pooled(responses, named, draws=2)
    np.testing.assert_array_equal(other.ability, plain.ability)
    assert not other.setups
    assert any("3 values of harness are added up" in text for text in other.cautions)


def test_scores_that_name_no_setup_stand_beside_those_that_do():
    _, _, responses, table = with_setups(1)
    unnamed = table.setup.copy()
    unnamed[table.benchmark == 0] = -1
    scale = pooled(responses, replace(table, setup=unnamed), draws=2)
    assert any("name no harness" in text and "best over setups" in text for text in scale.cautions)
    assert {cell.harness for cell in scale.cells if cell.benchmark == table.benchmarks[0]} == {""}
    # The same model and benchmark, held item by item in one of its harnesses: nothing twice.
    twice = Table.build(["m01", "m01"], ["b0", "b0"], [0.5, 0.5], setup=["h9", None])
    assert pooled(responses, twice, draws=2).n_scores == 1


@pytest.mark.slow
def test_terminal_bench_has_the_setup_spreads_of_a_crossed_model(shared):
    folder = shared / "data" / "agent_psychometrics"
    with (folder / "subjects.csv").open(encoding="utf-8") as file:
        subjects = [r for r in csv.DictReader(file) if r["benchmark"] == "terminalbench_counts"]
    who = {r["subject_id"]: (r["model"], r["harness"]) for r in subjects if r["model"]}
    columns = {"model": [], "harness": [], "item": [], "successes": [], "trials": [], "run": []}
    with gzip.open(folder / "terminalbench_counts.csv.gz", "rt", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["subject_id"] in who:
                values = (*who[row["subject_id"]], row["item_id"], row["successes"], row["trials"])
                for name, value in zip(columns, (*values, row["subject_id"]), strict=True):
                    columns[name].append(value)
    scale = pooled(Responses.build(columns), draws=2)
    # lme4's Laplace approximation: item 2.235, harness 0.236, model in harness 0.334.
    logits = np.array([scale.spread[0], *scale.setup_sds]) * scale.slope[0]
    assert logits == pytest.approx([2.235, 0.236, 0.334], abs=0.04)


# --- benchmarks drawn again


def test_a_benchmark_more_or_less_is_told_to_first_order():
    world = made(9, models=20, with_items=1, with_scores=9, items=80)
    evidence = gather(world.responses, world.table, None, None)
    fit = solve(evidence)
    moved = influence(fit)
    step = 1e-3
    x = fit.x.copy()
    for _ in range(30):  # the mode where benchmark 4 counts a little less
        gradient = surface(fit.problem, x, fit.spreads).gradient
        gradient -= step * by_benchmark(fit.problem, x, fit.spreads)[4]
        x = x + newton_step(-surface(fit.problem, x, fit.spreads).hessian, gradient)
    exact = (x - fit.x)[:20] / -step
    np.testing.assert_allclose(moved[4], exact, atol=0.03 * np.abs(exact).max())


def test_draws_of_benchmarks_differ_more_than_draws_of_errors_where_benchmarks_do():
    world = made(9, models=20, with_items=1, with_scores=9, items=80)
    scale = pooled(world.responses, world.table, draws=2, sampling=300)
    assert scale.sampling.shape == (300, 20)
    spread = np.nanstd(scale.sampling, axis=0)
    assert 0.5 < np.median(spread / scale.se) < 2.5
    few = Table.build(["a", "a", "b", "b", "b"], ["x", "y", "x", "y", "z"], [0.5, 0.6, 0.3, 0.2, 1])
    lost = np.isnan(pooled(None, few, draws=2, sampling=300).sampling).mean(axis=0)
    assert lost == pytest.approx([1 / 27, 0], abs=0.03)
