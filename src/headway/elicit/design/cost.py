"""What the runs of a design will cost: an interval from what finished runs cost. Pure.

Runs of the same model, harness and task say most; with fewer than five of them all runs of the
model in the harness are taken, and with fewer than five of those all runs in the harness, whatever
the model: most of what a run reads is the harness's own prompt and tools. Where no run in a harness
was measured, nothing is known, and nothing is guessed.

The interval is that of a Bayesian bootstrap (Rubin, *Annals of Statistics* 9, 1981): weights on the
measured runs are drawn from a flat Dirichlet distribution, the planned runs are drawn from them
with these weights, and 5, 50 and 95 % of the sums are shown. So it holds both how runs vary and how
few were measured, but not that other tasks may cost more than those that were measured.
"""

from __future__ import annotations

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


class Kind(NamedTuple):
    """Runs that are expected to cost alike: names of profile, harness, task and budget."""

    model: str
    harness: str
    task: str
    budget: str


class Range(NamedTuple):
    """A sum; an end is None where too little is known of it."""

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
        Of the bootstrap.
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
        tokens=_range(groups, [tokens for tokens, _ in drawn], whole),
        money=_range(groups, [money for _, money in drawn], whole),
        most=_most(groups, whole, budgets, prices),
        cut=sum(run.cut for run in used.values()),
    )


def most_money(budget: Budget, prices: Prices | None) -> float | None:
    """The most money that a budget lets a run spend; None without prices or without a bound.

    A budget in tokens bounds it by the kind that is dearest for what it counts. (A last request
    can go beyond a budget, by as much as the model may answer at once.)
    """
    if prices is None or budget.kind == "time":
        return None
    if budget.kind == "money":
        return budget.limit
    pairs = [(getattr(prices, kind), getattr(budget.weights, kind)) for kind in KINDS]
    if any(price and not weight for price, weight in pairs):
        return None
    return (
        max((price / weight for price, weight in pairs if price), default=0.0) * budget.limit / 1e6
    )


def _group(kind: Kind, runs: int, measured: Sequence[Measured]) -> _Group:
    harness = tuple(run for run in measured if run.harness == kind.harness)
    model = tuple(run for run in harness if run.model == kind.model)
    task = tuple(run for run in model if run.task == kind.task)
    for basis, pool in (("task", task), ("model", model)):
        if len(pool) >= _ENOUGH:
            return _Group(kind, runs, pool, basis)
    return _Group(kind, runs, harness, "harness" if harness else None)


def _drawn(
    groups: Sequence[_Group],
    budgets: Mapping[tuple[str, str], Budget],
    prices: Mapping[str, Prices | None],
    seed: int,
) -> list[tuple[Floats | None, Floats | None]]:
    """Draws of the sum of tokens and of money of each group; None where it is not known."""
    import numpy as np

    random = np.random.default_rng(seed)
    weights: dict[tuple[str, ...], Floats] = {}
    out: list[tuple[Floats | None, Floats | None]] = []
    for kind, runs, pool, _ in groups:
        if not pool:
            out.append((None, None))
            continue
        # Groups with one pool share its weights: what was measured errs for all of them alike.
        key = tuple(run.id for run in pool)
        if key not in weights:
            weights[key] = random.dirichlet(np.ones(len(pool)), _DRAWS)
        cost = _within(pool, budgets[kind.model, kind.budget])
        counts = random.multinomial(runs, weights[key])
        kinds = counts @ cost
        price = prices[kind.model]
        money = kinds @ _vector(price) / 1e6 if price else None
        out.append((kinds.sum(axis=1), money))
    return out


def _within(pool: Sequence[Measured], budget: Budget) -> Floats:
    """Tokens of the measured runs by kind, as far as the budget would have let them go."""
    import numpy as np

    cost = np.array([run.tokens for run in pool], dtype=float)
    cost += np.array([run.earlier for run in pool])
    if budget.kind == "time":
        return cost
    counted = budget.prices if budget.kind == "money" and budget.prices else budget.weights
    spent = cost @ _vector(counted) / (1e6 if budget.kind == "money" else 1.0)
    share = np.minimum(budget.limit / np.maximum(spent, 1e-12), 1.0)
    out: Floats = cost * share[:, None]
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
        tokens=_range(groups, [tokens for tokens, _ in drawn], held),
        money=_range(groups, [money for _, money in drawn], held),
        most=_most(groups, held, budgets, prices),
    )


def _range(groups: Sequence[_Group], drawn: Sequence[Floats | None], held: Sequence[int]) -> Range:
    import numpy as np

    parts = [drawn[k] for k in held]
    known = [part for part in parts if part is not None]
    if len(known) < len(parts):
        return Range()
    if not known:
        return Range(0.0, 0.0, 0.0)
    low, median, high = np.quantile(np.sum(known, axis=0), _SHARES).tolist()
    # Of a single measured run nobody knows how far others lie from it.
    lone = any(len(groups[k].pool) == 1 for k in held)
    return Range(None if lone else low, median, None if lone else high)


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
