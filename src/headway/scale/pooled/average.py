"""The mean of a logistic curve over items N(d, s^2), on the logit scale, with derivatives.

mu = logit(g),  g = E sigmoid(a (theta - d) - v x),  x ~ N(0, 1),  v = a s,
by the parameters (theta, d, log v, log a) of each cell.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from headway.scale.items.curve import sigmoid
from headway.scale.table import Floats

# A trapezoid rule: for analytic integrands nothing beats it.
NODES = np.linspace(-4.8, 4.8, 25)
WEIGHTS = np.exp(-0.5 * NODES**2) / np.exp(-0.5 * NODES**2).sum()
SURE = 1e-14  # a share of items is told apart from none and all by no more


class Average(NamedTuple):
    """Share solved g (N,), its logit mu (N,), and the derivatives of mu: (N, 4), (N, 4, 4)."""

    share: Floats
    logit: Floats
    first: Floats
    second: Floats


def share(theta: Floats, d: Floats, log_v: Floats, log_a: Floats) -> Floats:
    """Share of the items that is solved, (N,)."""
    base = np.exp(log_a) * (theta - d)
    out: Floats = sigmoid(base[:, None] - np.exp(log_v)[:, None] * NODES) @ WEIGHTS
    return out


def average(theta: Floats, d: Floats, log_v: Floats, log_a: Floats) -> Average:
    """Evaluate mu and its derivatives; all arguments (N,)."""
    a = np.exp(log_a)[:, None]
    step = np.exp(log_v)[:, None] * NODES
    base = a * (theta - d)[:, None]
    z = base - step
    p = sigmoid(z)
    q = sigmoid(-z)
    g = np.clip(p @ WEIGHTS, SURE, None)
    h = np.clip(q @ WEIGHTS, SURE, None)
    bend = p * q
    by = np.stack([a + 0 * z, -a + 0 * z, -step, base + 0 * z], axis=1)  # (N, 4, K)
    rise = WEIGHTS * bend
    first = by @ rise[..., None]
    second = np.einsum("nik,njk,nk->nij", by, by, rise * (q - p))
    second += _curved(by, step, rise)
    first = first[..., 0] / (g * h)[:, None]
    second = second / (g * h)[:, None, None]
    second -= np.einsum("ni,nj,n->nij", first, first, h - g)
    return Average(g, np.log(g) - np.log(h), first, second)


def _curved(by: Floats, step: Floats, rise: Floats) -> Floats:
    """Mean of the second derivatives of z."""
    out = np.zeros((len(by), 4, 4))
    for j in (0, 1, 3):
        out[:, j, 3] = out[:, 3, j] = (by[:, j] * rise).sum(axis=1)
    out[:, 2, 2] = -(step * rise).sum(axis=1)
    return out
