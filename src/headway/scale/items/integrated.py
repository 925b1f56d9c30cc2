"""Few models, many items: abilities are parameters, items are integrated out.

Each item's (log a, b) is a draw from a normal population whose spread is estimated; its mean is
held at 0, which fixes zero and unit during the fit. (A mode under abilities N(0, 1) and a free
population has none: all abilities shrink to 0 while slopes grow.) Its integral is an
adaptive Gauss-Hermite sum around its own posterior (Naylor & Smith 1982, *Applied Statistics* 31;
Liu & Pierce 1994, *Biometrika* 81). Abilities and the population are brought to the mode by Newton
steps on the observed information (Louis 1982, *JRSS B* 44), whose inverse is the covariance of
the abilities with the uncertainty of every item and of the population in it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np

from headway.scale.items.curve import curve
from headway.scale.items.grid import Grid, Walk, grid, walking
from headway.scale.items.joint import (
    LONGEST,
    State,
    bounded,
    distance,
    slope_and_place,
    sweep_until,
    with_prior,
)
from headway.scale.items.population import (
    PSEUDO,
    Population,
    fitted_at_zero,
    from_natural,
    hermite,
    powers,
    pseudo_powers,
)
from headway.scale.responses import Responses
from headway.scale.table import Floats

FINE, COARSE, SMALL = 11, 5, 40_000  # nodes a dimension, with up to so many cells and beyond
START_SWEEPS, WARM, STEPS = 6, 3, 100
SLACK = 0.01  # of the log posterior: nodes move with the state, so its sum is not quite one surface
START_TOL, TOL = 1e-2, 1e-4  # of abilities, in their SD


@dataclass(frozen=True, eq=False)
class IntegratedFit:
    """A mode of abilities with items integrated out, in the raw gauge of the abilities' prior.

    Attributes
    ----------
    theta : (M,) float
    covariance : (M, M) float
        Of theta, the items and their population allowed for.
    item, item_cov : (J, D) and (J, D, D) float
        Posterior mean and covariance of (log a, b), or (b,), given the abilities.
    population : Population
    centre, spread : float
        Mean and SD of the abilities' prior.
    loglik : float
        Marginal log-likelihood (abilities and population at the mode).
    steps : int
    moved : float
        Largest change of an ability in the last step.
    """

    theta: Floats
    covariance: Floats
    item: Floats
    item_cov: Floats
    population: Population
    centre: float
    spread: float
    loglik: float
    steps: int
    moved: float


def integrated(
    responses: Responses, *, slopes: bool = True, floor: float = 0.0, order: int | None = None
) -> IntegratedFit:
    """Fit abilities with every item integrated out.

    Parameters
    ----------
    responses : Responses
    slopes : bool
        Whether items have slopes of their own (else 1).
    floor : float
        Guess floor c of every item, fixed.
    order : int, optional
        Nodes a dimension of each item's sum; by default more where there are few cells.

    Returns
    -------
    IntegratedFit
    """
    data = grid(responses.by_cell())
    if order is None:
        order = FINE if data.won.size <= SMALL else COARSE
    with walking(data.shape) as walk:
        # Few sweeps: where answers are few the joint mode runs off to steep slopes.
        state, _, _ = sweep_until(
            walk, data, slopes=slopes, floor=floor, tol=START_TOL, most=START_SWEEPS
        )
        problem = _Problem(walk, data, floor, *hermite(order, state.item.shape[1]))
        for _ in range(WARM):
            state = _gentle(problem, state)
        return _newton(problem, state)


class _Problem(NamedTuple):
    walk: Walk[Any]
    data: Grid
    floor: float
    nodes: Floats
    weights: Floats


class _Part(NamedTuple):
    """A slice of items summed over its nodes."""

    value: float
    gradient: Floats
    info: Floats
    item: Floats
    item_cov: Floats
    second: Floats
    lost: Floats


class _Look(NamedTuple):
    """The surface at one state; ``state`` carries the items' new posterior moments."""

    value: float
    gradient: Floats
    info: Floats
    second: Floats
    lost: Floats
    state: State


