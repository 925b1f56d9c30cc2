"""Covariance of abilities with the uncertainty of every item in it, by the Schur complement."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

import numpy as np

from headway.scale.items.loops import (
    Loops,
    add_squares,
    alone,
    blas_threads,
    cores,
    mirrored,
    shared,
)
from headway.scale.items.plain import Lost
from headway.scale.table import Floats

LARGEST = 8_000  # models of which a full covariance is held: half a gibibyte
MANY = 1_000  # models from which one matrix is worth several threads
HELD = 2  # numbers held per cell
AHEAD = 4  # pieces at most that are held for one worker
CACHED = 2**17  # numbers that stay in the cache between their making and their use


class Certainty(NamedTuple):
    """What is known of abilities, items allowed for.

    ``covariance`` (M, M) is in the precision of the loops; beyond ``LARGEST`` models it holds the
    variances (M,), of each ability as if the others were known: the zero and unit that they share
    are no part of them. ``root`` is the lower Cholesky factor (M, M) of its inverse, None where
    there are variances alone. ``loglik`` is the log-likelihood.
    """

    covariance: Floats
    root: Any
    loglik: float


def ability_covariance(
    over: Loops, theta: Floats, item: Floats, precision: Floats, ease: float
) -> Certainty:
    """Inverse of the abilities' information, items eliminated; and the log-likelihood.

    Parameters
    ----------
    over : Loops
    theta : (M,) float
    item : (J, D) float
    precision : (D, D) float
        Of the population of items.
    ease : float
        Precision of the abilities' prior.

    Returns
    -------
    Certainty
    """
    m, full = len(theta), len(theta) <= LARGEST
    kind = np.float64 if over.exact else np.float32

    def work(parts: list[slice]) -> tuple[Floats, Any, float]:
        kept, value = np.zeros(m), 0.0
        lost: Any = np.zeros((m, m) if full else m, dtype=kind, order="F")
        parts = parts if full else _small(parts, m)
        for here in _pieces(over, parts, theta, item, precision):
            kept, value = kept + here.kept, value + here.value
            if full:
                lost = add_squares(here.rows, lost)
            else:
                lost += np.einsum("rm,rm->m", here.rows, here.rows)
        return kept, lost, value

    kept, sums, value = zip(*shared(over, HELD, m * m if full else m, work), strict=True)
    information, lost = np.sum(kept, axis=0) + ease, sums[0]
    for more in sums[1:]:
        lost += more
    if not full:
        return Certainty(1 / (information - lost), None, float(sum(value)))
    return Certainty(*_inverse(information, lost), float(sum(value)))


def _pieces(
    over: Loops, parts: list[slice], theta: Floats, item: Floats, precision: Floats
) -> Iterator[Lost]:
    """What items take, piece by piece; for a worker that is alone, made on all cores."""

    def look(part: slice) -> Lost:
        return over.lost(part, theta, item[part], precision)

    m = len(theta)
    if m > LARGEST or not alone(m * m):
        yield from map(look, parts)
        return
    step = min(cores(), AHEAD)
    with ThreadPoolExecutor(step) as pool:
        for k in range(0, len(parts), step):
            yield from pool.map(look, parts[k : k + step])


def _small(parts: list[slice], m: int) -> list[slice]:
    """Slices of items so small that what they take is used before it leaves the cache."""
    step = max(1, CACHED // (HELD * m))
    return [
        slice(k, min(k + step, part.stop))
        for part in parts
        for k in range(part.start, part.stop, step)
    ]


def _inverse(information: Floats, lost: Any) -> tuple[Any, Any]:
    """Inverse of diag(information) - lost, of which the lower triangle is given, and its root.

    In the precision of ``lost``: with so many models, information is well enough conditioned for
    single precision (a common shift is held by the items, each of which is less sure than all
    answers of a model). Where a root does not exist in single precision, in double.
    """
    from scipy.linalg import get_lapack_funcs

    schur = np.negative(lost, out=lost)
    schur[np.diag_indices(len(schur))] += information
    with blas_threads(1 if len(schur) < MANY else cores()):
        potrf, potri = get_lapack_funcs(("potrf", "potri"), (schur,))
        root, failed = potrf(schur, lower=1, clean=1)
        if failed and schur.dtype != np.float64:
            return _inverse(np.zeros(len(schur)), -schur.astype(float, order="F"))
        out, _ = potri(root, lower=1)
    return mirrored(out), root
