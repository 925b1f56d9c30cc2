"""What a design can tell: golden by hand, against least squares, and against crossed effects."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations, product

import numpy as np
import pytest

from headway.errors import ScaleError
from headway.plan import identify
from headway.scale.facets import components, facets
from headway.scale.responses import Responses

NAMES = ("model", "harness", "task")


def columns(rows: Sequence[tuple[str, ...]], names: Sequence[str] = NAMES) -> dict[str, list[str]]:
    return dict(zip(names, map(list, zip(*rows, strict=True)), strict=True))


def said(rows: Sequence[tuple[str, ...]], names: Sequence[str] = NAMES, each: int = 9):
    return identify(columns(rows, names), [each] * len(rows))


def test_a_full_crossing_identifies_all():
    names = ("model", "harness", "prompts", "task")
    rows = list(product("ab", ("own", "std"), "pq", "tuvw"))
    found = said(rows, names)
    assert found.parts == 1
    assert [(c.factor, c.levels, c.identified, c.matched) for c in found.comparisons] == [
        ("model", ("a", "b"), True, 16),
        ("harness", ("own", "std"), True, 16),
        ("prompts", ("p", "q"), True, 16),
    ]
    assert found.squares == {"model:harness": 8, "model:prompts": 8, "harness:prompts": 8}
    assert found.notes == ()


def test_an_own_harness_runs_with_its_model_only():
    """Common and own: models compare in the common one, and each own one with it, by one model."""
    rows = [(m, h, t) for m, own in (("a", "A"), ("b", "B")) for h in ("std", own) for t in "tu"]
    found = said(rows)
    model, harness = found.comparisons
    assert model.identified
    assert harness.identified
    assert (model.matched, harness.matched) == (2, 4)
    assert found.squares == {"model:harness": 0}
    alone, uncrossed = found.notes
    assert alone.startswith("A (a) and B (b): of harness, run with one model only")
    assert "tell whether what harness does depends on model" in uncrossed


def test_without_a_common_harness_nothing_can_be_told_apart():
    found = said([("a", "A", "t"), ("b", "B", "t"), ("a", "A", "u"), ("b", "B", "u")])
    assert found.parts == 1
    assert [(c.factor, c.classes, c.matched) for c in found.comparisons] == [
        ("model", (("a",), ("b",)), 0),
        ("harness", (("A",), ("B",)), 0),
    ]
    assert "cannot compare all levels of model: it has 2 groups" in found.notes[0]


def test_parts_that_share_no_task():
    found = said([("a", "std", "t"), ("b", "std", "t"), ("c", "std", "u"), ("d", "std", "u")])
    assert found.parts == 2
    assert found.comparisons[0].classes == (("a", "b"), ("c", "d"))
    assert found.notes[0].startswith("The design falls into 2 parts that share no task")


def test_few_attempts_are_said():
    found = said(list(product("ab", ("own", "std"), "tuvw")), each=1)
    assert "Levels of task have 4.0 attempts on average" in found.notes[-1]


def test_nothing_to_compare():
    with pytest.raises(ScaleError, match="no run of this design can be made"):
        identify({name: [] for name in NAMES}, [])
    assert said([("a", "std", "t")]).comparisons == ()


@pytest.mark.parametrize("seed", range(30))
def test_classes_are_the_differences_that_least_squares_can_estimate(seed: int):
    """A difference is estimable if adding it as a row leaves the rank of the design as it was."""
    random = np.random.default_rng(seed)
    every = list(product("abcd", "ABC", "tuvwx"))
    rows = [every[k] for k in random.choice(len(every), random.integers(3, 14), replace=False)]
    levels = [(k, level) for k in range(3) for level in sorted({row[k] for row in rows})]
    x = np.array([[float(row[k] == level) for k, level in levels] for row in rows])
    rank = np.linalg.matrix_rank(x)
    for each in said(rows).comparisons:
        k = NAMES.index(each.factor)
        together = {frozenset(p) for held in each.classes for p in combinations(held, 2)}
        for one, other in combinations(each.levels, 2):
            difference = [float(at == (k, one)) - float(at == (k, other)) for at in levels]
            estimable = np.linalg.matrix_rank(np.vstack([x, difference])) == rank
            assert (frozenset((one, other)) in together) == estimable, (rows, one, other)


@pytest.mark.parametrize("seed", range(10))
def test_parts_are_those_of_the_crossed_effects(seed: int):
    random = np.random.default_rng(seed)
    every = list(product("abcd", "AB", "tuvwx"))
    rows = [every[k] for k in random.choice(len(every), 7, replace=False)]
    held = columns(rows)
    wins = random.integers(0, 2, len(rows))
    data = Responses.build(
        {**held, "item": held.pop("task"), "successes": wins, "trials": np.ones(len(rows))}
    )
    assert said(rows).parts == len(components(data, np.arange(len(rows))))


def test_what_the_analysis_says_afterwards_was_said_before():
    """Two models, each in its own harness: the fit says of it what the plan does."""
    rows = [(m, h, t) for m, h in (("a", "A"), ("b", "B")) for t in "tuvwxy"]
    held = columns(rows)
    data = Responses.build(
        {**held, "item": held.pop("task"), "successes": [3, 1, 2, 0, 4, 2] * 2, "trials": [5] * 12}
    )
    fit = facets(data, "resolved ~ (1|model) + (1|harness) + (1|item)")
    assert any("cannot be told apart" in caution for caution in fit.cautions)
    assert not any(c.identified for c in said(rows).comparisons)
