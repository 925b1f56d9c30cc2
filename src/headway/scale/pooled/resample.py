"""Abilities with whole benchmarks drawn again, to first order in how often each counts.

With benchmark b counted w_b times the mode moves by H^-1 sum_b (w_b - 1) g_b, where H is the
curvature at the mode of all benchmarks and g_b the gradient of one (infinitesimal jackknife:
Jaeckel 1972, *Bell Laboratories Memorandum* MM 72-1215-11; Efron 1982, *The Jackknife, the
Bootstrap and Other Resampling Plans*, section 6.3). The spreads of the populations stay.

A Newton step with the curvature of the drawn benchmarks overshoots: a slope of which little is
left moves far. Against refits on the shipped ledger that doubled the spread and more, where this is
a tenth (of the most able models) to a fifth too narrow.
"""

from __future__ import annotations

import numpy as np

from headway.scale.pooled.evidence import Evidence
from headway.scale.pooled.fit import Fit, newton_step
from headway.scale.pooled.surface import by_benchmark, surface
from headway.scale.table import Bools, Floats


def resampled(evidence: Evidence, fit: Fit, count: int, seed: int) -> Floats:
    """Raw abilities (R, M) of ``count`` draws; nan for a model that lost all its benchmarks."""
    b = len(evidence.benchmarks)
    times = np.random.default_rng(seed).multinomial(b, np.full(b, 1 / b), size=count)
    out = fit.x[: len(evidence.models)] + (times - 1.0) @ influence(fit)
    out[times @ _met(evidence).T == 0] = np.nan
    return out


def influence(fit: Fit) -> Floats:
    """Change of each raw ability where a benchmark counts once more, (B, M)."""
    problem = fit.problem
    gradient = by_benchmark(problem, fit.x, fit.spreads)
    curvature = -surface(problem, fit.x, fit.spreads).hessian
    out: Floats = newton_step(curvature, gradient.T)[: problem.m].T
    return out


def _met(evidence: Evidence) -> Bools:
    """Which benchmarks each model met, (M, B)."""
    out = np.zeros((len(evidence.models), len(evidence.benchmarks)), dtype=bool)
    model = evidence.runners.model
    out[model[evidence.cells.who], evidence.cells.benchmark] = True
    for block in evidence.blocks:
        out[model[block.who], block.benchmark] = True
    return out
