"""Whether a scale tells hidden scores better than model + benchmark, and the sentence if not."""

from __future__ import annotations

import numpy as np

from headway.scale.eci import CLIP
from headway.scale.heldout.folds import FEWEST, balanced, held_out
from headway.scale.heldout.ways import SCALES, additive
from headway.scale.table import Floats, Table

RESAMPLES = 1000
SURE = 0.95


def scale_caution(table: Table, scale: str, *, folds: int = 5, seed: int = 0) -> str | None:
    """What must be said of a scale on a table.

    Parameters
    ----------
    table : Table
    scale : str
        Only eci and rasch can be checked.
    folds : int
        Into how many parts the cells are split, each hidden once.
    seed : int
        Of the split and of the resamples.

    Returns
    -------
    str or None
        None where its squared error is below that of the additive baseline in 95% of resamples of
        the models; also where the scale cannot be checked, or there are fewer cells than folds.
    """
    if scale not in SCALES or table.n_scores < max(folds, FEWEST):
        return None
    fold, score = balanced(table, folds, seed), np.clip(table.score, CLIP, 1 - CLIP)
    held, cell = held_out(fold, folds, ()), np.arange(table.n_scores)

    def error(predicted: Floats) -> Floats:
        squared: Floats = (score - predicted[fold, cell]) ** 2
        return squared

    ours = error(SCALES[scale](table, held, None)[scale])
    base = min(map(error, additive(table, held).values()), key=lambda e: float(e.mean()))
    if better(base - ours, table, seed):
        return None
    return not_better(scale, float(np.sqrt(ours.mean())), float(np.sqrt(base.mean())))


def better(less: Floats, table: Table, seed: int) -> bool:
    """Whether squared errors are smaller by ``less`` (N,) in 95% of resamples of the models."""
    return float((resampled(less, table, seed) > 0).mean()) >= SURE


def resampled(value: Floats, table: Table, seed: int = 0) -> Floats:
    """Means (R,) of a value of cells, with whole models resampled: a model's errors go together."""
    m = len(table.models)
    times = np.random.default_rng(seed).multinomial(m, np.full(m, 1 / m), size=RESAMPLES)
    total = np.bincount(table.model, value, minlength=m)
    count = np.bincount(table.model, minlength=m)
    means: Floats = (times @ total) / (times @ count)
    return means


def not_better(name: str, rmse: float, baseline: float) -> str:
    """The sentence about a scale that adds nothing to model + benchmark."""
    return (
        f"On held-out scores {name} does not beat the additive baseline "
        f"(model + benchmark): its typical error is {100 * rmse:.1f} points of 100, "
        f"against {100 * baseline:.1f}; what it says beyond that is not borne out here."
    )
