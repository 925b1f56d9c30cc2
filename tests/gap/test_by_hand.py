"""Each rule on a few models whose answer can be worked out on paper."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import optimize, stats

from headway.errors import GapError
from headway.gap.lognormal import lognormal_median
from headway.gap.rules import RULES
from headway.gap.rules.survival import kaplan_meier_median
from headway.gap.rules.trend import Lines, equal_slopes, fit
from headway.gap.world import world

D = 1.0  # month_days: so that a "month" is a day and answers are whole numbers


def two(lead, follow, window, **more):
    """A world from (day, ability) pairs of both groups."""
    both = np.array([*lead, *follow], dtype=float)
    leader = np.arange(len(both)) < len(lead)
    return world(both[:, 1], both[:, 0].astype(int), leader, ~leader, window, **more)


def ask(rule, w, **params):
    out = RULES[rule](w, month_days=D, **params)
    return float(out.low[0]), float(out.mid[0]), float(out.high[0])


LEAD = [(0, 10.0), (10, 20.0), (20, 30.0)]


def test_daily_counts_from_the_latest_record_reached():
    w = two(LEAD, [(5, 10.0), (15, 20.0)], (5, 24))
    # day 5 to 9: level (0); 10 to 14: since day 0; 15 to 19: level; 20 to 24: since day 10
    lags = [0] * 5 + [10, 11, 12, 13, 14] + [0] * 5 + [10, 11, 12, 13, 14]
    assert ask("daily", w) == pytest.approx((np.mean(lags),) * 3)
    assert "50% of the days the followers are level or ahead" in RULES["daily"](w).cautions[0]
    assert ask("now", w) == (14, 14, 14)


def test_daily_last_day_counts_from_the_day_before_the_next_record():
    w = two(LEAD, [(5, 10.0)], (25, 25))
    assert ask("daily", w, dated="record")[1] == 25
    assert ask("daily", w, dated="last-day")[1] == 25 - 9
    with pytest.raises(GapError, match="dated"):
        ask("daily", w, dated="yesterday")


def test_daily_can_count_each_of_several_leaders_of_one_day():
    w = two([*LEAD, (20, 25.0)], [(5, 10.0), (22, 27.0)], (25, 25))
    assert ask("daily", w)[1] == 15
    assert ask("daily", w, same_day="each")[1] == 5
    with pytest.raises(GapError, match="same_day"):
        ask("daily", w, same_day="both")


def test_daily_with_a_day_that_reached_nothing_is_censored():
    w = two(LEAD, [(5, 9.0), (15, 20.0)], (14, 15))
    # day 14: nothing reached, at least 14; day 15: level
    assert ask("daily", w) == (7.0, np.inf, np.inf)
    assert RULES["daily"](w).censored_share == 0.5


def test_a_tolerance_makes_equal():
    w = two(LEAD, [(25, 19.0)], (25, 25))
    assert ask("now", w)[1] == 25
    assert ask("now", w, tolerance=1.0)[1] == 15
    assert ask("release", w, tolerance=1.0)[2] == 15


def test_drop_first_leaves_the_oldest_out():
    w = two(LEAD, [(1, 30.0), (25, 19.0)], (25, 25))
    assert ask("now", w)[1] == 0
    assert ask("now", w, drop_first=1) == (15, np.inf, np.inf)  # leader of day 0 dropped as well


def test_match_averages_over_levels():
    # Levels 10 to 20 are the leader of day 10 and follower of day 15; 20 to 25: days 20 and 40.
    w = two(LEAD, [(5, 10.0), (15, 20.0), (40, 25.0)], (0, 50))
    got = ask("match", w, levels=300)
    assert got == pytest.approx(((200 * 5 + 100 * 20) / 300,) * 3)
    assert RULES["match"](w).censored_share == pytest.approx(5 / 20)


def test_match_can_be_negative_and_since_cuts_levels():
    w = two(LEAD, [(5, 10.0), (7, 20.0), (40, 30.0)], (0, 50))
    assert ask("match", w)[1] == pytest.approx((-3 + 20) / 2)
    assert ask("match", w, since=40)[1] == pytest.approx(20)


def test_match_without_a_common_level_is_only_bounded():
    assert ask("match", two(LEAD, [(15, 12.0)], (0, 50))) == (40, np.inf, np.inf)
    assert ask("match", two(LEAD, [(15, 40.0)], (0, 50))) == (-np.inf, -np.inf, -35)
    assert np.isnan(ask("match", two([(0, 1.0)], [(5, 1.0)], (0, 9)))).all()


def test_match_lenient_takes_the_margin_of_the_leader_that_owns_the_level():
    margin = np.zeros((5, 5))
    margin[4, 1] = 5.0  # the second follower (ability 15) is not below the leader of 20
    w = two(LEAD, [(5, 10.0), (15, 15.0)], (0, 50), margin=margin)
    assert ask("match", w)[1] == pytest.approx(5)
    assert RULES["match"](w).censored_share == pytest.approx(0.75)
    assert ask("match-lenient", w)[1] == pytest.approx(5)
    assert RULES["match-lenient"](w).censored_share == pytest.approx(0.5)


def test_daily_lenient_uses_any_follower_that_passes():
    margin = np.zeros((5, 5))
    margin[3, 2] = 20.0  # the weaker, older follower passes the newest leader
    w = two(LEAD, [(5, 10.0), (15, 15.0)], (25, 25), margin=margin)
    assert ask("daily", w)[1] == 25
    assert ask("daily-lenient", w)[1] == 0


def test_lenient_without_margins_is_refused():
    w = two(LEAD, [(5, 10.0)], (0, 50))
    for rule in ("match-lenient", "daily-lenient"):
        with pytest.raises(GapError, match="margins"):
            RULES[rule](w)


def test_release_brackets_the_lag():
    assert ask("release", two(LEAD, [(35, 20.0)], (0, 50))) == (15, 20, 25)
    assert ask("release", two(LEAD, [(35, 5.0)], (0, 50))) == (35, np.inf, np.inf)
    # Above all leaders: ahead. The last record below may still be older or newer than it.
    assert ask("release", two(LEAD, [(35, 30.0)], (0, 50))) == (-np.inf, 0, 15)
    assert ask("release", two(LEAD, [(12, 30.0)], (0, 50))) == (-np.inf, -8, -8)


def test_release_of_a_named_follower():
    w = two(LEAD, [(35, 20.0), (36, 5.0)], (0, 50))
    assert ask("release", w, follower=4) == (36, np.inf, np.inf)
    assert ask("release", w, follower=3) == ask("release", w)
    with pytest.raises(GapError, match="column 9"):
        ask("release", w, follower=9)
    with pytest.raises(GapError, match="not released"):
        ask("release", two(LEAD, [(60, 20.0), (1, 5.0)], (0, 50)), follower=3)


def test_trend_of_two_lines():
    # Leaders: ability = day + 10. Followers: half that speed, 15 at day 20.
    w = two(LEAD, [(0, 5.0), (20, 15.0)], (0, 40))
    # At day 40 the followers' line stands at 25, where the leaders' line was on day 15.
    assert ask("trend", w)[1] == pytest.approx(25)
    lines = fit(w)
    np.testing.assert_allclose(lines.slope, [[1.0, 0.5]])
    np.testing.assert_allclose(lines.height, [[50.0, 25.0]])
    assert np.isnan(ask("trend", two(LEAD, [(5, 5.0)], (0, 40)))[1])
    assert np.isnan(ask("trend", w, since=15)[1])


def test_equal_slopes_tells_the_difference_per_year():
    slope = np.stack([np.linspace(0.9, 1.1, 101), np.full(101, 0.5)], axis=1)
    low, high, above = equal_slopes(Lines(slope, slope))
    assert (low, high) == pytest.approx((0.41 * 365.2425, 0.59 * 365.2425))
    assert above == 1


def test_kaplan_meier_of_a_textbook_sample():
    """Leukaemia remissions under 6-MP (Freireich 1963): the median is 23 weeks."""
    weeks = [6, 6, 6, 7, 10, 13, 16, 22, 23, 6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]
    event = np.arange(21) < 9
    order = np.random.default_rng(0).permutation(21)
    time = np.array([weeks], dtype=float)[:, order]
    assert kaplan_meier_median(time, event[None, order], np.ones((1, 21), bool)) == 23


def test_kaplan_meier_counts_a_censored_time_as_at_risk_for_events_of_that_time():
    time, event = np.array([[1.0, 1.0, 1.0, 2.0]]), np.array([[False, False, True, True]])
    assert kaplan_meier_median(time, event, np.ones((1, 4), bool)) == 2


def test_survival_counts_matched_before_as_zero_and_unmatched_as_censored():
    w = two(LEAD, [(5, 10.0), (8, 20.0)], (0, 50))
    # Times: 5 (matched), 0 (matched before), 30 without a match
    assert ask("survival", w) == (5, 5, 5)
    assert RULES["survival"](w).censored_share == pytest.approx(1 / 3)
    w = two(LEAD, [(5, 10.0)], (0, 50))
    assert ask("survival", w) == (50 - 10, np.inf, np.inf)
    with pytest.raises(GapError, match="summary"):
        ask("survival", w, summary="mean")


@pytest.mark.parametrize("seed", range(6))
def test_lognormal_maximises_the_censored_likelihood(seed):
    rng = np.random.default_rng(seed)
    time = rng.lognormal(1.0, 0.8, 25)
    late = time > 4.0
    time = np.where(late, rng.uniform(2.0, 4.0, 25), time)
    floor = 0.8 if seed % 2 else 0.01
    early = ~late & (time <= floor)

    def minus(p):
        mu, sigma = p[0], np.exp(p[1])
        z = (np.log(np.maximum(time, floor)) - mu) / sigma
        parts = np.where(late, stats.norm.logsf(z), stats.norm.logpdf(z) - np.log(sigma))
        return -np.where(early, stats.norm.logcdf(z), parts).sum()

    best = optimize.minimize(minus, [1.0, 0.0], method="BFGS", options={"gtol": 1e-7})
    got = lognormal_median(time[None], ~late[None], np.ones((1, 25), bool), floor)
    assert got[0] == pytest.approx(np.exp(best.x[0]), rel=1e-5)


def test_lognormal_at_its_limits():
    time = np.array([[5.0, 6.0], [0.0, 0.0], [3.0, 0.0], [4.0, 4.0]])
    event = np.array([[False, False], [True, True], [True, True], [True, True]])
    got = lognormal_median(time, event, np.ones((4, 2), bool), 0.1)
    assert got[0] == np.inf  # nothing happened
    assert got[1] == 0  # all at once
    assert np.isnan(got[2])  # one exact time tells no spread
    assert got[3] == pytest.approx(4.0, rel=1e-3)  # no spread at all: capped, still the time


def scored(lead, follow, window, cells):
    return two(lead, follow, window, scores=np.array(cells, dtype=float)[None])


def test_threshold_dates_first_crossings():
    # One benchmark; leaders on days 0, 10, 20 and followers on days 5, 30.
    w = scored(LEAD, [(5, 0.0), (30, 0.0)], (0, 50), [[0.1, 0.5, 0.9, 0.05, 0.6]])
    # Above the first models' scores: .2 to .5 (leader of day 10), .6 (day 20): all on day 30.
    plain = {"smoother": None}
    assert ask("threshold", w, **plain)[1] == pytest.approx((4 * 20 + 10) / 5)
    assert RULES["threshold"](w).censored_share == pytest.approx(3 / 8)  # .7, .8, .9 wait
    assert ask("threshold", w, first="keep", **plain)[1] == pytest.approx((30 + 4 * 20 + 10) / 6)
    assert ask("threshold", w, step=0.5, **plain)[1] == pytest.approx(20)


def test_threshold_smoother_weighs_what_is_near_the_end():
    lead = [(0, 0.0), (10, 0.0)]
    follow = [(5, 0.0), (40, 0.0), (100, 0.0)]
    w = scored(lead, follow, (0, 100), [[0.0, 1.0, 0.0, 0.1, 0.2]])
    # Levels .1 on day 40 (gap 30) and .2 on day 100 (gap 90), both by the leader of day 10.
    weight = np.exp(-0.5)
    want = (90 + 30 * weight) / (1 + weight)
    assert ask("threshold", w, sigma_days=60.0)[1] == pytest.approx(want)
    far = scored(lead, follow, (0, 10**6), [[0.0, 1.0, 0.0, 0.1, 0.2]])
    assert ask("threshold", far, sigma_days=60.0)[1] == pytest.approx(90)


def test_threshold_needs_scores():
    with pytest.raises(GapError, match="scores"):
        ask("threshold", two(LEAD, [(5, 1.0)], (0, 50)))
    w = scored(LEAD, [(5, 0.0)], (0, 50), [[0.1, 0.5, 0.9, 0.05]])
    with pytest.raises(GapError, match="step"):
        ask("threshold", w, step=10)
    # Crossed by leaders only: at least the mean age of the leaders' crossings.
    assert ask("threshold", w) == (pytest.approx((4 * 40 + 4 * 30) / 8), np.inf, np.inf)


def test_a_lenient_level_or_its_record():
    """Levels 10 to 20 belong to the leader at 20; followers at 12 and 16 with a margin of 5."""
    abilities, days = [10.0, 20.0, 5.0, 12.0, 16.0], [1000, 1100, 1010, 1200, 1300]
    leads = [True, True, False, False, False]
    made = world(
        abilities, days, leads, [not x for x in leads], (1000, 1400), margin=np.full((5, 5), 5.0)
    )
    level, record = (
        RULES["match-lenient"](made, against=against, month_days=1.0).mid[0]
        for against in ("level", "record")
    )
    assert level == pytest.approx(0.7 * 100 + 0.3 * 200)  # 12 + 5 reaches 17, then 16 + 5
    assert record == pytest.approx(200)  # only 16 + 5 reaches the leader's 20
