"""Log-normal survival times with censoring, by maximum likelihood, many samples at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from headway.gap.world import Bools, Floats

STEEPEST = 20.0
"""Greatest 1/sigma: with fewer distinct times than parameters the likelihood has no maximum."""


def lognormal_median(time: Floats, event: Bools, used: Bools, floor: float) -> Floats:
    """(S,) median of a log-normal fitted to each row.

    Parameters
    ----------
    time : (S, R) float
        Times; where not an event, the time up to which there was none.
    event, used : (S, R) bool
        What happened, and what counts at all.
    floor : float
        An event at or below this time is only known to lie below it (left-censored).

    Returns
    -------
    (S,) float
        ``+inf`` where nothing happened, 0 where everything that counts lies below the floor, nan
        with fewer than two exact times otherwise.

    Notes
    -----
    In ``gamma = mu / sigma`` and ``tau = 1 / sigma`` the log-likelihood is concave (Olsen 1978),
    so Newton's method needs no starting luck.
    """
    early = used & event & (time <= floor)
    late = used & ~event
    exact = used & event & ~early
    y = np.log(np.maximum(time, floor))
    median = _fit(y, exact, early, late)
    number = exact.sum(axis=1)
    median = np.where(number >= 2, median, np.nan)
    median = np.where(~exact.any(axis=1) & early.any(axis=1) & ~late.any(axis=1), 0.0, median)
    return np.where(late.any(axis=1) & ~event.any(axis=1), np.inf, median)


def _fit(y: Floats, exact: Bools, early: Bools, late: Bools) -> Floats:
    """(S,) exp(mu) at the maximum, by damped Newton steps."""
    weight = np.maximum((exact | early | late).sum(axis=1), 1)
    centre = np.where(exact | early | late, y, 0.0).sum(axis=1) / weight
    y = y - centre[:, None]
    gamma, tau = np.zeros(len(y)), np.ones(len(y))
    for _ in range(60):
        gradient, hessian = _derivatives(y, exact, early, late, gamma, tau)
        step_g, step_t = _solve(gradient, hessian)
        # A step of at most 1, and never across tau = 0.
        size = 1 / np.maximum(1.0, np.maximum(np.abs(step_g), np.abs(step_t)))
        size = np.where(
            tau + size * step_t < tau / 4, 0.75 * tau / np.maximum(-step_t, 1e-12), size
        )
        gamma, tau = gamma + size * step_g, np.minimum(tau + size * step_t, STEEPEST)
        if max(np.abs(step_g).max(), np.abs(step_t).max()) < 1e-8:
            break
    median: Floats = np.exp(centre + gamma / tau)
    return median


def _derivatives(
    y: Floats, exact: Bools, early: Bools, late: Bools, gamma: Floats, tau: Floats
) -> tuple[tuple[Floats, Floats], tuple[Floats, Floats, Floats]]:
    """Gradient and Hessian of each row's log-likelihood in (gamma, tau)."""
    from scipy.special import log_ndtr

    z = tau[:, None] * y - gamma[:, None]
    side = np.where(late, -1.0, 1.0)
    # d log Phi(u) / du, and its derivative: -ratio * (u + ratio).
    ratio = np.exp(-0.5 * z * z - 0.5 * np.log(2 * np.pi) - log_ndtr(side * z))
    first = np.where(exact, -z, np.where(early | late, side * ratio, 0.0))
    second = np.where(exact, -1.0, np.where(early | late, -ratio * (side * z + ratio), 0.0))
    number = exact.sum(axis=1)
    gradient = (-first.sum(axis=1), (first * y).sum(axis=1) + number / tau)
    hessian = (
        second.sum(axis=1),
        -(second * y).sum(axis=1),
        (second * y * y).sum(axis=1) - number / tau**2,
    )
    return gradient, hessian


def _solve(
    gradient: tuple[Floats, Floats], hessian: tuple[Floats, Floats, Floats]
) -> tuple[Floats, Floats]:
    """Newton step of each 2 x 2 system; a small ridge keeps flat ones finite."""
    g, t = gradient
    gg, gt, tt = hessian[0] - 1e-9, hessian[1], hessian[2] - 1e-9
    determinant = np.maximum(gg * tt - gt * gt, 1e-12)
    return -(tt * g - gt * t) / determinant, -(gg * t - gt * g) / determinant
