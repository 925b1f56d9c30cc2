"""Simulated answers with faults planted in them, shared by the tests of checks and predictions."""

from __future__ import annotations

import numpy as np

from headway.scale.responses import Responses


def made(seed, models, items, *, missing=0.0, slopes=0.0, trials=1, spoil=None, labels=None):
    """Answers of ``models`` on ``items``; ``spoil(eta, y, rng)`` may change logits or answers.

    Every second model is open; abilities of open ones are half a logit lower.
    """
    rng = np.random.default_rng(seed)
    side = np.arange(models) % 2
    ability = rng.normal(size=models) - 0.5 * side
    a = np.exp(rng.normal(0, slopes, items)) if slopes else np.ones(items)
    b = rng.normal(0, 1.2, items)
    eta = a * (ability[:, None] - b)
    if spoil:
        eta = spoil(eta, rng)
    y = rng.binomial(trials, 1 / (1 + np.exp(-eta)))
    seen = rng.random(y.shape) >= missing
    seen[rng.integers(models, size=items), np.arange(items)] = True
    m, j = np.nonzero(seen)
    columns = {
        "model": [f"m{k:03d}" for k in m],
        "item": [f"i{k:04d}" for k in j],
        "successes": y[m, j].astype(float),
        "trials": np.full(len(m), float(trials)),
        "openness": [("closed", "open")[side[k]] for k in m],
    }
    for name, of in (labels or {}).items():
        columns[name] = [of(int(x), int(z)) for x, z in zip(m, j, strict=True)]
    return Responses.build(columns)


def copied(responses, pairs):
    """The same answers with the first item of each pair answered as the second was."""
    y = np.full((len(responses.models), len(responses.items)), np.nan)
    y[responses.model, responses.item] = responses.successes
    for i, j in pairs:
        y[:, i] = y[:, j]
    return Responses.of_matrix(y)


def without(responses, keep):
    """The rows of a mask."""
    rows = np.flatnonzero(keep)
    columns = {
        "model": [responses.models[k] for k in responses.model[rows]],
        "item": [responses.items[k] for k in responses.item[rows]],
        "successes": responses.successes[rows],
        "trials": responses.trials[rows],
    }
    for name, (levels, code) in responses.labels.items():
        columns[name] = [levels[k] for k in code[rows]]
    return Responses.build(columns)
