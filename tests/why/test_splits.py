"""Splits find a planted difference, and say what they cannot."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from tests.why.conftest import few

from headway.lens import answer
from headway.publish.splits_plot import splits_spec
from headway.publish.why_splits import splits_document
from headway.why.splits import _split, splits
from headway.why.value import Asker, Value


@pytest.fixture(scope="module")
def found(own):
    lens = few("headway", 60)
    return {s.name: s for s in splits(Asker(own=True), lens, own, before=date(2026, 1, 1))}


def test_a_planted_difference_is_found(found):
    split = found["access"]
    public, private = split.sides
    assert (public.name, private.name) == ("public", "private")
    assert split.difference.median == pytest.approx(
        private.months.median - public.months.median, abs=1e-9
    )
    assert split.difference.low > 0
    assert split.p < 0.1
    assert split.verdict == "private is larger"


def test_a_side_is_the_lens_on_that_part(found, own):
    lens = few("headway", 60)
    part = lens.model_copy(
        update={"evidence": lens.evidence.model_copy(update={"access": ("public",)})}
    )
    wanted = answer(part, own, own=True).months
    months = found["access"].sides[0].months
    assert months.median == pytest.approx(wanted.median, abs=1e-3)
    assert months.low == pytest.approx(wanted.low, abs=1e-2)


def test_evaluators_and_domains_part_the_evidence(found):
    assert {"domain agents", "domain tests", "evaluator first", "evaluator second"} <= set(found)
    first = found["evaluator first"]
    # Two evaluators are each other's others.
    assert first.sides[1].months == found["evaluator second"].sides[0].months


def test_a_side_without_an_answer_says_why(found):
    split = found["reporter"]
    assert split.verdict == "the data cannot say"
    assert split.p is None
    assert all(side.why_not for side in split.sides)


def test_the_date_parts_the_window(found):
    before, after = found["date 2026-01-01"].sides
    assert before.months.median is not None
    assert after.months.median is not None
    assert before.n_models < after.n_models


@pytest.mark.parametrize(("beyond", "verdict"), [(60, "the data cannot say"), (99, "X is larger")])
def test_a_side_that_is_only_bounded_counts_where_it_is_clear(beyond, verdict):
    # Infinite draws: so many above all that was seen, the others below.
    bounded = Value(None, np.where(np.arange(100) < beyond, np.inf, -np.inf), 5, 50, bound=40.0)
    whole = Value(1.5, np.linspace(1.0, 2.0, 100), 5, 50)
    split = _split("evaluator X", ("the others", "X"), [whole, bounded])
    assert split.difference.median is None
    assert split.verdict == verdict


def test_the_picture_shows_both_sides_of_what_can_be_told(found):
    lens = few("headway", 60)
    document = splits_document(tuple(found.values()), lens, "abc")
    spec = splits_spec(document)
    shown = {p["title"]["text"].partition(":")[0]: p for p in spec["vconcat"]}
    assert set(shown) == {s.name for s in found.values() if s.difference.median is not None}
    access = shown["access"]["data"]["values"]
    assert [row["change"] for row in access] == [s.months.median for s in found["access"].sides]
    assert "no one answer: reporter" in " ".join(spec["title"]["subtitle"])
