"""Which loops run over the answers, on all cores: compiled ones where they exist."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from itertools import pairwise
from typing import Any, TypeVar

import numpy as np

from headway.scale.items.plain import Lost, Nodes, Plain, slope_and_place
from headway.scale.items.sparse import Answers, Sparse
from headway.scale.table import Floats

T = TypeVar("T")
Walk = Callable[[Callable[[slice], T], int], list[T]]
WORTH = 20_000  # cells from which compiling (once, some seconds) is worth it
SINGLE = 100_000  # cells from which single precision does: its rounding is far below the errors
PIECE = 4_000_000  # numbers in one piece of work
ROOM = 2**24  # numbers in the sums of all workers
ROWS = 1_000  # items with which a product is as fast as it gets
PIECES = 8  # at least, so that no core waits long for another


@dataclass(frozen=True, eq=False)
class Compiled:
    """The sums of :class:`Plain` in compiled loops, without guess floors."""

    data: Answers
    kind: Any = np.float64

    @property
    def exact(self) -> bool:
        """Whether sums are in double precision."""
        return self.kind is np.float64

    def slices(self, width: int) -> list[slice]:
        """Items in pieces; ``width`` is how many numbers are held per cell."""
        j, m = self.data.shape
        if width == 1:
            rows = PIECE // max(1, self.data.size // j)
        else:  # products with many models want many rows at once
            rows = max(PIECE // (m * width), min(m // 4, ROWS))
        step = max(1, min(rows, -(-j // PIECES)))
        return [slice(k, min(k + step, j)) for k in range(0, j, step)]

    def by_item(self, part: slice, theta: Floats, item: Floats) -> Floats:
        """See :meth:`Plain.by_item`."""
        from headway.scale.items.compiled import item_sums, thin_item_sums

        out = np.empty((len(item), 5))
        if isinstance(self.data, Sparse):
            thin_item_sums(*self._thin(self.data, part, theta), *slope_and_place(item), out)
        else:
            item_sums(*self._of(part, theta), *slope_and_place(item), out)
        return out

    def by_model(self, part: slice, theta: Floats, item: Floats) -> tuple[Floats, Floats]:
        """See :meth:`Plain.by_model`."""
        from headway.scale.items.compiled import model_sums, thin_model_sums

        sums = np.zeros(len(theta)), np.zeros(len(theta))
        if isinstance(self.data, Sparse):
            thin_model_sums(*self._thin(self.data, part, theta), *slope_and_place(item), *sums)
        else:
            model_sums(*self._of(part, theta), *slope_and_place(item), *sums)
        return sums

    def lost(self, part: slice, theta: Floats, item: Floats, precision: Floats) -> Lost:
        """See :meth:`Plain.lost`."""
        from headway.scale.items.compiled import lost_rows

        m, (j, d) = len(theta), item.shape
        kept, value, rows = np.zeros(m), np.empty(j), np.empty((j, d, m), self.kind)
        lost_rows(*self._of(part, theta), *slope_and_place(item), precision, kept, rows, value)
        return Lost(kept, rows.reshape(-1, m), float(value.sum()))

    def nodes(
        self, part: slice, theta: Floats, nodes: Floats, log_weight: Floats, *, powers: Floats
    ) -> Nodes:
        """See :meth:`Plain.nodes`."""
        from headway.scale.items.compiled import node_sums

        m, (j, k) = len(theta), log_weight.shape
        total, share = np.empty(j), log_weight.copy()
        gradient, info = np.zeros(m), np.zeros(m)
        wanted, functions = (j, powers.shape[1] - 1) if powers.size else (0, 0)
        basis = np.empty((wanted, k, functions))
        rows = np.empty((wanted, functions, m), self.kind)
        a, b = slope_and_place(nodes)
        here = self._of(part, theta)
        node_sums(*here, a, b, powers, share, total, gradient, info, basis, rows)
        return Nodes(total, share, gradient, info, basis, rows.reshape(-1, m))

    def _of(self, part: slice, theta: Floats) -> tuple[Any, int, Any]:
        return self.data.code(part), self.data.bits, theta.astype(self.kind)

    def _thin(self, data: Sparse, part: slice, theta: Floats) -> tuple[Any, ...]:
        start = data.start[part.start : part.stop + 1]
        return start, data.model, data.packed, data.bits, theta.astype(self.kind)


Loops = Plain | Compiled


def loops(data: Answers, floor: float = 0.0) -> Loops:
    """Compiled loops where numba is installed, counts are packed and items have no floor."""
    packed = isinstance(data, Sparse) or data.codes is not None
    if floor or not packed or data.size < WORTH or find_spec("numba") is None:
        return Plain(data, floor)
    # Here, once: numba's modules import each other, and two threads could meet half of one.
    import_module("headway.scale.items.compiled")
    return Compiled(data, np.float32 if data.size > SINGLE else np.float64)


@cache
def _blas() -> Any:
    """The controller of BLAS threads, made once: it looks through all loaded libraries."""
    import scipy.linalg.blas  # so that its own copy is among them
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController() if scipy else None


def blas_threads(count: int) -> Any:
    """Limit the threads of BLAS within a ``with``: small products lose more than they gain."""
    return _blas().limit(limits=count, user_api="blas")


def cores() -> int:
    """Processors of this machine."""
    return os.cpu_count() or 1


@contextmanager
def walking(over: Loops) -> Iterator[Walk[Any]]:
    """Run a function over slices of items on all cores; ``width`` is how much a cell holds."""
    with blas_threads(1), ThreadPoolExecutor(cores()) as pool:

        def walk(work: Callable[[slice], Any], width: int) -> list[Any]:
            return list(pool.map(work, over.slices(width)))

        yield walk


def shared(over: Loops, width: int, size: int, work: Callable[[list[slice]], T]) -> list[T]:
    """Run a function over lists of slices, one a worker, so that each keeps one sum.

    Parameters
    ----------
    over : Loops
    width : int
        How many numbers are held per cell.
    size : int
        How many are in the sum: workers are fewer where it is large, and their BLAS has more
        threads.
    work : callable
    """
    slices = over.slices(width)
    crew = max(1, min(cores(), ROOM // size, len(slices)))
    cuts = np.linspace(0, len(slices), crew + 1).astype(int)
    lists = [slices[low:high] for low, high in pairwise(cuts)]
    with blas_threads(max(1, cores() // crew)), ThreadPoolExecutor(crew) as pool:
        return list(pool.map(work, lists))


def alone(size: int) -> bool:
    """Whether a sum of so many numbers is so large that one worker alone adds to it."""
    return size > ROOM // 2


def add_squares(rows: Any, into: Any) -> Any:
    """Add to the lower triangle of ``into`` (M, M) that of rows.T @ rows; the sum.

    ``into`` is in Fortran order and of the type of ``rows``. Where it is so large that one worker
    alone adds to it, nothing is copied; elsewhere workers need a product that lets others run.
    """
    if not alone(into.size):
        into += rows.T @ rows
        return into
    from scipy.linalg.blas import dsyrk, ssyrk

    syrk = dsyrk if rows.dtype == np.float64 else ssyrk
    return syrk(1.0, rows.T, beta=1.0, c=into, lower=1, overwrite_c=1)


def mirrored(matrix: Any) -> Any:
    """Fill the upper triangle from the lower one in blocks: no second matrix is made."""
    step = 512
    for k in range(0, len(matrix), step):
        rows = slice(k, k + step)
        block = np.tril(matrix[rows, rows])
        matrix[rows, rows] = block + np.tril(block, -1).T
        matrix[rows, k + step :] = matrix[k + step :, rows].T
    return matrix
