"""The log posterior of abilities and the items' population at many points at once.

Coordinates are x = (abilities, φ), with P = RR' the precision of (log a, b),
φ = (log R00, R10 / R11, log R11): the logarithms of two SDs, and of how far log a goes with b the
hyperbolic sine. In them five pseudo-items are the whole prior of the population, and its posterior
is nearly normal. The abilities' own centre and spread are integrated out (Student's t).

Items are summed over fixed nodes around their posterior at the mode. There, an answer's
log-likelihood is a function of one ability: its values at Chebyshev points are kept, so any number
of states is one product of matrices (barycentric interpolation: Berrut & Trefethen 2004, *SIAM
Review* 46).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from headway.scale.items.curve import curve
from headway.scale.items.integrated import IntegratedFit
from headway.scale.items.loops import Loops
from headway.scale.items.plain import Plain, slope_and_place
from headway.scale.items.population import (
    PSEUDO,
    USUAL_SD,
    Population,
    hermite,
    lower,
    powers,
    pseudo_powers,
)
from headway.scale.table import Floats

# Nodes by b: Gauss and Hermite's, somewhat wider than at the mode. By log a, whose posterior is
# nearly its population where answers are few: an even grid over so many SDs, on which sums are
# right for populations from half as wide to half as wide again.
BY_B, WIDE = 9, 1.2
BY_A, SPAN = 13, 5.1
POINTS, REACH = 10, 4.5  # Chebyshev points within so many SDs of an ability
AT_ONCE = 2**23  # numbers in one product


class Surface(NamedTuple):
    """Tables (J K, M G + D') in single precision, log weights (J, K), Chebyshev points (G,)."""

    table: Floats
    log_weights: Floats
    points: Floats
    centre: Floats
    reach: Floats
    d: int

    @property
    def m(self) -> int:
        """Number of models."""
        return len(self.centre)

    def at(self, x: Floats) -> tuple[Floats, Floats]:
        """Log posterior (S,), up to a constant, and its gradient (S, N) at x (S, N)."""
        step = max(1, AT_ONCE // len(self.table))
        parts = [self._some(x[k : k + step]) for k in range(0, len(x), step)]
        return np.concatenate([p[0] for p in parts]), np.concatenate([p[1] for p in parts])

    def _some(self, x: Floats) -> tuple[Floats, Floats]:
        s, m, (j, k) = len(x), self.m, self.log_weights.shape
        basis, slope = self._basis(x[:, :m])
        eta, by_phi = natural(x[:, m:])
        weights = np.concatenate([basis.reshape(s, -1), eta], axis=1).astype(np.float32)
        share = (self.table @ weights.T).reshape(j, k, s)
        share += self.log_weights[..., None]
        top = share.max(axis=1, keepdims=True)
        np.exp(np.subtract(share, top, out=share), out=share)
        total = share.sum(axis=1, keepdims=True)
        value = (top + np.log(total)).sum(axis=(0, 1), dtype=float)
        share /= total
        moments = (share.reshape(-1, s).T @ self.table).astype(float)
        by_theta = np.einsum("smg,smg->sm", moments[:, : -eta.shape[1]].reshape(slope.shape), slope)
        second = moments[:, -eta.shape[1] :] + PSEUDO * pseudo_powers(self.d)
        value += PSEUDO * eta @ pseudo_powers(self.d)
        value += (j + PSEUDO) * (x[:, m] + (x[:, -1] if self.d == 2 else 0))
        prior, by_prior = _of_abilities(x[:, :m])
        gradient = np.concatenate(
            [by_theta + by_prior, np.einsum("sep,se->sp", by_phi, second)], axis=1
        )
        gradient[:, m] += j + PSEUDO
        if self.d == 2:
            gradient[:, -1] += j + PSEUDO
        return value + prior, gradient

    def _basis(self, theta: Floats) -> tuple[Floats, Floats]:
        """Weights (S, M, G) of the Chebyshev points at theta, and their derivatives."""
        g = len(self.points)
        sign = (-1.0) ** np.arange(g) * np.sin((2 * np.arange(g) + 1) * np.pi / (2 * g))
        t = np.clip((theta - self.centre) / self.reach, -1, 1)
        far = t[..., None] - self.points
        far = np.where(np.abs(far) < 1e-12, 1e-12, far)
        basis = sign / far
        basis /= basis.sum(axis=-1, keepdims=True)
        slope = basis * ((basis / far).sum(axis=-1, keepdims=True) - 1 / far)
        return basis, slope / self.reach[:, None]


def surface(over: Loops, fit: IntegratedFit) -> Surface:
    """Tabulate the answers around a fit."""
    j, d = fit.item.shape
    m = len(fit.theta)
    x, log_w = _nodes(d)
    root = lower(fit.item_cov)
    u = fit.item[:, None] + np.einsum("jde,ke->jkd", root, x)
    log_weights = log_w + np.log(np.diagonal(root, axis1=1, axis2=2)).sum(axis=1)[:, None]
    reach = REACH * np.sqrt(np.diag(fit.covariance))
    points = np.cos((2 * np.arange(POINTS) + 1) * np.pi / (2 * POINTS))
    table = np.empty((j, len(x), m * POINTS + d * (d + 1) // 2), dtype=np.float32)
    table[..., m * POINTS :] = powers(u)
    a, b = slope_and_place(u)
    theta = fit.theta[:, None] + reach[:, None] * points
    for part in over.slices(len(x) * POINTS):
        won, tried = (y[:, None, :, None] for y in over.data.rows(part))
        z = a[part, :, None, None] * (theta - b[part, :, None, None])
        value = _logliks(z, won, tried, over.floor if isinstance(over, Plain) else 0.0)
        table[part, :, : m * POINTS] = value.reshape(*value.shape[:2], -1)
    shape = (-1, table.shape[2])
    kept = log_weights.astype(np.float32)
    return Surface(table.reshape(shape), kept, points, fit.theta, reach, d)


def _nodes(d: int) -> tuple[Floats, Floats]:
    """Nodes (K, D) of an item in its own SDs, and the log of their weights (K,) but a constant."""
    x, w = hermite(BY_B, 1)
    log_w = np.log(w) + 0.5 * x[:, 0] ** 2
    if d == 1:
        return WIDE * x, log_w
    by_a = np.linspace(-SPAN, SPAN, BY_A)
    both = np.stack(np.meshgrid(by_a, WIDE * x[:, 0], indexing="ij"), axis=-1)
    return both.reshape(-1, 2), np.tile(log_w, BY_A)


def _logliks(z: Floats, won: Floats, tried: Floats, floor: float) -> Floats:
    """Log-likelihoods of answers at logits z; arrays broadcast."""
    if not floor:
        near = np.clip(z, -80, 80).astype(np.float32)  # single precision is four times as fast
        log_q = np.log(1 + np.exp(near))
        return np.asarray(won.astype(np.float32) * near - tried.astype(np.float32) * log_q)
    at = curve(z, floor)
    return np.asarray(won * at.log_p + (tried - won) * at.log_q)


def coordinates(population: Population) -> Floats:
    """φ of a population, (1,) or (3,)."""
    root = np.linalg.cholesky(population.precision)
    if len(root) == 1:
        return np.asarray(np.log(root[0]))
    return np.array([np.log(root[0, 0]), root[1, 0] / root[1, 1], np.log(root[1, 1])])


def natural(phi: Floats) -> tuple[Floats, Floats]:
    """Natural parameters (S, D') of populations, and their derivatives (S, D', D') by φ."""
    p = np.exp(2 * phi[:, 0])
    if phi.shape[1] == 1:
        return -p[:, None] / 2, -p[:, None, None]
    r, c, q = np.exp(phi[:, 0]), phi[:, 1], np.exp(phi[:, 2])
    none, mixed, last = np.zeros_like(c), -r * c * q, -q * q * (1 + c * c)
    eta = np.stack([-p / 2, mixed, last / 2], axis=1)
    rows = [[-p, none, none], [mixed, -r * q, mixed], [none, -q * q * c, last]]
    return eta, np.stack([np.stack(row, axis=1) for row in rows], axis=1)


def _of_abilities(theta: Floats) -> tuple[Floats, Floats]:
    """Log prior (S,) of abilities and its gradient, N(c, s²) integrated over c and s."""
    m = theta.shape[1]
    mean = theta.mean(axis=1, keepdims=True)
    far, pull = theta - mean, PSEUDO / (PSEUDO + m) * mean
    total = PSEUDO * USUAL_SD[1] ** 2 + (far**2).sum(axis=1) + m * (pull * mean)[:, 0]
    power = m + PSEUDO - 1
    return -power / 2 * np.log(total), -power / total[:, None] * (far + pull)
