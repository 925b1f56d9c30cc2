"""Joint mode: abilities and items at their most likely values under estimated priors.

Block Newton (items given abilities, abilities given items), priors by empirical Bayes, and the
covariance of all abilities by the Schur complement of the item block. Right where items have many
answers; with few it is too sure, and :mod:`headway.scale.items.integrated` is used.
"""

from __future__ import annotations

from dataclasses import dataclass
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
    spread : float
        SD of the abilities' prior.
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
        spread=state.spread,
        covariance=covariance,
        loglik=loglik,
        sweeps=sweeps,
        moved=moved,
    )


def sweep_until(
    walk: Walk[Any], data: Grid, *, slopes: bool, floor: float, tol: float
) -> tuple[State, int, float]:
    """Sweep until no ability moves by more than ``tol``; also the start of other methods."""
    state = _start(data, slopes=slopes)
    moved, sweeps = np.inf, 0
    while moved > tol and sweeps < SWEEPS:
        before = state.theta
        state = _models(walk, data, _items(walk, data, state, floor), floor)
        moved, sweeps = float(np.abs(state.theta - before).max()), sweeps + 1
    return state, sweeps, moved


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
    return State(theta, item, cov, population, 1.0 if slopes else 1.5)


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
        gradient = gradient - (u - state.population.mean) @ precision
        cov = np.asarray(np.linalg.inv(info + precision), dtype=float)
        return u + bounded(np.einsum("jde,je->jd", cov, gradient)), cov

    item, cov = (np.concatenate(x) for x in zip(*walk(step, 1), strict=True))
    return State(state.theta, item, cov, fitted(item, cov), state.spread)


def _models(walk: Walk[Any], data: Grid, state: State, floor: float) -> State:
    def step(part: slice) -> tuple[Floats, Floats]:
        here = cell(data, part, state.theta, state.item, floor)
        a, _ = slope_and_place(state.item[part])
        return a @ here.error, (a * a) @ here.weight

    gradient, info = (np.sum(x, axis=0) for x in zip(*walk(step, 1), strict=True))
    ease = 1 / state.spread**2
    theta = state.theta + bounded((gradient - ease * state.theta) / (info + ease))
    return _regauged(state, theta, 1 / (info + ease))


def _regauged(state: State, theta: Floats, variance: Floats) -> State:
    """Bring abilities to the mean and spread of their prior, and the items along.

    The likelihood does not notice; without this the sweeps creep along that direction.
    """
    shift = float(theta.mean())
    spread = float(np.sqrt(np.mean((theta - shift) ** 2 + variance)))
    item, population = state.item.copy(), state.population
    item[:, -1] -= shift
    mean, cov, item_cov = population.mean.copy(), population.cov, state.item_cov
    mean[-1] -= shift
    if item.shape[1] == 1:
        size = len(theta) + PSEUDO
        spread = float(np.sqrt((len(theta) * spread**2 + PSEUDO * USUAL_SD[-1] ** 2) / size))
        return State(theta - shift, item, item_cov, Population(mean, cov), spread)
    item[:, 1] /= spread
    item[:, 0] += np.log(spread)
    scale = np.array([1, 1 / spread])
    mean = mean * scale + [np.log(spread), 0]
    both = np.outer(scale, scale)
    moved = Population(mean, cov * both)
    return State((theta - shift) / spread, item, item_cov * both, moved, 1.0)


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
