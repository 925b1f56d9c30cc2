"""`eci`: Epoch's Capabilities Index, to the true optimum.

Method: Ho et al., "A Rosetta Stone for AI benchmarks", arXiv 2512.00193 (two-parameter logistic
curve by least squares with a ridge), and epoch.ai/eci for the public unit.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from headway.errors import ScaleError
from headway.scale.arrow import Cells, Params, Problem, joined, look, minimise, take
from headway.scale.batch import Progress, minimise_many
from headway.scale.keyed import generator, resampled_cells
from headway.scale.result import Scale
from headway.scale.start import Start
from headway.scale.table import Bools, Floats, Table

RIDGE = 0.1
CLIP = 1e-3
LOWER, UPPER = (-10.0, -10.0, 0.1), (10.0, 10.0, 10.0)  # of C, D and the slopes
ANCHOR = "Winogrande"  # its slope is 1
UNIT = (("Claude 3.5 Sonnet", 130.0), ("GPT-5", 150.0))
POINT_TOL, DRAW_TOL = 1e-9, 1e-5
SMALL, STARTS = 400, 24  # a table with fewer cells is fitted from so many starts
SHRINK = 0.4  # additive logits are spread too widely: most benchmarks have slopes above 1


def eci(
    table: Table,
    *,
    draws: int = 500,
    sampling: int = 200,
    seed: int = 0,
    anchor: str | None = ANCHOR,
    unit: tuple[tuple[str, float], tuple[str, float]] | None = UNIT,
    near: Start | None = None,
    progress: Progress | None = None,
) -> Scale:
    """Fit p = sigmoid(a_b (C_m - D_b)) by least squares with a ridge.

    Parameters
    ----------
    table : Table
        Scores corrected for chance; they are clipped to [0.001, 0.999].
    draws : int
        Bootstrap draws S: each resamples every model's own cells with replacement, refits from
        the point estimate and is anchored anew.
    sampling : int
        Refits R with whole benchmarks resampled with replacement.
    seed : int
        Seed of both. A cell has the same luck in every table (`headway.scale.keyed`).
    anchor : str, optional
        Benchmark whose slope is fixed at 1. Where the table lacks it no slope is fixed, the
        ridge alone sets the raw scale, and a caution says so.
    unit : pair of (model, value), optional
        The affine map to the public unit. Where the table lacks one of the two, abilities are
        in logits and a caution says so.
    near : Start, optional
        ``Scale.start`` of a table that shares most cells: where the search begins.
    progress : callable, optional
        Called with the number of draws done since the last call.

    Returns
    -------
    Scale
        ``unit`` is "ECI", or "logit" without the two models of ``unit``.

    Raises
    ------
    ScaleError
        If the table has fewer than two models or fewer than two benchmarks.
    """
    _check(table)
    problem = point_problem(table, anchor)
    # Small tables have several hollows: there each fit begins where a fit of its own would.
    near = near if table.n_scores >= SMALL else None
    point, size = best_fit(problem, near.at_point(table) if near else None)
    gauge, cautions = _gauge(table, anchor, unit)
    weights = np.concatenate(
        [
            resampled_cells(seed, table, draws),
            _resample_benchmarks(table, sampling, generator(seed, "benchmarks")),
        ]
    )
    first = near.at_draws(table, draws) if near else point.tiled(draws)
    refits, sizes = refit(
        problem, joined([first, point.tiled(sampling)]), weights, progress=progress
    )
    # A model of which no benchmark was drawn has no ability in that world.
    seen = problem.cells.by_model(weights) > 0
    abilities = np.where(seen, gauge.ability(refits), np.nan)
    return Scale(
        name="eci",
        unit=gauge.unit,
        models=table.models,
        ability=gauge.ability(point)[0],
        draws=abilities[:draws],
        sampling=abilities[draws:],
        benchmarks=table.benchmarks,
        difficulty=gauge.difficulty(point)[0],
        slope=gauge.slope(point)[0],
        gradient=float(size[0]),
        n_scores=table.n_scores,
        cautions=(*cautions, *_stuck(np.append(size, sizes))),
        start=Start(table.models, table.benchmarks, point, take(refits, np.arange(draws))),
    )


def _stuck(gradient: Floats) -> tuple[str, ...]:
    count = int((gradient > DRAW_TOL).sum())
    if not count:
        return ()
    return (f"{count} of {len(gradient)} fits stopped short of their optimum.",)


def _check(table: Table) -> None:
    for what, names in (("model", table.models), ("benchmark", table.benchmarks)):
        if len(names) < 2:
            raise ScaleError(
                f"There is only one {what} ({names[0]!r}); a scale needs at least two: add scores."
            )


def loss(problem: Problem, z: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """Half the squared error of a logistic curve, with its derivatives in z; all (S, N)."""
    p = 1 / (1 + np.exp(-z))
    error, q = p - problem.y, p * (1 - p)
    weighted = problem.w * error
    g = weighted * q
    return 0.5 * weighted * error, g, problem.w * q * q, g * (1 - 2 * p)


def point_problem(table: Table, anchor: str | None = ANCHOR) -> Problem:
    """The fit of the table itself, as a problem of one draw."""
    m, b = len(table.models), len(table.benchmarks)
    free = np.array([[name != anchor for name in table.benchmarks]])
    # Epoch divides the ridge by the number of free parameters.
    ridge = RIDGE / (m + b + int(free.sum()))
    low, high = (Params(*(np.array([[v]]) for v in bound)) for bound in (LOWER, UPPER))
    return Problem(
        cells=Cells.at(table.model, table.benchmark),
        y=np.clip(table.score, CLIP, 1 - CLIP)[None],
        w=np.ones((1, table.n_scores)),
        ridge=np.array([[ridge]]),
        slopes=free,
        loss=loss,
        lower=low,
        upper=high,
        spread=np.zeros((1, 1)),
    )


def refit(
    problem: Problem,
    point: Params,
    weights: Floats,
    *,
    ridge: Floats | None = None,
    progress: Progress | None = None,
) -> tuple[Params, Floats]:
    """Refit with other cell weights (S, N), starting from the point estimate or one start a draw.

    ``ridge`` (S, 1) replaces the point's where a refit has fewer parameters. Used by the
    bootstrap and by every leave-something-out question. Returns the fits and the gradient (S,)
    that each reached.
    """
    count = len(weights)
    many = replace(repeat(problem, count), w=weights)
    if ridge is not None:
        many = replace(many, ridge=ridge)
    if not count:
        return point.tiled(0), np.empty(0)
    start = point if len(point.c) == count else point.tiled(count)
    return minimise_many(many, start, tol=DRAW_TOL, progress=progress)


def best_fit(problem: Problem, near: Params | None = None) -> tuple[Params, Floats]:
    """The optimum of a problem of one draw, and the gradient there.

    With few cells the surface has several hollows: small tables start from many places and the
    deepest hollow counts. On large ones every start that was tried led to the same place.
    """
    from threadpoolctl import threadpool_limits

    start = additive_start(problem)
    # Small systems lose more than they gain from threads inside BLAS.
    with threadpool_limits(1, user_api="blas"):
        if problem.y.shape[1] >= SMALL:
            return minimise(problem, near or start, tol=POINT_TOL)
        starts = _scattered(start, problem.slopes)
        many = repeat(problem, len(starts.c))
        found, size = minimise(many, starts, tol=POINT_TOL)
    best = np.array([int(np.argmin(look(many, found).value))])
    return take(found, best), size[best]


def repeat(problem: Problem, times: int) -> Problem:
    """The same fit ``times``, as draws of one problem."""
    return problem.rows(np.zeros(times, dtype=np.int64))


def _scattered(start: Params, free: Bools) -> Params:
    """The start at several spreads, then with random abilities, slopes and difficulties."""
    rng, many = np.random.default_rng(0), start.tiled(STARTS)
    stretch = np.array([1.0, 0.0, 2.5, 5.0, -1.0])
    factor = np.concatenate([stretch, np.ones(STARTS - len(stretch))])[:, None]
    jitter = (np.arange(STARTS) >= len(stretch))[:, None]
    noise = Params(*(rng.standard_normal(x.shape) for x in (many.c, many.d, many.a)))
    return Params(
        many.c * factor + 1.5 * jitter * noise.c,
        many.d * factor + 1.5 * jitter * noise.d,
        many.a * np.exp(0.7 * jitter * free * noise.a),
    )


def additive_start(problem: Problem) -> Params:
    """Additive logits (model + benchmark), shrunk, all slopes 1."""
    cells = problem.cells
    logit = np.log(problem.y / (1 - problem.y))
    n_model, n_bench = cells.by_model(problem.w) + 0.5, cells.by_benchmark(problem.w) + 0.5
    c, d = np.zeros(n_model.shape), np.zeros(n_bench.shape)
    for _ in range(10):
        c = cells.by_model(logit + d[:, cells.benchmark]) / n_model
        d = cells.by_benchmark(c[:, cells.model] - logit) / n_bench
    return Params(SHRINK * c, SHRINK * d, np.ones_like(d))


def _resample_benchmarks(table: Table, draws: int, rng: np.random.Generator) -> Floats:
    """Weights (R, N): whole benchmarks drawn with replacement."""
    b = len(table.benchmarks)
    return rng.multinomial(b, np.full(b, 1 / b), size=draws).astype(float)[:, table.benchmark]


@dataclass(frozen=True)
class _Gauge:
    """The affine map from raw parameters to the public unit, anew in every draw."""

    unit: str
    at: tuple[int, int] | None
    values: tuple[float, float]

    def _map(self, p: Params) -> tuple[Floats, Floats]:
        if self.at is None:
            zero = np.zeros((len(p.c), 1))
            return zero, zero + 1
        low, high = p.c[:, [self.at[0]]], p.c[:, [self.at[1]]]
        step = (self.values[1] - self.values[0]) / (high - low)
        return self.values[0] - step * low, step

    def ability(self, p: Params) -> Floats:
        shift, step = self._map(p)
        return shift + step * p.c

    def difficulty(self, p: Params) -> Floats:
        shift, step = self._map(p)
        return shift + step * p.d

    def slope(self, p: Params) -> Floats:
        return p.a / self._map(p)[1]


def _gauge(
    table: Table,
    anchor: str | None,
    unit: tuple[tuple[str, float], tuple[str, float]] | None,
) -> tuple[_Gauge, tuple[str, ...]]:
    cautions = []
    if anchor is not None and anchor not in table.benchmarks:
        cautions.append(
            f"{anchor}, whose slope fixes the raw scale, is not among the benchmarks: "
            "the ridge alone fixes it."
        )
    names = [] if unit is None else [name for name, _ in unit]
    missing = [name for name in names if name not in table.models]
    if unit is None or missing:
        if missing:
            cautions.append(
                f"Abilities are in logits: {' and '.join(missing)}, needed for the ECI unit, "
                "not in the data."
            )
        return _Gauge("logit", None, (0.0, 1.0)), tuple(cautions)
    at = (table.models.index(names[0]), table.models.index(names[1]))
    return _Gauge("ECI", at, (unit[0][1], unit[1][1])), tuple(cautions)


def leave_out_weights(table: Table) -> tuple[Floats, Bools]:
    """Weights (B, N) that drop one benchmark each, and which models keep a cell (B, M)."""
    b = len(table.benchmarks)
    weights = (table.benchmark[None, :] != np.arange(b)[:, None]).astype(float)
    kept = np.add.reduceat(weights, np.flatnonzero(np.diff(table.model, prepend=-1)), axis=1)
    return weights, kept > 0
