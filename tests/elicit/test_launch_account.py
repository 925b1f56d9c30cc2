"""The money of a design: what has been spent, what is reserved, and what a budget can cost."""

from __future__ import annotations

import datetime as dt
import math

import pytest

from headway.elicit.budget import Budget, Prices, Weights
from headway.elicit.launch.account import Account, most, worth

PRICES = Prices(
    uncached_input=3.0,
    cache_read=0.3,
    cache_write=3.75,
    visible_output=15.0,
    reasoning=15.0,
    date=dt.date(2026, 11, 25),
    source="a list",
)
NOTHING = {"tokens": None, "money": None, "known": False}


def tokens(limit: float, **weights: float) -> Budget:
    return Budget(kind="tokens", limit=limit, weights=Weights(**weights))


def test_a_run_begins_while_spent_and_reserved_are_below_the_cap():
    account = Account(cap=10.0, currency="USD", runs=3.0, lost=1.0)
    assert account.spent == 4.0
    assert account.remaining == 6.0
    assert account.admits()
    account = account.begun("a", 4.0)
    assert account.admits()
    account = account.begun("b", 2.0)
    assert not account.admits()
    assert not account.is_spent
    # What ends gives back what it had reserved.
    assert account.ended("b").admits()
    assert account.ended("c").reserved == {"a": 4.0, "b": 2.0}


def test_exactly_at_the_cap_nothing_begins():
    assert not Account(cap=4.0, runs=3.0, lost=1.0).admits()
    assert Account(cap=4.0, runs=3.0, lost=1.0).is_spent
    assert Account(cap=4.0, runs=5.0).remaining == 0


def test_without_a_cap_all_may_begin():
    account = Account(runs=1e9).begun("a", math.inf)
    assert account.admits()
    assert account.remaining is None


def test_of_runs_that_nothing_bounds_one_goes_alone():
    account = Account(cap=10.0)
    assert account.admits()
    assert not account.begun("a", math.inf).admits()


@pytest.mark.parametrize(
    ("budget", "expected"),
    [
        (Budget(kind="money", limit=2.5, prices=PRICES), 2.5),
        # All of a million tokens could be output.
        (tokens(1e6), 15.0),
        # Output that counts five times: cache writes are now what is dearest for what it counts.
        (tokens(1e6, visible_output=5, reasoning=5), 3.75),
        # Tokens that cost and do not count.
        (tokens(1e6, cache_read=0), math.inf),
        (Budget(kind="time", limit=60), math.inf),
    ],
)
def test_the_most_that_a_budget_can_cost(budget: Budget, expected: float):
    assert most(budget, PRICES) == pytest.approx(expected)


def test_a_model_without_prices_costs_nothing_that_is_known():
    assert most(tokens(1e6), None) == 0
    assert worth(0.5, tokens(1e6), None) is None


def test_what_a_lost_attempt_is_worth():
    budget = tokens(1e6)
    assert worth(0.25, budget, PRICES) == pytest.approx(3.75)
    # Nothing is known of it: all of its budget.
    assert worth(None, budget, PRICES) == pytest.approx(15.0)
    assert worth(0.0, budget, PRICES) == 0
    # Of a budget of time no share says what was spent.
    assert worth(0.5, Budget(kind="time", limit=60), PRICES) is None


def test_lost_attempts_are_counted_and_those_of_unknown_cost_are_told_apart():
    known = {**NOTHING, "money": 2.0, "known": True}
    account = Account().lost_as(known).lost_as(NOTHING)
    assert (account.attempts, account.unknown, account.lost) == (2, 1, 2.0)
