"""Covariance of abilities with the uncertainty of every item in it, by the Schur complement."""

from __future__ import annotations

from typing import Any

import numpy as np

from headway.scale.items.loops import Loops, add_squares, blas_threads, cores, mirrored, shared
from headway.scale.table import Floats

LARGEST = 8_000  # models of which a full covariance is held: half a gibibyte
MANY = 1_000  # models from which one matrix is worth several threads
HELD = 2  # numbers held per cell


def ability_covariance(
    over: Loops, theta: Floats, item: Floats, precision: Floats, ease: float
) -> tuple[Floats, float]:
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
    covariance : (M, M) float
        Beyond ``LARGEST`` models the variances (M,), of each ability as if the others were known;
        the zero and unit that they share are no part of them.
    loglik : float
    """
    m, full = len(theta), len(theta) <= LARGEST
    kind = np.float64 if over.exact else np.float32

    def work(parts: list[slice]) -> tuple[Floats, Any, float]:
        kept, value = np.zeros(m), 0.0
        lost: Any = np.zeros((m, m) if full else m, dtype=kind, order="F")
        for part in parts:
            here = over.lost(part, theta, item[part], precision)
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
        return 1 / (information - lost), float(sum(value))
    return _inverse(information, lost), float(sum(value))


def _inverse(information: Floats, lost: Any) -> Floats:
    """Inverse of diag(information) - lost, of which the lower triangle is given."""
    from scipy.linalg.lapack import dpotrf, dpotri

    schur = np.negative(lost, dtype=float, order="F")
    schur[np.diag_indices(len(schur))] += information
    with blas_threads(1 if len(schur) < MANY else cores()):
        root, _ = dpotrf(schur, lower=1, overwrite_a=1)
        out, _ = dpotri(root, lower=1, overwrite_c=1)
    full: Floats = mirrored(out)
    return full
