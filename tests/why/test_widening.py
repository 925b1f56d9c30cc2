"""Widening: the same slopes as the answer has, and a daily gap that is what they are of."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest
from tests.why.conftest import few

from headway.errors import GapError
from headway.ledger import Ledger
from headway.lens import answer
from headway.lens.recipe import Lens
from headway.records import Benchmark, Model, Result, Source
from headway.why.value import Asker
from headway.why.widening import trend, trends


def test_slopes_are_those_of_the_answer(own):
    lens = few("headway", 60)
    found, told = trend(Asker(own=True), lens, own), answer(lens, own, own=True).widening
    assert found.slopes.verdict == told.verdict
    assert found.slopes.sentence == told.sentence
    assert [date.fromordinal(int(d)) for d in found.slopes.starts] == list(told.starts)
    known = np.isfinite(found.slopes.median)
    wanted = np.array([np.nan if m is None else m for m in told.median])
    assert found.slopes.median[known] == pytest.approx(wanted[known], abs=0.05)


def lagging(months) -> Ledger:
    """A leader every month, each a little better, and a follower as good so many months later."""
    models, results = [], []
    for k in range(40):
        day = date(2023, 1, 1) + timedelta(days=30 * k)
        for label, late in (("closed", 0.0), ("open", months(k))):
            name = f"{label} {k:02d}"
            released = day + timedelta(days=round(30 * late))
            models.append(Model(id=name, name=name, released=released, weights=label))
            for b in range(6):
                score = 1 / (1 + np.exp(-(0.2 * k - 4 - 0.3 * b + (0.02 if late else 0.0))))
                results.append(
                    Result(
                        model=name,
                        benchmark=f"b{b}",
                        score=float(score),
                        chance_corrected=True,
                        source="made",
                        date=date(2026, 3, 1),
                    )
                )
    tests = [Benchmark(id=f"b{b}", name=f"b{b}") for b in range(6)]
    return Ledger.of(
        models=models, benchmarks=tests, results=results, sources=[Source(id="made", name="made")]
    )


LENS = Lens.model_validate(
    {"name": "made", "title": "made", "rule": {"name": "daily"}, "scale": {"draws": 30}}
)


def test_a_gap_that_widens_and_one_that_narrows_are_told():
    up = trend(Asker(own=True), LENS, lagging(lambda k: 1 + 0.25 * k)).slopes
    down = trend(Asker(own=True), LENS, lagging(lambda k: 8.5 - 0.2 * k)).slopes
    assert up.verdict == "widening"
    assert down.verdict == "narrowing"
    # A lag of 1 + k/4 months at release month k: as followers are counted, 0.2 months a month.
    assert np.nanmedian(up.median) == pytest.approx(12 * 0.25 / 1.25, abs=0.6)


def test_the_daily_gap_has_a_band_and_is_unbounded_where_nothing_is_reached(own):
    daily = trend(Asker(own=True), few("headway"), own).daily
    known = ~np.isnan(daily.median)
    assert known.any()
    assert not known[0]
    assert (daily.low[known] <= daily.median[known]).all()
    assert (daily.median[known] <= daily.high[known]).all()


def test_lenses_that_cannot_be_asked_are_named(own):
    asked = [few("headway"), few("ihle-public")]
    found = trends(Asker(own=True), asked, own, own=lambda _: True)
    assert [t.lens.name for t in found.told] == ["headway"]
    assert found.untold[0][0] == "ihle-public"
    with pytest.raises(GapError, match="scores as they are"):
        trends(Asker(own=True), asked[1:], own, own=lambda _: True)
