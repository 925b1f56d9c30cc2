"""Local dependence: pairs of items whose residuals go together (after Yen 1984, Q3).

Yen's Q3 is the correlation of two items' residuals over models. With twenty models and rare
successes it has no normal law, so pairs are sought by the score of an interaction of their logits,
sum(e_i e_j) / sqrt(sum(w_i w_j)), in blocks of items (no J x J matrix is held), and the candidates
tested by the saddlepoint tail of that sum given the chances (Lugannani & Rice 1980, *Advances in
Applied Probability* 12), without the model that speaks loudest.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from headway.scale.diagnose.look import Look, judged
from headway.scale.diagnose.many import adjusted
from headway.scale.diagnose.saddle import product_tail
from headway.scale.table import Floats, Ints

BLOCK = 4_000_000  # numbers in one block of pairs
FEWEST = 3  # models that two items share before their residuals are set side by side
SMALLEST = 1e-8  # variance of a product
MANY = 2_000  # items: an ability that rests on more ties no two of them
SPARE = 10  # candidates for each pair that is told


Matrices = tuple[Floats, Floats, Floats, Floats]


@dataclass(frozen=True, eq=False)
class Pairs:
    """The K pairs of items that depend most on each other beyond ability.

    Attributes
    ----------
    first, second : (K,) int
        Items.
    shared : (K,) int
        Models that answered both.
    q3 : (K,) float
        Correlation of their residuals.
    p, q : (K,) float
        Two-sided chance of so strong a tie, and false discovery rate over all pairs.
    tests : int
        Pairs that were looked at.
    """

    first: Ints
    second: Ints
    shared: Ints
    q3: Floats
    p: Floats
    q: Floats
    tests: int


def dependent_pairs(look: Look, top: int = 20) -> Pairs:
    """Find the pairs of items whose residuals are tied most.

    Parameters
    ----------
    look : Look
        M models, J items; memory is that of a few (M, J) matrices of single precision.
    top : int
        Pairs to return, most significant first.
    """
    error, weight, seen, tie = _matrices(look)
    found, tests = _candidates((error, weight, seen, tie), SPARE * top)
    i, j = found[:, 0], found[:, 1]
    both = (seen[:, i] * seen[:, j]).astype(float)
    p = _tails(look, i, j, both, tie)
    order = np.argsort(p, kind="stable")[:top]
    i, j, p, both = i[order], j[order], p[order], both[:, order]
    return Pairs(
        first=i,
        second=j,
        shared=both.sum(axis=0).astype(np.int64),
        q3=_correlation(error[:, i], error[:, j], both),
        p=p,
        q=adjusted(p, tests),
        tests=tests,
    )


def _matrices(look: Look) -> tuple[Floats, Floats, Floats, Floats]:
    """Residuals, their variances, which cells are seen, and how abilities tie them, (M, J) each.

    The fit of an ability leaves two residuals of its model a covariance of minus their product of
    ties. Items that residuals cannot judge are left out.
    """
    keep = judged(look)[look.item].astype(float)
    left = look.variance * (1 - np.minimum(look.item_lever + look.model_lever, 0.95))
    own = look.scale.a[look.item] * look.variance * np.sqrt(look.ability_var[look.model])
    parts = (look.error * keep, left, keep, own * keep)
    return tuple(_laid(look, values) for values in parts)


def _laid(look: Look, values: Floats) -> Any:
    """A matrix (M, J) of single precision, 0 where there is no cell."""
    out = np.zeros((look.n_models, look.n_items), dtype=np.float32)
    out[look.model, look.item] = values
    return out


def _candidates(matrices: Matrices, keep: int) -> tuple[Ints, int]:
    """Pairs (keep, 2) with the largest scores, and how many pairs were looked at."""
    best, score, tests = np.zeros((0, 2), dtype=np.int64), np.zeros(0), 0
    for start, square, count in _blocks(matrices):
        tests += count
        bar = score[-1] if len(score) == keep else 0.0
        row, column = np.nonzero(square > bar)
        if len(row) > keep:
            chosen = np.argpartition(square[row, column], len(row) - keep)[-keep:]
            row, column = row[chosen], column[chosen]
        best = np.concatenate([best, start + np.stack([row, column], axis=1)])
        score = np.concatenate([score, square[row, column]])
        order = np.argsort(-score, kind="stable")[:keep]
        best, score = best[order], score[order]
    return best, tests


def _blocks(matrices: Matrices) -> Iterator[tuple[int, Floats, int]]:
    """Squared scores of items from ``start`` on against all from there on, and their number.

    Pairs that share too few models, and those below the diagonal, are 0.
    """
    error, weight, seen, tie = matrices
    full = bool(seen.all()) and len(seen) >= FEWEST
    j = error.shape[1]
    step = max(1, BLOCK // j)
    for start in range(0, j, step):
        rows, columns = slice(start, min(start + step, j)), slice(start, j)
        square = error[:, rows].T @ error[:, columns]
        if j <= MANY:
            square += tie[:, rows].T @ tie[:, columns]
        square *= square
        spread = weight[:, rows].T @ weight[:, columns]
        np.maximum(spread, SMALLEST, out=spread)
        square /= spread
        size, width = square.shape
        square[np.tril_indices(size, 0, size)] = 0
        count = size * width - size * (size + 1) // 2
        if not full:
            known = seen[:, rows].T @ seen[:, columns] >= FEWEST
            square *= known
            count = int(np.triu(known, 1).sum())
        yield start, square, count


def _correlation(x: Floats, y: Floats, both: Floats) -> Floats:
    count = np.maximum(both.sum(axis=0), 1)
    x = (x - (x * both).sum(axis=0) / count) * both
    y = (y - (y * both).sum(axis=0) / count) * both
    size = np.sqrt((x * x).sum(axis=0) * (y * y).sum(axis=0))
    out: Floats = (x * y).sum(axis=0) / np.maximum(size, 1e-12)
    return out


def _tails(look: Look, i: Ints, j: Ints, both: Floats, tie: Floats) -> Floats:
    """Two-sided chance of the sum of products of residuals given the chances."""
    if not len(i):
        return np.zeros(0)
    laid = [_laid(look, values) for values in (look.chance, look.won, look.tried)]
    first, second = (
        (laid[0][:, k].astype(float), laid[1][:, k].astype(float), laid[2][:, k].astype(float))
        for k in (i, j)
    )
    e = [won - tried * p for p, won, tried in (first, second)]
    # A tie that hangs on one model is that model's misfit, not the items'.
    strongest = np.abs(e[0] * e[1] * both).argmax(axis=0)
    rest = both.copy()
    rest[strongest, np.arange(len(i))] = 0
    tied = (tie[:, i] * tie[:, j] * rest).sum(axis=0).astype(float)
    return product_tail(first, second, rest, tied)
