"""The selection model finds a selection that was put in, and none where there was none."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import norm

from headway.ledger import Ledger
from headway.lens.recipe import Lens
from headway.records import Benchmark, Model, Result, Source
from headway.why.missing import Residuals, bound, corrected, selected
from headway.why.probit import probit
from headway.why.refitted import predicted, rescored
from headway.why.value import Asker

MODELS, BENCHMARKS, SD = 160, 40, 0.2


def made(rho: tuple[float, float], seed: int = 0) -> Ledger:
    """Scores that exist where they were likely, or where they came out well (``rho`` by group)."""
    import datetime as dt

    rng = np.random.default_rng(seed)
    theta = np.linspace(-2, 2.5, MODELS)
    hard = rng.uniform(-2.5, 2.5, BENCHMARKS)
    follower = np.arange(MODELS) % 2 == 0
    p = 1 / (1 + np.exp(-(theta[:, None] - hard) * rng.uniform(0.8, 1.6, BENCHMARKS)))
    error = rng.standard_normal(p.shape)
    score = np.clip(p + SD * np.sqrt(p * (1 - p)) * error, 0, 1)
    index = rng.normal(-0.4, 0.5, BENCHMARKS) + rng.normal(0, 0.4, (MODELS, 1))
    index = index - 0.15 * (theta[:, None] - hard) ** 2
    r = np.where(follower, rho[1], rho[0])[:, None]
    seen = index + r * error + np.sqrt(1 - r**2) * rng.standard_normal(p.shape) > 0
    day = dt.date(2024, 1, 1)
    return Ledger.of(
        models=[
            Model(
                id=f"m{k:03d}",
                name=f"m{k:03d}",
                released=day + dt.timedelta(days=5 * k),
                weights="open" if follower[k] else "closed",
            )
            for k in range(MODELS)
        ],
        benchmarks=[Benchmark(id=f"b{b:02d}", name=f"b{b:02d}") for b in range(BENCHMARKS)],
        results=[
            Result(
                model=f"m{k:03d}",
                benchmark=f"b{b:02d}",
                score=float(score[k, b]),
                chance_corrected=True,
                source="made",
            )
            for k, b in zip(*np.nonzero(seen), strict=True)
        ],
        sources=[Source(id="made", name="made")],
    )


LENS = Lens.model_validate(
    {"name": "made", "title": "made", "rule": {"name": "match"}, "scale": {"draws": 40}}
)


def asked(rho, seed=0):
    ready = Asker(own=True).ready(LENS, made(rho, seed))
    known = Residuals.of(ready)
    return ready, known, selected(ready, known)


def test_a_selection_that_was_put_in_is_found():
    both = [asked((0.5, -0.5), seed)[2] for seed in (2, 3)]
    slope = np.mean([[g.slope for g in found] for found in both], axis=0)
    error = np.sqrt(np.mean([[g.error**2 for g in found] for found in both], axis=0) / 2)
    assert np.abs(slope - [0.5, -0.5]).max() < 2.5 * error.max()
    assert slope[0] > 0.25
    assert slope[1] < -0.25
    assert error.max() < 0.2


def test_no_selection_is_not_found():
    _, known, (leaders, followers) = asked((0.0, 0.0))
    assert known.unit_sd == pytest.approx(SD, abs=0.02)
    for group in (leaders, followers):
        assert group.slope == pytest.approx(0.0, abs=2.5 * group.error)
        assert not group.clear


def test_taking_the_selection_off_moves_the_gap_the_right_way():
    asker = Asker(own=True)
    ready, _, found = asked((0.0, 0.6))
    base = asker.quantity.of(ready)
    # The followers' scores are too good: without that they are further behind.
    assert corrected(ready, asker, found, ("followers",)).middle > base.middle
    assert corrected(ready, asker, found, ()).middle == pytest.approx(base.middle)
    # The shift is about the slope times the mean excess of what was run.
    excess = found[1].slope * found[1].shift[ready.given.follower].mean()
    assert excess > 0


def test_cells_at_their_expected_scores_change_nothing():
    """A bound of 0 SD is the fit itself: what is filled in is no evidence beyond the scale."""
    asker = Asker(own=True)
    ready, known, _ = asked((0.0, 0.0))
    base = asker.quantity.of(ready)
    tiny = bound(ready, asker, known, 0.0, 1e-9)
    assert tiny.middle == pytest.approx(base.middle, abs=0.05)
    better = bound(ready, asker, known, 0.0, 1.0)
    worse = bound(ready, asker, known, 0.0, -1.0)
    assert better.middle < base.middle < worse.middle


def test_the_same_scores_are_no_shift():
    asker = Asker(own=True)
    ready, *_ = asked((0.0, 0.0))
    _, shift = rescored(ready, asker, replace(ready.selection.table))
    assert np.abs(shift).max() < 1e-4


def test_predictions_are_those_of_the_fit():
    ready, *_ = asked((0.0, 0.0))
    table = ready.selection.table
    residual = table.score - predicted(ready)[table.model, table.benchmark]
    assert abs(residual.mean()) < 0.01
    assert residual.std() < 0.1


def test_the_probit_finds_its_own_numbers():
    rng = np.random.default_rng(3)
    terms = rng.standard_normal((2, 200, 50))
    model, bench = 0.5 * rng.standard_normal((200, 1)), rng.normal(-0.3, 0.6, 50)
    index = model + bench + 0.5 * terms[0] - 0.3 * terms[1]
    seen = index + rng.standard_normal(index.shape) > 0
    fit = probit(seen, terms, np.ones(200, bool))
    assert fit.slope == pytest.approx([0.5, -0.3], abs=0.05)
    assert np.corrcoef(fit.benchmark, bench)[0, 1] > 0.97
    assert fit.chance(terms).mean() == pytest.approx(seen.mean(), abs=0.01)
    # phi / Phi is the mean of a normal above minus the index.
    assert fit.mills[0, 0] == pytest.approx(
        norm.pdf(i := norm.ppf(fit.chance(terms)[0, 0])) / norm.cdf(i)
    )