def _look(problem: _Problem, state: State, *, louis: bool) -> _Look:
    width = len(problem.weights)
    parts = problem.walk(lambda part: _part(problem, state, part, louis=louis), width)
    ease, far = 1 / state.spread**2, state.theta - state.centre
    item = np.concatenate([p.item for p in parts])
    cov = np.concatenate([p.item_cov for p in parts])
    return _Look(
        value=sum(p.value for p in parts),
        gradient=np.sum([p.gradient for p in parts], axis=0) - ease * far,
        info=np.sum([p.info for p in parts], axis=0) + ease,
        second=np.sum([p.second for p in parts], axis=0),
        lost=np.sum([p.lost for p in parts], axis=0),
        state=replace(state, item=item, item_cov=cov),
    )


def _part(problem: _Problem, state: State, part: slice, *, louis: bool) -> _Part:
    """Sum over nodes u = mean + root x of the last posterior of each item."""
    y, n = problem.data.rows(part)
    root = np.linalg.cholesky(state.item_cov[part])
    u = state.item[part][:, None] + np.einsum("jde,ke->jkd", root, problem.nodes)
    a, b = slope_and_place(u)
    z = a[..., None] * state.theta - (a * b)[..., None]
    value, error, weight = _cells(z, y, n, problem.floor)
    stretch = np.log(problem.weights) + 0.5 * (problem.nodes**2).sum(axis=1)
    half_log_det = np.log(np.diagonal(root, axis1=1, axis2=2)).sum(axis=1, keepdims=True)
    around = 0.5 * u.shape[2] * np.log(2 * np.pi)
    log_w = value + state.population.log_density(u) + stretch + half_log_det + around
    top = log_w.max(axis=1, keepdims=True)
    w = np.exp(log_w - top)
    total = w.sum(axis=1, keepdims=True)
    w /= total
    t = powers(u)
    mean = np.einsum("jk,jkd->jd", w, u)
    far = u - mean[:, None]
    cov = np.einsum("jk,jkd,jke->jde", w, far, far) + 1e-12 * np.eye(u.shape[2])
    score = a[..., None] * error
    by_theta = np.matmul(w[:, None], score)[:, 0]
    return _Part(
        value=float((top + np.log(total)).sum()),
        gradient=by_theta.sum(axis=0),
        info=np.einsum("jk,jkm->m", w * a * a, weight),
        item=mean,
        item_cov=cov,
        second=np.einsum("jk,jkd->d", w, t),
        lost=_lost(w, score - by_theta[:, None], t) if louis else np.zeros(()),
    )


def _cells(z: Floats, y: Floats, n: Floats, floor: float) -> tuple[Floats, Floats, Floats]:
    """Log-likelihood of each item at its nodes (J', K), score and curvature by z (J', K, M)."""
    if floor:
        return _floored(z, y, n, floor)
    np.clip(z, -500, 500, out=z)  # a node far out must not earn more than certainty
    odds = np.exp(z)
    value = np.matmul(z, y[..., None])[..., 0]
    p = 1 + odds
    value -= np.matmul(np.log(p), n[..., None])[..., 0]
    np.divide(odds, p, out=p)
    np.multiply(p, n[:, None], out=odds)  # n p
    error = y[:, None] - odds
    np.subtract(1, p, out=p)
    odds *= p
    return value, error, odds


def _floored(z: Floats, y: Floats, n: Floats, floor: float) -> tuple[Floats, Floats, Floats]:
    at = curve(z, floor)
    y, n = y[:, None], n[:, None]
    value = (y * at.log_p + (n - y) * at.log_q).sum(axis=2)
    room = at.s * (1 - at.s)
    off = y - n * at.p
    weight = n * (1 - floor) * room * at.pull - off * room * at.guess / at.p
    return value, off * at.pull, weight


