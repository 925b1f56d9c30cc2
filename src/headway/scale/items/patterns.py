"""Models that answered the same items alike, gathered into one row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from headway.scale.responses import Responses
from headway.scale.table import Floats, Ints

DENSE, SMALL = 0.2, 20_000_000  # a matrix this full and no larger is held dense


@dataclass(frozen=True, eq=False)
class Patterns:
    """Distinct rows of answers.

    Attributes
    ----------
    won, lost : (P, J) array or sparse matrix
        Successes and failures.
    count : (P,) float
        Models with this row.
    of : (M,) int
        Row of each model.
    """

    won: Any
    lost: Any
    count: Floats
    of: Ints


def patterns(cells: Responses) -> Patterns:
    """Gather equal rows: a million models of one answer each are a few rows."""
    of, first = _group(cells)
    keep = np.isin(cells.model, first)
    row = of[cells.model[keep]]
    shape = (len(first), len(cells.items))
    won, tried = cells.successes[keep], cells.trials[keep]
    where = (row, cells.item[keep])
    make = (
        _dense if len(row) > DENSE * shape[0] * shape[1] and shape[0] * shape[1] <= SMALL else _csr
    )
    count = np.bincount(of, minlength=len(first)).astype(float)
    return Patterns(make(won, where, shape), make(tried - won, where, shape), count, of)


def _group(cells: Responses) -> tuple[Ints, Ints]:
    """Row of each model and one model of each row, by a random 128-bit sum over its answers."""
    rng = np.random.default_rng(20)
    kinds = np.stack([cells.item.astype(float), cells.successes, cells.trials])
    _, kind = np.unique(kinds, axis=1, return_inverse=True)
    high = np.iinfo(np.int64).max
    codes = rng.integers(0, high, size=(2, int(kind.max()) + 1), dtype=np.int64)
    key = np.zeros((2, len(cells.models)), dtype=np.int64)
    for k in range(2):
        np.add.at(key[k], cells.model, codes[k][kind.reshape(-1)])  # wraps around: that is meant
    _, first, of = np.unique(key, axis=1, return_index=True, return_inverse=True)
    return of.reshape(-1).astype(np.int64), first.astype(np.int64)


def _dense(values: Floats, where: tuple[Ints, Ints], shape: tuple[int, int]) -> Floats:
    out = np.zeros(shape)
    out[where] = values
    return out


def _csr(values: Floats, where: tuple[Ints, Ints], shape: tuple[int, int]) -> Any:
    from scipy.sparse import csr_matrix

    return csr_matrix((values, where), shape=shape)
