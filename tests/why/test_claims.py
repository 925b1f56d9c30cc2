"""Published claims under the nearest lens: CAISI's golden numbers, and what each number means."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import jsonschema
import numpy as np
import pytest
from tests.pages import same_page
from tests.why.conftest import few

from headway.errors import LedgerError, LensError, UnknownNameError
from headway.gap.result import Interval
from headway.gap.widening import widening
from headway.gap.world import world
from headway.ledger import load as load_ledger
from headway.lens.nearest import Nearest, nearest
from headway.publish.disputes import page, statements, verdict
from headway.publish.table import cells_wide
from headway.publish.why_claims import claims_document, claims_rows, claims_text
from headway.why.asks import Points, Slope, Speed, Velocity, bent
from headway.why.bridge import bridge
from headway.why.claims import Bench, Said, claims, compare
from headway.why.disputes import THREE, three
from headway.why.value import Asker, with_draws

CAISI = ("caisi-elo-gpt-5.5", "caisi-elo-deepseek-v4-pro", THREE, "ihle-r1-example")


@pytest.fixture(scope="module")
def bench():
    return Bench(load_ledger())


def test_three_benchmarks_of_caisi(bench):
    """measurement.md, section 5: 460 to 385, 407, 418 and 160 at s = 3.26, on raw shares."""
    found = three(replace(bench, default=few("headway")))
    assert found.base.elo == pytest.approx(460, abs=3)
    assert [d.elo for d in found.dropped] == pytest.approx([385, 407, 418, 160], abs=3)
    assert [d.without for d in found.dropped][-1] == nearest()[THREE].without
    assert all(d.low < d.elo < d.high for d in (found.base, *found.dropped))
    # In months: with everything the lens itself, without the three another table.
    assert found.months[0].median != found.months[1].median


def test_an_elo_is_compared_with_another_of_the_same_source_and_never_subtracted(bench):
    up, down, share, dates = claims(bench, CAISI)
    assert (up.said.value, down.said.value) == (460, -460)
    assert up.ours.median == pytest.approx(-down.ours.median)
    assert up.difference is up.inside is down.difference is None
    assert any("difference means nothing" in note for note in up.notes)
    assert share.ours.median == pytest.approx(1 - 160 / 460, abs=0.01)
    assert share.lens.evidence.sources == ("caisi-2026-05-01",)
    # 2024-09-12 to 2025-01-20 are 130 days.
    assert dates.ours.median == pytest.approx(130 / 365.2425 * 12)
    assert (dates.inside, dates.lens) == (True, None)


def test_a_claim_that_cannot_be_tested_says_why(bench):
    found = claims(bench, ("arena-elo-gap", "caisi-glm-5.3-cyber", "caisi-v4-lag-developer-view"))
    assert [f.ours.median for f in found] == [None] * 3
    assert "votes" in found[0].why_not
    assert found[1].why_not == "No score of GLM-5.3 is among the evidence of this recipe."
    assert "benchmarks" in found[2].why_not
    assert [verdict(r) for r in claims_document(bench, found)["claims"]] == [
        "The data cannot say"
    ] * 3
    with pytest.raises(UnknownNameError, match="no claim 'nothing'"):
        claims(bench, ("nothing",))


def test_a_claim_is_explained_by_the_bridge_to_the_default(bench):
    small = Bench(bench.ledger, default=few("headway", 60), draws=30)
    found = claims(small, ("epoch-2026-open-lag-strict",))[0]
    lens = found.lens
    assert (lens.rule.name, lens.rule.options) == ("daily", {"dated": "last-day"})
    whole = bridge(Asker(), with_draws(lens, 30), with_draws(small.default, 30), small.ledger)
    sizes = sorted((abs(s.months.median) for s in whole.steps), reverse=True)
    kept = [abs(s.months.median) for s in found.steps]
    assert 1 <= len(kept) <= 2
    assert kept == pytest.approx(sizes[: len(kept)], abs=0.05)
    assert found.difference == pytest.approx(found.ours.median - 6)
    assert found.inside == (found.ours.low <= 6 <= found.ours.high)


def test_a_ledger_that_lacks_models_or_claims_gets_reasons(bench, own):
    chosen = {"caisi-elo-gpt-5.5", "caisi-glm-5.2-overall", "ihle-r1-example"}
    small = replace(own, claims=tuple(c for c in bench.ledger.claims if c.id in chosen))
    found = claims(Bench(small))
    assert {f.claim.id for f in found} == chosen
    assert all(f.why_not and f.ours.median is None for f in found)


@pytest.mark.parametrize(
    ("said", "ours", "want"),
    [
        (Said(4, 1, 9, "months"), (5, 3, 7), (1, True)),
        (Said(4, None, None, "months"), (5, 4.5, 7), (1, False)),
        (Said(None, 4, 6, "months"), (5, 3, 7), (0, True)),
        (Said(None, 4, 6, "months"), (8, 6.5, 9), (2, False)),
        (Said(4, None, None, "months"), (5, 3, None), (1, True)),
        (Said(None, None, None, "months"), (5, 3, 7), (None, None)),
        (Said(None, None, None, "months per year", 1), (2, 1, 3), (None, True)),
        (Said(None, None, None, "months per year", 1), (-2, -3, -1), (None, False)),
        (Said(None, None, None, "months per year", 1), (1, -1, 3), (None, None)),
        (Said(None, None, None, "months per year", -1), (-2, -3, -1), (None, True)),
    ],
)
def test_compare(said, ours, want):
    assert compare(said, Interval(*ours, 0.9)) == want


def test_a_slope_is_that_of_the_widening_test(own):
    ready = Asker(own=True).ready(few("headway"), own)
    start = ready.measured.start
    found = widening(replace(ready.measured, start=start))
    got = Slope(since=date.fromordinal(start)).of(ready)
    assert got.middle == pytest.approx(found.median[0])
    assert got.interval.low == pytest.approx(found.low[0])


def test_a_velocity_is_the_change_of_the_distance_of_the_lines(own):
    """The lines of `trend` a year on are as far apart as the velocity says."""
    from headway.gap.rules.trend import fit
    from headway.gap.world import MONTH

    ready = Asker(own=True).ready(few("headway"), own)
    lines = fit(ready.measured)
    year = lines.slope * 12 * MONTH
    now = (lines.height[:, 0] - lines.height[:, 1]) / lines.slope[:, 0] / MONTH
    later = (lines.height + year) @ [1, -1] / lines.slope[:, 0] / MONTH
    assert Velocity().of(ready).draws == pytest.approx(later - now)


def test_points_are_those_that_the_gap_prints(own):
    ready = Asker(own=True).ready(few("headway"), own)
    got, printed = Points().of(ready), ready.gap.points
    assert (got.middle, got.interval.high) == pytest.approx((printed.median, printed.high))
    assert Points().unit(ready) == ready.scale.unit


def test_a_bend_is_found_where_it_is():
    """Ten records a year at 8 points a year, then at 16."""
    day = np.arange(0, 3650, 73)
    ability = np.where(day < 1825, 8 * day, 8 * 1825 + 16 * (day - 1825)) / 365.2425
    every = np.ones(len(day), dtype=bool)
    before, after = bent(world(ability, day, every, ~every, (0, 4000)), 1825)
    assert (before[0], after[0]) == pytest.approx((8, 16))
    assert np.isnan(bent(world(ability, day, every, ~every, (0, 4000)), 73)[0]).all()


def test_a_speed_ratio_is_of_single_draws(own):
    ready = Asker(own=True).ready(few("headway"), own)
    parts = [
        Speed(since=date(2025, 4, 1), part=part).of(ready).draws
        for part in ("before", "after", "ratio")
    ]
    assert parts[2] == pytest.approx(parts[1] / parts[0])


def test_every_description_of_a_claim_fits_the_ledger_and_a_lens(bench):
    ids = {claim.id for claim in bench.ledger.claims}
    assert set(nearest()) == ids
    for name, way in nearest().items():
        if way.cannot:
            assert not way.lens, name
            continue
        lens = way.recipe()
        assert bool(lens.overrides) == bool(way.changed), name
        assert {way.minus} <= ids | {""}
    wrong = Nearest.model_validate({"lens": "headway", "with": {"groups": {"leader": "open"}}})
    with pytest.raises(LensError, match="do not fit"):
        wrong.recipe()


def test_the_page_refuses_a_ledger_without_its_claims(bench):
    with pytest.raises(LedgerError, match="has no claim"):
        page(bench, claims_document(bench, ()))


def test_the_command_and_its_forms(headway, repo: Path, tmp_path: Path):
    names = ("ihle-r1-example", "arena-elo-gap")
    picture = tmp_path / "claims.svg"
    run = headway("why", "claims", *names, "--json", "--plot", picture)
    assert (run.returncode, run.stderr) == (0, "")
    check(repo, json.loads(run.stdout))
    assert "ihle-r1-example, 2026-05" in picture.read_text(encoding="utf-8")
    text = headway("why", "claims", *names).stdout
    assert "The ledger cannot test it." in text
    assert "It agrees." in text
    lines = [line for line in text.splitlines() if not line.startswith("https://")]
    assert max(map(cells_wide, lines)) <= 80
    rows = list(csv.DictReader(io.StringIO(headway("why", "claims", *names, "--csv").stdout)))
    assert [row["id"] for row in rows] == list(names)
    assert rows[1]["ours_median"] == ""
    for words, sentence in ((("nothing",), "no claim 'nothing'"), ((), "Give --json or --csv")):
        run = headway("why", "claims", *words, *(() if words else ("--json", "--csv")))
        assert (run.returncode, run.stdout) == (2, "")
        assert sentence in run.stderr
    none = tmp_path / "none.svg"
    run = headway("why", "claims", "arena-elo-gap", "--plot", none)
    assert run.returncode == 2
    assert not none.exists()


def check(repo: Path, document: dict) -> None:
    schema = json.loads((repo / "docs" / "schema" / "claims.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(schema).validate(document)


@pytest.mark.slow
def test_every_claim_has_a_value_or_a_reason_and_the_page_is_true(repo: Path):
    bench = Bench(load_ledger())
    found = claims(bench)
    assert len(found) == len(bench.ledger.claims) == 42
    for test in found:
        assert (test.ours.median is None) == bool(test.why_not), test.claim.id
        if test.claim.kind == "gap_months" and test.lens and test.ours.median is not None:
            assert test.difference is not None, test.claim.id
            assert test.default.median is not None, test.claim.id
    document = claims_document(bench, found)
    check(repo, json.loads(json.dumps(document)))
    text = claims_text(document)
    assert max(map(cells_wide, text.splitlines())) <= 80
    assert all(row["id"] in text for row in claims_rows(document))
    assert {s["claim"] for part in statements().values() for s in part} <= {
        f.claim.id for f in found
    }
    now = (repo / "docs" / "disputes.md").read_text(encoding="utf-8")
    same_page(page(bench, document), now, "docs/disputes.md is out of date: run make disputes")
