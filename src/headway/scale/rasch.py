"""`rasch` for tables: a one-parameter logistic of items, seen only through benchmark means.

P(solve item i) = sigmoid(theta_m - delta_i), with the items of a benchmark spread as
delta_i ~ N(d_b, s_b^2). CAISI reports 400 points for tenfold odds (nist.gov, evaluation of
DeepSeek V4 Pro, 1 May 2026). A table does not determine s_b, so it is drawn from a stated prior
and the interval shows what the table cannot tell.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from headway.errors import ScaleError
from headway.scale.arrow import Cells, Params, Problem, minimise
from headway.scale.batch import Progress, minimise_many
from headway.scale.keyed import cell_normals, generator, normals
from headway.scale.result import Scale
from headway.scale.table import Floats, Table

ELO = 400 / np.log(10)  # points per logit
RIDGE = 1e-4  # keeps a model that solves everything at a finite ability
NODES = np.linspace(-4.5, 4.5, 21)  # a trapezoid rule: for analytic integrands nothing beats it
WEIGHTS = np.exp(-0.5 * NODES**2) / np.exp(-0.5 * NODES**2).sum()
TOL = 1e-7
NOT_CAISI = (
    "Zero is the mean of the models fitted: only differences in Elo carry meaning, and they "
    "are not comparable with an Elo fitted to item responses."
)
BLOCK = 8192  # cells at a time, so that the working arrays stay in the first caches


@dataclass(frozen=True)
class Spread:
    """Prior of the item spread s_b (logits) inside a benchmark: log-normal.

    The default is centred on 2.2, the item SD of Terminal-Bench 2.0 in a crossed logistic model
    (6,952 cells), and wide: 90% of it lies between 1.0 and 5.0.
    """

    median: float = 2.2
    log_sd: float = 0.5
    common: float = 0.5

    def draw(self, seed: int, benchmarks: tuple[str, ...], draws: int) -> Floats:
        """Draws (S, B); a share ``common`` of the variance is the same for all benchmarks."""
        world = normals(seed, "spread", ("common to all",), draws)
        own = normals(seed, "spread", benchmarks, draws)
        mixed = np.sqrt(self.common) * world + np.sqrt(1 - self.common) * own
        drawn: Floats = self.median * np.exp(self.log_sd * mixed)
        return drawn


def rasch(
    table: Table,
    *,
    draws: int = 500,
    sampling: int = 200,
    seed: int = 0,
    spread: Spread | float = Spread(),
    assumed_items: int = 100,
    imputed_items: int = 30,
    progress: Progress | None = None,
) -> Scale:
    """Fit Elo abilities to a table of scores, integrating over the items' unknown spread.

    Parameters
    ----------
    table : Table
        Scores corrected for chance. Domains weigh equally, benchmarks equally within a domain.
    draws : int
        Joint draws S: each draws the spreads from the prior and the scores anew from the items
        (items are shared, so models' errors are correlated), then refits.
    sampling : int
        Refits R with whole benchmarks resampled; weights renormalise within each domain.
    seed : int
        Seed of both. Names have the same luck in every table (`headway.scale.keyed`).
    spread : Spread or float
        Prior of the item spread, or one fixed value in logits (0: a benchmark-level Rasch fit).
    assumed_items : int
        Items behind a score whose number of items is not known.
    imputed_items : int
        Items behind a score that its source filled in from a subset of unstated size.
    progress : callable, optional
        Called with the number of draws done since the last call.

    Returns
    -------
    Scale
        ``unit`` "Elo" (173.72 points a logit). Zero is the mean of the models: only differences
        carry meaning.

    Raises
    ------
    ScaleError
        If the table has fewer than two models, or a spread is negative.
    """
    prior = Spread(spread, 0.0) if isinstance(spread, (int, float)) else spread
    _check(table, prior)
    problem = point_problem(table, prior.median)
    point, size = minimise(problem, _start(problem), tol=TOL)
    items = _items(table, assumed_items, imputed_items)
    draw = _measurement(table, problem, point, prior, items, draws, seed, progress)
    sample = _sampling(table, problem, point, sampling, seed, progress)
    return Scale(
        name="rasch",
        unit="Elo",
        models=table.models,
        ability=_centred(point.c)[0],
        draws=_centred(draw.c),
        sampling=sample,
        benchmarks=table.benchmarks,
        difficulty=ELO * (point.d[0] - point.c[0].mean()),
        slope=np.full(len(table.benchmarks), 1 / ELO),
        gradient=float(size[0]),
        n_scores=table.n_scores,
        cautions=_cautions(table, prior, assumed_items, imputed_items),
    )


def _check(table: Table, prior: Spread) -> None:
    if len(table.models) < 2:
        raise ScaleError(
            f"There is only one model ({table.models[0]!r}); a scale needs two: add scores."
        )
    if prior.median < 0 or prior.log_sd < 0:
        raise ScaleError(f"The item spread {prior.median:g} is negative; give 0 or more logits.")


def mean_curve(x: Floats, spread: Floats) -> tuple[Floats, Floats, Floats]:
    """E sigmoid(x - s e) over e ~ N(0, 1), with its first two derivatives in x.

    ``x`` and ``spread`` have the same shape; so have the results.
    """
    sums = np.zeros((3, *x.shape), x.dtype)
    flat = sums.reshape(3, -1)
    x, spread = x.reshape(-1), np.broadcast_to(spread, x.shape).reshape(-1)
    for k in range(0, len(x), BLOCK):
        _powers(x[k : k + BLOCK], spread[k : k + BLOCK], flat[:, k : k + BLOCK])
    one, two, three = sums
    return one, one - two, one - 3 * two + 2 * three


def _powers(x: Floats, spread: Floats, out: Floats) -> None:
    """Add E p, E p^2 and E p^3 to the rows of ``out`` (3, K), in place."""
    odds = np.exp(spread * float(NODES[0]) - x)
    ratio = np.exp(spread * float(NODES[1] - NODES[0]))  # nodes are even: no exp a node
    p, term = np.empty_like(x), np.empty_like(x)
    for weight in WEIGHTS.tolist():
        np.add(odds, 1, out=p)
        np.reciprocal(p, out=p)
        np.multiply(p, weight, out=term)
        out[0] += term
        for power in (1, 2):
            term *= p
            out[power] += term
        odds *= ratio


def loss(problem: Problem, z: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """Binomial deviance of fractional cells, with its derivatives in z; all (S, N)."""
    y, w = problem.y, problem.w
    p, first, second = mean_curve(z, problem.spread)
    tiny = 4 * np.finfo(p.dtype).eps
    p = np.clip(p, tiny, 1 - tiny)
    room = p * (1 - p)
    ratio = first / room
    error = w * (p - y)
    value = -w * (y * np.log(p) + (1 - y) * np.log1p(-p))
    bend = error * (second / room - ratio * ratio * (1 - 2 * p))
    return value, error * ratio, w * first * ratio, bend


def _weights(table: Table, times: Floats) -> Floats:
    """Weights (S, N) of cells when benchmark b counts ``times`` (S, B) times.

    Every domain has the same total, shared equally by its benchmarks.
    """
    domains = np.unique(np.array(table.domain), return_inverse=True)[1]
    inside = domains[:, None] == domains[None, :]
    total = times @ inside
    share = np.divide(times, total, out=np.zeros_like(times), where=total > 0)
    weights: Floats = share[:, table.benchmark]
    return weights


def point_problem(table: Table, spread: float) -> Problem:
    """The fit of the table itself with one item spread (logits), as a problem of one draw."""
    shape = (1, len(table.benchmarks))
    low, high = (
        Params(*(np.array([[v]]) for v in bound)) for bound in ((-40, -40, 1), (40, 40, 1))
    )
    return Problem(
        cells=Cells.at(table.model, table.benchmark),
        y=table.score[None],
        w=_weights(table, np.ones(shape)),
        ridge=np.array([[RIDGE]]),
        slopes=np.zeros(shape, dtype=bool),
        loss=loss,
        lower=low,
        upper=high,
        spread=np.full((1, table.n_scores), spread),
    )


def _start(problem: Problem) -> Params:
    count = problem.cells.by_benchmark(np.ones_like(problem.y))
    mean = np.clip(problem.cells.by_benchmark(problem.y) / count, 0.02, 0.98)
    d = -np.log(mean / (1 - mean))
    models = problem.cells.by_model(np.ones_like(problem.y))
    return Params(np.zeros_like(models), d, np.ones_like(d))


def _items(table: Table, assumed: int, imputed: int) -> Floats:
    known = np.where(np.isnan(table.n_items), assumed, table.n_items)
    return np.where(table.imputed, imputed, known)


def _measurement(
    table: Table,
    problem: Problem,
    point: Params,
    prior: Spread,
    items: Floats,
    draws: int,
    seed: int,
    progress: Progress | None,
) -> Params:
    shape = (draws, len(table.benchmarks))
    spread = prior.draw(seed, table.benchmarks, draws)[:, table.benchmark]
    x = (point.c[:, table.model] - point.d[:, table.benchmark]).repeat(draws, axis=0)
    noise = _item_noise(table, x, spread, items, seed)
    many = replace(
        problem,
        y=np.clip(problem.y + noise, 0, 1),
        w=problem.w.repeat(draws, axis=0),
        ridge=problem.ridge.repeat(draws, axis=0),
        slopes=np.zeros(shape, dtype=bool),
        spread=spread,
    )
    return _refit(many, point, draws, progress)


def _item_noise(table: Table, x: Floats, spread: Floats, items: Floats, seed: int) -> Floats:
    """Errors (S, N) of scores from drawing the items, with the covariance that sharing them gives.

    With p_k = P(solve | an item at node k): items give every model on the benchmark the same
    normal deviates g_k, times sqrt(w_k)(p_k - mean); answers add E[p(1-p)] of their own.
    """
    out = np.empty_like(x)
    own = cell_normals(seed, table, len(x))
    # A benchmark at a time keeps the node arrays small.
    for b, name in enumerate(table.benchmarks):
        shared = generator(seed, "items", name).standard_normal((len(x), len(NODES)))
        cells = np.flatnonzero(table.benchmark == b)
        p = 1 / (1 + np.exp(spread[:, cells, None] * NODES - x[:, cells, None]))
        apart = p - (p @ WEIGHTS)[..., None]
        common = np.einsum("snk,sk->sn", apart * np.sqrt(WEIGHTS), shared)
        answers = np.sqrt((p * (1 - p)) @ WEIGHTS)
        out[:, cells] = (common + answers * own[:, cells]) / np.sqrt(items[cells])
    return out


def _sampling(
    table: Table,
    problem: Problem,
    point: Params,
    count: int,
    seed: int,
    progress: Progress | None,
) -> Floats:
    """Abilities (R, M) in Elo with whole benchmarks resampled; nan where a model lost them all."""
    b = len(table.benchmarks)
    times = (
        generator(seed, "benchmarks").multinomial(b, np.full(b, 1 / b), size=count).astype(float)
    )
    many = replace(
        problem,
        y=problem.y.repeat(count, axis=0),
        w=_weights(table, times),
        ridge=problem.ridge.repeat(count, axis=0),
        slopes=np.zeros((count, b), dtype=bool),
        spread=problem.spread.repeat(count, axis=0),
    )
    fitted = _refit(many, point, count, progress).c
    return _centred(np.where(problem.cells.by_model(many.w) > 0, fitted, np.nan))


def _refit(many: Problem, point: Params, count: int, progress: Progress | None) -> Params:
    if not count:
        return point.tiled(0)
    return minimise_many(many, point.tiled(count), tol=TOL, progress=progress)[0]


def _centred(c: Floats) -> Floats:
    points: Floats = ELO * (c - np.nanmean(c, axis=1, keepdims=True))
    return points


def _cautions(table: Table, prior: Spread, assumed: int, imputed: int) -> tuple[str, ...]:
    out = [NOT_CAISI]
    if prior.log_sd > 0:
        low, high = prior.median * np.exp(np.array([-1.645, 1.645]) * prior.log_sd)
        out.append(
            "A table does not determine how far items spread within a benchmark: the spread is "
            f"drawn from a stated prior (median {prior.median:g} logits, 90% {low:.1f} to "
            f"{high:.1f})."
        )
    unknown = int((np.isnan(table.n_items) & ~table.imputed).sum())
    if unknown:
        out.append(
            f"{unknown} of {table.n_scores} scores have no known number of items: "
            f"{assumed} assumed."
        )
    filled = int(table.imputed.sum())
    if filled:
        out.append(
            f"{filled} score was filled in by its source from a subset: {imputed} items assumed."
            if filled == 1
            else f"{filled} scores were filled in by their source from subsets: "
            f"{imputed} items each assumed."
        )
    return tuple(out)
