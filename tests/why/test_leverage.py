"""Leverage: what is quick is exact, the known wrong date is found, doubts are marked."""

from __future__ import annotations

import csv
from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from tests.why.conftest import few

from headway.lens import override
from headway.lens.recipe import Lens
from headway.sources import read_table
from headway.why.facts import Stage, doubts, facts, rewritten
from headway.why.leverage import leverage
from headway.why.value import Asker


def pinned(asker, lens, ledger):
    """The lens with its last day fixed, as leverage asks it."""
    as_of = asker.ready(lens, ledger).selection.as_of
    return lens.model_copy(update={"as_of": as_of})


STRICT = few("headway")
LENIENT = override(few("epoch-2026-05"), as_of=date(2026, 6, 1), since=date(2025, 6, 1))
Z = override(few("epoch-2025-10"), as_of=date(2026, 6, 1))
SCORES = override(few("ihle-public"), as_of=date(2026, 6, 1))


@pytest.fixture(scope="module")
def doubtful(own):
    """The small ledger with an unchecked label, an unknown one and second days."""
    changes = {
        "model 24": {"checked": False, "source": "somebody"},
        "model 25": {"weights": "unknown", "source": "somebody"},
        "model 26": {"weights_released": date(2026, 3, 20)},
        "model 27": {"released_alt": date(2026, 1, 19)},
    }
    models = {
        key: m.model_copy(update={"checked": True, **changes.get(m.name, {})})
        for key, m in own.models.items()
    }
    return replace(own, models=models)


@pytest.mark.parametrize("lens", [STRICT, LENIENT, Z, SCORES], ids=lambda x: x.name)
def test_days_and_labels_are_what_a_full_recomputation_gives(lens, doubtful):
    asker = Asker(own=True)
    lens = pinned(asker, lens, doubtful)
    stage = Stage.of(asker.ready(lens, doubtful))
    asked = 0
    for model in stage.ready.selection.models:
        if model.name not in {"model 24", "model 25", "model 26", "model 27", "model 10"}:
            continue
        for fact in facts(lens, model):
            if fact.model is None or not stage.counts(fact.model):
                continue
            quick = stage.changed(fact)
            # A fresh asker: nothing of the first answer is reused.
            full = Asker(own=True).ready(lens, rewritten(doubtful, fact, model))
            assert quick.selection.table.models == full.selection.table.models
            assert np.array_equal(quick.measured.day, full.measured.day)
            assert np.array_equal(quick.measured.leader, full.measured.leader)
            assert quick.gap.draws == pytest.approx(full.gap.draws, abs=1e-6, nan_ok=True)
            assert quick.gap.months.median == pytest.approx(full.gap.months.median, abs=1e-6)
            asked += 1
    assert asked >= 10


@pytest.fixture(scope="module")
def found(doubtful):
    return leverage(Asker(own=True), STRICT, doubtful)


def test_records_are_refits_without_the_model(found, doubtful):
    lens = pinned(Asker(own=True), STRICT, doubtful)
    for lever in found.records[:2]:
        (other,) = lever.others
        left = tuple(r for r in doubtful.results if doubtful.models[r.model].name != lever.name)
        full = Asker(own=True).value(lens, replace(doubtful, results=left))
        assert other.exact
        assert other.value == pytest.approx(full.middle, abs=0.02)


def test_the_order_is_that_of_the_change(found):
    for levers in (found.records, found.dates, found.labels):
        assert len(levers) >= 5
        moves = [lever.moves for lever in levers[:5]]
        assert moves == sorted(moves, reverse=True)
        assert moves[0] > 0
    # A change of the printed number lies in the interval of the paired draws, give or take.
    other = found.dates[0].others[0]
    assert other.change.low - 0.5 <= other.change.median <= other.change.high + 0.5


