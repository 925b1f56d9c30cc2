"""Predictions against what was hidden: coverage in simulation and on real answers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest
from tests.scale.diagnose.made import made, without

from headway.errors import ScaleError, UnknownNameError
from headway.scale.diagnose import look_at
from headway.scale.items import rasch_items, two_pl
from headway.scale.predict import cells, items_needed, items_of, new_item, score, worlds
from headway.scale.predict.plan import information
from headway.scale.responses import Responses


def world_of(r, fit=rasch_items, seed=0, draws=400):
    scale = fit(r, draws=draws, seed=seed)
    return worlds(look_at(scale, r), r, seed=seed)


def matrix(r):
    y = np.full((len(r.models), len(r.items)), np.nan)
    y[r.model, r.item] = r.successes / r.trials
    return y


def hidden(r, models, keep, rng, where=None):
    """Rows to keep when some models lose most answers (of the items in ``where``)."""
    inside = np.ones(len(r.items), bool) if where is None else where
    lost = np.isin(r.model, models) & inside[r.item] & (rng.random(r.n_cells) > keep)
    return without(r, ~lost)


def hits(r, models, keep, seed, fit):
    """Whether the 90% interval of one run's score holds what was hidden, and standard scores."""
    rng = np.random.default_rng(seed)
    world = world_of(hidden(r, models, keep, rng), fit, seed)
    full, out = matrix(r), []
    for m in models:
        name = r.models[m]
        items = np.array([k for k, i in enumerate(world.scale.items) if i in r.items])
        place = [r.items.index(world.scale.items[k]) for k in items]
        seen = ~np.isnan(full[m, place])
        it = score(world, name, items[seen])
        truth = full[m, np.array(place)[seen]].mean()
        spread = max(it.score.sd, 1e-9)
        inside = it.score.low - 1e-9 <= truth <= it.score.high + 1e-9
        out.append((inside, (truth - it.score.mean) / spread))
    return out


@pytest.mark.parametrize(
    ("fit", "slopes", "models", "items", "keep"),
    [
        (rasch_items, 0.0, 20, 100, 0.3),
        (rasch_items, 0.0, 30, 200, 0.1),
        (two_pl, 0.4, 20, 100, 0.3),
    ],
)
def test_hidden_scores_lie_in_their_intervals(fit, slopes, models, items, keep):
    found = []
    for seed in range(8 if fit is rasch_items else 5):
        r = made(seed, models, items, slopes=slopes)
        chosen = np.random.default_rng(seed).choice(models, 6, replace=False)
        found += hits(r, chosen, keep, seed, fit)
    inside, z = np.array(found).T
    assert 0.8 <= inside.mean() <= 0.98
    assert 0.75 < z.std() < 1.3
    assert abs(z.mean()) < 0.45


def test_real_subset_scores_lie_in_their_intervals(shared: Path):
    """SWE-bench Verified, 134 agents x 500 items: 15 agents keep a tenth of their answers."""
    path = shared / "data" / "agent_psychometrics" / "swebench_verified_binary.csv.gz"
    table = pl.read_csv(path).rename({"subject_id": "model", "item_id": "item"})
    columns = {name: table[name].to_list() for name in ("model", "item")}
    r = Responses.build({**columns, "successes": table["resolved"].to_list()})
    found = []
    for seed in range(2):
        chosen = np.random.default_rng(seed).choice(len(r.models), 15, replace=False)
        found += hits(r, chosen, 0.1, seed, rasch_items)
    inside, z = np.array(found).T
    assert 0.8 <= inside.mean() <= 0.99
    assert 0.5 < z.std() < 1.3


@pytest.mark.slow
def test_a_real_benchmark_that_was_not_run(shared: Path):
    """OpenHands index: a benchmark of a model is hidden; tastes are in the interval."""
    folder = shared / "data" / "openhands_index"
    table = pl.read_csv(folder / "items.csv.gz").filter(pl.col("harness") == "openhands")
    table = table.drop_nulls("resolved")
    names = ("model", "benchmark")
    columns = {name: table[name].to_list() for name in names}
    items = (table["benchmark"] + "/" + table["item_id"]).to_list()
    r = Responses.build({**columns, "item": items, "successes": table["resolved"].to_list()})
    levels, code = r.labels["benchmark"]
    full, inside = matrix(r), []
    for seed in range(2):
        rng = np.random.default_rng(seed)
        pairs = [(m, int(rng.integers(len(levels)))) for m in rng.choice(len(r.models), 8, False)]
        lost = np.zeros(r.n_cells, bool)
        for m, b in pairs:
            lost |= (r.model == m) & (code == b)
        world = world_of(without(r, ~lost), seed=seed)
        assert 0.2 < world.taste.spread < 1.0
        for m, b in pairs:
            here = items_of(world, levels[b])
            place = np.array([r.items.index(world.scale.items[k]) for k in here])
            seen = ~np.isnan(full[m, place])
            if not seen.any():
                continue
            it = score(world, r.models[m], here[seen])
            assert (it.run, it.observed) == (0, None)
            inside.append(it.score.low <= full[m, place[seen]].mean() <= it.score.high)
    assert np.mean(inside) >= 0.7


