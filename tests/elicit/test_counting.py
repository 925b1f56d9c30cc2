"""Tokens, budgets and the clock: sums by hand and as properties."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from headway.elicit.budget import Budget, Prices, Weights
from headway.elicit.gateway.meter import Clock, Meter, estimate
from headway.elicit.tokens import Tokens

counts = st.integers(0, 10**6)
tokens = st.builds(
    Tokens, counts, counts, counts, counts, st.none() | counts, estimated=st.booleans()
)


def test_a_sum_by_hand():
    a, b = Tokens(1, 2, 3, 4, 5), Tokens(10, 20, 30, 40, 50)
    assert a + b == Tokens(11, 22, 33, 44, 55)
    assert (a.input, a.output) == (6, 9)


def test_a_split_that_is_unknown_once_is_unknown_in_the_sum():
    total = Tokens(1, 0, 0, 4, 5) + Tokens(1, 0, 0, 7, None)
    assert total == Tokens(2, 0, 0, 16, None)


def test_an_estimate_marks_the_sum():
    assert (Tokens(1) + Tokens(1, estimated=True)).estimated


def test_no_count_is_negative():
    with pytest.raises(ValueError, match="cache_read is -1"):
        Tokens(cache_read=-1)


@given(tokens, tokens, tokens)
def test_sums_do_not_hang_on_order_and_nothing_is_lost(a: Tokens, b: Tokens, c: Tokens):
    assert a + b == b + a
    assert (a + b) + c == a + (b + c)
    assert a + Tokens() == a
    assert (a + b).input == a.input + b.input
    assert (a + b).output == a.output + b.output
    assert Tokens.from_dict((a + b).to_dict()) == a + b


PRICES = {
    "uncached_input": 3.0, "cache_read": 0.3, "cache_write": 3.75, "visible_output": 15.0,
    "reasoning": 15.0, "date": "2026-08-01", "source": "a price list",
}  # fmt: skip


def test_money_by_hand():
    budget = Budget(kind="money", limit=1.0, prices=Prices.model_validate(PRICES))
    used = Tokens(100_000, 200_000, 40_000, 10_000, 20_000)
    # 0.3 + 0.06 + 0.15 + 0.15 + 0.3
    assert budget.spent(used, 99.0) == pytest.approx(0.96)
    assert budget.admits(used, 0)
    assert not budget.admits(used + Tokens(uncached_input=20_000), 0)


def test_weighted_tokens_by_hand():
    weights = Weights(uncached_input=1, cache_read=0.1, cache_write=1.25, visible_output=5)
    budget = Budget(kind="tokens", limit=100, weights=weights)
    assert budget.spent(Tokens(10, 100, 4, 3, 7), 1e9) == 10 + 10 + 5 + 15 + 7
    assert budget.spent(Tokens(0, 0, 0, 10, None), 0) == 50


def test_a_request_is_admitted_while_spent_is_below_the_limit():
    budget = Budget(kind="tokens", limit=10)
    assert budget.admits(Tokens(9), 0)
    assert not budget.admits(Tokens(10), 0)


def test_money_needs_prices_for_every_kind_with_a_source():
    with pytest.raises(ValidationError, match="prices"):
        Budget(kind="money", limit=1)
    with pytest.raises(ValidationError, match="cache_write"):
        Prices.model_validate({k: v for k, v in PRICES.items() if k != "cache_write"})
    with pytest.raises(ValidationError, match="source"):
        Prices.model_validate({**PRICES, "source": ""})


class Time:
    """A clock that a test moves."""

    def __init__(self):
        self.at = 100.0

    def __call__(self) -> float:
        return self.at

    def clock(self, longest: float = 600.0) -> Clock:
        return Clock(self, longest)


def test_back_off_is_the_failed_exchange_and_the_wait_after_it():
    time = Time()
    clock = time.clock()
    assert clock.seconds == 0
    first = clock.begin()
    time.at += 2  # a reply after 2 s
    clock.end(first, failed=False)
    time.at += 5  # the harness works for 5 s
    second = clock.begin()
    time.at += 1  # 429 after 1 s
    clock.end(second, failed=True)
    time.at += 30  # the harness waits 30 s
    assert clock.back_off == 31
    third = clock.begin()
    time.at += 1  # 429 again
    clock.end(third, failed=True)
    time.at += 60
    fourth = clock.begin()
    time.at += 4
    clock.end(fourth, failed=False)
    assert clock.total == 2 + 5 + 31 + 61 + 4
    assert clock.back_off == 31 + 61
    assert clock.seconds == 2 + 5 + 4


def test_a_failure_beside_an_exchange_that_goes_on_is_no_back_off():
    time = Time()
    clock = time.clock()
    long, short = clock.begin(), clock.begin()
    time.at += 1
    clock.end(short, failed=True)
    time.at += 9
    clock.end(long, failed=False)
    assert clock.back_off == 0
    assert clock.seconds == 10


def test_a_wait_beyond_the_longest_is_the_harness_s_own():
    time = Time()
    clock = time.clock(longest=20)
    begun = clock.begin()
    time.at += 1
    clock.end(begun, failed=True)
    time.at += 50
    assert clock.back_off == 21
    clock.begin()
    assert clock.seconds == 30


def test_what_is_under_way_counts_once():
    meter = Meter(Budget(kind="tokens", limit=100), Time().clock())
    meter.charge(1, Tokens(40))
    meter.charge(1, Tokens(60))
    meter.charge(2, Tokens(30))
    assert meter.spent == 90
    meter.settle(1, Tokens(61))
    meter.settle(2, None)
    assert meter.spent == 61
    assert meter.tokens == Tokens(61)


def test_estimates_are_marked_and_keep_what_is_known():
    assert estimate(401, 9) == Tokens(101, 0, 0, 3, None, estimated=True)
    known = Tokens(7, 8, 9, 1, None)
    assert estimate(400, 40, known) == Tokens(7, 8, 9, 10, None, estimated=True)
