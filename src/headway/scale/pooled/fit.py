"""Mode and curvature of the pooled posterior, with the spreads of its populations estimated.

Parameters x = (theta (M,), d (B,), log v (B,), log a (B,), centre of log a), where
v = a s is the spread of a benchmark's items in logits of solving them, which no unit moves. Newton
steps with a Levenberg shift find the mode for given spreads; the spreads are moved by the moments
of the normal approximation there (EM with a Laplace E-step), until they stand still.

Abilities enter as normal distributions, not points: the log-likelihood is averaged over each
theta_m ~ N(theta_m, v_m), v_m the inverse curvature at the last round (variational EM). A mode of
points alone would gain M log(unit) by shrinking the axis, at the cost of the items' spread.
How far items spread is told by answers to items, and hardly by a table: its curve bends as much by
wrong keys and ceilings. So the centre of log v is estimated over the benchmarks with items alone,
and those with a table only take it from there (a cut: Plummer 2015, *Statistics and Computing*
25), with its uncertainty.
Zero and unit are pinned meanwhile: the abilities have mean 0, and the log vlopes have mean 0 when
each weighs as much as the data know of it. (Were all alike, a slope of which nothing is known
could run to 0, which lets the others grow and all abilities shrink: such a mode has no end.)
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from headway.scale.pooled.answers import Block, Look, look
from headway.scale.pooled.average import Average, average
from headway.scale.pooled.cells import Mixed, mixed
from headway.scale.pooled.evidence import Evidence
from headway.scale.table import Floats, Ints

FAR = 5.0  # SD of difficulties: weak
CENTRE, CENTRE_SD = float(np.log(2.2)), 0.35  # of log v: item SD of Terminal-Bench 2.0; wide
SLOPE_SD = 1.0  # of the centre of log a, around 0
USUAL_LOG_V, USUAL_LOG_A, USUAL_MISFIT, USUAL_BROKEN = 0.35, 0.4, 0.4, 0.02
PSEUDO, PSEUDO_CELLS = 5.0, 10.0  # so many of the usual kind are added to each population
PIN = 1e3  # stiffness of the two directions that the gauge fixes anyway
START_TOL, TOL, SPREAD_TOL = 1e-3, 1e-10, 4e-3
STEPS, ROUNDS, WEIGHED, HASTE, SLACK = 60, 100, 5, 1.4, 0.01


# Of an ability's distribution: Gauss-Hermite, exact to degree 5.
NODES, WEIGHTS = np.array([-np.sqrt(3), 0, np.sqrt(3)]), np.array([1, 4, 1]) / 6


class Spreads(NamedTuple):
    """SDs of theta, log v, log a, misfit; share of broken cells; centre of v, with its error."""

    ability: float = 1.5
    log_v: float = USUAL_LOG_V
    log_a: float = USUAL_LOG_A
    misfit: float = 0.8
    broken: float = 0.05
    centre: float = 2.2
    factor: float = float(np.exp(CENTRE_SD))


@dataclass(frozen=True, eq=False)
class Fit:
    """The mode ``x`` (P,), its covariance (P, P), the spreads and the cells as seen there."""

    x: Floats
    covariance: Floats
    spreads: Spreads
    value: float
    loglik: float
    gradient: float
    rounds: int
    settled: bool
    average: Average
    cells: Mixed


class Surface(NamedTuple):
    """Log posterior and log-likelihood with derivatives of the former."""

    value: float
    loglik: float
    gradient: Floats
    hessian: Floats


@dataclass(frozen=True, eq=False)
class Problem:
    """Evidence, and where its parameters stand in x.

    Attributes
    ----------
    evidence : Evidence
    weight : (B,) float
        How much each slope weighs in the unit; the sum is 1.
    variance : (M,) float
        Of each ability around its mean in x.
    """

    evidence: Evidence
    weight: Floats
    variance: Floats

    @property
    def m(self) -> int:
        """Models M."""
        return len(self.evidence.models)

    @property
    def b(self) -> int:
        """Benchmarks B."""
        return len(self.evidence.benchmarks)

    def of(self, benchmark: Ints) -> Ints:
        """Indices in x of d, log v, log a of benchmarks (N,): (N, 3)."""
        out: Ints = self.m + benchmark[:, None] + self.b * np.arange(3)
        return out

    def nodes(self, x: Floats) -> Floats:
        """Abilities at the nodes of their distributions, (Q, M)."""
        out: Floats = x[: self.m] + NODES[:, None] * np.sqrt(self.variance)
        return out

    def split(self, x: Floats) -> tuple[Floats, Floats, Floats, Floats, Floats]:
        """Theta, d, log v, log a and the centre of log a."""
        m, b = self.m, self.b
        return (
            x[:m],
            x[m : m + b],
            x[m + b : m + 2 * b],
            x[m + 2 * b : m + 3 * b],
            x[-1:],
        )


def surface(problem: Problem, x: Floats, spreads: Spreads) -> Surface:
    """Everything at x."""
    value, gradient, hessian = _prior(problem, x, spreads)
    loglik = 0.0
    for block in problem.evidence.blocks:
        at, one = _of_block(problem, block, x)
        loglik += one.value
        np.add.at(gradient, at, one.gradient)
        np.add.at(hessian, (at[:, None], at), one.hessian)
    cells = problem.evidence.cells
    if len(cells.model):
        at, mean, seen = _of_cells(problem, x, spreads, problem.nodes(x))
        share = np.repeat(WEIGHTS, len(cells.model))
        loglik += float(share @ seen.value)
        np.add.at(gradient, at, (share * seen.first)[:, None] * mean.first)
        turn = np.einsum("n,ni,nj->nij", share * seen.second, mean.first, mean.first)
        turn += (share * seen.first)[:, None, None] * mean.second
        np.add.at(hessian, (at[:, :, None], at[:, None, :]), turn)
    return Surface(value + loglik, loglik, gradient, hessian)


def _of_block(problem: Problem, block: Block, x: Floats) -> tuple[Ints, Look]:
    """Every model is there once a node of its ability, with that share of its answers."""
    k, q = block.benchmark, len(NODES)
    _, d, log_v, log_a, _ = problem.split(x)
    theta = problem.nodes(x)[:, block.who].reshape(-1)
    share = np.repeat(WEIGHTS, len(block.who))
    many = Block(k, block.who, np.tile(block.won, q) * share, np.tile(block.tried, q) * share)
    at = np.concatenate([np.tile(block.who, q), problem.of(np.array([k]))[0]])
    return at, look(many, theta, float(d[k]), float(log_v[k]), float(log_a[k]))


def _of_cells(
    problem: Problem, x: Floats, spreads: Spreads, theta: Floats
) -> tuple[Ints, Average, Mixed]:
    """Cells at every row of abilities ``theta`` (Q, M): arrays of length Q N."""
    cells = problem.evidence.cells.tiled(len(theta))
    _, d, log_v, log_a, _ = problem.split(x)
    j = cells.benchmark
    mine = theta[:, problem.evidence.cells.model].reshape(-1)
    mean = average(mine, d[j], log_v[j], log_a[j])
    at = np.column_stack([cells.model, problem.of(j)])
    return at, mean, mixed(cells, mean.logit, spreads.misfit, spreads.broken)


def at_points(problem: Problem, x: Floats, spreads: Spreads) -> tuple[Ints, Average, Mixed]:
    """Cells with every ability at its mean; the indices of their parameters in x, (N, 4)."""
    return _of_cells(problem, x, spreads, x[None, : problem.m])


def _prior(problem: Problem, x: Floats, spreads: Spreads) -> tuple[float, Floats, Floats]:
    """Normal populations; zero and unit are pinned, which the gauge undoes."""
    m, b = problem.m, problem.b
    sd = np.concatenate(
        [
            np.full(m, spreads.ability),
            np.full(b, FAR),
            np.full(b, spreads.log_v),
            np.full(b, spreads.log_a),
            [SLOPE_SD],
        ]
    )
    last = slice(m + 2 * b, m + 3 * b)
    far = x.copy()
    far[m + b : m + 2 * b] -= np.log(spreads.centre)
    far[last] -= x[-1]
    pull, ease = -far / sd**2, 1 / spreads.log_a**2
    value = 0.5 * float(pull @ far) - float(np.log(sd).sum())
    gradient, hessian = pull.copy(), np.diag(-1 / sd**2)
    gradient[-1] -= pull[last].sum()
    hessian[-1, last] = hessian[last, -1] = ease
    hessian[-1, -1] -= b * ease
    for part, pin in ((slice(0, m), np.full(m, m**-0.5)), (last, np.sqrt(b) * problem.weight)):
        off = float(pin @ x[part])
        value -= 0.5 * PIN * off**2
        gradient[part] -= PIN * off * pin
        hessian[part, part] -= PIN * np.outer(pin, pin)
    return value, gradient, hessian


def solve(evidence: Evidence) -> Fit:
    """Mode and spreads."""
    m, b = len(evidence.models), len(evidence.benchmarks)
    problem, spreads = Problem(evidence, np.full(b, 1 / b), np.zeros(m)), Spreads()
    x, rounds, settled = _start(problem), 0, False
    while True:
        x, seen, covariance = mode(problem, x, spreads, TOL if settled else START_TOL)
        if settled or rounds >= ROUNDS:
            break
        new = _moved(problem, x, covariance, spreads)
        change = float(np.abs(np.log(new[:-1]) - np.log(spreads[:-1])).max())
        settled, rounds = change < SPREAD_TOL, rounds + 1
        spreads = Spreads(*(a * (b / a) ** HASTE for a, b in zip(spreads, new, strict=True)))
        problem = _sharpened(problem, seen, spreads)
        if rounds <= WEIGHED:
            problem = _weighed(problem, seen)
    _, mean, cells = at_points(problem, x, spreads)
    return Fit(
        x=x,
        covariance=covariance,
        spreads=spreads,
        value=seen.value,
        loglik=seen.loglik,
        gradient=float(np.abs(seen.gradient).max()),
        rounds=rounds,
        settled=settled,
        average=mean,
        cells=cells,
    )


def _weighed(problem: Problem, seen: Surface) -> Problem:
    """Weigh each slope by what is known of it given the abilities."""
    at = problem.of(np.arange(problem.b))
    blocks = -seen.hessian[at[:, :, None], at[:, None, :]]
    blocks[:, 2, 2] -= PIN * problem.b * problem.weight**2
    size, axes = np.linalg.eigh(blocks)
    known = 1 / (axes[:, 2] ** 2 / np.maximum(size, 1e-3)).sum(axis=1)
    return replace(problem, weight=known / known.sum())


def _sharpened(problem: Problem, seen: Surface, spreads: Spreads) -> Problem:
    """Variances of the abilities from the curvature there, damped: else they swing."""
    curve = -np.diag(seen.hessian)[: problem.m] - PIN / problem.m
    variance = 1 / np.maximum(curve, 1 / spreads.ability**2)
    old = np.where(problem.variance > 0, problem.variance, variance)
    return replace(problem, variance=np.sqrt(old * variance))


def _start(problem: Problem) -> Floats:
    """Difficulties and abilities from logits of shares, additive."""
    evidence, cells = problem.evidence, problem.evidence.cells
    model, benchmark = [cells.model], [cells.benchmark]
    share = [(cells.observed * cells.items + 0.5) / (cells.items + 1)]
    for block in evidence.blocks:
        model.append(block.who)
        benchmark.append(np.full(len(block.who), block.benchmark))
        share.append((block.won.sum(axis=0) + 0.5) / (block.tried.sum(axis=0) + 1))
    i, j, y = np.concatenate(model), np.concatenate(benchmark), np.concatenate(share)
    logit = 2 * (np.log(y) - np.log1p(-y))  # a mean over spread items is flatter than a curve
    theta, d = np.zeros(problem.m), np.zeros(problem.b)
    for _ in range(20):
        d = np.bincount(j, theta[i] - logit, problem.b) / np.bincount(j, minlength=problem.b)
        count = np.bincount(i, minlength=problem.m) + 0.5
        theta = np.bincount(i, logit + d[j], problem.m) / count
        theta -= theta.mean()
    rest = np.concatenate([np.full(problem.b, CENTRE), np.zeros(problem.b), [0.0]])
    return np.concatenate([theta, d, rest])


def mode(
    problem: Problem, x: Floats, spreads: Spreads, tol: float
) -> tuple[Floats, Surface, Floats]:
    """Climb to the mode; x, the surface there and the inverse of its curvature."""
    seen, shift = surface(problem, x, spreads), 0.0
    for _ in range(STEPS):
        step = _solved(-seen.hessian, seen.gradient, shift)
        # What a full step still wins: a share of the log-likelihood, whatever the units.
        if float(step @ seen.gradient) <= tol or shift > 1e6:
            break
        step *= min(1.0, 2.0 / float(np.abs(step).max()))
        new = surface(problem, x + step, spreads)
        if not _higher(new, seen):
            shift = max(10 * shift, 1e-2)
            continue
        x, seen, shift = x + step, new, shift / 10 if shift > 1e-4 else 0.0
    return x, seen, _covariance(problem, x, seen, spreads)


def _higher(new: Surface, old: Surface) -> bool:
    """Whether a step climbed; nodes move with x, so near the top only the gradient can tell."""
    flatter = np.abs(new.gradient).max() < 0.9 * np.abs(old.gradient).max()
    return bool(new.value >= old.value or (flatter and new.value > old.value - SLACK))


def _solved(curvature: Floats, gradient: Floats, shift: float) -> Floats:
    """Newton step; the curvature is made stiffer until it is positive."""
    from scipy.linalg import LinAlgError, cho_factor, cho_solve

    scale = np.maximum(np.abs(np.diag(curvature)), 1e-3)
    while True:
        try:
            factor = cho_factor(curvature + np.diag(shift * scale), lower=True)
        except LinAlgError:
            shift = max(10 * shift, 1e-3)
            continue
        out: Floats = cho_solve(factor, gradient)
        return out


def _covariance(problem: Problem, x: Floats, seen: Surface, spreads: Spreads) -> Floats:
    """Inverse curvature; no direction is less certain than the populations alone leave it."""
    from scipy.linalg import solve_triangular

    prior = _prior(problem, x, spreads)[2]
    root = np.linalg.cholesky(-prior)
    half = solve_triangular(root, prior - seen.hessian, lower=True)
    size, axes = np.linalg.eigh(solve_triangular(root, half.T, lower=True))
    back = solve_triangular(root.T, axes, lower=False)
    out: Floats = (back / (1 + np.maximum(size, 0))) @ back.T
    m, b = problem.m, problem.b
    # The centre of log v moves all benchmarks together.
    along = out[:, m + b : m + 2 * b].sum(axis=1) / spreads.log_v**2
    along *= np.log(spreads.factor)
    return out + np.outer(along, along)


def _moved(problem: Problem, x: Floats, covariance: Floats, spreads: Spreads) -> Spreads:
    """New spreads by the second moments of the normal approximation."""
    m, b = problem.m, problem.b
    theta, _, log_v, log_a, centre = problem.split(x)
    variance = np.diag(covariance)
    last = slice(m + 2 * b, m + 3 * b)
    off = variance[last] - 2 * covariance[last, -1] + variance[-1]
    told = problem.evidence.has_items
    known = variance[m + b : m + 2 * b][told]
    ease = told.sum() / spreads.log_v**2 + 1 / CENTRE_SD**2
    middle = (log_v[told].sum() / spreads.log_v**2 + CENTRE / CENTRE_SD**2) / ease
    misfit, broken = _misfit(problem, x, covariance, spreads)
    return Spreads(
        ability=_sd(theta**2 + variance[:m], 1.0, 1.5),
        log_v=_sd((log_v - np.log(spreads.centre))[told] ** 2 + known, PSEUDO, USUAL_LOG_V),
        log_a=_sd((log_a - centre[0]) ** 2 + off, PSEUDO, USUAL_LOG_A),
        misfit=misfit,
        broken=broken,
        centre=float(np.exp(middle)),
        factor=float(np.exp(1 / np.sqrt(ease))),
    )


def _sd(squares: Floats, pseudo: float, usual: float) -> float:
    return float(np.sqrt((squares.sum() + pseudo * usual**2) / (len(squares) + pseudo)))


def _misfit(
    problem: Problem, x: Floats, covariance: Floats, spreads: Spreads
) -> tuple[float, float]:
    """SD of ordinary misfits and share of broken cells, the expectation's error allowed for."""
    n = len(problem.evidence.cells.model)
    if not n:
        return USUAL_MISFIT, USUAL_BROKEN
    at, mean, seen = at_points(problem, x, spreads)
    first, side, r = mean.first, seen.ordinary, seen.believed
    around = covariance[at[:, :, None], at[:, None, :]]
    error = np.einsum("ni,nij,nj->n", first, around, first)
    pull = 1 - side.variance / spreads.misfit**2  # how far a misfit follows the expectation
    square = side.mean**2 + side.variance + pull**2 * error
    total, count = float(r @ square), float(r.sum())
    sd = np.sqrt((total + PSEUDO_CELLS * USUAL_MISFIT**2) / (count + PSEUDO_CELLS))
    lost = float((1 - r).sum()) + PSEUDO_CELLS * USUAL_BROKEN
    return float(sd), lost / (n + PSEUDO_CELLS)
