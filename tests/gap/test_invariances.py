"""What may not change a gap, and by how much what does."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.gap.worlds import random_world, seeds

from headway.gap.frontier import frontiers
from headway.gap.rules import LENIENT, RULES
from headway.gap.series import daily_lag
from headway.gap.world import MONTH, NEVER, world

SCALE_FREE = sorted(set(RULES) - {"threshold"})  # threshold reads scores, not abilities
STRICT = sorted(set(RULES) - LENIENT)


def same(one, two):
    for a, b in ((one.low, two.low), (one.mid, two.mid), (one.high, two.high)):
        np.testing.assert_allclose(a, b, rtol=1e-7, atol=1e-7)


@pytest.mark.parametrize("rule", SCALE_FREE)
@settings(max_examples=20)
@given(seed=seeds, factor=st.floats(0.01, 500), shift=st.floats(-1e4, 1e4))
def test_affine_map_of_ability_changes_nothing(rule, seed, factor, shift):
    before = random_world(seed, ties=False)
    after = replace(before, ability=factor * before.ability + shift, margin=factor * before.margin)
    same(RULES[rule](before), RULES[rule](after))
    scaled = RULES[rule](after, tolerance=factor) if rule != "trend" else RULES[rule](after)
    plain = RULES[rule](before, tolerance=1.0) if rule != "trend" else RULES[rule](before)
    same(plain, scaled)


@pytest.mark.parametrize("rule", sorted(RULES))
@settings(max_examples=15)
@given(seed=seeds)
def test_order_of_models_changes_nothing(rule, seed):
    # Equals of one day with different margins have no order but that of their columns.
    before = random_world(seed, scores=True, ties=rule not in LENIENT)
    order = np.random.default_rng(seed).permutation(before.n_models)
    after = replace(
        before,
        ability=before.ability[:, order],
        day=before.day[:, order],
        leader=before.leader[:, order],
        follower=before.follower[:, order],
        scores=before.scores[:, :, order],
        margin=before.margin[np.ix_(order, order)],
    )
    same(RULES[rule](before), RULES[rule](after))


def with_model(before, ability, day, *, leader):
    """The world with one more model; (S,) ability and day."""
    none = np.zeros((before.n_draws, 1), dtype=bool)
    grown = [
        np.concatenate([a, np.asarray(b).reshape(-1, 1)], axis=1)
        for a, b in (
            (before.ability, ability),
            (before.day, day),
            (before.leader, none | leader),
            (before.follower, none | (not leader)),
        )
    ]
    margin = np.zeros((before.n_models + 1,) * 2)
    return world(*grown, (before.start, before.end), margin=margin)


@pytest.mark.parametrize("rule", SCALE_FREE)
@settings(max_examples=20)
@given(seed=seeds, leader=st.booleans(), late=st.integers(0, 300), below=st.floats(0.01, 5))
def test_model_below_its_own_frontier_changes_nothing(rule, seed, leader, late, below):
    """Lenient rules too where all margins are equal (0); with its own margin it may count."""
    plain = random_world(seed)
    before = replace(plain, margin=np.zeros((plain.n_models, plain.n_models)))
    group = frontiers(before)[0 if leader else 1]
    day = np.where(group.count > 0, group.first_day, before.start) + late
    height = np.array([_height(before, row, day[row], leader) for row in range(before.n_draws)])
    after = with_model(before, height - below, day, leader=leader)
    # A group that does not exist must not be founded by the addition.
    kept = np.flatnonzero(group.count > 0)
    if kept.size:
        same(RULES[rule](before.take(kept)), RULES[rule](after.take(kept)))


def _height(before, row, day, leader):
    group = (before.leader if leader else before.follower)[row] & (before.day[row] <= before.end)
    known = group & (before.day[row] <= day)
    return before.ability[row][known].max() if known.any() else 0.0


def test_threshold_reads_no_ability():
    before = random_world(3, scores=True)
    after = replace(before, ability=-before.ability)
    same(RULES["threshold"](before), RULES["threshold"](after))


def behind_world(seed):
    """Leaders all out before the followers; followers reach some of them, never the newest.

    Then a shift of the followers and of the window meets no new leader, and every lag grows.
    """
    rng = np.random.default_rng(seed)
    lead = np.sort(rng.normal(0, 1, (3, 6)), axis=1)
    follow = np.sort(rng.uniform(0, 1, (3, 5)), axis=1) * (lead[:, 4:5] - lead[:, :1]) + lead[:, :1]
    day = np.concatenate(
        [np.sort(rng.integers(0, 200, (3, 6)), axis=1), 200 + rng.integers(0, 100, (3, 5))], axis=1
    )
    leader = np.arange(11) < 6
    ability = np.concatenate([lead, follow], axis=1)
    return world(ability, 738_000 + day, leader, ~leader, (738_150, 738_300))


@pytest.mark.parametrize("rule", ["daily", "now", "match", "release", "trend"])
@settings(max_examples=20)
@given(seed=seeds, by=st.integers(1, 500))
def test_shifting_followers_and_window_adds_the_shift(rule, seed, by):
    """`survival` adds it too, unless its median falls on another record; `threshold` by scores."""
    before = behind_world(seed)
    after = replace(
        before,
        day=before.day + by * before.follower,
        start=before.start + by,
        end=before.end + by,
    )
    first, second = RULES[rule](before), RULES[rule](after)
    for one, two in ((first.low, second.low), (first.mid, second.mid), (first.high, second.high)):
        known = np.isfinite(one)
        assert (known == np.isfinite(two)).all()
        np.testing.assert_allclose((two[known] - one[known]) * MONTH, by, rtol=1e-6)
    assert np.isfinite(first.low).any()


@settings(max_examples=20)
@given(seed=seeds, by=st.integers(1, 500))
def test_shift_adds_to_survival_where_all_are_matched_later(seed, by):
    before = behind_world(seed)
    beaten = replace(before, ability=before.ability + 100 * before.follower)
    after = replace(beaten, day=beaten.day + by * beaten.follower, end=beaten.end + by)
    gap = RULES["survival"](after).mid - RULES["survival"](beaten).mid
    np.testing.assert_allclose(gap * MONTH, by)


@settings(max_examples=60)
@given(seed=seeds)
def test_swapped_groups_are_never_both_behind(seed):
    before = random_world(seed)
    one, two = daily_lag(before), daily_lag(before.swapped())
    both = one.defined & two.defined
    assert not (both & ~one.ahead & ~two.ahead).any()
    assert not ((one.lag > 0) & (two.lag > 0)).any()


@settings(max_examples=40)
@given(seed=seeds)
def test_swapping_the_groups_turns_match_round(seed):
    before = random_world(seed, ties=False)
    one, two = RULES["match"](before), RULES["match"](before.swapped())
    np.testing.assert_allclose(one.mid, -two.mid, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(one.low, -two.high, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize(
    ("lenient", "strict"), [("match-lenient", "match"), ("daily-lenient", "daily")]
)
@settings(max_examples=40)
@given(seed=seeds, tolerance=st.sampled_from([0.0, 1.0]))
def test_without_margin_a_lenient_rule_is_the_strict_one(lenient, strict, seed, tolerance):
    before = random_world(seed)
    before = replace(before, margin=np.zeros((before.n_models, before.n_models)))
    one, two = (RULES[name](before, tolerance=tolerance) for name in (lenient, strict))
    np.testing.assert_array_equal(one.low, two.low)
    np.testing.assert_array_equal(one.mid, two.mid)
    np.testing.assert_array_equal(one.high, two.high)
    assert one.cautions == two.cautions


@settings(max_examples=40)
@given(seed=seeds)
def test_wider_margins_never_widen_the_daily_gap(seed):
    before = random_world(seed)
    wider = replace(before, margin=before.margin + 1.0)
    assert not (RULES["daily-lenient"](wider).low > RULES["daily-lenient"](before).low).any()


@settings(max_examples=40)
@given(seed=seeds)
def test_models_after_the_end_do_not_exist(seed):
    before = random_world(seed, scores=True)
    late = before.day > before.end
    after = replace(before, leader=before.leader & ~late, follower=before.follower & ~late)
    for rule in RULES.values():
        same(rule(before), rule(after))
    assert before.end < NEVER