def test_chances_of_unrun_cells_are_calibrated():
    chance, truth = [], []
    for seed in range(6):
        r = made(seed, 20, 100)
        world = world_of(hidden(r, [0, 1, 2, 3], 0.3, np.random.default_rng(seed)), seed=seed)
        full = matrix(r)
        for m in range(4):
            it = cells(world, r.models[m])
            unrun = ~it.run
            assert (it.low <= it.mean).all()
            assert (it.mean <= it.high).all()
            chance.append(it.mean[unrun])
            truth.append(full[m][[r.items.index(world.scale.items[k]) for k in it.items[unrun]]])
    p, y = np.concatenate(chance), np.concatenate(truth)
    for low, high in ((0, 0.25), (0.25, 0.5), (0.5, 0.75), (0.75, 1)):
        some = (p >= low) & (p < high)
        error = 3 * np.sqrt(0.25 / some.sum())
        assert y[some].mean() == pytest.approx(p[some].mean(), abs=error)


def test_what_was_run_counts_as_it_was_and_both_accuracies_differ():
    r = made(3, 20, 80)
    world = world_of(r)
    it = score(world, r.models[0], np.arange(80))
    assert it.run == 80
    assert it.imputation == 0
    assert it.score.low == it.score.high == pytest.approx(it.observed)
    # All items like them are known less well than these: by the choice of these items.
    for name in r.models[:4]:
        it, p = score(world, name, np.arange(80)), cells(world, name).mean
        more = np.sqrt(it.benchmark.sd**2 + p.var() / 80)
        assert it.generalised.sd == pytest.approx(more, rel=0.3)


def test_imputation_adds_the_variance_of_what_is_missing():
    r = made(4, 20, 100)
    some = hidden(r, [0], 0.5, np.random.default_rng(0))
    few = hidden(r, [0], 0.1, np.random.default_rng(0))
    sizes = [score(world_of(x), r.models[0], np.arange(100)).imputation for x in (r, some, few)]
    assert sizes[0] == 0
    assert 0.01 < sizes[1] < sizes[2] < 0.2


def test_a_new_item_is_as_hard_as_the_items_are():
    r = made(5, 20, 300)
    world = world_of(r)
    own = score(world, r.models[0], np.arange(300))
    new = new_item(world, r.models[0])
    assert new.mean == pytest.approx(own.observed, abs=0.08)
    assert new.high - new.low > 0.5  # one item may be easy or hard


@pytest.mark.parametrize("pair", [False, True])
def test_so_many_items_do_make_the_interval_as_narrow_as_was_asked(pair):
    rng = np.random.default_rng(8)
    ability, b = rng.normal(size=30), rng.normal(0, 1.2, 400)
    y = (rng.random((30, 400)) < 1 / (1 + np.exp(-(ability[:, None] - b)))).astype(float)
    start = y.copy()
    start[:2, 60:] = np.nan
    r = Responses.of_matrix(start)
    world = world_of(r)
    models = r.models[:2] if pair else r.models[:1]
    need = items_needed(world, models, 0.35 if pair else 0.25)
    assert need.usual is not None
    assert need.now > need.half_width
    more = start.copy()
    more[: len(models), 60 : 60 + need.usual] = y[: len(models), 60 : 60 + need.usual]
    after = items_needed(world_of(Responses.of_matrix(more)), models, 0.1)
    assert after.now == pytest.approx(need.half_width, rel=0.12)
    assert need.chosen is not None
    assert need.chosen < need.usual  # well chosen items are fewer


def test_an_answer_tells_most_where_the_chance_is_even():
    r = made(6, 40, 100)
    world = world_of(r)
    tells = information(world, 0)
    nearest = np.abs(world.scale.b - world.scale.ability[0]).argmin()
    assert tells[nearest] > 0.9 * tells.max()
    assert tells.max() <= 0.25


def test_edges():
    r = made(7, 12, 40)
    world = world_of(r)
    assert items_needed(world, (r.models[0],), 9.0).usual == 0
    with pytest.raises(ScaleError, match="above 0"):
        items_needed(world, (r.models[0],), 0.0)
    with pytest.raises(ScaleError, match="one model, or"):
        items_needed(world, r.models[:3], 0.1)
    with pytest.raises(UnknownNameError, match="nearest are m001"):
        cells(world, "m0001")
    with pytest.raises(UnknownNameError, match="no column benchmark"):
        items_of(world, "gaia")
    with pytest.raises(ScaleError, match="joint draws"):
        cells(world_of(r, draws=0), r.models[0])
