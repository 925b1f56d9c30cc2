"""Each check says one sentence that names the place; a sound ledger says nothing."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from headway.errors import LedgerError
from headway.ledger import Ledger, check


def changed(ledger: Ledger, table: str, row: str | int, **values: object) -> Ledger:
    """The ledger with some cells of one row changed, without the care of the records."""
    found = getattr(ledger, table)
    if isinstance(row, str):
        return replace(ledger, **{table: {**found, row: found[row].model_copy(update=values)}})
    rows = list(found)
    rows[row] = rows[row].model_copy(update=values)
    return replace(ledger, **{table: tuple(rows)})


def test_a_sound_ledger_passes(tiny):
    assert check(tiny) == []


# Rows of the results, sorted: 0 is Ant on Maze, 1 is Ant on Quiz, 2 is Bee on Quiz (raw).
FAILURES = [
    ("models", "bee", {"weights_license": None}, "open without weights_license"),
    ("models", "bee", {"weights_url": None}, "open without weights_url"),
    ("models", "ant", {"weights_url": "https://x.example"}, "weights is closed but weights_url"),
    ("models", "ant", {"weights": "unknown", "weights_license": "MIT"}, "weights is unknown but"),
    ("models", "bee", {"weights_released": dt.date(2024, 2, 1)}, "weights_released is before"),
    ("models", "bee", {"country": "UK"}, "country 'UK'"),
    ("models", "ant", {"source": None}, "source is empty"),
    ("models", "ant", {"released_source": None}, "no released_source"),
    ("models", "bee", {"params_total_b": 0.0}, "params_total_b"),
    ("models", "bee", {"params_active_b": 8.0}, "params_active_b is above"),
    ("models", "ant", {"aliases": ("bee",)}, "'bee' names both"),
    ("benchmarks", "quiz", {"chance": 1.0}, "chance 1.0"),
    ("benchmarks", "quiz", {"chance": -0.1}, "chance -0.1"),
    ("benchmarks", "maze", {"ceiling": 0.0}, "ceiling 0.0"),
    ("benchmarks", "quiz", {"n_items": 0}, "n_items 0"),
    ("benchmarks", "quiz", {"source": None}, "source is empty"),
    ("benchmarks", "maze", {"name": "quiz"}, "'quiz' names both"),
    ("setups", "bare", {"budget_tokens": 0}, "budget_tokens"),
    ("results", 0, {"score": 1.5}, "score 1.5 is outside 0..1"),
    ("results", 0, {"score": -0.1}, "score -0.1 is outside 0..1"),
    ("results", 0, {"model": "cat"}, "model 'cat' is not in models"),
    ("results", 0, {"benchmark": "cat"}, "benchmark 'cat' is not in benchmarks"),
    ("results", 0, {"source": "cat"}, "source 'cat' is not in sources"),
    ("results", 0, {"setup": "cat"}, "setup 'cat' is not in setups"),
    ("results", 0, {"n_items": 0}, "n_items 0"),
    ("results", 0, {"benchmark": "quiz"}, "stands on 2 rows"),
    ("results", 0, {"date": dt.date(2023, 12, 31)}, "before the model's release 2024-01-01"),
    ("responses", 0, {"successes": 3.0}, "3 successes of 2 trials"),
    ("responses", 0, {"model": "cat"}, "model 'cat' is not in models"),
    ("claims", 0, {"low": 10.0}, "low 10.0 is above high 9.0"),
    ("claims", 0, {"value": 2.0}, "value 2.0 is outside its range"),
    ("claims", 0, {"level": 90.0}, "level 90.0"),
    ("claims", 0, {"unit": None}, "unit is empty"),
    ("claims", 0, {"source": None}, "source is empty"),
]


@pytest.mark.parametrize(("table", "row", "values", "words"), FAILURES)
def test_one_failure_gives_one_sentence(tiny, table, row, values, words):
    broken = changed(tiny, table, row, **values)
    (sentence,) = check(broken)
    assert words in sentence
    assert sentence.startswith(table)
    assert sentence.endswith(".")


def test_a_raw_score_may_lie_below_chance_but_not_above_the_ceiling(tiny):
    assert check(changed(tiny, "results", 2, score=0.1)) == []
    low = changed(tiny, "benchmarks", "quiz", ceiling=0.4)
    assert any("score 0.5 is outside 0..0.4" in text for text in check(low))


def test_a_rolling_table_has_no_day_of_a_run(tiny):
    early = changed(tiny, "results", 0, date=dt.date(2023, 12, 31))
    assert check(changed(early, "sources", "lab", rolling=True)) == []


def test_a_score_may_follow_the_other_first_day(tiny):
    early = changed(tiny, "results", 0, date=dt.date(2023, 12, 31))
    assert check(changed(early, "models", "ant", released_alt=dt.date(2023, 12, 1))) == []


def test_open_on_application_is_fine_with_a_note(tiny):
    assert check(changed(tiny, "models", "bee", weights_url=None, notes="on application")) == []


def test_the_same_id_twice_cannot_be_loaded(tiny):
    twice = [*tiny.models.values(), tiny.models["ant"]]
    with pytest.raises(LedgerError, match=r"models: the id 'ant' stands on two rows; keep one\."):
        Ledger.of(models=twice)


def test_every_failure_is_told(tiny):
    broken = changed(changed(tiny, "models", "ant", source=None), "results", 0, score=2.0)
    assert len(check(broken)) == 2
