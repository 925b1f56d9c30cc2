"""Simulated answers, shared by the tests of item scales."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from headway.scale.items.loops import loops
from headway.scale.items.matrix import Matrix
from headway.scale.responses import Responses


class Truth(NamedTuple):
    ability: np.ndarray
    a: np.ndarray
    b: np.ndarray


def simulate(seed, models, items, missing=0.3, *, slopes=0.4, floor=0.0, trials=1):
    """N(0, 1) abilities, log-normal slopes; every model and item keeps an answer."""
    rng = np.random.default_rng(seed)
    truth = Truth(
        rng.normal(size=models), np.exp(rng.normal(0, slopes, items)), rng.normal(0, 1.2, items)
    )
    p = floor + (1 - floor) / (1 + np.exp(-truth.a * (truth.ability[:, None] - truth.b)))
    y = rng.binomial(trials, p).astype(float)
    gone = rng.random(y.shape) < missing
    gone[rng.integers(models, size=items), np.arange(items)] = False
    gone[np.arange(models), rng.integers(items, size=models)] = False
    y[gone] = np.nan
    return truth, Responses.of_matrix(y, np.full(y.shape, float(trials)))


def standard(x):
    return (x - x.mean()) / x.std()


def over(responses, floor=0.0):
    """Loops over responses, as the estimators choose them."""
    return loops(Matrix.of(responses.by_cell()), floor)
