"""The posterior of all effects with the SDs integrated out.

With a handful of harnesses the SD of their effects is hardly known, and its best value may be
zero; an interval around that one value would say that all harnesses are alike. Here points over
the SDs are weighed by their Laplace likelihood, in which the fixed effects are integrated out too,
and by the prior of :mod:`headway.scale.facets.prior`; around each point the effects are normal with
a mean that is corrected for skewness (:mod:`headway.scale.facets.field`). This is the integrated
nested Laplace approximation (Rue, Martino, Chopin 2009, JRSS B 71:319) with points that fill the
space evenly in place of its grid.
"""

from __future__ import annotations

import numpy as np

from headway.scale.facets.design import Design
from headway.scale.facets.field import Field, Point
from headway.scale.facets.laplace import Laplace
from headway.scale.facets.maximum import HIGH, LOW
from headway.scale.facets.posterior import Posterior
from headway.scale.facets.prior import log_density
from headway.scale.table import Floats

MOST, LEAST, WORK = 96, 48, 2_000_000  # points, and cells times points from which on fewer will do
CELLS = 200_000  # above this many, the SDs are held where the likelihood is highest
KEPT = 25_000_000  # numbers that the curvatures of all points may take
STRETCH = 1.3  # points are this much further out than normals of the found spread
STEP = 1e-3  # of the differences that give the curvature


def integrated(model: Laplace, phi: Floats, covariance: Floats) -> Posterior:
    """Integrate the SDs out where that is affordable.

    Parameters
    ----------
    model : Laplace
    phi : (T + P,) float
        Log SDs and fixed effects where the likelihood is highest.
    covariance : (T + P, T + P) float
        Inverse curvature there: what is known of the SDs where there are too many cells or levels
        for points.
    """
    design = model.design
    log_sd, beta = np.split(phi, [len(design.terms)])
    field = Field(model, beta)
    if not affordable(design):
        point = field.at(log_sd)
        known = covariance[: len(log_sd), : len(log_sd)]
        return Posterior((point,), np.ones(1), field.moves(log_sd), known)
    top, axes, reach = _found(field, log_sd)
    count = int(np.clip(WORK // len(design.trials), LEAST, MOST))
    z = _normal(count, len(log_sd))
    steps = z * np.where(z < 0, reach[0], reach[1]) * STRETCH
    places = np.clip(top + steps @ axes.T, LOW, HIGH)
    points = [field.at(place) for place in places]
    # The density of a point: normal along each axis, with a spread of its own to either side.
    thin = (z**2 / 2 + np.log(np.where(z < 0, reach[0], reach[1]))).sum(axis=1)
    share = _share(np.array([_height(p) for p in points]) + thin)
    kept = share > 1e-7
    none = np.zeros((len(points[0].variances), len(log_sd)))
    chosen = tuple(p for p, keep in zip(points, kept, strict=True) if keep)
    unknown = np.zeros((len(log_sd),) * 2)
    return Posterior(chosen, share[kept] / share[kept].sum(), none, unknown)


def affordable(design: Design) -> bool:
    """Whether points over the SDs take seconds and megabytes, not minutes and gigabytes."""
    entries = int(design.layout.start[-1]) + (design.n_levels - len(design.terms[0].levels)) ** 2
    return len(design.trials) <= CELLS and entries * LEAST <= KEPT


def _height(point: Point) -> float:
    return point.height + log_density(point.log_sd)[0]


def _slope(point: Point) -> Floats:
    return point.slope + log_density(point.log_sd)[1]


def _share(height: Floats) -> Floats:
    share = np.exp(height - height.max())
    out: Floats = share / share.sum()
    return out


def _found(field: Field, start: Floats) -> tuple[Floats, Floats, tuple[Floats, Floats]]:
    """The highest point (T,), axes (T, T), and the spread (T,) to either side along each."""
    from scipy.optimize import minimize

    def loss(log_sd: Floats) -> tuple[float, Floats]:
        point = field.at(log_sd)
        return -_height(point), -_slope(point)

    bounds = [(LOW, HIGH)] * len(start)
    options = {"gtol": 1e-2, "maxiter": 60}
    done = minimize(
        loss, np.clip(start, -2, 2), jac=True, method="L-BFGS-B", bounds=bounds, options=options
    )
    top = done.x
    bend = np.array([loss(top + e)[1] - loss(top - e)[1] for e in STEP * np.eye(len(top))])
    values, axes = np.linalg.eigh((bend + bend.T) / (4 * STEP))
    wide = 1 / np.sqrt(np.maximum(values, 0.1))  # the prior alone bends more than that
    reach = tuple(
        np.array(
            [
                _reach(field, top, side * w * axis, done.fun) * w
                for w, axis in zip(wide, axes.T, strict=True)
            ]
        )
        for side in (-1, 1)
    )
    return top, axes, (reach[0], reach[1])


def _reach(field: Field, top: Floats, step: Floats, least: float) -> float:
    """How much wider than the curvature says the posterior is in one direction."""
    away = np.clip(top + np.sqrt(2) * step, LOW, HIGH)
    drop = max(-_height(field.at(away)) - least, 0.0)
    return float(np.clip(1 / np.sqrt(max(drop, 1e-9)), 0.5, 3))


def _normal(count: int, width: int) -> Floats:
    """Points (G, W) spread evenly under a normal: multiples of roots of x^(W+1) = x + 1."""
    from scipy.special import ndtri

    root = 2.0
    for _ in range(50):
        root = (1 + root) ** (1 / (width + 1))
    steps = root ** -np.arange(1.0, width + 1)
    even = (0.5 + np.arange(1, count + 1)[:, None] * steps) % 1
    out: Floats = ndtri(np.clip(even, 1e-4, 1 - 1e-4))
    return out
