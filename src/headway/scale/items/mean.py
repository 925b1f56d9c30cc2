"""Posterior mean and covariance of abilities, where the mode of a skewed posterior is not it.

The normal distribution that is nearest the posterior of abilities and items' population (Opper &
Archambeau 2009, *Neural Computation* 21): under it the mean gradient is 0, and the mean curvature
is its precision, which Stein's identity takes from gradients as well. Averages are over points of
stochastic spherical-radial rules (Genz & Monahan 1998, *SIAM J. Sci. Comput.* 19): both signs of
randomly turned axes at two radii, so that second powers, and fourth ones of the length, are exact.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from headway.scale.items.integrated import IntegratedFit, items_at
from headway.scale.items.loops import Loops, blas_threads, cores
from headway.scale.items.population import from_natural
from headway.scale.items.surface import Surface, coordinates, natural, surface
from headway.scale.table import Floats

MOST, MANY = 12_000, 200  # cells and models up to which it is sought: then the mode is near it
# Standard errors the mean may still move, all coordinates together; where it moves so far, the
# posterior is no normal.
STEPS, NEAR, LOST = 10, 0.15, 10.0
TURNS, LAST_TURNS = 2, 6  # turned axes a step, and in the last two
STIFF = 2.5  # no axis gets so many times more or less curved in one step
FARTHEST = 1.5  # standard errors that a step may take, all coordinates together


class Mean(NamedTuple):
    """Mean (M + D',) and covariance of abilities and φ; items (J, D) given the mean."""

    state: Floats
    state_cov: Floats
    item: Floats
    m: int

    @property
    def theta(self) -> Floats:
        """Posterior means of abilities, (M,)."""
        return self.state[: self.m]

    @property
    def covariance(self) -> Floats:
        """Covariance of abilities, (M, M)."""
        return self.state_cov[: self.m, : self.m]


def sought(over: Loops) -> bool:
    """Whether the data are few enough for the mean to be sought."""
    j, m = over.data.shape
    return j * m <= MOST and m <= MANY


def posterior_mean(over: Loops, fit: IntegratedFit) -> Mean | None:
    """Mean and covariance of abilities, from a fit at the mode; None where there is no such normal.

    Raw gauge, as the fit.
    """
    m = len(fit.theta)
    x = np.concatenate([fit.theta, coordinates(fit.population)])
    cov = _start(fit)
    with blas_threads(cores()):
        seen = surface(over, fit)
        turns = TURNS
        for step in range(STEPS):
            took = _step(seen, x, cov, turns, step)
            if took is None or took[2] > LOST:
                return None
            x, cov, moved = took
            if moved < NEAR and turns == LAST_TURNS:
                population = from_natural(natural(x[None, m:])[0][0]) or fit.population
                return Mean(x, cov, items_at(over, fit, x[:m], population), m)
            if moved < 5 * NEAR:
                turns = LAST_TURNS
    return None


def _start(fit: IntegratedFit) -> Floats:
    """Covariance of (abilities, φ) at the mode."""
    m = len(fit.theta)
    _, slope = natural(coordinates(fit.population)[None])
    into = np.eye(len(fit.whole))
    into[m:, m:] = np.linalg.inv(slope[0])
    out: Floats = into @ fit.whole @ into.T
    return out


def _step(
    seen: Surface, x: Floats, cov: Floats, turns: int, seed: int
) -> tuple[Floats, Floats, float] | None:
    """A fixed-point step of mean and covariance, and how far it went in standard errors."""
    root = np.linalg.cholesky(cov)
    z = spherical(len(x), turns, seed)
    _, gradient = seen.at(x + z @ root.T)
    mean = gradient.mean(axis=0)
    # In these units a normal posterior has the gradient -z; what is left over is small.
    left = gradient @ root + z
    if not np.isfinite(left).all():
        return None
    curve = np.eye(len(x)) - z.T @ left / len(z)
    size, axes = np.linalg.eigh((curve + curve.T) / 2)
    new = root @ (axes / np.sqrt(np.clip(size, 1 / STIFF, STIFF)))
    cov = new @ new.T
    move = cov @ mean
    moved = float(np.sqrt(mean @ move))
    return x + move * min(1.0, FARTHEST / max(moved, 1e-300)), cov, moved


def spherical(n: int, turns: int, seed: int) -> Floats:
    """Points (S, N) whose mean is that of a standard normal: random axes, each with both signs."""
    rng = np.random.default_rng(seed)
    radii = np.sqrt(n + np.array([1, -1]) * np.sqrt(2 * n)) if n > 1 else np.ones(2)
    axes = [
        radius * np.linalg.qr(rng.standard_normal((n, n)))[0].T
        for _ in range(turns // 2)
        for radius in radii
    ]
    half = np.concatenate(axes)
    return np.concatenate([half, -half])
