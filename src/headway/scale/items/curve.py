"""The response curve p = c + (1 - c) s, s = sigmoid(z), and its derivatives, without overflow."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from headway.scale.table import Floats


def sigmoid(z: Floats) -> Floats:
    """Logistic function; tanh neither overflows nor warns."""
    out = np.tanh(0.5 * z)
    out += 1
    out *= 0.5
    return out


def log_sigmoid(z: Floats) -> Floats:
    """Log of the logistic function, exact to the far tails: no answer underflows to log 0."""
    out: Floats = np.minimum(z, 0) - np.log1p(np.exp(-np.abs(z)))
    return out


class Curve(NamedTuple):
    """Chances at z; arrays of one shape. ``pull`` = s / p and ``guess`` = c / p never overflow."""

    s: Floats
    p: Floats
    q: Floats
    log_p: Floats
    log_q: Floats
    pull: Floats
    guess: Floats


def curve(z: Floats, floor: Floats | float = 0.0) -> Curve:
    """Evaluate the curve at ``z`` with guess floor ``floor`` (broadcast against ``z``)."""
    s = sigmoid(z)
    log_q, log_s = log_sigmoid(-z), log_sigmoid(z)
    c = np.asarray(floor, dtype=float)
    if not c.any():
        return Curve(s, s, np.exp(log_q), log_s, log_q, np.ones_like(s), np.zeros_like(s))
    with np.errstate(divide="ignore"):  # an item whose floor is 0 among items with floors
        log_c = np.log(c)
    log_p = np.logaddexp(log_c, np.log1p(-c) + log_s)
    log_q = np.log1p(-c) + log_q
    pull, guess = np.exp(log_s - log_p), np.exp(log_c - log_p)
    return Curve(s, np.exp(log_p), np.exp(log_q), log_p, log_q, pull, guess)
