"""Joint normal draws of abilities around 0, before the gauge is applied to them."""

from __future__ import annotations

from typing import Any

import numpy as np

from headway.scale.items.loops import blas_threads, cores
from headway.scale.items.schur import MANY
from headway.scale.table import Floats


def noise(covariance: Floats, draws: int, seed: int, *, root: Any = None) -> Floats:
    """Draws (S, M) of N(0, covariance).

    Parameters
    ----------
    covariance : (M, M) or (M,) float
        Variances alone make independent draws.
    draws : int
    seed : int
    root : (M, M) float, optional
        Lower Cholesky factor of the inverse covariance, in Fortran order: where a solver has it,
        the covariance need not be taken apart again.
    """
    size = draws, len(covariance)
    plain = np.random.default_rng(seed).standard_normal(size)
    if covariance.ndim == 1:
        alone: Floats = plain * np.sqrt(covariance)
        return alone
    from scipy.linalg import cholesky, solve_triangular

    with blas_threads(1 if len(covariance) < MANY else cores()):
        if root is not None:
            # Where L L' is the inverse, L^-T z has the covariance.
            z = plain.T.astype(root.dtype, order="F")
            out = solve_triangular(root, z, lower=True, trans="T", check_finite=False)
            solved: Floats = out.T.astype(float)
            return solved
        # LAPACK's own, which is twice as fast as NumPy's with thousands of models.
        made: Floats = plain @ cholesky(covariance, lower=True, check_finite=False).T
        return made
