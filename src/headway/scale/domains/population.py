"""Abilities theta_m ~ N(mu, Sigma) over K domains, given a normal site of each domain.

EM (Dempster, Laird & Rubin 1977): the E-step is one normal posterior over all M K abilities, the
M-step its moments. The error of Sigma is the inverse information of its marginal likelihood, whose
gradient the same posterior gives (Fisher's identity).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from headway.scale.domains.sites import Site
from headway.scale.table import Floats

LOOSE = 1.0  # so many models without correlation are added: it is never estimated as exactly 1
ROUNDS, TOL, STEP = 2000, 1e-6, 1e-4


class Posterior(NamedTuple):
    """Mean (M, K) and covariance (M K, M K) of the abilities, model by model."""

    mean: Floats
    covariance: Floats


class Population(NamedTuple):
    """Correlation of domains over models and the SE of its atanh, both (K, K)."""

    correlation: Floats
    error: Floats
    rounds: int


def posterior(sites: Sequence[Site], models: int, mean: Floats, cov: Floats) -> Posterior:
    """Normal posterior of all abilities under a population."""
    k = len(sites)
    ease = np.linalg.inv(cov)
    precision = np.kron(np.eye(models), ease)
    pull = np.tile(ease @ mean, models)
    for d, one in enumerate(sites):
        at = one.who * k + d
        precision[np.ix_(at, at)] += one.precision
        pull[at] += one.pull
    covariance = np.linalg.inv(precision)
    return Posterior((covariance @ pull).reshape(models, k), (covariance + covariance.T) / 2)


def estimate(sites: Sequence[Site], models: int) -> Population:
    """How domains correlate over models, most likely given the sites."""
    mean = np.array([one.centre for one in sites])
    cov = np.diag([one.spread**2 for one in sites])
    rounds = 0
    for rounds in range(1, ROUNDS + 1):  # noqa: B007 (told in the result)
        old = cov
        mean, cov = _moments(posterior(sites, models, mean, cov))
        scale = np.sqrt(np.diag(cov))
        if np.abs((cov - old) / np.outer(scale, scale)).max() < TOL:
            break
    k = len(sites)
    error, upper = np.zeros((k, k)), np.triu_indices(k, 1)
    error[upper] = np.sqrt(np.diag(_error(sites, models, mean, cov))[k:])
    return Population(cov / np.outer(scale, scale), error + error.T, rounds)


def _moments(at: Posterior) -> tuple[Floats, Floats]:
    m = len(at.mean)
    mean = at.mean.mean(axis=0)
    total = _scatter(at, mean)
    return mean, (total + LOOSE * np.diag(np.diag(total)) / m) / (m + LOOSE)


def _scatter(at: Posterior, mean: Floats) -> Floats:
    """Expected sum of squares and products around ``mean``, (K, K)."""
    m, k = at.mean.shape
    far = at.mean - mean
    blocks = at.covariance.reshape(m, k, m, k)
    out: Floats = far.T @ far + np.einsum("mimj->ij", blocks)
    return out


def packed(cov: Floats) -> Floats:
    """(log SDs, atanh r) of a covariance, without bounds."""
    sd = np.sqrt(np.diag(cov))
    upper = np.triu_indices(len(sd), 1)
    return np.concatenate([np.log(sd), np.arctanh((cov / np.outer(sd, sd))[upper])])


def unpacked(x: Floats, k: int) -> Floats:
    """The covariance of (log SDs, atanh r)."""
    r = np.eye(k)
    r[np.triu_indices(k, 1)] = np.tanh(x[k:])
    r = r + np.triu(r, 1).T
    out: Floats = r * np.outer(np.exp(x[:k]), np.exp(x[:k]))
    return out


def _error(sites: Sequence[Site], models: int, mean: Floats, cov: Floats) -> Floats:
    """Covariance of (log SDs, atanh r): differences of the gradient, inverted."""
    x = packed(cov)
    rows = []
    for step in STEP * np.eye(len(x)):
        ahead, behind = (_gradient(sites, models, mean, x + s) for s in (step, -step))
        rows.append((behind - ahead) / (2 * STEP))
    info = np.array(rows)
    size, axes = np.linalg.eigh((info + info.T) / 2)
    out: Floats = (axes / np.maximum(size, 1e-3)) @ axes.T
    return out


def _gradient(sites: Sequence[Site], models: int, mean: Floats, x: Floats) -> Floats:
    """Of the marginal log-likelihood by (log SDs, atanh r)."""
    k = len(sites)
    cov = unpacked(x, k)
    ease = np.linalg.inv(cov)
    total = _scatter(posterior(sites, models, mean, cov), mean)
    total = total + LOOSE * np.diag(np.diag(total)) / models
    by_cov = 0.5 * (ease @ total @ ease - (models + LOOSE) * ease)
    slopes = ((unpacked(x + s, k) - unpacked(x - s, k)) / (2 * STEP) for s in STEP * np.eye(len(x)))
    return np.array([(by_cov * slope).sum() for slope in slopes])
