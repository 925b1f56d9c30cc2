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

from headway.scale.items.blocks import LONGEST, bounded
from headway.scale.items.joint import State, distance, sweep_until, with_prior
from headway.scale.items.loops import Loops, add_squares, mirrored, shared, walking
from headway.scale.items.population import (
    PSEUDO,
    Population,
    fitted_at_zero,
    from_natural,
    hermite,
    lower,
    polynomials,
    powers,
    pseudo_powers,
)
from headway.scale.table import Floats

FINE, COARSE, SMALL = 11, 5, 40_000  # nodes a dimension, with up to so many cells and beyond
# Degree up to which scores are taken as polynomials of (log a, b): standard errors are then right
# to 0.1% with few answers an item and fine nodes, and with 70 answers and coarse ones.
DEGREES = {COARSE: 3}
DEGREE = 5
START_SWEEPS, WARM, STEPS = 6, 3, 100
START_TOL, TOL = 0.1, 1e-4  # of abilities: in their standard errors, and in their SD
NEAR = 1e-2  # standard errors: closer than that, any step will do


@dataclass(frozen=True, eq=False)
class IntegratedFit:
    """A mode of abilities with items integrated out, in the raw gauge of the abilities' prior.

    Attributes
    ----------
    theta : (M,) float
    whole : (M + D', M + D') float
        Covariance of theta and of the natural parameters of the population, the items allowed for.
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
    whole: Floats
    item: Floats
    item_cov: Floats
    population: Population
    centre: float
    spread: float
    loglik: float
    steps: int
    moved: float

    @property
    def covariance(self) -> Floats:
        """Covariance of theta, (M, M)."""
        m = len(self.theta)
        return self.whole[:m, :m]


def integrated(over: Loops, *, slopes: bool = True, order: int | None = None) -> IntegratedFit:
    """Fit abilities with every item integrated out.

    Parameters
    ----------
    over : Loops
        The answers, and how they are summed.
    slopes : bool
        Whether items have slopes of their own (else 1).
    order : int, optional
        Nodes a dimension of each item's sum; by default more where there are few cells.

    Returns
    -------
    IntegratedFit
    """
    if order is None:
        order = FINE if over.data.size <= SMALL else COARSE
    with walking(over) as walk:
        # Few sweeps: where answers are few the joint mode runs off to steep slopes.
        state, _, _ = sweep_until(walk, over, slopes=slopes, tol=START_TOL, most=START_SWEEPS)
        problem = _problem(over, order, state.item.shape[1])
        for _ in range(WARM):
            state = _gentle(problem, state)
        return _newton(problem, state)


def items_at(over: Loops, fit: IntegratedFit, theta: Floats, population: Population) -> Floats:
    """Posterior means (J, D) of items given abilities and a population near those of a fit."""
    problem = _problem(over, COARSE, fit.item.shape[1])
    state = State(theta, fit.item, fit.item_cov, population, fit.spread, fit.centre)
    for _ in range(2):  # nodes follow
        state = _look(problem, state, louis=False).state
    return state.item


class _Problem(NamedTuple):
    """Answers, nodes (K, D), their log weights without the normal density, and polynomials."""

    over: Loops
    nodes: Floats
    log_weights: Floats
    powers: Floats


def _problem(over: Loops, order: int, d: int) -> _Problem:
    x, w = hermite(order, d)
    log_w = np.log(w) + 0.5 * (x**2).sum(axis=1) + 0.5 * d * np.log(2 * np.pi)
    return _Problem(over, x, log_w, polynomials(x, DEGREES.get(order, DEGREE)))


class _Look(NamedTuple):
    """The surface at one state; ``state`` carries the items' new posterior moments."""

    value: float
    gradient: Floats
    info: Floats
    second: Floats
    lost: Floats
    state: State


def _look(problem: _Problem, state: State, *, louis: bool) -> _Look:
    m, d = len(state.theta), state.item.shape[1]
    width, size = len(problem.nodes), (m + 3) ** 2 if louis else m

    def work(parts: list[slice]) -> _Sum:
        total = _Sum(m, d, problem.over.exact, louis=louis)
        for part in parts:
            total.add(problem, state, part)
        return total

    sums = shared(problem.over, width, size, work)
    ease, far = 1 / state.spread**2, state.theta - state.centre
    item = np.concatenate([x for s in sums for x in s.item])
    cov = np.concatenate([x for s in sums for x in s.item_cov])
    return _Look(
        value=sum(s.value for s in sums),
        gradient=np.sum([s.gradient for s in sums], axis=0) - ease * far,
        info=np.sum([s.info for s in sums], axis=0) + ease,
        second=np.sum([s.second for s in sums], axis=0),
        lost=_joined(sums) if louis else np.zeros(()),
        state=replace(state, item=item, item_cov=cov),
    )


