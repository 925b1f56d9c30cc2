"""Answers to the items of one benchmark, with every item's difficulty integrated out.

P(solve) = sigmoid(a (theta_m - d) - v x_i),  x_i ~ N(0, 1): adaptive Gauss-Hermite around each
item's own posterior; derivatives as expectations over it (Louis 1982, *JRSS B* 44).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from headway.scale.items.curve import log_sigmoid, sigmoid
from headway.scale.items.population import hermite
from headway.scale.table import Floats, Ints

ORDER = 9
SLICE = 1_000_000  # numbers in one temporary array
ROUNDS = 50


@dataclass(frozen=True, eq=False)
class Block:
    """Successes and trials of I items by the runners (indices ``who``) that answered any."""

    benchmark: int
    who: Ints
    won: Floats
    tried: Floats


class Look(NamedTuple):
    """Log-likelihood, gradient and Hessian by (theta of ``who``, d, log v, log a)."""

    value: float
    gradient: Floats
    hessian: Floats


def look(block: Block, theta: Floats, d: float, log_v: float, log_a: float) -> Look:
    """Sum over the items of a block; ``theta`` (of ``who``)."""
    parts = [
        _look(block.won[part], block.tried[part], theta, d, log_v, log_a)
        for part in _parts(len(block.won), len(theta))
    ]
    return Look(
        sum(part.value for part in parts),
        np.sum([part.gradient for part in parts], axis=0),
        np.sum([part.hessian for part in parts], axis=0),
    )


def _parts(items: int, models: int) -> Iterator[slice]:
    step = max(1, SLICE // (ORDER * (models + 3)))
    return (slice(k, k + step) for k in range(0, items, step))


def _look(y: Floats, n: Floats, theta: Floats, d: float, log_v: float, log_a: float) -> Look:
    a, step = float(np.exp(log_a)), float(np.exp(log_v))
    base = a * (theta - d)
    mode, curve = _mode(y, n, base, step)
    nodes, weights = hermite(ORDER, 1)
    root = 1 / np.sqrt(curve)[:, None]
    x = mode[:, None] + root * nodes[:, 0]  # (I, K)
    z = base - step * x[..., None]  # (I, K, M)
    log_w = np.einsum("im,ikm->ik", y, log_sigmoid(z))
    log_w += np.einsum("im,ikm->ik", n - y, log_sigmoid(-z))
    log_w += np.log(weights) + 0.5 * nodes[:, 0] ** 2 - 0.5 * x**2 + np.log(root)
    top = log_w.max(axis=1, keepdims=True)
    w = np.exp(log_w - top)
    total = w.sum(axis=1, keepdims=True)
    w /= total
    p = sigmoid(z)
    error = y[:, None] - n[:, None] * p
    bend = n[:, None] * p * (1 - p)
    by = _by_parameters(error, base, a, step * x)
    mean = np.einsum("ik,ikj->ij", w, by)
    hessian = _complete(w, error, bend, base, a, step * x)
    rows = ((by - mean[:, None]) * np.sqrt(w)[..., None]).reshape(-1, by.shape[2])
    hessian += rows.T @ rows
    return Look(float((top + np.log(total)).sum()), mean.sum(axis=0), hessian)


def _mode(y: Floats, n: Floats, base: Floats, step: float) -> tuple[Floats, Floats]:
    """Most probable x of each item by Newton's method (concave), and the curvature there."""
    x = np.zeros(len(y))
    for _ in range(ROUNDS):
        p = sigmoid(base - step * x[:, None])
        curve = step**2 * (n * p * (1 - p)).sum(axis=1) + 1
        move = np.clip((-step * (y - n * p).sum(axis=1) - x) / curve, -1, 1)
        x = x + move
        if float(np.abs(move).max()) < 1e-6:
            break
    return x, curve


def _by_parameters(error: Floats, base: Floats, a: float, far: Floats) -> Floats:
    """Scores (I, K, M + 3) at the nodes; ``base`` is a (theta - d), ``far`` is v x."""
    total = error.sum(axis=2)
    rest = [-a * total, -far * total, error @ base]
    return np.concatenate([a * error, np.stack(rest, axis=2)], axis=2)


def _complete(
    w: Floats, error: Floats, bend: Floats, base: Floats, a: float, far: Floats
) -> Floats:
    """Mean of the Hessian with the items known, (M + 3, M + 3)."""
    m = len(base)
    out = np.zeros((m + 3, m + 3))
    heavy = w[..., None] * bend
    own, wide = heavy.sum(axis=(0, 1)), np.einsum("ikm,ik->m", heavy, far)
    left = np.einsum("ik,ikm->m", w, error)
    out[np.arange(m), np.arange(m)] = -(a**2) * own
    out[:m, m] = a**2 * own
    out[:m, m + 1] = a * wide
    out[:m, m + 2] = a * (left - own * base)
    out[m, m] = -(a**2) * own.sum()
    out[m, m + 1] = -a * wide.sum()
    out[m, m + 2] = a * (own @ base - left.sum())
    out[m + 1, m + 1] = -(heavy.sum(axis=2) * far**2).sum() - (w * error.sum(axis=2) * far).sum()
    out[m + 1, m + 2] = wide @ base
    out[m + 2, m + 2] = -own @ base**2 + left @ base
    upper = np.triu(out, 1)
    return np.asarray(np.diag(np.diag(out)) + upper + upper.T)
