"""Joint mode: abilities and items at their most likely values under estimated priors.

Block Newton (items given abilities, abilities given items), priors by empirical Bayes, and the
covariance of all abilities by the Schur complement of the item block. Right where items have many
answers; with few it is too sure, and :mod:`headway.scale.items.integrated` is used.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np

from headway.scale.items.curve import sigmoid
from headway.scale.items.grid import Grid, Walk, grid, walking
from headway.scale.items.population import PSEUDO, USUAL_SD, Population, fitted, usual
from headway.scale.responses import Responses
from headway.scale.table import Floats

SWEEPS, TOL = 200, 1e-7
LONGEST = 2.0  # no parameter moves further in one step


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
        Of theta, items allowed for.
    loglik : float
        Log-likelihood at the mode.
    sweeps : int
    moved : float
        Largest change of an ability in the last sweep.
    """

    theta: Floats
    item: Floats
    item_cov: Floats
    population: Population
    centre: float
    spread: float
    covariance: Floats
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


def joint(responses: Responses, *, slopes: bool = True, floor: float = 0.0) -> JointFit:
    """Fit abilities and items to their joint mode.

    Parameters
    ----------
    responses : Responses
    slopes : bool
        Whether items have slopes of their own (else 1).
    floor : float
        Guess floor c of every item, fixed.

    Returns
    -------
    JointFit
    """
    data = grid(responses.by_cell())
    with walking(data.shape) as walk:
        state, sweeps, moved = sweep_until(walk, data, slopes=slopes, floor=floor, tol=TOL)
        covariance, loglik = _covariance(walk, data, state, floor)
    return JointFit(
        theta=state.theta,
        item=state.item,
        item_cov=state.item_cov,
        population=state.population,
        centre=state.centre,
        spread=state.spread,
        covariance=covariance,
        loglik=loglik,
        sweeps=sweeps,
        moved=moved,
    )


def sweep_until(
    walk: Walk[Any], data: Grid, *, slopes: bool, floor: float, tol: float, most: int = SWEEPS
) -> tuple[State, int, float]:
    """Sweep until no ability moves by more than ``tol``; also the start of other methods."""
    state = _start(data, slopes=slopes)
    moved, sweeps = np.inf, 0
    while moved > tol and sweeps < most:
        before = state.theta
        state = _models(walk, data, _items(walk, data, state, floor), floor)
        moved, sweeps = distance(before, state.theta), sweeps + 1
    return state, sweeps, moved


def distance(before: Floats, after: Floats) -> float:
    """Largest change of a standardised ability: where zero and unit creep, nothing is meant."""

    def standard(theta: Floats) -> Floats:
        far: Floats = theta - theta.mean()
        return far / max(float(far.std()), 1e-8)

    return float(np.abs(standard(after) - standard(before)).max())


def _start(data: Grid, *, slopes: bool) -> State:
    def logit(axis: int) -> Floats:
        won, tried = (x.sum(axis=axis, dtype=float) for x in (data.won, data.tried))
        share = (won + 1) / (tried + 2)
        out: Floats = np.log(share / (1 - share))
        return out

    theta, b = logit(0), -logit(1)
    theta = theta - theta.mean()
    if slopes:
        theta = theta / max(float(theta.std()), 0.1)
    item = b[:, None] if not slopes else np.stack([np.zeros_like(b), b], axis=1)
    mean, second = usual(item.shape[1])
    population = Population(mean, second - np.outer(mean, mean))
    cov = np.repeat(population.cov[None] / 4, len(b), axis=0)
    return centred(State(theta, item, cov, population, 1.0 if slopes else 1.5))


class Cell(NamedTuple):
    """Derivatives of cells by z, (J', M) for a slice of items."""

    z: Floats
    error: Floats
    weight: Floats


def slope_and_place(item: Floats) -> tuple[Floats, Floats]:
    """Slope a and difficulty b of items (..., D)."""
    b = item[..., -1]
    return (np.exp(item[..., 0]) if item.shape[-1] == 2 else np.ones_like(b)), b


