"""Answers as an items x models matrix, walked through in slices of items on all cores."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np

from headway.scale.responses import Responses
from headway.scale.table import Floats

T = TypeVar("T")
SLICE = 120_000  # numbers in one temporary array: a few of them stay in the cache of a core
Walk = Callable[[Callable[[slice], T], int], list[T]]


@dataclass(frozen=True, eq=False)
class Grid:
    """Successes and trials, both (J, M), in the smallest type that holds them."""

    won: Any
    tried: Any

    @property
    def shape(self) -> tuple[int, int]:
        """Items J, models M."""
        j, m = self.tried.shape
        return int(j), int(m)

    def rows(self, part: slice) -> tuple[Floats, Floats]:
        """Successes and trials of a slice of items as floats."""
        return self.won[part].astype(float), self.tried[part].astype(float)


def grid(cells: Responses) -> Grid:
    """Lay cells out as a matrix; one byte a cell where counts are small and whole."""
    shape = (len(cells.items), len(cells.models))
    small = cells.trials.max() < 256 and not (cells.successes % 1).any()
    small = small and not (cells.trials % 1).any()
    kind = np.uint8 if small else np.float64
    won, tried = np.zeros(shape, dtype=kind), np.zeros(shape, dtype=kind)
    won[cells.item, cells.model] = cells.successes
    tried[cells.item, cells.model] = cells.trials
    return Grid(won, tried)


@contextmanager
def walking(shape: tuple[int, int]) -> Iterator[Walk[Any]]:
    """Run a function over slices of items; ``width`` is how many numbers it holds per cell."""
    from threadpoolctl import threadpool_limits

    j, m = shape
    # Small products lose more than they gain from threads inside BLAS.
    with threadpool_limits(1, user_api="blas"), ThreadPoolExecutor(os.cpu_count()) as pool:

        def walk(work: Callable[[slice], Any], width: int) -> list[Any]:
            step = max(1, SLICE // (m * width))
            return list(pool.map(work, [slice(k, min(k + step, j)) for k in range(0, j, step)]))

        yield walk
