"""Many draws on all cores: chunks that fit the cache, one BLAS thread each."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager

import numpy as np

from headway.scale.arrow import Params, Problem, joined, minimise, take
from headway.scale.table import Floats, Ints

CHUNK = 64  # draws at a time: their arrays stay within a few megabytes
FIRST, SECOND = 12, 3  # steps of a chunk in single and double precision before it is left
COARSE = 1e-4  # single precision brings a draw down to this gradient, at half the cost
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

    def solve(rows: Ints) -> tuple[Params, Floats]:
        done = _most(problem.rows(rows), take(start, rows), tol)
        if progress is not None:
            progress(len(rows))
        return done

    def finish(rows: Ints) -> tuple[Params, Floats]:
        return minimise(problem.rows(rows), take(found, rows), tol=tol, warm=0)

    # Small systems lose more than they gain from threads inside BLAS.
    with threadpool_limits(1, user_api="blas"), _pool(executor) as pool:
        found, size = _join(pool.map(solve, _parts(np.arange(len(problem.y)))))
        late = np.flatnonzero(size > tol)
        if len(late):
            rest, reached = _join(pool.map(finish, _parts(late)))
            found.c[late], found.d[late], found.a[late], size[late] = (
                rest.c,
                rest.d,
                rest.a,
                reached,
            )
    return found, size


def _most(problem: Problem, start: Params, tol: float) -> tuple[Params, Floats]:
    """Few steps: a chunk must not wait for its slowest draws, which are gathered and finished."""
    coarse = problem.cast(np.float32)
    with np.errstate(over="ignore"):  # a curve that saturates in single precision is no fault
        near, _ = minimise(coarse, start.cast(np.float32), tol=COARSE, steps=FIRST)
    return minimise(problem, _doubled(coarse, problem, near), tol=tol, steps=SECOND, warm=0)


def _doubled(coarse: Problem, fine: Problem, near: Params) -> Params:
    """A point in double precision, on the bounds on which it is in single precision.

    A bound such as 0.1 is another number there. A parameter that is off its bound by that much
    pulls at all others, and every step of theirs would be refused.
    """

    def snapped(name: str) -> Floats:
        value: Floats = getattr(near, name)
        out: Floats = value.astype(np.float64)
        for bounds, fine_bounds in ((coarse.lower, fine.lower), (coarse.upper, fine.upper)):
            out = np.where(value == getattr(bounds, name), getattr(fine_bounds, name), out)
        return out

    return Params(snapped("c"), snapped("d"), snapped("a"))


def _parts(rows: Ints) -> list[Ints]:
    return np.array_split(rows, max(1, -(-len(rows) // CHUNK)))


@contextmanager
def _pool(executor: Executor | None) -> Iterator[Executor]:
    if executor is not None:
        yield executor
        return
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        yield pool


def _join(done: Iterable[tuple[Params, Floats]]) -> tuple[Params, Floats]:
    parts = list(done)
    return joined([p for p, _ in parts]), np.concatenate([size for _, size in parts])
