"""Shapley values: a difference shared out among the changes that make it, in every order.

Shapley 1953, in *Contributions to the Theory of Games* II, 307-317. Sets that have no value are
no part of an order: the average runs over the orders that avoid them, each of which adds up to the
whole difference, so the shares do as well. Counting orders needs no list of them: the number of
ways to a set is the sum over its members of the ways to the set without it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np

from headway.scale.table import Floats, Ints

EXACT = 12  # members up to which all sets are asked


@dataclass(frozen=True, eq=False)
class Shares:
    """What each of K changes adds, averaged over orders.

    Attributes
    ----------
    share : (K,) float
        Adds up to the whole difference.
    low, high : (K,) float
        Least and most that a change adds in any feasible order.
    error : (K,) float
        Standard error of the average over sampled orders; 0 where all orders count.
    orders : int
        How many orders were averaged over.
    exact : bool
        Whether these are all feasible orders.
    """

    share: Floats
    low: Floats
    high: Floats
    error: Floats
    orders: int
    exact: bool


@dataclass(frozen=True, eq=False)
class Weights:
    """How often an order changes member k when the set ``at`` is already changed.

    ``member`` and ``at`` are (E,), sets as bits; ``weight`` (E,) sums to 1 for every member.
    """

    member: Ints
    at: Ints
    weight: Floats
    orders: int

    def shares(self, value: Callable[[int], Floats | float], count: int) -> Floats:
        """The average of what every member adds, (K, ...), in the shape of the values."""
        out = [np.zeros(np.shape(value(0))) for _ in range(count)]
        for k, at, w in zip(self.member.tolist(), self.at.tolist(), self.weight, strict=True):
            out[k] = out[k] + w * (np.asarray(value(at | 1 << k)) - value(at))
        return np.array(out)


def weights(count: int, feasible: Callable[[int], bool]) -> Weights | None:
    """Weights of all feasible orders of so many members; None where no order is feasible."""
    whole = (1 << count) - 1
    allowed = [feasible(s) for s in range(whole + 1)]

    @cache
    def to(at: int) -> int:
        """Feasible ways from nothing to a set."""
        if not allowed[at]:
            return 0
        return sum(to(at & ~bit) for bit in _bits(at)) if at else 1

    @cache
    def on(at: int) -> int:
        """Feasible ways from a set to all."""
        if not allowed[at]:
            return 0
        return sum(on(at | bit) for bit in _bits(whole & ~at)) if at != whole else 1

    total = to(whole)
    if not total:
        return None
    edges = [
        (k, at, to(at) * on(at | 1 << k) / total)
        for at in range(whole + 1)
        for k in range(count)
        if not at >> k & 1 and to(at) and on(at | 1 << k)
    ]
    member, sets, weight = zip(*edges, strict=True) if edges else ((), (), ())
    return Weights(np.array(member, int), np.array(sets, int), np.array(weight), total)


def _bits(at: int) -> list[int]:
    return [1 << k for k in range(at.bit_length()) if at >> k & 1]


def shares(count: int, value: Callable[[int], float | None]) -> Shares | None:
    """Share the value of all members less that of none, exactly.

    Parameters
    ----------
    count : int
        K members, at most ``EXACT``.
    value : callable
        Of a set given as bits; None where the set has no value.

    Returns
    -------
    Shares or None
        None where no order avoids the sets without a value.
    """
    known = [value(s) for s in range(1 << count)]
    found = weights(count, lambda s: known[s] is not None)
    if found is None:
        return None
    number = np.array([np.nan if v is None else v for v in known])
    step = number[found.at | 1 << found.member] - number[found.at]
    low, high = np.full(count, np.inf), np.full(count, -np.inf)
    np.minimum.at(low, found.member, step)
    np.maximum.at(high, found.member, step)
    share = np.bincount(found.member, found.weight * step, minlength=count).astype(float)
    return Shares(share, low, high, np.zeros(count), found.orders, exact=True)


def sampled(
    count: int, value: Callable[[int], float | None], *, orders: int, seed: int = 0
) -> Shares | None:
    """The same from random orders, each followed by its reverse, with the error of the average.

    Mitchell and others 2022, *JMLR* 23(43), section 3: antithetic orders.

    Parameters
    ----------
    count : int
    value : callable
        As for :func:`shares`.
    orders : int
        Pairs of an order and its reverse.
    seed : int

    Returns
    -------
    Shares or None
        None where fewer than two pairs avoid the sets without a value.
    """
    rng, rows = np.random.default_rng(seed), []
    for _ in range(orders):
        order = rng.permutation(count)
        pair = [_walk(o, value) for o in (order, order[::-1])]
        if pair[0] is not None and pair[1] is not None:
            rows.append(np.stack([pair[0], pair[1]]))
    if len(rows) < 2:
        return None
    steps = np.array(rows)
    means = steps.mean(axis=1)
    error = means.std(axis=0, ddof=1) / np.sqrt(len(means))
    flat = steps.reshape(-1, count)
    return Shares(
        means.mean(axis=0), flat.min(axis=0), flat.max(axis=0), error, len(flat), exact=False
    )


def _walk(order: Ints, value: Callable[[int], float | None]) -> Floats | None:
    step, at = np.zeros(len(order)), 0
    before = value(at)
    for k in order.tolist():
        at |= 1 << k
        after = value(at)
        if before is None or after is None:
            return None
        step[k], before = after - before, after
    return step
