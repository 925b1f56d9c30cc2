"""From draws to the printed answer."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tests.gap.test_parts import lagged

from headway.errors import GapError, UnknownNameError
from headway.gap.margins import paired
from headway.gap.measure import LENIENT_CAUTION, measure, parameters
from headway.gap.placebo import placebo
from headway.gap.rules import LENIENT, RULES
from headway.gap.sampling import resampled
from headway.gap.vertical import distance
from headway.gap.world import MONTH, world

NOISY = lagged(6.0, draws=200, noise=1.0)


def test_the_answer_is_median_and_interval_of_the_draws():
    gap = measure(NOISY, rule="match")
    draws = RULES["match"](NOISY)
    assert gap.months.median == pytest.approx(np.median(draws.mid))
    assert gap.months.low == pytest.approx(np.quantile(draws.low, 0.05))
    assert gap.months.high == pytest.approx(np.quantile(draws.high, 0.95))
    np.testing.assert_array_equal(gap.draws, draws.mid)
    assert gap.points.median == pytest.approx(np.median(distance(NOISY)))
    assert not gap.censored
    assert gap.at_least is None
    assert gap.value == f"{gap.months.median:.1f}"
    narrow = measure(NOISY, rule="match", level=0.5)
    assert narrow.months.high - narrow.months.low < gap.months.high - gap.months.low
    assert narrow.months.level == 0.5


def test_release_takes_its_interval_from_the_bracket():
    gap, draws = measure(NOISY, rule="release"), RULES["release"](NOISY)
    assert gap.months.low == pytest.approx(np.quantile(draws.low, 0.05))
    assert gap.months.high == pytest.approx(np.quantile(draws.high, 0.95))
    assert gap.months.median == pytest.approx(np.median(draws.mid))


def test_now_takes_the_points_of_the_last_day():
    assert measure(NOISY, rule="now").points.median == pytest.approx(
        np.median(distance(NOISY, start=NOISY.end))
    )


def test_a_censored_answer_is_a_bound_not_a_number():
    ability = np.array([10.0, 20.0, 5.0])
    draws = ability + np.random.default_rng(0).normal(0, 0.1, (50, 3))
    w = world(draws, [0, 10, 40], [1, 1, 0], [0, 0, 1], (0, 100))
    for rule in ("match", "daily", "now", "release", "survival"):
        gap = measure(w, rule=rule)
        assert gap.censored
        assert gap.months.median is None
        assert gap.months.high is None
        assert gap.at_least > 0
        assert gap.value.startswith("≥ ")
        assert "no bound" in gap.summary()
        assert gap.to_frame()["months"].to_list() == [None]
    assert measure(w, rule="match").at_least == pytest.approx(100 / MONTH)


def test_some_censored_draws_open_the_interval_but_not_the_median():
    ability = np.tile([10.0, 20.0, 15.0], (100, 1))
    ability[:10, 2] = 5.0  # in a tenth of the draws the follower has reached nothing
    w = world(ability, [0, 10, 40], [1, 1, 0], [0, 0, 1], (100, 100))
    gap = measure(w, rule="daily")
    assert gap.months.median == pytest.approx(100 / MONTH)
    assert gap.months.high is None
    assert gap.censored
    assert gap.at_least is None
    assert any("no upper bound" in text for text in gap.cautions)


def test_ahead_is_said_and_is_not_called_censored():
    gap = measure(NOISY.swapped(), rule="now")
    assert gap.months.median == 0
    assert any("ahead" in text for text in gap.cautions)
    w = world(np.array([10.0, 20.0, 40.0]), [0, 10, 40], [1, 1, 0], [0, 0, 1], (0, 100))
    gap = measure(w, rule="match")
    assert (gap.months.median, gap.months.low, gap.at_least) == (None, None, None)
    assert gap.months.high == pytest.approx(-60 / MONTH)
    assert not gap.censored
    assert gap.value == "ahead"


def test_sampling_and_placebo_stand_beside_the_answer():
    developer = np.arange(NOISY.n_models) % 7
    split = placebo(NOISY, developer, splits=100).world
    gap = measure(NOISY, rule="match", sampling=resampled(NOISY, seed=1), placebo=split)
    assert gap.sampling.high - gap.sampling.low > 0
    assert gap.placebo[0] < 0 < gap.placebo[1]
    assert "placebo" in gap.summary()
    bare = measure(NOISY, rule="match")
    assert bare.placebo is None
    assert bare.sampling.median is None


def test_placebo_of_a_named_follower_is_that_of_the_rule():
    split = placebo(NOISY, np.arange(NOISY.n_models) % 7, splits=50).world
    column = int(np.flatnonzero(NOISY.follower[0])[5])
    named = measure(NOISY, rule="release", params={"follower": column}, placebo=split)
    assert named.placebo == measure(NOISY, rule="release", placebo=split).placebo


def test_params_reach_the_rule_and_unknown_ones_are_named():
    short = measure(NOISY, rule="match", params={"month_days": 30.5})
    assert short.months.median == pytest.approx(
        measure(NOISY, rule="match").months.median * MONTH / 30.5
    )
    with pytest.raises(GapError, match=r"no parameter 'monthdays'; it has .*month_days"):
        measure(NOISY, rule="match", params={"monthdays": 30.5})
    with pytest.raises(UnknownNameError, match="did you mean daily"):
        measure(NOISY, rule="dayly")
    assert parameters("match")["levels"] == 100


@pytest.mark.parametrize("rule", sorted(RULES))
def test_every_rule_has_defaults_a_source_and_a_bias(rule):
    assert parameters(rule)["month_days"] == MONTH
    assert "Parameters" in RULES[rule].__doc__ or "As `" in RULES[rule].__doc__
    w = replace(NOISY, margin=paired(NOISY.ability), scores=_scores(NOISY))
    gap = measure(w, rule=rule)
    assert any("constant lag of 6 months" in text for text in gap.cautions)
    assert (LENIENT_CAUTION in gap.cautions) == (rule in LENIENT)
    assert gap.to_frame().height == 1


def _scores(w):
    curve = 1 / (1 + np.exp(-(w.ability - np.median(w.ability)) / 3))
    return np.repeat(curve[:, None, :], 2, axis=1)


def test_an_empty_group_is_a_sentence():
    with pytest.raises(GapError, match="no follower is released"):
        measure(replace(NOISY, follower=np.zeros_like(NOISY.follower)), rule="daily")
    early = replace(NOISY, start=737_000, end=737_500)
    with pytest.raises(GapError, match="no leader is released"):
        measure(early, rule="daily")


def test_a_rule_that_most_draws_do_not_define_is_a_sentence():
    w = world(np.array([10.0, 20.0, 5.0]), [0, 10, 40], [1, 1, 0], [0, 0, 1], (0, 100))
    with pytest.raises(GapError, match="at least two records"):
        measure(w, rule="trend")


def test_draws_that_are_not_defined_are_counted():
    ability = np.tile([1.0, 2.0, 0.5, 1.5], (10, 1))
    ability[:3, 3] = 0.1  # no second record of the followers
    w = world(ability, [0, 10, 5, 20], [1, 1, 0, 0], [0, 0, 1, 1], (0, 30))
    gap = measure(w, rule="trend")
    assert any("not defined in 30% of the draws" in text for text in gap.cautions)


def test_a_median_between_two_readings_is_said_to_be_unsettled():
    from headway.gap.measure import _unsettled

    two = np.repeat([5.9, 7.6], 150)
    assert "5.9 to 7.6" in _unsettled(two)[0]
    assert _unsettled(np.linspace(6, 8, 300)) == ()
    assert _unsettled(np.repeat([5.9, 7.6], [250, 50])) == ()
