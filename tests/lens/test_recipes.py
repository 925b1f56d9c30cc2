"""Lenses as files: all parse, each choice is justified, mistakes get one sentence."""

from __future__ import annotations

from datetime import date

import pytest

from headway.errors import LensError, UnknownNameError
from headway.gap.rules import RULES
from headway.ledger import load as load_ledger
from headway.lens import load, names, override

WANTED = {
    "headway",
    "epoch-2025-10",
    "epoch-2026-05",
    "epoch-us-china",
    "caisi-2026-05",
    "ihle-public",
    "ihle-private",
}


@pytest.fixture(scope="module")
def ledger():
    return load_ledger()


def test_the_shipped_lenses():
    assert set(names()) == WANTED
    assert names()[0] == "headway"


@pytest.mark.parametrize("name", sorted(WANTED))
def test_each_lens_is_complete(name, ledger):
    lens = load(name)
    assert lens.title
    assert lens.rule.name in RULES
    assert set(lens.evidence.sources) <= set(ledger.sources)
    assert set(lens.claims) <= {c.id for c in ledger.claims}
    assert lens.evidence.why
    assert lens.rule.why
    if name != "headway":
        assert lens.source.startswith("https://")
        assert lens.as_of is not None
        assert lens.claims


def test_the_default_justifies_every_choice():
    lens = load("headway")
    parts = (lens.evidence, lens.dates, lens.groups, lens.scale, lens.rule)
    assert all(len(part.why) > 60 for part in parts)


def test_a_misspelt_lens_offers_the_nearest():
    with pytest.raises(UnknownNameError, match="epoch-2026-05"):
        load("epoch-2026")


OWN = """
title = "Mine"
[rule]
name = "daily"
since = 2025-01-01
"""


def test_a_lens_of_ones_own_by_path(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text(OWN)
    lens = load(path)
    assert (lens.name, lens.rule.name, lens.scale.name) == ("mine", "daily", "eci")
    assert lens.rule.since == date(2025, 1, 1)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        (OWN + "tolerence = 1\n", "no field 'rule.tolerence'"),
        (OWN.replace('"daily"', '"daily'), "not valid TOML"),
        ("title = 'x'\n", "'rule'"),
        (OWN + "[scale]\ndraws = 0\n", "'scale.draws'"),
        (OWN + "[dates]\nday = 'birth'\n", "'dates.day'"),
    ],
)
def test_a_faulty_lens(tmp_path, text, word):
    path = tmp_path / "mine.toml"
    path.write_text(text)
    with pytest.raises(LensError, match=word) as caught:
        load(path)
    assert "mine.toml" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_lens_file_that_is_not_there(tmp_path):
    with pytest.raises(LensError, match="No such file"):
        load(tmp_path / "none.toml")


def test_a_lens_file_that_is_not_text(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_bytes(b"\xff\xfe\x00title")
    with pytest.raises(LensError, match="UTF-8"):
        load(path)


def test_overrides_are_named():
    lens = override(load("headway"), rule="trend", since=date(2025, 1, 1), leaders="country:US")
    said = "; ".join(lens.overrides)
    assert lens.rule.name == "trend"
    assert lens.rule.last_months is None
    for part in ("rule trend (not match)", "since 2025-01-01", "leaders country:US (not closed)"):
        assert part in said


def test_an_override_that_changes_nothing_is_not_named():
    lens = load("headway")
    assert override(lens, rule="match", scale="eci", draws=500).overrides == ()


def test_options_of_another_rule_do_not_leak():
    lens = override(load("epoch-us-china"), rule="match")
    assert lens.rule.options == {}
    assert override(load("epoch-us-china"), rule="daily").rule.options["tolerance"] == 1.0


def test_a_lenient_rule_brings_its_test():
    assert override(load("headway"), rule="match-lenient").rule.test == "paired"
    kept = override(load("epoch-2025-10"), rule="daily-lenient").rule.test
    assert kept == "z-independent"
    assert override(load("epoch-2025-10"), rule="daily").rule.test == "none"
