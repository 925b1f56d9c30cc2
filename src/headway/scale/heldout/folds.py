"""Which cells are held out: folds that leave every model and every benchmark most of its cells."""

from __future__ import annotations

import numpy as np

from headway.errors import HeadwayError
from headway.scale.table import Bools, Ints, Table

FEWEST = 4  # folds: a fold, and three others that say how large errors are


def balanced(table: Table, folds: int, seed: int) -> Ints:
    """A fold for every cell, (N,): in random order, each to where its like are fewest.

    A cell goes to the fold that has the fewest cells of its model, then of its benchmark, then
    of all; what is still equal is settled by chance. A model of n cells loses at most
    ceil(n / folds) of them at once.

    Raises
    ------
    HeadwayError
        If there are fewer than four folds, or more folds than cells.
    """
    _check(table, folds)
    rng = np.random.default_rng(seed)
    fold = np.empty(table.n_scores, dtype=np.int64)
    of_model = np.zeros((len(table.models), folds))
    of_benchmark = np.zeros((len(table.benchmarks), folds))
    luck = rng.random((table.n_scores, folds))
    for cell in rng.permutation(table.n_scores):
        models, benchmarks = of_model[table.model[cell]], of_benchmark[table.benchmark[cell]]
        chosen = np.lexsort((luck[cell], of_model.sum(axis=0), benchmarks, models))[0]
        fold[cell] = chosen
        models[chosen] += 1
        benchmarks[chosen] += 1
    return fold


def scattered(table: Table, folds: int, seed: int) -> Ints:
    """A fold for every cell, (N,), by chance alone and of equal sizes: what others report.

    Raises
    ------
    HeadwayError
        As :func:`balanced`.
    """
    _check(table, folds)
    return np.random.default_rng(seed).permutation(table.n_scores) % folds


def _check(table: Table, folds: int) -> None:
    if folds < FEWEST:
        raise HeadwayError(f"{folds} folds are too few: give {FEWEST} or more.")
    if folds > table.n_scores:
        raise HeadwayError(
            f"There are only {table.n_scores} scores for {folds} folds: give fewer folds."
        )


def neighbours(folds: int) -> tuple[tuple[int, int], ...]:
    """Pairs of folds that are held out together, each fold with up to six others.

    The errors of the one, fitted without both, say how far to trust the prediction of the other:
    no score has a part in the interval that it is checked against.
    """
    reach = min(3, (folds - 1) // 2)
    near = ((i, (i + step) % folds) for i in range(folds) for step in range(1, reach + 1))
    return tuple(dict.fromkeys((min(pair), max(pair)) for pair in near))


def held_out(fold: Ints, folds: int, pairs: tuple[tuple[int, int], ...]) -> Bools:
    """Held-out cells (folds + P, N): one row a fold, then one row a pair of folds."""
    single = fold[None] == np.arange(folds)[:, None]
    return np.concatenate([single, *(single[[a]] | single[[b]] for a, b in pairs)])
