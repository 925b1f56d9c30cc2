"""Joint mode: abilities and items at their most likely values under estimated priors.

Block Newton (items given abilities, abilities given items), priors by empirical Bayes, and the
covariance of all abilities by the Schur complement of the item block. Right where items have many
answers; with few it is too sure, and :mod:`headway.scale.items.integrated` is used.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from headway.scale.items.blocks import bounded, item_step, leaning, settled
from headway.scale.items.loops import Loops, Walk, walking
from headway.scale.items.population import PSEUDO, USUAL_SD, Population, usual
from headway.scale.items.schur import Certainty, ability_covariance
from headway.scale.table import Floats

SWEEPS, TOL, SINGLE_TOL = 200, 1e-5, 0.01  # of abilities, in their standard errors


@dataclass(frozen=True, eq=False)
class JointFit:
    """A joint mode, in the raw gauge of the abilities' prior.

    Attributes
    ----------
    theta : (M,) float
    item : (J, D) float
        (log a, b), or (b,) where the slope is 1.
    item_cov : (J, D, D) float
        Of the items given the abilities.
    population : Population
        Of the items.
    centre, spread : float
        Mean and SD of the abilities' prior.
    covariance : (M, M) float
        Of theta, items allowed for; variances (M,) where models are very many; nan where no
        errors were asked for.
    root : (M, M) float, optional
        Lower Cholesky factor of the inverse covariance, where there is a matrix.
    loglik : float
        Log-likelihood at the mode.
    sweeps : int
    moved : float
        Largest change of an ability in the last sweep, in its standard error given the items; what
        is left is a third of it or less.
    """

    theta: Floats
    item: Floats
    item_cov: Floats
    population: Population
    centre: float
    spread: float
    covariance: Floats
    root: Any
    loglik: float
    sweeps: int
    moved: float


@dataclass(frozen=True, eq=False)
class State:
    """Where the sweeps stand; abilities are N(centre, spread^2) a priori."""

    theta: Floats
    item: Floats
    item_cov: Floats
    population: Population
    spread: float
    centre: float = 0.0


def joint(over: Loops, *, slopes: bool = True, errors: bool = True) -> JointFit:
    """Fit abilities and items to their joint mode.

    Parameters
    ----------
    over : Loops
        The answers, and how they are summed.
    slopes : bool
        Whether items have slopes of their own (else 1).
    errors : bool
        Whether the covariance is wanted; it costs more than the mode.

    Returns
    -------
    JointFit
    """
    tol = TOL if over.exact else SINGLE_TOL
    with walking(over) as walk:
        state, sweeps, moved = sweep_until(walk, over, slopes=slopes, tol=tol)
    known = Certainty(np.full(len(state.theta), np.nan), None, np.nan)
    if errors:
        known = ability_covariance(
            over, state.theta, state.item, state.population.precision, 1 / state.spread**2
        )
    return JointFit(
        theta=state.theta,
        item=state.item,
        item_cov=state.item_cov,
        population=state.population,
        centre=state.centre,
        spread=state.spread,
        covariance=known.covariance,
        root=known.root,
        loglik=known.loglik,
        sweeps=sweeps,
        moved=moved,
    )


def sweep_until(
    walk: Walk[Any], over: Loops, *, slopes: bool, tol: float, most: int = SWEEPS
) -> tuple[State, int, float]:
    """Sweep until no ability moves by more than ``tol`` errors; also the start of other methods."""
    state = _start(over, slopes=slopes)
    moved, sweeps = np.inf, 0
    while moved > tol and sweeps < most:
        before = state.theta
        state, error = _sweep(walk, over, state)
        moved, sweeps = distance(before, state.theta, error), sweeps + 1
    return state, sweeps, moved


def distance(before: Floats, after: Floats, unit: Floats | float = 1.0) -> float:
    """Largest change of a standardised ability: where zero and unit creep, nothing is meant.

    ``unit`` is what changes (M,) are measured by, in SDs of abilities.
    """

    def standard(theta: Floats) -> Floats:
        far: Floats = theta - theta.mean()
        return far / _spread(theta)

    return float(np.abs((standard(after) - standard(before)) / unit).max())


def _spread(theta: Floats) -> float:
    return max(float(theta.std()), 1e-8)


def _start(over: Loops, *, slopes: bool) -> State:
    def logit(won: Floats, tried: Floats) -> Floats:
        share = (won + 1) / (tried + 2)
        out: Floats = np.log(share / (1 - share))
        return out

    totals = over.data.totals
    theta = logit(totals.won_by_model, totals.tried_by_model)
    b = -logit(totals.won_by_item, totals.tried_by_item)
    theta = theta - theta.mean()
    if slopes:
        theta = theta / max(float(theta.std()), 0.1)
    item = b[:, None] if not slopes else np.stack([np.zeros_like(b), b], axis=1)
    mean, second = usual(item.shape[1])
    population = Population(mean, second - np.outer(mean, mean))
    cov = np.repeat(population.cov[None] / 4, len(b), axis=0)
    return centred(State(theta, item, cov, population, 1.0 if slopes else 1.5))


def _sweep(walk: Walk[Any], over: Loops, state: State) -> tuple[State, Floats]:
    """A step of every item, then of every ability, then of the populations of both.

    Also the standard errors (M,) of abilities given the items, in SDs of abilities.
    """
    precision, lean = state.population.precision, _lean(state)

    def step(part: slice) -> tuple[Floats, Floats, Floats, Floats]:
        u = state.item[part]
        u, cov = item_step(u, over.by_item(part, state.theta, u), precision, lean)
        return u, cov, *over.by_model(part, state.theta, u)

    items, covs, gradients, infos = zip(*walk(step, 1), strict=True)
    item, cov = np.concatenate(items), np.concatenate(covs)
    ease = 1 / state.spread**2
    info = np.sum(infos, axis=0) + ease
    gradient = np.sum(gradients, axis=0) - ease * (state.theta - state.centre)
    after = State(
        theta=state.theta + bounded(gradient / info),
        item=item,
        item_cov=cov,
        population=settled(state.population, item, cov),
        spread=state.spread,
        centre=state.centre,
    )
    error = np.sqrt(1 / info) / _spread(after.theta)
    return centred(with_prior(after, 1 / info)), error


def _lean(state: State) -> Floats:
    """How far items stay short of their modes: see :func:`leaning`."""
    pull = (state.theta - state.centre) / state.spread**2
    of_unit, of_zero = state.theta @ pull, -pull.sum()
    scores = np.array([of_unit, of_zero][-state.item.shape[1] :])
    return leaning(state.item, state.item_cov, state.population.precision, scores)


def centred(state: State) -> State:
    """The same curves with the population of items at mean 0.

    The likelihood does not notice; without this the sweeps creep along that direction.
    """
    unit = float(np.exp(state.population.mean[0])) if state.item.shape[1] == 2 else 1.0
    shift = float(state.population.mean[-1])
    item = state.item - state.population.mean
    item[:, -1] *= unit
    scale = np.ones(item.shape[1])
    scale[-1] = unit
    both = np.outer(scale, scale)
    return State(
        theta=(state.theta - shift) * unit,
        item=item,
        item_cov=state.item_cov * both,
        population=Population(np.zeros(len(scale)), state.population.cov * both),
        spread=state.spread * unit,
        centre=(state.centre - shift) * unit,
    )


def with_prior(state: State, variance: Floats) -> State:
    """Centre and spread of abilities by empirical Bayes: their errors count as spread.

    Pseudo-models among the pseudo-items keep one model, or models all alike, from having none.
    """
    theta, size = state.theta, len(state.theta) + PSEUDO
    centre = float(theta.sum()) / size
    total = float(((theta - centre) ** 2 + variance).sum()) + PSEUDO * (
        USUAL_SD[-1] ** 2 + centre**2
    )
    spread = float(np.sqrt(total / size))
    return replace(state, centre=centre, spread=spread)
