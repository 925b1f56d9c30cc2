"""One question of many lenses, asked by all cores."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Lensed = TypeVar("Lensed")
Got = TypeVar("Got")


def together(ask: Callable[[Lensed], Got], lenses: Sequence[Lensed]) -> Iterator[Got]:
    """What ``ask`` says of each, in their order.

    A fit runs on all cores, but what comes before and after it on one: so as many lenses as there
    are cores are on the way at once.
    """
    if len(lenses) == 1:
        yield ask(lenses[0])
        return
    from threadpoolctl import threadpool_limits

    pool = ThreadPoolExecutor(os.cpu_count())
    # Held here, or the first fit to end would give BLAS its threads back while another one runs.
    with threadpool_limits(1, user_api="blas"):
        try:
            yield from pool.map(ask, lenses)
        finally:
            # All is done, or somebody wants to go: a fit that is on the way is not waited for.
            pool.shutdown(wait=False, cancel_futures=True)
