"""Ways to say what a model would score where its score is held out.

Every one is a function of a table and of the cells that are held out in each of S fits; it gives
S predictions of every cell. A fit begins at what its own cells say, not at a fit of all cells, so
that not even a starting point knows a score that is held out.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from headway.scale.arrow import Cells, Params
from headway.scale.batch import minimise_many
from headway.scale.eci import CLIP, SHRINK, point_problem, refit
from headway.scale.rasch import TOL, Spread, mean_curve
from headway.scale.rasch import point_problem as rasch_problem
from headway.scale.table import Bools, Floats, Table

Progress = Callable[[int], None]
Family = Callable[[Table, Bools, "Progress | None"], dict[str, Floats]]
"""family(table, held (S, N), progress) -> predictions (S, N) in 0..1 by name of method."""

SWEEPS = 60
PULL = 0.5  # cells' worth of pull towards the mean on each effect of an additive fit
SPREAD = Spread().median


def trivial(table: Table, held: Bools, progress: Progress | None = None) -> dict[str, Floats]:
    """The mean of the benchmark, and the mean of the model, over the cells that are kept."""
    del progress
    cells, kept = Cells.at(table.model, table.benchmark), _kept(held)
    scores = kept * _clipped(table)
    overall = scores.sum(axis=1, keepdims=True) / kept.sum(axis=1, keepdims=True)
    by_benchmark = _mean(cells.by_benchmark(scores), cells.by_benchmark(kept), overall)
    by_model = _mean(cells.by_model(scores), cells.by_model(kept), overall)
    return {
        "benchmark-mean": by_benchmark[:, table.benchmark],
        "model-mean": by_model[:, table.model],
    }


def additive(table: Table, held: Bools, progress: Progress | None = None) -> dict[str, Floats]:
    """Model + benchmark, by least squares on the scores themselves and on their logits."""
    del progress
    y = _clipped(table)
    plain = _effects(table, y, _kept(held))
    logit = _effects(table, np.log(y) - np.log1p(-y), _kept(held))
    return {
        "additive-scores": np.clip(_sum(table, *plain), CLIP, 1 - CLIP),
        "additive-logits": _sigmoid(_sum(table, *logit)),
    }


def eci(table: Table, held: Bools, progress: Progress | None = None) -> dict[str, Floats]:
    """Epoch's curve."""
    return {"eci": curve(table, held, progress)[0]}


def curve(table: Table, held: Bools, progress: Progress | None = None) -> tuple[Floats, Floats]:
    """Predictions (S, N) of Epoch's curve, and abilities (S, M) in logits."""
    fitted, _ = refit(point_problem(table), _start(table, held), _kept(held), progress=progress)
    z = fitted.a[:, table.benchmark] * (fitted.c[:, table.model] - fitted.d[:, table.benchmark])
    return _sigmoid(z), fitted.c


def rasch(table: Table, held: Bools, progress: Progress | None = None) -> dict[str, Floats]:
    """One parameter a benchmark, items spread as the middle of the scale's prior says."""
    once = rasch_problem(table, SPREAD)
    many = once.rows(np.zeros(len(held), dtype=np.int64))
    many = replace(many, w=many.w * (_kept(held)))
    start = _start(table, held)
    begin = Params(start.c, start.d, np.ones_like(start.d))
    fitted, _ = minimise_many(many, begin, tol=TOL, progress=progress)
    x = fitted.c[:, table.model] - fitted.d[:, table.benchmark]
    return {"rasch": mean_curve(x, np.full_like(x, SPREAD))[0]}


SCALES: dict[str, Family] = {"eci": eci, "rasch": rasch}
"""Scales that can be checked, by name."""


def _start(table: Table, held: Bools) -> Params:
    y = _clipped(table)
    _, c, d = _effects(table, np.log(y) - np.log1p(-y), _kept(held))
    return Params(SHRINK * c, -SHRINK * d, np.ones_like(d))


def _effects(table: Table, target: Floats, kept: Floats) -> tuple[Floats, Floats, Floats]:
    """Mean (S, 1), effects of models (S, M) and of benchmarks (S, B), each by turns."""
    cells = Cells.at(table.model, table.benchmark)
    mean = (kept * target).sum(axis=1, keepdims=True) / kept.sum(axis=1, keepdims=True)
    rest = kept * (target - mean)
    n_model, n_benchmark = cells.by_model(kept) + PULL, cells.by_benchmark(kept) + PULL
    c, d = np.zeros(n_model.shape), np.zeros(n_benchmark.shape)
    for _ in range(SWEEPS):
        d = cells.by_benchmark(rest - kept * c[:, table.model]) / n_benchmark
        c = cells.by_model(rest - kept * d[:, table.benchmark]) / n_model
    return mean, c, d


def _sum(table: Table, mean: Floats, c: Floats, d: Floats) -> Floats:
    total: Floats = mean + c[:, table.model] + d[:, table.benchmark]
    return total


def _mean(total: Floats, count: Floats, otherwise: Floats) -> Floats:
    return np.where(count > 0, total / np.maximum(count, 1), otherwise)


def _clipped(table: Table) -> Floats:
    """Scores as every scale here sees them."""
    return np.clip(table.score, CLIP, 1 - CLIP)


def _kept(held: Bools) -> Floats:
    """1 for a cell that a fit knows, else 0."""
    out: Floats = (~held).astype(np.float64)
    return out


def _sigmoid(z: Floats) -> Floats:
    p: Floats = 1 / (1 + np.exp(-z))
    return p
