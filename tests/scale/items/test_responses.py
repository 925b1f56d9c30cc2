"""Responses: what is refused, what is dropped, how cells are sorted."""

from __future__ import annotations

import numpy as np
import pytest

from headway.errors import ScaleError
from headway.scale.responses import Responses


def columns(**change):
    base = {"model": ["b", "a", "a"], "item": ["x", "y", "x"], "successes": [1, 0, 1]}
    return base | change


def test_cells_are_sorted_by_model_then_item():
    r = Responses.build(columns(trials=[2, 3, 4], harness=["h2", None, "h1"], budget=[8, None, 2]))
    assert r.models == ("a", "b")
    assert r.items == ("x", "y")
    assert r.model.tolist() == [0, 0, 1]
    assert r.item.tolist() == [0, 1, 0]
    assert r.trials.tolist() == [4, 3, 2]
    assert r.labels["harness"][0] == ("h1", "h2")
    assert r.labels["harness"][1].tolist() == [0, -1, 1]
    np.testing.assert_array_equal(r.numbers["budget"], [2, np.nan, 8])


def test_without_trials_each_row_is_one():
    assert Responses.build(columns()).trials.tolist() == [1, 1, 1]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"successes": [2, 0, 1]}, "'b' on item 'x' has more successes than trials"),
        ({"successes": [-1, 0, 1]}, "negative successes"),
        ({"trials": [1, -1, 1]}, "negative trials"),
        ({"successes": [float("nan"), 0, 1]}, "Row 1 of column 'successes'"),
        ({"successes": ["many", 0, 1]}, "no number"),
        ({"successes": [1, 0]}, "2 rows"),
        ({"model": ["a", "", "b"]}, "Row 2 of the responses names no model"),
        ({"trials": [0, 0, 0], "successes": [0, 0, 0]}, "no row has a trial"),
        ({"model": [], "item": [], "successes": []}, "empty"),
        ({"item": ["x", "x", "x"], "successes": [1, 0, 1]}, "'a' on item 'x' stands twice"),
    ],
)
def test_bad_input_gets_one_sentence(change, words):
    with pytest.raises(ScaleError, match=words) as caught:
        Responses.build(columns(**change))
    assert "\n" not in str(caught.value)


def test_missing_column_is_named():
    with pytest.raises(ScaleError, match="'item'"):
        Responses.build({"model": ["a"], "successes": [1]})


def test_a_label_tells_repeated_cells_apart_and_by_cell_adds_them():
    r = Responses.build(
        columns(item=["x", "x", "x"], successes=[1, 0, 1], run=["1", "1", "2"], trials=[1, 1, 2])
    )
    assert r.n_cells == 3
    summed = r.by_cell()
    assert summed.successes.tolist() == [1, 1]
    assert summed.trials.tolist() == [3, 1]


def test_word_for_word_repeats_count_once_and_rows_without_trials_go():
    r = Responses.build(
        {
            "model": ["a", "a", "b", "c"],
            "item": ["x", "x", "x", "z"],
            "successes": [1, 1, 0, 0],
            "trials": [1, 1, 1, 0],
        }
    )
    assert r.models == ("a", "b")
    assert r.items == ("x",)
    assert r.n_cells == 2


def test_matrix_and_columns_agree():
    y = np.array([[1.0, np.nan], [0.0, 2.0]])
    n = np.array([[1.0, 1.0], [3.0, 2.0]])
    r = Responses.of_matrix(y, n)
    built = Responses.build(
        {
            "model": ["m0", "m1", "m1"],
            "item": ["i0", "i0", "i1"],
            "successes": [1, 0, 2],
            "trials": [1, 3, 2],
        }
    )
    assert (r.models, r.items) == (built.models, built.items)
    for name in ("model", "item", "successes", "trials"):
        np.testing.assert_array_equal(getattr(r, name), getattr(built, name))
    with pytest.raises(ScaleError, match="every cell is empty"):
        Responses.of_matrix(np.full((2, 2), np.nan))
