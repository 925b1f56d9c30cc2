"""Random numbers that belong to names.

The same model, benchmark or cell has the same luck in every table, whatever else is in it, so two
tables that share cells are compared draw by draw (common random numbers: Glasserman & Yao 1992,
*Management Science* 38, 884-908).
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from hashlib import blake2b
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from headway.scale.table import Floats, Ints, Table


def generator(seed: int, *names: str) -> np.random.Generator:
    """A generator of its own for a seed and names."""
    text = "\x1f".join((str(seed), *names))
    key = int.from_bytes(blake2b(text.encode(), digest_size=16).digest(), "little")
    return np.random.Generator(np.random.Philox(key=key))


def normals(seed: int, what: str, names: Iterable[str], draws: int) -> Floats:
    """Standard normals (S, K), one column per name."""
    return np.stack([generator(seed, what, n).standard_normal(draws) for n in names], axis=1)


def cell_normals(seed: int, table: Table, draws: int) -> Floats:
    """Standard normals (S, N), one column per cell."""
    return np.stack([_noise(seed, draws, *cell) for cell in _names(table)], axis=1)


def resampled_cells(seed: int, table: Table, draws: int) -> Floats:
    """How often each cell is drawn, (S, N), when each model's own n cells are drawn n times.

    Cell by cell a binomial share of what is left (a multinomial; Devroye 1986, *Non-Uniform Random
    Variate Generation*, XI.1.4), found by inverting its distribution at a uniform number that
    belongs to the cell: where a cell goes, the counts of the others hardly change.
    """
    sizes = np.bincount(table.model)
    first = np.cumsum(sizes) - sizes
    tests = [table.benchmarks[b] for b in table.benchmark.tolist()]
    names = [
        (seed, draws, model, tuple(tests[k : k + n]))
        for model, k, n in zip(table.models, first.tolist(), sizes.tolist(), strict=True)
    ]
    with _LOCK:
        known = {name: _COUNTS[name] for name in names if name in _COUNTS}
    new = [name for name in names if name not in known]
    known |= zip(new, _counts(new), strict=True)
    _keep(known)
    return np.ascontiguousarray(np.concatenate([known[name] for name in names]).T, dtype=float)


_Name = tuple[int, int, str, tuple[str, ...]]
"""Seed, draws, model and its benchmarks: what its counts hang on."""
_Counts = NDArray[np.uint16]
_COUNTS: dict[_Name, _Counts] = {}
_LOCK = Lock()
_HELD = 1024  # models whose counts are kept: tables that are compared share most


def _keep(asked: dict[_Name, _Counts]) -> None:
    """Keep these as the newest; the oldest go where there are many."""
    with _LOCK:
        for name in asked:
            _COUNTS.pop(name, None)
        _COUNTS.update(asked)
        for name in list(_COUNTS)[:-_HELD]:
            del _COUNTS[name]


def _counts(names: list[_Name]) -> list[_Counts]:
    """How often each cell of these models is drawn, (n, S) each."""
    if not names:
        return []
    counts = np.array([len(tests) for *_, tests in names])
    start, draws = np.cumsum(counts) - counts, names[0][1]
    luck = np.stack([_luck(seed, s, m, b) for seed, s, m, tests in names for b in tests])
    out, left = np.empty(luck.shape, np.uint16), np.repeat(counts[:, None], draws, axis=1)
    for place in range(int(counts.max())):
        models = np.flatnonzero(counts > place)
        cells = start[models] + place
        taken = _inverse(luck[cells], left[models], counts[models] - place)
        out[cells] = taken
        left[models] -= taken
    return [part.copy() for part in np.split(out, start[1:])]


@lru_cache(maxsize=8192)
def _luck(seed: int, draws: int, model: str, benchmark: str) -> Floats:
    """Uniform numbers (S,) of a cell, kept: tables that are compared share most cells."""
    return generator(seed, "cell", model, benchmark).random(draws)


@lru_cache(maxsize=8192)
def _noise(seed: int, draws: int, model: str, benchmark: str) -> Floats:
    """Standard normals (S,) of a cell, kept for the same reason."""
    return generator(seed, "score", model, benchmark).standard_normal(draws)


def _names(table: Table) -> Iterable[tuple[str, str]]:
    for m, b in zip(table.model.tolist(), table.benchmark.tolist(), strict=True):
        yield table.models[m], table.benchmarks[b]


def _inverse(luck: Floats, left: Ints, cells: Ints) -> Ints:
    """Binomial(left, 1 / cells) at ``luck``; ``left`` and ``luck`` (K, S), ``cells`` (K,)."""
    n, odds = left.astype(float), 1 / np.maximum(cells - 1.0, 1.0)[:, None]
    last = (cells == 1)[:, None]
    chance = np.where(last, 0.0, (1 - 1 / cells)[:, None] ** n)
    below, taken = chance.copy(), np.zeros(left.shape, dtype=left.dtype)
    k = 0
    while (more := (luck > below) & (k < n)).any():
        taken += more
        k += 1
        chance = chance * np.maximum(n - k + 1, 0) / k * odds
        below += chance
    return np.where(last, left, taken)
