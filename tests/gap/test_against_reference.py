"""The vectorised rules against plain loops, on random worlds with ties and censoring."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.gap import reference
from tests.gap.worlds import random_world, seeds

from headway.gap import vertical
from headway.gap.rules import RULES

DAY = 738_000

CASES = {
    "daily": (reference.daily, {}),
    "daily-lenient": (lambda w, s, **p: reference.daily(w, s, lenient=True, **p), {}),
    "now": (reference.now, {}),
    "match": (reference.match, {"levels": 17}),
    "match-lenient": (lambda w, s, **p: reference.match(w, s, lenient=True, **p), {"levels": 17}),
    "release": (reference.release, {}),
    "trend": (reference.trend, {}),
    "survival": (reference.survival, {}),
    "threshold": (reference.threshold, {}),
}
EXTRA = {
    "daily": [
        {"tolerance": 1.0},
        {"drop_first": 1, "month_days": 30.5},
        {"dated": "last-day"},
        {"same_day": "each"},
    ],
    "daily-lenient": [{"tolerance": 1.0, "drop_first": 2}],
    "now": [{"tolerance": 2.0, "dated": "last-day"}],
    "match": [{"tolerance": 1.0}, {"drop_first": 1}, {"since": DAY + 200, "month_days": 30.5}],
    "match-lenient": [{"tolerance": 1.0, "drop_first": 1}, {"since": DAY + 200}],
    "release": [{"follower": 0}, {"tolerance": 1.0}, {"drop_first": 1}],
    "trend": [{"since": DAY + 100}, {"min_records": 3}, {"drop_first": 1}],
    "survival": [{"since": DAY + 100}, {"tolerance": 1.0, "drop_first": 1}],
    "threshold": [
        {"smoother": None},
        {"first": "keep", "step": 0.25},
        {"since": DAY + 150, "sigma_days": 15.0},
        {"drop_first": 1},
    ],
}
EVERY = [(rule, params) for rule in RULES for params in [{}, *EXTRA[rule]]]


def compare(rule, world, params):
    slow, fixed = CASES[rule]
    params = {**fixed, **params}
    fast = RULES[rule](world, **params)
    for row in range(world.n_draws):
        want = slow(world, row, **params)
        got = fast.low[row], fast.mid[row], fast.high[row]
        np.testing.assert_allclose(got, want, rtol=1e-9, atol=1e-9, err_msg=f"{rule} {params}")


@pytest.mark.parametrize(("rule", "params"), EVERY, ids=str)
@settings(max_examples=25)
@given(seed=seeds, ties=st.booleans())
def test_rule_agrees_with_the_loops(rule, params, seed, ties):
    compare(rule, random_world(seed, ties=ties, scores=rule == "threshold"), params)


@pytest.mark.parametrize("rule", sorted(RULES))
@settings(max_examples=15)
@given(seed=seeds, models=st.integers(1, 4))
def test_rule_agrees_with_the_loops_on_tiny_worlds(rule, seed, models):
    compare(rule, random_world(seed, models=models, scores=rule == "threshold"), {})


@settings(max_examples=25)
@given(seed=seeds)
def test_vertical_distance_agrees_with_the_loops(seed):
    world = random_world(seed)
    want = [reference.distance(world, row) for row in range(world.n_draws)]
    np.testing.assert_allclose(vertical.distance(world), want)
    want = [reference.distance(world, row, start=world.end) for row in range(world.n_draws)]
    np.testing.assert_allclose(vertical.distance(world, start=world.end), want)


def test_the_random_worlds_contain_what_they_should():
    """Otherwise the comparisons above would hold for want of cases."""
    draws = {rule: [] for rule in RULES}
    for seed in range(60):
        for rule in RULES:
            out = RULES[rule](random_world(seed, scores=True))
            draws[rule].append(np.stack([out.low, out.mid, out.high]))
    for rule in RULES:
        low, mid, high = np.concatenate(draws[rule], axis=1)
        assert np.isfinite(mid).mean() > 0.3, rule
        if rule != "trend":
            assert (np.isinf(high) & np.isfinite(low)).any(), rule
    for rule in ("match", "release"):
        low = np.concatenate(draws[rule], axis=1)[0]
        assert np.isneginf(low).any(), rule
