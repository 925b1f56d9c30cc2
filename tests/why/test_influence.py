"""Refits without a member are the whole recipe without it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tests.why.conftest import few

from headway.errors import HeadwayError, UnknownNameError
from headway.gap.measure import measure
from headway.ledger import load as load_ledger
from headway.lens.evidence import select
from headway.lens.prepared import prepare
from headway.scale.reference import eci_dense
from headway.why.influence import influence, shared_out, without
from headway.why.value import Asker, Quantity, with_draws


def test_a_refit_is_the_recipe_without_the_member(own):
    lens = few("headway")
    found = influence(Asker(own=True), lens, own, draws=40)
    assert len(found.members) == 8
    moved = [abs(m.change.median) for m in found.members]
    assert moved == sorted(moved, reverse=True)
    for member in found.members[:3]:
        fresh = prepare(without(lens, own, "benchmark", [member.name]), own, own=True)
        gap = measure(fresh.measured, rule=lens.rule.name, params=fresh.params)
        assert member.value == pytest.approx(gap.months.median, abs=1e-3)
        assert member.change.median == pytest.approx(member.value - found.base.middle)
        assert member.change.low <= member.change.high


def test_abilities_without_a_benchmark_are_those_of_a_second_solver():
    ledger, lens = load_ledger(), few("headway", 2)
    pair = ("GPT-5.5", "DeepSeek-V4-Pro")
    asker = Asker(Quantity(pair))
    asker.value(lens, ledger)  # so that the next one begins near
    less = without(lens, ledger, "benchmark", ["ARC-AGI-2"])
    table = select(less, ledger).table
    assert "ARC-AGI-2" not in table.benchmarks
    c, _, _ = eci_dense(table)
    at = {name: k for k, name in enumerate(table.models)}
    points = 20 * (c[at[pair[0]]] - c[at[pair[1]]]) / (c[at["GPT-5"]] - c[at["Claude 3.5 Sonnet"]])
    assert asker.value(less, ledger).middle == pytest.approx(points, abs=1e-3)


def test_draws_with_and_without_are_paired(own):
    asker, lens = Asker(own=True), few("headway", 80)
    other = lens.model_copy(update={"scale": lens.scale.model_copy(update={"seed": 1})})
    less = without(lens, own, "benchmark", ["test 0"])
    one, two = asker.value(lens, own).draws, asker.value(less, own).draws
    assert np.corrcoef(one, two)[0, 1] > 0.5
    # With luck of its own the difference is known less well.
    assert np.std(two - one) < 0.8 * np.std(asker.value(other, own).draws - two)


def test_domains_sources_and_sets_are_left_out(own):
    asker, lens = Asker(own=True), few("headway")
    found = influence(asker, lens, own, by="domain", sets=[["test 6", "test 7"]], draws=30)
    assert {m.name for m in found.members} == {"agents", "tests"}
    assert [m.name for m in found.sets] == ["test 6 + test 7"]
    by_hand = asker.value(without(with_draws(lens, 30), own, "domain", ["agents"]), own)
    named = {m.name: m for m in found.members}
    assert named["agents"].value == pytest.approx(by_hand.middle, abs=1e-6)
    # The benchmarks on which open models are further behind make the gap longer.
    assert found.sets[0].change.median < -0.5
    with pytest.raises(UnknownNameError, match="test 6"):
        influence(asker, lens, own, sets=[["test 66"]])
    caisi = influence(Asker(), few("caisi-2026-05", 20), load_ledger(), by="source", draws=20)
    assert {m.name for m in caisi.members} == {"caisi-2026-05-01", "epoch-2026-10-01"}
    alone = next(m for m in caisi.members if m.name == "epoch-2026-10-01")
    assert alone.value is None  # four models bound the lag from below and no more
    assert "at least" in alone.why_not


def test_shares_add_up_to_what_the_set_moves(own):
    asker, lens = Asker(own=True), few("headway", 30)
    names = ["test 0", "test 6", "test 7"]
    found = shared_out(asker, lens, own, names)
    whole = asker.value(lens, own).middle
    rest = asker.value(without(lens, own, "benchmark", names), own).middle
    assert found.exact
    assert found.share.sum() == pytest.approx(whole - rest, abs=1e-9)


def test_a_pair_that_the_lens_does_not_know_is_named(own):
    with pytest.raises(HeadwayError, match="nobody"):
        influence(Asker(Quantity(("nobody", "model 3")), own=True), few("headway"), own)


def test_a_part_without_the_unit_is_not_compared(own):
    """Without GPT-5 abilities are in logits: points less logits are nothing."""
    ledger, lens = load_ledger(), few("headway", 2)
    asker = Asker(Quantity(("Kimi K3", "DeepSeek-V4-Pro")))
    whole = asker.ready(lens, ledger)
    gone = {m.id for m in ledger.models.values() if m.name == "GPT-5"}
    less = replace(ledger, results=tuple(r for r in ledger.results if r.model not in gone))
    assert "unit" in asker.attempt(lens, less, like=whole)
    assert not isinstance(asker.attempt(lens, ledger, like=whole), str)