def test_doubts_are_named_and_their_other_values_asked(found, doubtful):
    by_name = {m.name: m for m in doubtful.models.values()}
    assert found.doubtful == {"date": 2, "label": 2}
    assert doubts(by_name["model 24"], "label") == ("its label was not checked",)
    assert "not known" in doubts(by_name["model 25"], "label")[0]
    assert doubts(by_name["model 26"], "date")[0].startswith("on record: released ")
    assert doubts(by_name["model 10"], "date") == doubts(by_name["model 10"], "label") == ()
    lens = pinned(Asker(own=True), STRICT, doubtful)
    said = {name: [f.what for f in facts(lens, by_name[name])] for name in by_name}
    # An unchecked label is both in the draws, so both are options; an unknown one has two as well.
    assert said["model 24"][-2:] == said["model 25"][-2:] == ["open", "closed"]
    assert said["model 10"][-1:] == ["closed"]
    assert said["model 26"][3] == f"released {by_name['model 26'].released}"
    assert said["model 27"][3:5] == [
        f"released {by_name['model 27'].released}",
        "first public 2026-01-19",
    ]


def test_a_model_that_moves_past_the_last_day_is_refitted_without(doubtful):
    asker = Asker(own=True)
    last = max(doubtful.models.values(), key=lambda m: m.released)
    lens = STRICT.model_copy(update={"as_of": last.released})
    stage = Stage.of(asker.ready(lens, doubtful))
    later = next(f for f in facts(lens, last) if f.what == "a month later")
    assert not stage.counts(later.model)
    full = asker.ready(lens, rewritten(doubtful, later, last))
    assert last.name not in full.selection.table.models
    group = stage.changed(later).measured
    k = stage.ready.selection.table.models.index(last.name)
    assert not (group.leader[:, k] | group.follower[:, k]).any()


def test_a_model_that_fixes_the_unit_of_a_tolerance_stays_on_the_scale(own):
    names = {"model 9": "Claude 3.5 Sonnet", "model 21": "GPT-5"}
    models = {
        key: m.model_copy(update={"name": names.get(m.name, m.name)})
        for key, m in own.models.items()
    }
    ledger = replace(own, models=models)
    lens = STRICT.model_copy(
        update={"rule": STRICT.rule.model_copy(update={"options": {"tolerance": 1.0}})}
    )
    found = leverage(Asker(own=True), lens, ledger, top=30)
    exact = {lever.name: lever.others[0].exact for lever in found.records}
    assert exact["GPT-5"] is False
    assert all(known for name, known in exact.items() if name not in names.values())


@pytest.mark.slow
def test_the_known_wrong_date_of_o3_is_found(shared, tmp_path):
    """Epoch's file of August 2026 has o3 on 2024-12-20; it was released on 2025-04-16."""
    folder = shared / "data" / "epoch_eci_2026-08"
    with (folder / "eci_scores.csv").open(encoding="utf-8") as file:
        facts_of = {row["Model"]: row for row in csv.DictReader(file)}
    label = {"Closed weights": "closed", "Open weights": "open"}
    path = tmp_path / "scores.csv"
    with (
        (folder / "eci_benchmarks.csv").open(encoding="utf-8") as file,
        path.open("w", encoding="utf-8", newline="") as out,
    ):
        sheet = csv.writer(out)
        sheet.writerow(["model", "benchmark", "score", "released", "weights", "released_alt"])
        for row in csv.DictReader(file):
            fact = facts_of[row["model"]]
            sheet.writerow([
                row["model"], row["benchmark"], min(max(float(row["performance"]), 0), 1),
                fact["date"], label.get(fact["Accessibility group"], "unknown"),
                "2025-04-16" if row["model"] == "o3" else "",
            ])  # fmt: skip
    lens = Lens.model_validate({
        "name": "strict", "title": "strict daily gap", "scale": {"draws": 60},
        "rule": {"name": "daily", "since": "2026-01-01", "until": "2026-05-28"},
    })  # fmt: skip
    found = leverage(Asker(own=True), lens, read_table(path))
    record, dated = found.records[0], found.dates[0]
    assert (record.name, dated.name) == ("o3", "o3")
    assert dated.doubts
    other = {o.what: o for o in dated.others}["first public 2025-04-16"]
    # With published abilities 12.39 becomes 9.61 months (tests/gap/test_golden.py).
    assert other.at_point == pytest.approx(9.607 - 12.388, abs=0.01)
    assert other.exact
    assert other.change.low == pytest.approx(-2.8, abs=0.2)
    assert record.others[0].at_point < -2.5
