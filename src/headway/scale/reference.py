"""The second solver: the same least squares, dense, by SciPy. Slow, plain, independent."""

from __future__ import annotations

import numpy as np

from headway.scale.eci import ANCHOR, CLIP, LOWER, RIDGE, UPPER, additive_start, point_problem
from headway.scale.table import Floats, Table


def eci_dense(
    table: Table, *, anchor: str | None = ANCHOR, starts: int = 1
) -> tuple[Floats, Floats, Floats]:
    """Fit `eci` by ``scipy.optimize.least_squares`` on all parameters at once.

    Parameters
    ----------
    table : Table
    anchor : str, optional
        Benchmark whose slope is fixed at 1.
    starts : int
        How many starts, random but for the first; the lowest optimum counts.

    Returns
    -------
    c : (M,) float
    d, a : (B,) float
        Raw abilities, difficulties (logits) and slopes.
    """
    from scipy.optimize import least_squares

    m, b = len(table.models), len(table.benchmarks)
    free = np.array([name != anchor for name in table.benchmarks])
    count = m + b + int(free.sum())
    root = np.sqrt(RIDGE / count)
    y = np.clip(table.score, CLIP, 1 - CLIP)

    def unpack(v: Floats) -> tuple[Floats, Floats, Floats]:
        a = np.ones(b)
        a[free] = v[m + b :]
        return v[:m], v[m : m + b], a

    def residuals(v: Floats) -> Floats:
        c, d, a = unpack(v)
        p = 1 / (1 + np.exp(-a[table.benchmark] * (c[table.model] - d[table.benchmark])))
        return np.concatenate([p - y, root * v])

    def jacobian(v: Floats) -> Floats:
        c, d, a = unpack(v)
        x, slope = c[table.model] - d[table.benchmark], a[table.benchmark]
        p = 1 / (1 + np.exp(-slope * x))
        q, row = p * (1 - p), np.arange(len(y))
        out = np.zeros((len(y), m + 2 * b))
        out[row, table.model] = q * slope
        out[row, m + table.benchmark] = -q * slope
        out[row, m + b + table.benchmark] = q * x
        keep = np.concatenate([np.ones(m + b, bool), free])
        return np.concatenate([out[:, keep], root * np.eye(count)])

    low, high = (np.repeat(bound, [m, b, int(free.sum())]) for bound in (LOWER, UPPER))
    raw = additive_start(point_problem(table, anchor))
    first = np.concatenate([raw.c[0], raw.d[0], np.ones(int(free.sum()))])
    rng = np.random.default_rng(1)
    others = (
        np.clip(first + 1.5 * rng.standard_normal(count), low, high) for _ in range(starts - 1)
    )
    fits = [
        least_squares(
            residuals, guess, jac=jacobian, bounds=(low, high), xtol=1e-15, ftol=1e-15, gtol=1e-12,
            max_nfev=2000,
        )
        for guess in (first, *others)
    ]  # fmt: skip
    return unpack(min(fits, key=lambda fit: float(fit.cost)).x)
