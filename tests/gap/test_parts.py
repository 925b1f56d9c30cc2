"""Worlds, margins, placebo, resampling, quantiles and the widening question."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from headway.errors import GapError
from headway.gap import margins, vertical
from headway.gap.frontier import records
from headway.gap.placebo import placebo
from headway.gap.quantile import finite, quantile
from headway.gap.rules import RULES
from headway.gap.sampling import resampled
from headway.gap.widening import month_starts, widening
from headway.gap.world import MONTH, world

INF = np.inf


def lagged(lag, *, draws=1, noise=0.0, months=36, rate=2, seed=0, drift=0.0):
    """Leaders on a line, followers on the same line `lag` months later (+ drift a year)."""
    rng = np.random.default_rng(seed)
    count = months * rate
    day = 738_000 + np.round(np.arange(count) / rate * MONTH).astype(int)
    day = np.concatenate([day, day + 7])
    follower = np.arange(2 * count) >= count
    late = (lag + drift * (day - 738_000) / 365.2425) * follower
    ability = (day - 738_000) / MONTH - late
    draw = ability + rng.normal(0, noise, (draws, 2 * count))
    return world(draw, day, ~follower, follower, (738_000 + 365, 738_000 + int(months * MONTH)))


def test_world_refuses_what_does_not_fit():
    ability, day, one = np.zeros((2, 3)), np.zeros(3), np.array([True, False, False])
    with pytest.raises(GapError, match="window"):
        world(ability, day, one, ~one, (5, 4))
    with pytest.raises(GapError, match="margin"):
        world(ability, day, one, ~one, (0, 4), margin=np.zeros((2, 2)))
    with pytest.raises(GapError, match="scores"):
        world(ability, day, one, ~one, (0, 4), scores=np.zeros((2, 2)))
    with pytest.raises(GapError, match="finite"):
        world(np.array([np.nan, 0, 0]), day, one, ~one, (0, 4))
    with pytest.raises(GapError, match="shape"):
        world(np.zeros((1, 0)), np.zeros(0), np.zeros(0), np.zeros(0), (0, 4))
    unknown = np.zeros(3, dtype=bool)
    world(np.array([np.nan, 0, 0]), day, unknown, np.array([False, True, True]), (0, 4))


def test_records_of_one_day_are_its_best_model_only():
    w = world([1, 3, 2, 3, 4], [1, 2, 2, 3, 9], np.ones(5), np.zeros(5), (0, 5))
    found = records(w, w.leader)
    assert found.day[0].tolist() == [1, 2]
    assert found.ability[0].tolist() == [1, 3]
    assert found.model[0].tolist() == [0, 1]
    assert found.top[0] == 3
    assert records(w, w.follower).top[0] == -INF


def test_quantiles_of_bounded_draws():
    values = np.arange(21.0)
    assert quantile(values, 0.05) == 1
    assert quantile(values, 0.5) == 10
    values[20] = INF
    assert quantile(values, 0.95) == 19
    values[19] = INF
    assert quantile(values, 0.95) == INF
    assert quantile(np.array([0.0, INF]), 0.05) == 0
    assert quantile(np.array([0.0, INF]), 0.95) == INF
    assert quantile(np.array([-INF, 0.0]), 0.05) == -INF
    assert quantile(np.array([INF, INF, INF]), 0.5) == INF
    assert quantile(np.array([np.nan, 2.0]), 0.5) == 2
    assert np.isnan(quantile(np.array([np.nan]), 0.5))
    assert finite(INF) is None


def test_quantile_agrees_with_numpy_on_finite_draws():
    values = np.random.default_rng(0).normal(size=(9, 57))
    for row in values:
        for q in (0.05, 0.3, 0.5, 0.95):
            assert quantile(row, q) == pytest.approx(np.quantile(row, q))


def test_paired_margin_is_the_test_it_keeps():
    """In the middle of the draws f passes l exactly when it exceeds it in 5% of them."""
    rng = np.random.default_rng(1)
    common = rng.normal(0, 3, (400, 1))  # errors that the models share drop out of the margin
    ability = rng.normal(0, 3, 30) + common + rng.normal(0, 1, (400, 30))
    margin = margins.paired(ability)
    difference = ability[:, :, None] - ability[:, None, :]
    passes = np.median(difference, axis=0) + margin >= 0
    often = (difference >= 0).mean(axis=0)
    assert passes[often > 0.055].all()
    assert not passes[often < 0.045].any()
    assert margin[0, 1] == pytest.approx(1.645 * np.sqrt(2), rel=0.15)
    assert margins.z_independent(ability)[0, 1] == pytest.approx(1.96 * np.sqrt(20), rel=0.15)


def test_paired_margin_of_some_models_only():
    ability = np.random.default_rng(2).normal(size=(50, 5))
    lead = np.array([True, True, False, False, False])
    part = margins.paired(ability, followers=~lead, leaders=lead)
    assert np.isnan(part[0]).all()
    np.testing.assert_array_equal(part[2:, :2], margins.paired(ability)[2:, :2])
    with pytest.raises(GapError, match="20 draws"):
        margins.paired(ability[:19])


def test_vertical_distance_of_a_constant_lag():
    assert vertical.distance(lagged(6.0)) == pytest.approx(6.0, abs=0.3)
    empty = replace(lagged(6.0), end=737_999, start=737_990)
    assert np.isnan(vertical.distance(empty)).all()


def test_placebo_has_no_gap_and_splits_whole_developers():
    w = lagged(0.0, draws=40, noise=0.5, rate=4)
    developer = np.random.default_rng(3).integers(-1, 6, w.n_models)
    split = placebo(w, developer, splits=300, seed=1).world
    assert split is not None
    assert split.n_draws == 300
    for row in range(300):
        first, second = split.leader[row], split.follower[row]
        assert first.any()
        assert second.any()
        assert not set(developer[first]) & set(developer[second])
        assert (first | second).tolist() == (w.leader[0] & (developer >= 0)).tolist()
        assert len(set(developer[first])) == len(set(developer[second])) == 3
    months = RULES["match"](split).mid
    assert abs(np.median(months)) < 0.5
    assert (months > 0).any()
    assert (months < 0).any()
    again = placebo(w, developer, splits=300, seed=1).world
    np.testing.assert_array_equal(again.leader, split.leader)


def test_placebo_needs_two_developers():
    w = lagged(0.0)
    alone = placebo(w, np.where(w.leader[0], 0, 1))
    assert alone.world is None
    assert "two known developers" in alone.sentence
    assert placebo(w, np.full(w.n_models, -1)).world is None


def test_resampling_keeps_about_63_percent_of_each_group():
    w = lagged(6.0, draws=50)
    again = resampled(w, seed=4)
    assert not (again.leader & ~w.leader).any()
    assert not (again.follower & ~w.follower).any()
    inside = (w.follower & (w.day <= w.end)).sum()
    assert again.follower.sum() / inside == pytest.approx(1 - np.exp(-1), abs=0.03)
    assert (again.leader.sum(axis=1) > 0).all()


def test_resampling_never_loses_a_single_model_and_takes_the_scale_draws():
    w = world(np.arange(6.0), np.arange(6), np.arange(6) == 0, np.arange(6) > 0, (0, 9))
    sampling = np.random.default_rng(5).normal(size=(80, 6))
    again = resampled(w, sampling, seed=5)
    assert again.leader[:, 0].all()
    assert again.n_draws == 80
    np.testing.assert_array_equal(again.ability, sampling)
    assert len(np.unique(again.follower, axis=0)) > 10
    with pytest.raises(GapError, match="sampling"):
        resampled(w, sampling[:, :5])


@pytest.mark.parametrize(
    ("drift", "verdict"), [(3.0, "widening"), (-3.0, "narrowing"), (0.0, "unclear")]
)
def test_widening_finds_the_slope(drift, verdict):
    # The newer the followers, the later: with lag(t) the gap grows by about drift a year.
    said = widening(lagged(16.0, draws=60, noise=0.3, months=60, rate=4, drift=drift), min_days=540)
    assert said.verdict == verdict
    assert said.median[0] == pytest.approx(drift, abs=0.8)
    assert (said.low <= said.median).all()
    assert verdict in said.sentence or verdict == "unclear"


def test_widening_slope_is_least_squares():
    from headway.gap.series import daily_lag

    w = lagged(6.0, seed=7, noise=2.0)
    said = widening(w, min_days=200)
    lag = daily_lag(w)
    assert (lag.defined & ~lag.censored).all()
    for k in (0, 5, len(said.starts) - 1):
        later = lag.days >= said.starts[k]
        years = lag.days[later] / 365.2425
        want = np.polyfit(years - years.mean(), lag.lag[0][later] / MONTH, 1)[0]
        assert said.median[k] == pytest.approx(want)


def test_widening_that_depends_on_the_start_date():
    """Falls for two years, then rises: the sign is a matter of the start date, and is said so."""
    day = 738_000 + np.arange(0, 1461, 15)
    years = (day - 738_000) / 365.2425
    lag = np.where(years < 2, 12 - 4.5 * years, 1 + years)
    ability = np.concatenate([day - 738_000.0, day - 738_000 - lag * MONTH])
    follower = np.arange(2 * len(day)) >= len(day)
    ability = np.tile(ability, (30, 1)) + np.random.default_rng(0).normal(0, 3, (30, len(follower)))
    w = world(ability, np.tile(day, 2), ~follower, follower, (738_000 + 400, 738_000 + 1460))
    said = widening(w, min_days=300)
    assert said.verdict == "depends"
    assert "depends on the start date" in said.sentence
    with pytest.raises(GapError, match="window"):
        widening(w, min_days=3000)


def test_month_starts():
    first, last = date(2025, 11, 12).toordinal(), date(2026, 2, 1).toordinal()
    got = [str(date.fromordinal(int(d))) for d in month_starts(first, last)]
    assert got == ["2025-11-12", "2025-12-01", "2026-01-01", "2026-02-01"]


def test_a_model_without_ability_is_resampled_away():
    ability = np.array([[1.0, 2.0, 3.0, 1.5]])
    made = world(ability, [10, 20, 30, 40], [1, 1, 0, 0], [0, 0, 1, 1], (10, 50))
    sampling = np.repeat(ability, 40, axis=0)
    sampling[:, 1] = np.nan
    out = resampled(made, sampling, seed=1)
    assert not out.leader[:, 1].any()
    assert out.leader[:, 0].all()
