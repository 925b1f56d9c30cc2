"""What the runs of a design will cost: an interval from what finished runs cost. Pure.

Runs of the same model, harness and task say most; with fewer than five of them all runs of the
model in the harness are taken, and with fewer than five of those all runs in the harness, whatever
the model: most of what a run reads is the harness's own prompt and tools. Where no run in a harness
was measured, nothing is known, and nothing is guessed.

The cost of a run is taken to be log-normal. Its mean and variance on the log scale have the usual
posterior (Gelman et al., *Bayesian Data Analysis*, section 3.3) under a prior of an SD of 0.8 that
weighs as much as four runs: in 206 published sets of runs of one model in one harness (costs in
the OpenHands Index, tokens in harness-bench-fast) the SD has quartiles of 0.6, 0.7 and 1.0.
Planned runs are drawn from it, and 5, 50 and 95 % of the sums are shown. On those sets the
interval from 3 to 10 measured runs held the cost of 10 or 40 others in 82 to 93 of 100 cases; that
of a bootstrap in 49 to 78 (benchmarks/costs.py).
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from headway.elicit.budget import Budget, Prices
from headway.elicit.design.measured import Measured
from headway.elicit.tokens import KINDS

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

__all__ = ["Estimate", "Kind", "Range", "Row", "estimate", "most_money"]

_ENOUGH = 5
_DRAWS = 1000
_SHARES = (0.05, 0.5, 0.95)
_SD, _WEIGHT = 0.8, 4  # of the log of what a run costs, beforehand, and how many runs that weighs


class Kind(NamedTuple):
    """Runs that are expected to cost alike: names of profile, harness, task and budget."""

    model: str
    harness: str
    task: str
    budget: str


class Range(NamedTuple):
    """5, 50 and 95 % of a sum; None where it is not known."""

    low: float | None = None
    median: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """What the runs of a model in a harness will cost.

    Attributes
    ----------
    model, harness : str
    runs, measured : int
        Runs planned, and finished runs that the sums are from.
    basis : str or None
        ``task``, ``model`` or ``harness``: what the measured runs have in common with the planned
        ones (the least of it); None where nothing was measured.
    tokens, money : Range
    most : float or None
        The most money that the budgets allow; None without prices or where nothing bounds it.
    """

    model: str
    harness: str
    runs: int
    measured: int
    basis: str | None
    tokens: Range
    money: Range
    most: float | None


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a design will cost; sums are None where they are not known for all of its runs."""

    rows: tuple[Row, ...]
    tokens: Range
    money: Range
    most: float | None
    cut: int


class _Group(NamedTuple):
    """Runs of one kind, the runs that they are drawn from, and what those share with them."""

    kind: Kind
    runs: int
    pool: tuple[Measured, ...]
    basis: str | None


def estimate(
    planned: Sequence[Kind],
    measured: Sequence[Measured],
    budgets: Mapping[tuple[str, str], Budget],
    prices: Mapping[str, Prices | None],
    seed: int = 0,
) -> Estimate:
    """Sum up what the planned runs will cost.

    Parameters
    ----------
    planned : sequence of Kind
        One for each run.
    measured : sequence of Measured
    budgets : mapping of (str, str) to Budget
        By model and name: a planned run costs no more than its budget, whatever was measured.
    prices : mapping of str to Prices or None
        Of each model; one currency.
    seed : int
        Of the draws.
    """
    groups = [_group(kind, runs, measured) for kind, runs in sorted(Counter(planned).items())]
    drawn = _drawn(groups, budgets, prices, seed)
    together: dict[tuple[str, str], list[int]] = defaultdict(list)
    for k, group in enumerate(groups):
        together[group.kind.model, group.kind.harness].append(k)
    whole = list(range(len(groups)))
    used = {run.id: run for group in groups for run in group.pool}
    return Estimate(
        rows=tuple(_row(groups, drawn, each, budgets, prices) for each in together.values()),
        tokens=_range([tokens for tokens, _ in drawn], whole),
        money=_range([money for _, money in drawn], whole),
        most=_most(groups, whole, budgets, prices),
        cut=sum(run.cut for run in used.values()),
    )


def most_money(budget: Budget, prices: Prices | None) -> float | None:
    """The most money that a run can cost; None without prices or without a bound."""
    bound = math.inf if prices is None else budget.bound(prices)
    return bound if math.isfinite(bound) else None


def _group(kind: Kind, runs: int, measured: Sequence[Measured]) -> _Group:
    harness = tuple(run for run in measured if run.harness == kind.harness)
    model = tuple(run for run in harness if run.model == kind.model)
    task = tuple(run for run in model if run.task == kind.task)
    for basis, pool in (("task", task), ("model", model), ("harness", harness)):
        if pool and len(pool) >= min(_ENOUGH, len(harness)):
            return _Group(kind, runs, pool, basis)
    return _Group(kind, runs, (), None)


