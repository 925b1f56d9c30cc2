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
POWERS = WEIGHTS[:, None] * NODES[:, None] ** np.arange(3)
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
    a, v = np.exp(log_a), np.exp(log_v)
    base = a * (theta - d)
    z = base[:, None] - v[:, None] * NODES
    p, q = sigmoid(z), sigmoid(-z)
    g = np.clip(p @ WEIGHTS, SURE, None)
    h = np.clip(q @ WEIGHTS, SURE, None)
    rise = p * q
    r = rise @ POWERS[:, :2]
    e = (rise * (q - p)) @ POWERS
    # Every derivative of z is flat + steep x.
    none = np.zeros_like(a)
    flat = np.stack([a, -a, none, base], axis=1)
    steep = np.stack([none, none, -v, none], axis=1)
    first = flat * r[:, [0]] + steep * r[:, [1]]
    both = _outer(flat, steep)
    second = _outer(flat, flat) * e[:, 0, None, None] + _outer(steep, steep) * e[:, 2, None, None]
    second += (both + both.transpose(0, 2, 1)) * e[:, 1, None, None]
    second[:, 3, :] += flat * r[:, [0]]  # second derivatives of z by log a, then by log v
    second[:, :3, 3] += flat[:, :3] * r[:, [0]]
    second[:, 2, 2] -= v * r[:, 1]
    first /= (g * h)[:, None]
    second /= (g * h)[:, None, None]
    second -= _outer(first, first) * (h - g)[:, None, None]
    return Average(g, np.log(g) - np.log(h), first, second)


def _outer(x: Floats, y: Floats) -> Floats:
    out: Floats = x[:, :, None] * y[:, None, :]
    return out
