"""The parameters that maximise the Laplace likelihood, their curvature and profile intervals."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from headway.errors import ScaleError
from headway.scale.facets.laplace import Laplace
from headway.scale.table import Bools, Floats

LOW, HIGH = -6.0, 3.0  # bounds of log SDs; below the lower one an SD is zero
SEEN = -3.5  # log of an SD of 0.03
STEEP = 30.0  # bound of fixed effects in logits, reached only where data separate perfectly
TOL = 1e-5  # largest element of the gradient at the optimum
NEAR = 1e-3  # twice what another step would add to a profile's log-likelihood
STEP = 1e-3  # of the differences that give the curvature


@dataclass(frozen=True, eq=False)
class Maximum:
    """The optimum.

    Attributes
    ----------
    phi : (T + P,) float
        Log SDs, then fixed effects.
    loglik : float
    gradient : float
        Largest element of the gradient over the parameters inside their bounds.
    free : (T + P,) bool
        False for an SD of zero.
    covariance : (T + P, T + P) float
        Inverse curvature; zero rows where not free.
    flat : bool
        True where the curvature is not that of a maximum in some direction.
    """

    phi: Floats
    loglik: float
    gradient: float
    free: Bools
    covariance: Floats
    flat: bool


def maximise(model: Laplace) -> Maximum:
    """Find the optimum and its curvature."""
    n = len(model.design.terms)
    phi, value, slope = climb(model, _start(model), np.ones(n + model.design.x.shape[1], bool))
    free = np.ones(len(phi), dtype=bool)
    free[:n] = phi[:n] > LOW + 1e-6
    # Where data part successes from failures a bound is reached, and the slope need not vanish.
    sd = np.arange(len(phi)) < n
    inner = free & np.where(sd, phi < HIGH - 1e-6, np.abs(phi) < STEEP - 1e-6)
    covariance, flat = _covariance(model, phi, free)
    size = float(np.abs(slope[inner]).max(initial=0.0))
    return Maximum(phi, value, size, free, covariance, flat)


def climb(
    model: Laplace, start: Floats, move: Bools, *, rough: bool = False
) -> tuple[Floats, float, Floats]:
    """Maximise over the parameters in ``move``; the others stay where ``start`` has them.

    Returns the parameters, the log-likelihood and its gradient; ``rough`` is within about 1e-3
    of the highest log-likelihood, which is enough for the end of an interval.
    """
    from scipy.optimize import minimize

    n = len(model.design.terms)
    bounds = np.array([(LOW, HIGH)] * n + [(-STEEP, STEEP)] * (len(start) - n))
    here = start.copy()
    # The first step of the search is as long as the gradient, which grows with the data: without
    # a unit it would run from bound to bound.
    unit = max(1.0, float(np.abs(model.gradient(here, model.mode(here))).max()))

    def loss(part: Floats) -> tuple[float, Floats]:
        here[move] = part
        mode = model.mode(here)
        return -mode.loglik / unit, -model.gradient(here, mode)[move] / unit

    if move.any():
        gtol, ftol = (1e-2, 1e-8) if rough else (TOL, 1e-13)
        options = {"maxiter": 500, "maxcor": 20, "gtol": gtol / unit, "ftol": ftol}
        done = minimize(
            loss, start[move], jac=True, method="L-BFGS-B", bounds=bounds[move], options=options
        )
        here[move] = done.x
    mode = model.mode(here)
    return here, mode.loglik, model.gradient(here, mode)


def _start(model: Laplace) -> Floats:
    d = model.design
    share = d.successes.sum() / d.trials.sum()
    phi = np.zeros(len(d.terms) + d.x.shape[1])
    phi[len(d.terms)] = np.log(share / (1 - share))
    return phi


def _covariance(model: Laplace, phi: Floats, free: Bools) -> tuple[Floats, bool]:
    index = np.flatnonzero(free)
    bend = np.empty((len(index), len(index)))
    for row, k in enumerate(index):
        ahead, behind = phi.copy(), phi.copy()
        ahead[k] += STEP
        behind[k] -= STEP
        rise = [model.gradient(at, model.mode(at))[index] for at in (ahead, behind)]
        bend[row] = (rise[1] - rise[0]) / (2 * STEP)
    values, vectors = np.linalg.eigh((bend + bend.T) / 2)
    least = 1e-3  # information of a parameter known to within 30: worse than that is flat
    inverse = vectors / np.maximum(values, least) @ vectors.T
    out = np.zeros((len(phi), len(phi)))
    out[np.ix_(index, index)] = inverse
    return out, bool(values.min() < least)


def profile(model: Laplace, top: Maximum, term: int, level: float) -> tuple[float, float]:
    """Profile likelihood interval of one SD; the lower bound may be 0, the upper one infinite.

    The signed root of the drop in likelihood is nearly straight in the log SD, so a few secant
    steps from the curvature find where it is a normal quantile.
    """
    from scipy.special import ndtri

    z = float(ndtri((1 + level) / 2))
    return _end(model, top, term, -z), _end(model, top, term, z)


def wald(model: Laplace, top: Maximum, term: int, level: float) -> tuple[float, float]:
    """Interval of one SD from the curvature in its logarithm."""
    from scipy.special import ndtri

    del model
    half = float(ndtri((1 + level) / 2)) * float(np.sqrt(top.covariance[term, term]))
    low, high = np.exp(np.clip(top.phi[term] + np.array([-half, half]), LOW, HIGH))
    return float(low), float(high)


def _end(model: Laplace, top: Maximum, term: int, z: float) -> float:
    if not top.free[term] and z < 0:
        return 0.0
    # An SD of zero has no curvature: look upwards from where it would first be seen.
    here = float(top.phi[term]) if top.free[term] else SEEN
    low, high = (LOW, here) if z < 0 else (here, HIGH)
    width = float(np.sqrt(top.covariance[term, term])) if top.free[term] else 1.0
    known, start = [(here, 0.0)], top.phi.copy()
    if z < 0 and SEEN < here < SEEN + 12 * width:
        # Below that the likelihood is flat, and there is no end to be found.
        root, _ = _root(model, top, term, SEEN, start, z)
        if root > z:
            return 0.0
        known, low = [*known, (SEEN, root)], SEEN
    here = float(np.clip(here + z * min(width, 1.0), low, high))
    root = 0.0
    for _ in range(8):
        root, start = _root(model, top, term, here, start, z)
        if abs(root - z) < 0.02 or (abs(root) < abs(z) and here in {LOW, HIGH}):
            break
        known.append((here, root))
        low, high = _bracket(low, high, here, root > z)
        here = _next(known, z, low, high)
    if here > HIGH - 0.5 and root < z - 0.1:
        return float("inf")
    return 0.0 if here <= LOW + 1e-6 else float(np.exp(here))


def _root(
    model: Laplace, top: Maximum, term: int, at: float, start: Floats, z: float
) -> tuple[float, Floats]:
    there, value = _rest(model, top, term, at, start)
    return float(np.copysign(np.sqrt(2 * max(top.loglik - value, 0.0)), z)), there


def _rest(
    model: Laplace, top: Maximum, term: int, at: float, start: Floats
) -> tuple[Floats, float]:
    """Maximise over all but one parameter by Newton steps with the curvature of the optimum."""
    cov = top.covariance
    tied = cov[:, term] / max(cov[term, term], 1e-12)
    inverse = cov - np.outer(tied, cov[term])
    here = start + np.clip(tied * (at - start[term]), -1, 1)
    here[term] = at
    best: tuple[Floats, float] = here, -np.inf
    for _ in range(8):
        mode = model.mode(here)
        if mode.loglik < best[1] - 1e-4:
            break  # the curvature has changed too much: start over with care
        best = here, mode.loglik
        slope = model.gradient(here, mode)
        step = inverse @ slope
        if slope @ step < NEAR:
            return best
        here = here + np.clip(step, -1, 1)
        here[: len(model.design.terms)] = here[: len(model.design.terms)].clip(LOW, HIGH)
        here[term] = at
    move = top.free & (np.arange(len(start)) != term)
    there, value, _ = climb(model, best[0], move, rough=True)
    return there, value


def _bracket(low: float, high: float, here: float, over: bool) -> tuple[float, float]:
    # The root grows with the log SD, so one side of what was tried can go.
    return (low, here) if over else (here, high)


def _next(known: list[tuple[float, float]], z: float, low: float, high: float) -> float:
    (x0, y0), (x1, y1) = sorted(known, key=lambda pair: abs(pair[1] - z))[:2]
    here = x0 + (z - y0) * (x1 - x0) / (y1 - y0) if abs(y1 - y0) > 1e-9 else high + 1
    if low < here < high:
        return here
    tried = {x for x, _ in known}
    if here <= low == LOW and LOW not in tried:
        return LOW
    return HIGH if here >= high == HIGH and HIGH not in tried else (low + high) / 2


def settled(top: Maximum) -> None:
    """Refuse a point that is no optimum.

    Raises
    ------
    ScaleError
        If the gradient there is not small.
    """
    if not np.isfinite(top.loglik) or top.gradient > 0.05:
        raise ScaleError(f"The fit did not settle (gradient {top.gradient:.2g}); leave out a term.")