def _drawn(
    groups: Sequence[_Group],
    budgets: Mapping[tuple[str, str], Budget],
    prices: Mapping[str, Prices | None],
    seed: int,
) -> list[tuple[Floats | None, Floats | None]]:
    """Draws of the sum of tokens and of money of each group; None where it is not known."""
    import numpy as np

    random = np.random.default_rng(seed)
    doubts: dict[tuple[str, ...], tuple[Floats, Floats]] = {}
    out: list[tuple[Floats | None, Floats | None]] = []
    for kind, runs, pool, _ in groups:
        if not pool:
            out.append((None, None))
            continue
        # Groups with one pool share its doubts: what was measured errs for all of them alike.
        key = tuple(run.id for run in pool)
        if key not in doubts:
            spread = np.sqrt(1 / random.chisquare(len(pool) - 1 + _WEIGHT, _DRAWS))
            doubts[key] = spread, random.standard_normal(_DRAWS)
        each = random.standard_normal((_DRAWS, runs))
        cost = np.array([[a + b for a, b in zip(r.tokens, r.earlier, strict=True)] for r in pool])
        spent, limit = _spent(cost, budgets[kind.model, kind.budget])
        price = prices[kind.model]
        tokens = _sums(cost.sum(axis=1), doubts[key], each, spent, limit)
        money = (
            _sums(cost @ _vector(price) / 1e6, doubts[key], each, spent, limit) if price else None
        )
        out.append((tokens, money))
    return out


def _spent(cost: Floats, budget: Budget) -> tuple[float, float]:
    """What the measured runs would take from a budget together, and its limit for one run."""
    if budget.kind == "time":
        return 1.0, float("inf")
    if budget.kind == "money" and budget.prices:
        return float((cost @ _vector(budget.prices)).sum()) / 1e6, budget.limit
    return float((cost @ _vector(budget.weights)).sum()), budget.limit


def _sums(
    values: Floats, doubts: tuple[Floats, Floats], each: Floats, spent: float, limit: float
) -> Floats:
    """Draws of the sum over planned runs; none of them costs more than its budget allows."""
    import numpy as np

    if not values.sum():
        return np.zeros(len(each))
    logs = np.log(np.maximum(values, values[values > 0].min()))
    squares = float(((logs - logs.mean()) ** 2).sum()) + _WEIGHT * _SD**2
    sd = doubts[0] * np.sqrt(squares)
    mean = logs.mean() + sd * doubts[1] / np.sqrt(len(logs))
    most = limit * float(values.sum()) / spent if spent else float("inf")
    # What overflows is far beyond any budget, and is cut to it.
    drawn = np.exp(np.minimum(mean[:, None] + sd[:, None] * each, 600.0))
    out: Floats = np.minimum(drawn, most).sum(axis=1)
    return out


def _vector(values: Any) -> Floats:
    import numpy as np

    return np.array([getattr(values, kind) for kind in KINDS], dtype=float)


def _row(
    groups: Sequence[_Group],
    drawn: Sequence[tuple[Floats | None, Floats | None]],
    held: Sequence[int],
    budgets: Mapping[tuple[str, str], Budget],
    prices: Mapping[str, Prices | None],
) -> Row:
    first = groups[held[0]].kind
    bases = {groups[k].basis for k in held}
    least = next((b for b in (None, "harness", "model", "task") if b in bases), None)
    return Row(
        model=first.model,
        harness=first.harness,
        runs=sum(groups[k].runs for k in held),
        measured=len({run.id for k in held for run in groups[k].pool}),
        basis=least,
        tokens=_range([tokens for tokens, _ in drawn], held),
        money=_range([money for _, money in drawn], held),
        most=_most(groups, held, budgets, prices),
    )


def _range(drawn: Sequence[Floats | None], held: Sequence[int]) -> Range:
    import numpy as np

    parts = [drawn[k] for k in held]
    known = [part for part in parts if part is not None]
    if len(known) < len(parts):
        return Range()
    if not known:
        return Range(0.0, 0.0, 0.0)
    return Range(*np.quantile(np.sum(known, axis=0), _SHARES).tolist())


def _most(
    groups: Sequence[_Group],
    held: Sequence[int],
    budgets: Mapping[tuple[str, str], Budget],
    prices: Mapping[str, Prices | None],
) -> float | None:
    total = 0.0
    for k in held:
        kind = groups[k].kind
        each = most_money(budgets[kind.model, kind.budget], prices[kind.model])
        if each is None:
            return None
        total += each * groups[k].runs
    return total
