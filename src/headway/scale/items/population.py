"""The normal population of items, in the coordinates u = (log a, b), or u = (b,) for slope 1."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from headway.scale.table import Floats

PSEUDO = 5.0  # so many items of the usual kind are added: a spread is never estimated as zero
USUAL_MEAN = np.array([0.0, 0.0])
USUAL_SD = np.array([0.4, 1.5])


@dataclass(frozen=True, eq=False)
class Population:
    """N(mean, cov) with ``mean`` (D,) and ``cov`` (D, D)."""

    mean: Floats
    cov: Floats

    @property
    def precision(self) -> Floats:
        """Inverse covariance, (D, D)."""
        return np.asarray(np.linalg.inv(self.cov), dtype=float)

    def log_density(self, u: Floats) -> Floats:
        """Log density at u (..., D)."""
        far = u - self.mean
        square = np.einsum("...d,de,...e->...", far, self.precision, far)
        _, log_det = np.linalg.slogdet(2 * np.pi * self.cov)
        out: Floats = -0.5 * (square + log_det)
        return out

    def natural(self) -> Floats:
        """Parameters that multiply :func:`powers` in the log density of a mean of 0."""
        p = self.precision
        if len(p) == 1:
            return np.array([-p[0, 0] / 2])
        return np.array([-p[0, 0] / 2, -p[0, 1], -p[1, 1] / 2])

    def moments(self) -> tuple[Floats, Floats]:
        """Mean and covariance of :func:`powers`, exact (quadrature of degree 9)."""
        x, w = hermite(5, len(self.mean))
        t = powers(x @ np.linalg.cholesky(self.cov).T)
        mean = w @ t
        return mean, (t - mean).T @ ((t - mean) * w[:, None])


def from_natural(eta: Floats) -> Population | None:
    """The population of mean 0 with these natural parameters; None where there is none."""
    if len(eta) == 1:
        precision = -2 * eta[:, None]
    else:
        precision = -np.array([[2 * eta[0], eta[1]], [eta[1], 2 * eta[2]]])
    if np.linalg.eigvalsh(precision).min() <= 1e-6:
        return None
    cov = np.asarray(np.linalg.inv(precision), dtype=float)
    return Population(np.zeros(len(cov)), cov)


def inverted(blocks: Floats) -> Floats:
    """Inverses of positive (J, D, D), D = 1 or 2: many small ones are faster written out."""
    if blocks.shape[-1] == 1:
        return 1 / blocks
    p, q, r = blocks[:, 0, 0], blocks[:, 0, 1], blocks[:, 1, 1]
    out = np.empty_like(blocks)
    out[:, 0, 0], out[:, 1, 1], out[:, 0, 1] = r, p, -q
    out[:, 1, 0] = out[:, 0, 1]
    out /= (p * r - q * q)[:, None, None]
    return out


def lower(blocks: Floats) -> Floats:
    """Cholesky factors of positive (J, D, D), D = 1 or 2."""
    if blocks.shape[-1] == 1:
        return np.sqrt(blocks)
    out = np.zeros_like(blocks)
    out[:, 0, 0] = np.sqrt(blocks[:, 0, 0])
    out[:, 1, 0] = blocks[:, 1, 0] / out[:, 0, 0]
    out[:, 1, 1] = np.sqrt(blocks[:, 1, 1] - out[:, 1, 0] ** 2)
    return out


def powers(u: Floats) -> Floats:
    """Second powers of u (..., D): (..., 1) or (..., 3)."""
    if u.shape[-1] == 1:
        return u * u
    x, y = u[..., 0], u[..., 1]
    return np.stack([x * x, x * y, y * y], axis=-1)


def polynomials(x: Floats, degree: int) -> Floats:
    """All products of powers of x (K, D), D = 1 or 2, up to a total degree; the constant first."""
    if x.shape[1] == 1:
        return np.stack([x[:, 0] ** p for p in range(degree + 1)], axis=1)
    pairs = [(p, t - p) for t in range(degree + 1) for p in range(t + 1)]
    return np.stack([x[:, 0] ** p * x[:, 1] ** q for p, q in pairs], axis=1)


def pseudo_powers(d: int) -> Floats:
    """Mean of :func:`powers` over pseudo-items of mean 0."""
    var = USUAL_SD[-d:] ** 2
    return var if d == 1 else np.array([var[0], 0.0, var[1]])


def usual(d: int) -> tuple[Floats, Floats]:
    """Mean and second moments (D, D) of the pseudo-items."""
    mean, sd = USUAL_MEAN[-d:], USUAL_SD[-d:]
    return mean, np.diag(sd**2) + np.outer(mean, mean)


def fitted(mean: Floats, cov: Floats) -> Population:
    """The population of items with posterior means (J, D) and covariances (J, D, D)."""
    j, d = mean.shape
    first, second = usual(d)
    centre = (mean.sum(axis=0) + PSEUDO * first) / (j + PSEUDO)
    total = mean.T @ mean + cov.sum(axis=0) + PSEUDO * second
    return Population(centre, total / (j + PSEUDO) - np.outer(centre, centre))


def fitted_at_zero(mean: Floats, cov: Floats) -> Population:
    """As :func:`fitted`, with the mean held at 0."""
    j, d = mean.shape
    total = mean.T @ mean + cov.sum(axis=0) + PSEUDO * np.diag(USUAL_SD[-d:] ** 2)
    return Population(np.zeros(d), total / (j + PSEUDO))


def hermite(order: int, d: int) -> tuple[Floats, Floats]:
    """Nodes (K, D) and weights (K,) that integrate against N(0, I)."""
    from scipy.special import roots_hermitenorm

    x, w = roots_hermitenorm(order)
    w = w / w.sum()
    if d == 1:
        return np.asarray(x)[:, None], np.asarray(w)
    nodes = np.stack(np.meshgrid(x, x, indexing="ij"), axis=-1).reshape(-1, 2)
    return nodes, np.outer(w, w).reshape(-1)