class _Sum:
    """Items summed over their nodes, slice by slice.

    ``square`` (M, M, lower triangle), ``cross`` (M, D') and ``corner`` (D', D') add up the
    posterior covariances of the scores by theta and by the natural parameters of the population.
    """

    def __init__(self, m: int, d: int, exact: bool, *, louis: bool) -> None:
        p = d * (d + 1) // 2
        self.value, self.gradient, self.info = 0.0, np.zeros(m), np.zeros(m)
        self.item: list[Floats] = []
        self.item_cov: list[Floats] = []
        self.second, self.cross, self.corner = np.zeros(p), np.zeros((m, p)), np.zeros((p, p))
        kind = np.float64 if exact else np.float32
        self.square: Any = np.zeros((m, m), dtype=kind, order="F") if louis else None

    def add(self, problem: _Problem, state: State, part: slice) -> None:
        """Sum over nodes u = mean + root x of the last posterior of each item."""
        root = lower(state.item_cov[part])
        u = state.item[part][:, None] + np.einsum("jde,ke->jkd", root, problem.nodes)
        log_weight = np.log(np.diagonal(root, axis1=1, axis2=2)).sum(axis=1)[:, None]
        log_weight = log_weight + problem.log_weights + state.population.log_density(u)
        louis = self.square is not None
        functions = problem.powers if louis else problem.powers[:, :0]
        here = problem.over.nodes(part, state.theta, u, log_weight, powers=functions)
        self.value += float(here.total.sum())
        self.gradient += here.gradient
        self.info += here.info
        w, t = here.share, powers(u)
        mean = np.einsum("jk,jkd->jd", w, u)
        far = u - mean[:, None]
        self.item.append(mean)
        cov = np.einsum("jk,jkd,jke->jde", w, far, far)
        self.item_cov.append(cov + 1e-12 * np.eye(u.shape[2]))
        by_item = np.einsum("jk,jkd->jd", w, t)
        self.second += by_item.sum(axis=0)
        if louis:
            t = np.einsum("jkr,jkd->jrd", here.basis, t * np.sqrt(w)[..., None])
            t = t.reshape(-1, t.shape[2])
            self.corner += t.T @ t
            self.cross += here.rows.T @ t.astype(here.rows.dtype)
            self.square = add_squares(here.rows, self.square)


def _joined(sums: list[_Sum]) -> Floats:
    """Posterior covariance of the scores by (theta, natural parameters)."""
    m = len(sums[0].gradient)
    out = np.empty((m + len(sums[0].second),) * 2)
    square = sums[0].square
    for more in sums[1:]:
        square += more.square
    out[:m, :m] = mirrored(square)
    out[:m, m:] = np.sum([s.cross for s in sums], axis=0)
    out[m:, :m] = out[:m, m:].T
    out[m:, m:] = np.sum([s.corner for s in sums], axis=0)
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
    return IntegratedFit(
        theta=state.theta,
        whole=covariance,
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
    """A Newton step, shortened until it gets nearer; where none does, a gentle one."""
    height, left = _height(look, state, state), _left(look, covariance)
    for size in (1.0, 0.3, 0.1):
        after = _step(look, state, covariance, size)
        seen = _look(problem, after, louis=True)
        # Nodes move with the state, so heights of two states are not quite of one surface: near
        # the top the gradient tells.
        nearer = _left(seen, covariance) < max(left, NEAR**2)
        if nearer or _height(seen, after, state) > height:
            return after, seen
    after = _gentle(problem, state)
    return after, _look(problem, after, louis=True)


def _left(look: _Look, covariance: Floats) -> float:
    """How far off the gradient says that abilities are, in mean squared standard errors."""
    m = len(look.gradient)
    return float(look.gradient @ covariance[:m, :m] @ look.gradient) / m


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
    observed = (complete - look.lost) * np.outer(scale, scale)
    try:
        root = np.linalg.inv(np.linalg.cholesky(observed)) * scale
    except np.linalg.LinAlgError:
        size, axes = np.linalg.eigh(observed)
        size = np.where(size > 1e-8, size, 1.0)  # in these units complete information is 1
        root = (axes * scale[:, None] / np.sqrt(size)).T
    out: Floats = root.T @ root
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
