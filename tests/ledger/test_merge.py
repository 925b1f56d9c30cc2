"""Two ledgers as one: exact names only, facts filled and never overruled."""

from __future__ import annotations

import pytest

from headway.errors import LedgerError
from headway.ledger import Ledger, check, load
from headway.ledger.merge import merge
from headway.records import Benchmark, Model, Result, Source


def own(*rows: tuple[str, str, float], source: str = "own", **facts: object) -> Ledger:
    return Ledger.of(
        models=[Model(id=name, name=name, source=source, **facts) for name in {r[0] for r in rows}],
        benchmarks=[Benchmark(id=name, name=name, source=source) for name in {r[1] for r in rows}],
        results=[
            Result(model=m, benchmark=b, score=s, chance_corrected=True, source=source)
            for m, b, s in rows
        ],
        sources=[Source(id=source, name=source)],
    )


def test_names_and_aliases_find_their_model(tiny):
    merged = merge(tiny, own(("BEE", "Quiz", 0.25), ("Cat", "Maze", 0.5)))
    assert set(merged.models) == {"ant", "bee", "Cat"}
    assert set(merged.benchmarks) == {"quiz", "maze"}
    rows = {(r.model, r.benchmark, r.score) for r in merged.results if r.source == "own"}
    assert rows == {("bee", "quiz", 0.25), ("Cat", "maze", 0.5)}
    assert merged.claims == tiny.claims
    assert check(merged) == []


def test_a_near_name_is_another_model(tiny):
    assert "Bee 2" in merge(tiny, own(("Bee 2", "Quiz", 0.25))).models


def test_the_same_source_is_replaced(tiny):
    once = merge(tiny, own(("Cat", "Maze", 0.5), ("Cat", "Quiz", 0.5)))
    again = merge(once, own(("Cat", "Maze", 0.75)))
    assert [r.score for r in again.results if r.source == "own"] == [0.75]
    assert len([r for r in again.results if r.source == "lab"]) == 3


def test_unknown_facts_are_filled_and_known_ones_stay(tiny):
    merged = merge(tiny, own(("Ant 1", "Maze", 0.5), organization="Hill", released="2024-01-01"))
    assert merged.models["ant"].organization == "Hill"
    assert merged.models["ant"].weights == "closed"
    assert merged.models["ant"].source == "https://x.example"


def test_a_contradiction_is_told(tiny):
    with pytest.raises(LedgerError, match="'Ant 1', column released: 2024-01-02, but the ledger"):
        merge(tiny, own(("Ant 1", "Maze", 0.5), released="2024-01-02"))


def test_two_names_of_one_model_are_refused(tiny):
    with pytest.raises(LedgerError, match="could be any of"):
        merge(tiny, own(("bee", "Maze", 0.5), ("Bee 1", "Maze", 0.25)))


def test_merging_does_not_change_the_shipped_ledger():
    before = load().id
    merged = merge(load(), own(("GPT-5", "GSM8K", 0.5), ("Mine", "GSM8K", 0.5)))
    assert len(merged.models) == len(load().models) + 1
    assert load().id == before != merged.id
