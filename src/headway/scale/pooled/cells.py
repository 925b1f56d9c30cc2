"""Scores of a table: binomial, with a misfit of each cell that may be ordinary or gross.

k ~ Binomial(n, chance + (ceiling - chance) sigmoid(t)),  t = mu + misfit,
misfit ~ (1 - broken) N(0, sd^2) + broken N(0, GROSS^2).

The mixture has an influence that returns to zero, unlike a Student t with its bounded one (Box &
Tiao 1968, *Biometrika* 55), and says of each cell how probable it is that it is an ordinary one.
Each integral over the misfit is an adaptive Gauss-Hermite sum around its own mode.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from headway.scale.items.curve import log_sigmoid, sigmoid
from headway.scale.items.population import hermite
from headway.scale.table import Floats, Ints

GROSS = 2.5  # SD in logits of the misfit of a broken cell: it may lie nearly anywhere
ORDER, ROUNDS = 11, 60


@dataclass(frozen=True, eq=False)
class Cells:
    """N scores of runners as counts on the raw scale; ``solved`` need not be whole."""

    who: Ints
    benchmark: Ints
    solved: Floats
    items: Floats
    chance: Floats
    ceiling: Floats

    @property
    def observed(self) -> Floats:
        """Share solved above chance, (N,)."""
        raw = self.solved / self.items
        out: Floats = np.clip((raw - self.chance) / (self.ceiling - self.chance), 0, 1)
        return out

    def tiled(self, times: int) -> Cells:
        """The same cells so many times over."""
        columns = [self.who, self.benchmark, self.solved, self.items, self.chance, self.ceiling]
        return Cells(*(np.tile(column, times) for column in columns))


class Side(NamedTuple):
    """One normal misfit: log-likelihood, its derivatives by mu, moments of the misfit; all (N,)."""

    value: Floats
    first: Floats
    second: Floats
    mean: Floats
    variance: Floats


class Mixed(NamedTuple):
    """Both misfits together: log-likelihood, derivatives by mu, chance of being ordinary; (N,)."""

    value: Floats
    first: Floats
    second: Floats
    believed: Floats
    ordinary: Side


def mixed(cells: Cells, mu: Floats, sd: float, broken: float) -> Mixed:
    """The log-likelihood of each cell given its expected logit ``mu`` (N,)."""
    plain, gross = one_side(cells, mu, sd), one_side(cells, mu, GROSS)
    a, b = np.log1p(-broken) + plain.value, np.log(broken) + gross.value
    value = np.logaddexp(a, b)
    r = np.exp(a - value)
    first = r * plain.first + (1 - r) * gross.first
    second = r * (plain.second + plain.first**2) + (1 - r) * (gross.second + gross.first**2)
    return Mixed(value, first, second - first**2, r, plain)


class Misfit(NamedTuple):
    """Log density of a misfit, its derivatives, and the chance of being ordinary; all (N,)."""

    value: Floats
    first: Floats
    second: Floats
    believed: Floats


def misfit(w: Floats, sd: float, broken: float) -> Misfit:
    """The mixture's log density at ``w`` (N,), without the constant."""
    a = np.log1p(-broken) - np.log(sd) - 0.5 * (w / sd) ** 2
    b = np.log(broken) - np.log(GROSS) - 0.5 * (w / GROSS) ** 2
    value = np.logaddexp(a, b)
    r = np.exp(a - value)
    first = -w * (r / sd**2 + (1 - r) / GROSS**2)
    second = r * ((w / sd**2) ** 2 - 1 / sd**2)
    second += (1 - r) * ((w / GROSS**2) ** 2 - 1 / GROSS**2) - first**2
    return Misfit(value, first, second, r)


def one_side(cells: Cells, mu: Floats, sd: float) -> Side:
    """Integrate a misfit N(0, sd^2) out of each cell."""
    mode, curve = _mode(cells, mu, sd)
    x, w = hermite(ORDER, 1)
    root = 1 / np.sqrt(curve)[:, None]
    t = mode[:, None] + root * x[:, 0]
    far = t - mu[:, None]
    log_w = _log_binomial(cells, t) - 0.5 * (far / sd) ** 2 - np.log(sd)
    log_w += np.log(w) + 0.5 * x[:, 0] ** 2 + np.log(root)
    top = log_w.max(axis=1, keepdims=True)
    share = np.exp(log_w - top)
    total = share.sum(axis=1)
    share /= total[:, None]
    mean = (share * far).sum(axis=1)
    variance = (share * (far - mean[:, None]) ** 2).sum(axis=1)
    value = top[:, 0] + np.log(total)
    return Side(value, mean / sd**2, variance / sd**4 - 1 / sd**2, mean, variance)


def _log_binomial(cells: Cells, t: Floats) -> Floats:
    """Without the binomial coefficient, which no parameter moves; t is (N, K)."""
    k, n = cells.solved[:, None], cells.items[:, None]
    low, span = cells.chance[:, None], (cells.ceiling - cells.chance)[:, None]
    if not low.any() and (span == 1).all():
        out: Floats = n * log_sigmoid(t) - (n - k) * t
        return out
    s = sigmoid(t)
    tiny = np.finfo(float).tiny
    p = np.maximum(low + span * s, tiny)
    q = np.maximum((1 - low - span) + span * sigmoid(-t), tiny)
    return np.asarray(k * np.log(p) + (n - k) * np.log(q))


def _mode(cells: Cells, mu: Floats, sd: float) -> tuple[Floats, Floats]:
    """Most probable t of each cell by Fisher scoring, and the expected curvature there."""
    k, n, low = cells.solved, cells.items, cells.chance
    span = cells.ceiling - low
    t = mu.copy()
    for _ in range(ROUNDS):
        s = sigmoid(t)
        p = np.clip(low + span * s, 1e-12, 1 - 1e-12)
        rise = span * s * (1 - s)
        curve = n * rise**2 / (p * (1 - p)) + 1 / sd**2
        step = (k - n * p) / (p * (1 - p)) * rise - (t - mu) / sd**2
        step = np.clip(step / curve, -1, 1)
        t = t + step
        if float(np.abs(step).max(initial=0.0)) < 1e-6:
            break
    return t, curve
