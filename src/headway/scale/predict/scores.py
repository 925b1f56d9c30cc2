"""Predictions for a model: single cells, a benchmark it ran in part, and items like them.

Two accuracies (NIST AI 800-3): the **benchmark accuracy** is the mean chance on these fixed items;
the **generalised accuracy** that on all items like them, of which these are a sample. Beside them
stands the score that one run of all items would print, its unrun answers drawn.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from headway.errors import ScaleError, UnknownNameError
from headway.scale.diagnose.look import chances, floors
from headway.scale.predict.worlds import Worlds, drawn_chances, likings, new_items
from headway.scale.table import Floats, Ints

NODES = 11  # a dimension, over the population of items


@dataclass(frozen=True)
class Estimate:
    """A mean with a central interval."""

    mean: float
    low: float
    high: float
    sd: float


@dataclass(frozen=True, eq=False)
class Cells:
    """Chances of one model on K items.

    Attributes
    ----------
    items : (K,) int
    mean, low, high : (K,) float
        Predictive chance of success, and its interval over abilities and items.
    run : (K,) bool
        Whether the model has answered it.
    """

    items: Ints
    mean: Floats
    low: Floats
    high: Floats
    run: npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Score:
    """What a model scores on a set of items of which it ran some.

    Attributes
    ----------
    items, run : int
        Items of the set, and those that the model answered.
    observed : float or None
        Share solved of those it ran.
    score : Estimate
        Of one run of all items: answered ones as they were, the others drawn.
    benchmark : Estimate
        Benchmark accuracy: mean chance on these fixed items.
    generalised : Estimate
        Generalised accuracy: mean chance on all items like them.
    imputation : float
        SD of the score that comes from the unrun items (ability, items and answers).
    """

    items: int
    run: int
    observed: float | None
    score: Estimate
    benchmark: Estimate
    generalised: Estimate
    imputation: float


def cells(world: Worlds, model: str, items: Ints | None = None, *, level: float = 0.9) -> Cells:
    """Chances of a model on items of the scale, run or not.

    Raises
    ------
    UnknownNameError
        If the model is not on the scale.
    """
    k = place_of(world, model)
    _need_draws(world)
    chosen = np.arange(world.look.n_items) if items is None else items
    p = drawn_chances(world, k, chosen)
    low, high = np.quantile(p, [(1 - level) / 2, (1 + level) / 2], axis=0)
    tried, _ = answered(world, k)
    return Cells(chosen, p.mean(axis=0), low, high, tried[chosen] > 0)


def new_item(world: Worlds, model: str, *, level: float = 0.9) -> Estimate:
    """Chance of a model on one new item of the population.

    Raises
    ------
    UnknownNameError
        If the model is not on the scale.
    """
    k = place_of(world, model)
    _need_draws(world)
    rng = np.random.default_rng([world.seed, 5, k])
    noise = rng.standard_normal((world.size, 1, world.look.by_item.shape[1]))
    liking = world.taste.spread * rng.standard_normal((world.size, 1))
    p = _new_chances(world, k, noise, np.arange(world.look.n_items), liking)
    return estimate(p[:, 0], level)


def score(world: Worlds, model: str, items: Ints, *, level: float = 0.9) -> Score:
    """Impute the score of a model on a set of items (indices) from those it ran.

    Raises
    ------
    UnknownNameError
        If the model is not on the scale.
    """
    k = place_of(world, model)
    _need_draws(world)
    p = drawn_chances(world, k, items)
    tried, won = answered(world, k)
    run = tried[items] > 0
    share = np.divide(won[items], tried[items], out=np.zeros(len(items)), where=run)
    rng = np.random.default_rng([world.seed, 4, k])
    drawn = (rng.random(p.shape) < p).astype(float)
    missing = drawn[:, ~run].sum(axis=1)
    total = (share[run].sum() + missing) / len(items)
    fixed = p.mean(axis=1)
    return Score(
        items=len(items),
        run=int(run.sum()),
        observed=float(won[items].sum() / tried[items].sum()) if run.any() else None,
        score=estimate(total, level),
        benchmark=estimate(fixed, level),
        generalised=estimate(_mean_of_new(world, k, items), level),
        imputation=float(np.std(missing / len(items))),
    )


def estimate(draws: Floats, level: float) -> Estimate:
    """Mean, central interval and SD of draws (S,)."""
    low, high = np.quantile(draws, [(1 - level) / 2, (1 + level) / 2])
    return Estimate(float(draws.mean()), float(low), float(high), float(draws.std()))


def place_of(world: Worlds, model: str) -> int:
    """Index of a model.

    Raises
    ------
    UnknownNameError
        If it is not on the scale; the nearest names are offered.
    """
    if model in world.scale.models:
        return world.scale.models.index(model)
    from difflib import get_close_matches

    near = get_close_matches(model, world.scale.models, n=3, cutoff=0.4)
    offer = f"; the nearest are {', '.join(near)}" if near else ""
    raise UnknownNameError(f"There is no model {model!r} on the scale{offer}.")


def items_of(world: Worlds, benchmark: str | None) -> Ints:
    """Items of a benchmark; all items where none is named.

    Raises
    ------
    UnknownNameError
        If the answers name no such benchmark.
    """
    if benchmark is None:
        return np.arange(world.look.n_items)
    levels = world.responses.labels.get("benchmark", ((), np.zeros(0, dtype=np.int64)))[0]
    if benchmark not in levels:
        known = ", ".join(levels) or "none (the responses have no column benchmark)"
        raise UnknownNameError(f"There is no benchmark {benchmark!r}; there are: {known}.")
    return np.flatnonzero(world.taste.benchmark == levels.index(benchmark))


def answered(world: Worlds, model: int) -> tuple[Floats, Floats]:
    """Trials and successes of a model on every item, (J,) each."""
    look = world.look
    rows = np.flatnonzero(look.model == model)
    tried, won = np.zeros(look.n_items), np.zeros(look.n_items)
    tried[look.item[rows]], won[look.item[rows]] = look.tried[rows], look.won[rows]
    return tried, won


def _mean_of_new(world: Worlds, model: int, like: Ints) -> Floats:
    """Mean chance (S,) over the population of some items, their benchmarks included."""
    from numpy.polynomial.hermite_e import hermegauss

    x, w = hermegauss(NODES)
    d = world.look.by_item.shape[1]
    noise = np.stack(np.meshgrid(*[x] * d, indexing="ij"), axis=-1).reshape(1, -1, d)
    weight = np.prod(np.stack(np.meshgrid(*[w] * d, indexing="ij"), axis=-1), axis=-1).reshape(-1)
    share = np.bincount(world.taste.benchmark[like], minlength=world.taste.mean.shape[1])
    out = np.zeros(world.size)
    for k in np.flatnonzero(share):
        p = _new_chances(world, model, noise, like, likings(world, model)[:, [k]])
        out += share[k] / len(like) * (p @ weight) / weight.sum()
    return out


def _new_chances(world: Worlds, model: int, noise: Floats, like: Ints, liking: Floats) -> Floats:
    """Chances (S, K) on new items like some, of a model that takes so to them (S, 1)."""
    a, b = new_items(world, noise, like)
    floor = float(np.mean(floors(world.scale)[like]))
    p, _ = chances(a, b, world.ability[:, [model]] + liking / a, np.asarray(floor))
    return p


def _need_draws(world: Worlds) -> None:
    if world.size < 2:
        raise ScaleError("Predictions need joint draws: fit the scale with draws=500.")