def _lost(w: Floats, score: Floats, t: Floats) -> Floats:
    """Posterior covariances of the scores by (theta, natural parameters), summed over items."""
    t = t - np.einsum("jk,jkd->jd", w, t)[:, None]
    rows = np.concatenate([score, t], axis=2) * np.sqrt(w)[..., None]
    flat = rows.reshape(-1, rows.shape[2])
    out: Floats = flat.T @ flat
    return out


def _gentle(problem: _Problem, state: State) -> State:
    """One step that cannot fail: each ability by its own curvature, population by its moments."""
    look = _look(problem, state, louis=False)
    new = look.state
    theta = state.theta + bounded(look.gradient / look.info)
    population = fitted_at_zero(new.item, new.item_cov)
    return with_prior(replace(new, theta=theta, population=population), 1 / look.info)


def _newton(problem: _Problem, state: State) -> IntegratedFit:
    moved, steps = np.inf, 0
    look = _look(problem, state, louis=True)
    while True:
        covariance = _inverse(look, state)
        if moved <= TOL or steps >= STEPS:
            break
        after, seen = _climb(problem, look, state, covariance)
        moved, steps = distance(state.theta, after.theta), steps + 1
        state, look = after, seen
    m = len(state.theta)
    return IntegratedFit(
        theta=state.theta,
        covariance=covariance[:m, :m],
        item=look.state.item,
        item_cov=look.state.item_cov,
        population=state.population,
        centre=state.centre,
        spread=state.spread,
        loglik=look.value,
        steps=steps,
        moved=moved,
    )


def _climb(problem: _Problem, look: _Look, state: State, covariance: Floats) -> tuple[State, _Look]:
    """A Newton step, shortened until it climbs; where none does, a gentle one."""
    height = _height(look, state, state)
    for size in (1.0, 0.3, 0.1):
        after = _step(look, state, covariance, size)
        seen = _look(problem, after, louis=True)
        if _height(seen, after, state) > height - SLACK:
            return after, seen
    after = _gentle(problem, state)
    return after, _look(problem, after, louis=True)


def _height(look: _Look, state: State, prior: State) -> float:
    """Log posterior of a state under the abilities' prior of ``prior``."""
    far = (state.theta - prior.centre) / prior.spread
    population = state.population
    _, log_det = np.linalg.slogdet(2 * np.pi * population.cov)
    pseudo = population.natural() @ pseudo_powers(len(population.mean)) - 0.5 * log_det
    return look.value - 0.5 * float(far @ far) + PSEUDO * float(pseudo)


def _inverse(look: _Look, state: State) -> Floats:
    """Inverse of the observed information; axes of no or negative curvature are made stiff."""
    m, j = len(look.gradient), len(state.item)
    _, spread = state.population.moments()
    complete = np.zeros((m + len(spread), m + len(spread)))
    complete[np.arange(m), np.arange(m)] = look.info
    complete[m:, m:] = (j + PSEUDO) * spread
    scale = 1 / np.sqrt(np.diag(complete))
    size, axes = np.linalg.eigh((complete - look.lost) * np.outer(scale, scale))
    size = np.where(size > 1e-8, size, 1.0)  # in these units complete information is 1
    axes = axes * scale[:, None]
    out: Floats = (axes / size) @ axes.T
    return out


def _step(look: _Look, state: State, covariance: Floats, share: float) -> State:
    """A share of the Newton step of abilities and population, until a population exists."""
    m, (j, d) = len(look.gradient), state.item.shape
    mean, _ = state.population.moments()
    pull = look.second + PSEUDO * pseudo_powers(d) - (j + PSEUDO) * mean
    step = covariance @ np.concatenate([look.gradient, pull])
    size = share * min(1.0, LONGEST / max(float(np.abs(step[:m]).max()), 1e-300))
    population = from_natural(state.population.natural() + size * step[m:])
    while population is None:
        size /= 2
        population = from_natural(state.population.natural() + size * step[m:])
    new = replace(look.state, theta=state.theta + size * step[:m], population=population)
    return with_prior(new, np.diag(covariance)[:m])
