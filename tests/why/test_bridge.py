"""Bridges add up, end where the lenses do, and say where there is no way."""

from __future__ import annotations

import pytest
from tests.why.conftest import few

from headway.errors import LensError
from headway.ledger import load as load_ledger
from headway.lens import answer
from headway.why.bridge import CHOICES, bridge, differing, hybrid
from headway.why.value import Asker


@pytest.fixture(scope="module")
def ledger():
    return load_ledger()


@pytest.fixture(scope="module")
def found(ledger):
    return bridge(Asker(), few("epoch-2026-05"), few("caisi-2026-05", 30), ledger)


def test_steps_add_up_exactly(found):
    far = found.last.middle - found.first.middle
    assert sum(s.months.median for s in found.steps) == pytest.approx(far, abs=1e-9)
    assert [s.choice for s in found.steps] == ["evidence", "date", "scale", "groups", "rule"]
    assert found.hybrids == 32
    assert found.orders == 120
    for step in found.steps:
        assert step.least <= step.months.median <= step.most
        assert step.months.low <= step.months.high


def test_both_ends_are_the_printed_answers(found, ledger):
    for lens, value in ((found.start, found.first), (found.end, found.last)):
        assert value.middle == pytest.approx(answer(lens, ledger).months.median, abs=1e-3)


def test_every_field_that_moves_an_answer_belongs_to_a_choice():
    """A field added to lenses must be put under a choice, or bridges would not close."""
    start, end = few("epoch-2026-05"), few("caisi-2026-05")
    paths = tuple(path for paths in CHOICES.values() for path in paths)
    made = hybrid(start, end, paths)
    told = {"name", "title", "source", "claims", "overrides"}
    for field in type(end).model_fields.keys() - told:
        one, other = getattr(made, field), getattr(end, field)
        if hasattr(one, "model_dump"):
            one, other = one.model_dump(exclude={"why"}), other.model_dump(exclude={"why"})
        assert one == other, field
    parts = ("evidence", "dates", "groups", "scale", "rule")
    named = {(p, f) for p in parts for f in type(getattr(end, p)).model_fields if f != "why"}
    assert named | {("as_of",)} == set(paths)


def test_a_rule_that_reads_scores_changes_hands_with_the_scale(ledger):
    start, end = few("epoch-2026-05", 20), few("ihle-public", 20)
    assert "scale and rule" in differing(start, end)
    found = bridge(Asker(), start, end, ledger)
    far = found.last.middle - found.first.middle
    assert sum(s.months.median for s in found.steps) == pytest.approx(far, abs=1e-9)


def test_a_lens_is_no_step_from_itself(ledger):
    lens = few("epoch-2026-05", 20)
    found = bridge(Asker(), lens, lens, ledger)
    assert found.steps == ()
    assert found.first.middle == found.last.middle


def test_without_a_way_the_reason_is_given(ledger):
    start, end = few("epoch-2026-05", 20), few("caisi-2026-05", 20)
    only = end.evidence.model_copy(update={"sources": ("caisi-2026-05-01",)})
    with pytest.raises(LensError, match=r"no one answer.*at least"):
        bridge(Asker(), start, end.model_copy(update={"evidence": only}), ledger)


def test_hybrids_without_an_answer_are_left_out_and_named(ledger):
    """On the first lens's day the follower of the second one is not released yet."""
    found = bridge(Asker(), few("epoch-2025-10", 20), few("caisi-2026-05", 20), ledger)
    early = [why for names, why in found.impossible if "groups" in names and "date" not in names]
    assert early
    assert all(why.startswith("'DeepSeek V4 Pro' is neither a group") for why in early)
    assert all("groups" in names and why for names, why in found.impossible)
    assert not found.all_orders
    assert found.orders < 120
    far = found.last.middle - found.first.middle
    assert sum(s.months.median for s in found.steps) == pytest.approx(far, abs=1e-9)


def test_a_tolerance_goes_with_its_scale():
    start, end = few("epoch-us-china"), few("caisi-2026-05")
    assert "scale and rule" in differing(start, end)
    assert "scale and rule" not in differing(few("epoch-2026-05"), end)