def cell(data: Grid, part: slice, theta: Floats, item: Floats, floor: float) -> Cell:
    """Score and expected information by z = a (theta - b)."""
    a, b = slope_and_place(item[part])
    y, n = data.rows(part)
    z = a[:, None] * theta - (a * b)[:, None]
    s = sigmoid(z)
    if not floor:
        return Cell(z, y - n * s, n * s * (1 - s))
    p = floor + (1 - floor) * s
    pull = s / np.maximum(p, 1e-300)
    return Cell(z, (y - n * p) * pull, n * (1 - floor) * s * (1 - s) * pull)


def _blocks(here: Cell, a: Floats, d: int) -> tuple[Floats, Floats]:
    """Gradient (J', D) and expected information (J', D, D) of the likelihood by items."""
    error, weight, z = here.error, here.weight, here.z
    by_b, bb = -a * error.sum(axis=1), a * a * weight.sum(axis=1)
    if d == 1:
        return by_b[:, None], bb[:, None, None]
    wz = weight * z
    ab = -a * wz.sum(axis=1)
    aa = np.einsum("jm,jm->j", wz, z)
    gradient = np.stack([np.einsum("jm,jm->j", error, z), by_b], axis=1)
    return gradient, np.stack([np.stack([aa, ab], -1), np.stack([ab, bb], -1)], axis=-2)


def _items(walk: Walk[Any], data: Grid, state: State, floor: float) -> State:
    precision = state.population.precision

    def step(part: slice) -> tuple[Floats, Floats]:
        here = cell(data, part, state.theta, state.item, floor)
        u = state.item[part]
        gradient, info = _blocks(here, slope_and_place(u)[0], u.shape[1])
        gradient = gradient - u @ precision
        cov = np.asarray(np.linalg.inv(info + precision), dtype=float)
        return u + bounded(np.einsum("jde,je->jd", cov, gradient)), cov

    item, cov = (np.concatenate(x) for x in zip(*walk(step, 1), strict=True))
    # A mean held at 0 here would let abilities shrink while slopes grow: a joint mode has no other
    # hold on the unit.
    return centred(replace(state, item=item, item_cov=cov, population=fitted(item, cov)))


def _models(walk: Walk[Any], data: Grid, state: State, floor: float) -> State:
    def step(part: slice) -> tuple[Floats, Floats]:
        here = cell(data, part, state.theta, state.item, floor)
        a, _ = slope_and_place(state.item[part])
        return a @ here.error, (a * a) @ here.weight

    gradient, info = (np.sum(x, axis=0) for x in zip(*walk(step, 1), strict=True))
    ease = 1 / state.spread**2
    theta = state.theta + bounded((gradient - ease * (state.theta - state.centre)) / (info + ease))
    return with_prior(replace(state, theta=theta), 1 / (info + ease))


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


def bounded(step: Floats) -> Floats:
    """A step in which nothing moves too far."""
    return np.clip(step, -LONGEST, LONGEST)


def _covariance(walk: Walk[Any], data: Grid, state: State, floor: float) -> tuple[Floats, float]:
    """Inverse of the Schur complement of the item block, and the log-likelihood."""
    m, d = len(state.theta), state.item.shape[1]
    precision = state.population.precision

    def part_of(part: slice) -> tuple[Floats, Floats, float]:
        here = cell(data, part, state.theta, state.item, floor)
        a, _ = slope_and_place(state.item[part])
        cov = np.linalg.inv(_blocks(here, a, d)[1] + precision)
        root = np.linalg.cholesky(cov)
        cross = -(a * a)[:, None] * here.weight
        both = cross[:, None] if d == 1 else np.stack([a[:, None] * here.weight * here.z, cross], 1)
        lost = np.einsum("jde,jdm->jem", root, both).reshape(-1, m)
        y, n = data.rows(part)
        return (a * a) @ here.weight, lost.T @ lost, loglik(here.z, y, n, floor)

    kept, lost, value = zip(*walk(part_of, 3), strict=True)
    info = np.diag(np.sum(kept, axis=0) + 1 / state.spread**2) - np.sum(lost, axis=0)
    return np.asarray(np.linalg.inv(info), dtype=float), float(np.sum(value))


def loglik(z: Floats, y: Floats, n: Floats, floor: float) -> float:
    """Sum over cells of y log p + (n - y) log q."""
    from headway.scale.items.curve import curve

    at = curve(z, floor)
    return float((y * at.log_p + (n - y) * at.log_q).sum())
