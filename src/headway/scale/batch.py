"""Many draws on all cores: chunks that fit the cache, one BLAS thread each."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor

import numpy as np

from headway.scale.arrow import Params, Problem, minimise, take
from headway.scale.table import Floats, Ints

CHUNK = 32  # draws at a time: their arrays stay within a few megabytes
COARSE = 1e-3  # single precision brings a draw down to this gradient, at half the cost
Progress = Callable[[int], None]


def minimise_many(
    problem: Problem,
    start: Params,
    *,
    tol: float,
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> tuple[Params, Floats]:
    """Reach the optimum of every draw of ``problem``, in chunks.

    Parameters
    ----------
    problem, start
        As for :func:`headway.scale.arrow.minimise`.
    tol : float
        Largest projected gradient at which a draw is done.
    executor : concurrent.futures.Executor, optional
        Where chunks run; by default one thread a core.
    progress : callable, optional
        Called with the number of draws done since the last call.

    Returns
    -------
    Params
    gradient : (S,) float
    """
    from threadpoolctl import threadpool_limits

    count = len(problem.y)
    parts = np.array_split(np.arange(count), max(1, -(-count // CHUNK)))

    def solve(rows: Ints) -> tuple[Params, Floats]:
        done = _solve(problem.rows(rows), take(start, rows), tol)
        if progress is not None:
            progress(len(rows))
        return done

    # Small systems lose more than they gain from threads inside BLAS.
    with threadpool_limits(1, user_api="blas"):
        if executor is not None:
            done = list(executor.map(solve, parts))
        else:
            with ThreadPoolExecutor(os.cpu_count()) as pool:
                done = list(pool.map(solve, parts))
    return _join(done)


def _solve(problem: Problem, start: Params, tol: float) -> tuple[Params, Floats]:
    with np.errstate(over="ignore"):  # a curve that saturates in single precision is no fault
        near, _ = minimise(problem.cast(np.float32), start.cast(np.float32), tol=COARSE, steps=50)
    return minimise(problem, near.cast(np.float64), tol=tol, warm=0)


def _join(done: list[tuple[Params, Floats]]) -> tuple[Params, Floats]:
    params = [p for p, _ in done]
    joined = Params(*(np.concatenate([getattr(p, k) for p in params]) for k in ("c", "d", "a")))
    return joined, np.concatenate([s for _, s in done])
