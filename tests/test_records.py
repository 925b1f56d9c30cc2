"""Records refuse what one cell cannot be."""

from __future__ import annotations

import datetime as dt

import pytest
from pydantic import ValidationError

from headway.errors import DataError, HeadwayError, LedgerError, UnknownNameError
from headway.records import Benchmark, Model, Result, Source


def a_result(**changes):
    values = {"model": "m", "benchmark": "b", "score": 0.5, "chance_corrected": True, "source": "s"}
    return Result(**(values | changes))


def test_records_are_frozen():
    with pytest.raises(ValidationError, match="frozen"):
        a_result().score = 0.9


def test_unknown_columns_are_refused():
    with pytest.raises(ValidationError, match="Extra inputs"):
        Model(id="a", name="a", wieghts="open")


def test_unknown_is_none_and_weights_are_unknown():
    model = Model(id="a", name="a")
    assert (model.released, model.country, model.weights, model.aliases) == (
        None,
        None,
        "unknown",
        (),
    )
    assert Benchmark(id="b", name="b").ceiling == 1


@pytest.mark.parametrize("score", [float("nan"), float("inf"), -float("inf"), "abc", None])
def test_scores_are_finite_numbers(score):
    with pytest.raises(ValidationError, match="score"):
        a_result(score=score)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " a",
        "a ",
        "a\n",
        "a\x00b",
        "a\x1b[0m",
        "a\u202eb",
        "a\u2028b",
        "a\x85",
        "\ufeffa",
        "\ud800",
    ],
)
def test_names_with_hidden_characters_are_refused(text):
    with pytest.raises(ValidationError, match="name"):
        Model(id="a", name=text)


@pytest.mark.parametrize("text", ["a", "GPT-4 (Mar 2023)", "模型 一", "o1", "Évaluation; x", "-"])
def test_ordinary_names_are_kept_exactly(text):
    assert Model(id="a", name=text).name == text


def test_an_alias_holds_no_separator():
    with pytest.raises(ValidationError, match="aliases"):
        Model(id="a", name="a", aliases=("one;two",))


@pytest.mark.parametrize("text", ["../up", "a/b", "A", "", ".hidden", "x" * 101])
def test_source_ids_can_be_names_of_files(text):
    with pytest.raises(ValidationError, match="id"):
        Source(id=text, name="a")


def test_dates_are_days():
    assert Model(id="a", name="a", released="2024-02-29").released == dt.date(2024, 2, 29)
    with pytest.raises(ValidationError, match="released"):
        Model(id="a", name="a", released="2024-02-30")


def test_one_tree_of_errors():
    assert issubclass(LedgerError, DataError)
    assert issubclass(DataError, HeadwayError)
    assert issubclass(UnknownNameError, HeadwayError)
