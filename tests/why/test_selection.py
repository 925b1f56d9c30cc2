"""Selection: shared cells by hand, the best of k normals, and what goes which way."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tests.why.conftest import few

from headway.why.best_of import lowered, mean_of_largest
from headway.why.selection import selection
from headway.why.shared_cells import shared_cells
from headway.why.value import Asker

LENS = few("headway")


@pytest.fixture(scope="module")
def found(own):
    return selection(Asker(own=True), LENS, own)


def test_the_mean_of_the_largest_normal_is_the_tabled_one():
    """Harter 1961, table 1; 1 / sqrt(pi) for two."""
    assert mean_of_largest(1) == pytest.approx(0, abs=1e-12)
    assert mean_of_largest(2) == pytest.approx(np.pi**-0.5, abs=1e-9)
    assert mean_of_largest(3) == pytest.approx(1.5 * np.pi**-0.5, abs=1e-9)
    assert mean_of_largest(5) == pytest.approx(1.16296447, abs=1e-7)
    assert mean_of_largest(10) == pytest.approx(1.53875273, abs=1e-7)


def test_scores_are_lowered_in_logits_and_for_one_group_only(own):
    table = Asker(own=True).ready(LENS, own).selection.table
    first = np.arange(len(table.models)) == 3
    low = lowered(table, first, 0.3)
    mine = table.model == 3
    assert np.array_equal(low.score[~mine], np.clip(table.score[~mine], 0, 1))
    logit = [np.log(s / (1 - s)) for s in (table.score[mine], low.score[mine])]
    inside = (table.score[mine] > 0.001) & (table.score[mine] < 0.999)
    assert (logit[0] - logit[1])[inside] == pytest.approx(0.3)


def test_the_best_of_more_setups_moves_the_gap_further_each_its_own_way(found):
    change = {(c.group, c.k): c.change.median for c in found.best_of}
    assert 0 > change["leaders", 2] > change["leaders", 3] > change["leaders", 5]
    assert 0 < change["followers", 2] < change["followers", 3] < change["followers", 5]
    assert all(c.points > 0 for c in found.best_of)
    assert found.best_of[0].logits == pytest.approx(0.4 * 0.5642, abs=1e-4)


def test_everything_is_shared_where_both_groups_have_every_cell(found):
    every, benchmarks, _ = found.shared
    assert every.months == benchmarks.months == found.base.interval
    assert benchmarks.change.median == 0
    assert found.missing == {"leaders": 0, "followers": 0}


def test_cells_that_one_group_lacks_are_left_out(own):
    """Test 6 has four open models and test 7 none: both go; test 5 has five and stays."""
    ids = {b.name: b.id for b in own.benchmarks.values()}
    names = {m.id: m for m in own.models.values()}
    keep = {ids["test 5"]: 5, ids["test 6"]: 4, ids["test 7"]: 0}
    opens = sorted((m.released, m.id) for m in names.values() if m.weights == "open")
    rank = {key: k for k, (_, key) in enumerate(reversed(opens))}
    left = tuple(
        r
        for r in own.results
        if names[r.model].weights != "open" or rank[r.model] < keep.get(r.benchmark, 99)
    )
    ledger, asker = replace(own, results=left), Asker(own=True)
    ready = asker.ready(LENS, ledger)
    every, benchmarks, halves = shared_cells(asker, ready, ledger)
    assert (every.n_benchmarks, benchmarks.n_benchmarks) == (8, 6)
    assert every.n_scores - benchmarks.n_scores == 4 + 2 * 15
    full = asker.value(
        LENS.model_copy(
            update={
                "as_of": ready.selection.as_of,
                "evidence": LENS.evidence.model_copy(update={"without": ("test 6", "test 7")}),
            }
        ),
        ledger,
    )
    assert benchmarks.months.median == pytest.approx(full.middle, abs=0.01)
    # By hand: cells by benchmark and half-year of release, and the labels among them.
    places = {}
    for r in left:
        day = names[r.model].released
        places.setdefault((r.benchmark, day.year, day.month > 6), []).append(names[r.model].weights)
    kept = [p for p in places.values() if min(p.count("open"), p.count("closed")) >= 2]
    assert halves.n_scores == sum(map(len, kept)) < every.n_scores


def test_a_tolerance_does_not_change_its_unit_in_silence(own):
    """Without the tests of one group a model that fixes the unit is gone: points are logits."""
    names = {"model 9": "Claude 3.5 Sonnet", "model 21": "GPT-5"}
    models = {
        key: m.model_copy(update={"name": names.get(m.name, m.name)})
        for key, m in own.models.items()
    }

    def counts(result):
        test, model = own.benchmarks[result.benchmark].name, models[result.model]
        if model.name == "Claude 3.5 Sonnet":
            return test <= "test 3"
        return test > "test 2" or model.weights == "closed"

    ledger = replace(own, models=models, results=tuple(filter(counts, own.results)))
    lens = LENS.model_copy(
        update={"rule": LENS.rule.model_copy(update={"options": {"tolerance": 1.0}})}
    )
    asker = Asker(own=True)
    ready = asker.ready(lens, ledger)
    assert ready.scale.unit == "ECI"
    _, benchmarks, _ = shared_cells(asker, ready, ledger)
    assert "unit of the lens's tolerance" in benchmarks.why_not
    assert benchmarks.months.median is None


def test_a_lens_on_scores_says_what_it_cannot_say(own):
    found = selection(Asker(own=True), few("ihle-public").model_copy(update={"as_of": None}), own)
    assert found.unit_sd is None
    assert found.bounds == found.estimated == found.corrected == ()
    assert len(found.best_of) == 6
    assert all(case.points is None for case in found.best_of)
