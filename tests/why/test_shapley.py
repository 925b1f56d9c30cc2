"""Shapley values against the definition: all orders, written out."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headway.why.shapley import sampled, shares, weights


def by_hand(count, value):
    """Average over all orders that avoid sets without a value."""
    rows = []
    for order in permutations(range(count)):
        at, step, whole = 0, np.zeros(count), True
        for k in order:
            before, at = value[at], at | 1 << k
            whole = whole and before is not None and value[at] is not None
            step[k] = value[at] - before if whole else 0
        if whole:
            rows.append(step)
    return np.array(rows)


numbers = st.floats(-20, 20, allow_nan=False)
games = st.integers(1, 4).flatmap(
    lambda n: st.lists(st.none() | numbers | numbers, min_size=1 << n, max_size=1 << n)
)


@given(games)
def test_shares_are_the_average_over_the_orders_that_can_be_walked(game):
    count = len(game).bit_length() - 1
    rows, found = by_hand(count, game), shares(count, game.__getitem__)
    if not len(rows):
        assert found is None
        return
    np.testing.assert_allclose(found.share, rows.mean(axis=0), atol=1e-9)
    np.testing.assert_allclose(found.low, rows.min(axis=0), atol=1e-9)
    np.testing.assert_allclose(found.high, rows.max(axis=0), atol=1e-9)
    assert found.orders == len(rows)
    assert found.exact
    assert found.share.sum() == pytest.approx(game[-1] - game[0], abs=1e-9)


def test_draws_are_shared_out_like_numbers():
    rng = np.random.default_rng(0)
    values = rng.normal(size=(8, 50))
    ways = weights(3, lambda at: at != 0b010)
    drawn = ways.shares(values.__getitem__, 3)
    for s in range(50):
        game = [None if at == 0b010 else v for at, v in enumerate(values[:, s].tolist())]
        np.testing.assert_allclose(drawn[:, s], shares(3, game.__getitem__).share)


def test_random_orders_agree_within_their_error():
    rng = np.random.default_rng(1)
    single, pair = rng.normal(size=14), rng.normal(size=(14, 14)) * 0.5

    def value(at):
        inside = np.array([at >> k & 1 for k in range(14)], dtype=float)
        return float(single @ inside + inside @ np.triu(pair, 1) @ inside)

    truth = single + (np.triu(pair, 1) + np.triu(pair, 1).T).sum(axis=1) / 2
    found = sampled(14, value, orders=200, seed=3)
    assert not found.exact
    # An order and its reverse together share a game of pairs out without error.
    np.testing.assert_allclose(found.share, truth, atol=1e-9)

    def cubed(at):
        return value(at) ** 3 / 50

    rough = sampled(14, cubed, orders=100, seed=4)
    fine = sampled(14, cubed, orders=1500, seed=5)
    z = (rough.share - fine.share) / np.hypot(rough.error, fine.error)
    assert np.abs(z).max() < 4
    assert rough.share.sum() == pytest.approx(cubed((1 << 14) - 1) - cubed(0))


def test_too_few_orders_say_nothing():
    assert sampled(13, lambda at: None if at == 1 << 3 else 1.0, orders=1) is None
