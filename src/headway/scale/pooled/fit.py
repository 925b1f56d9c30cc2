"""Mode and curvature of the pooled posterior, with the spreads of its populations estimated.

Parameters x = (theta (M,), d (B,), log v (B,), log a (B,), centre of log a, effects of setups,
misfits of answers), where v = a s is the spread of a benchmark's items in logits of solving them,
which no unit moves. Newton steps with a Levenberg shift find the mode for given spreads; the
spreads are moved by the moments of the normal approximation there (EM with a Laplace E-step), until
they stand still.

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

import numpy as np

from headway.scale.pooled.average import Average
from headway.scale.pooled.cells import Mixed, misfit
from headway.scale.pooled.evidence import Evidence
from headway.scale.pooled.surface import (
    CENTRE,
    CENTRE_SD,
    PIN,
    USUAL_LOG_A,
    USUAL_LOG_V,
    USUAL_SETUP,
    Problem,
    Spreads,
    Surface,
    at_points,
    prior,
    setup_sds,
    surface,
)
from headway.scale.table import Floats

USUAL_MISFIT, USUAL_BROKEN = 0.4, 0.03
# So many of the usual kind are added to each population. Few cells are broken, so that their
# share comes from the prior as long as a table is small.
PSEUDO, PSEUDO_CELLS, PSEUDO_BROKEN, PSEUDO_SETUPS = 5.0, 10.0, 100.0, 2.0
START_TOL, TOL, SPREAD_TOL = 1e-3, 1e-10, 4e-3
STEPS, ROUNDS, WEIGHED, HASTE, SLACK = 60, 100, 5, 1.4, 0.01
LEAP = 0.26  # of the logarithm of a spread, a round


@dataclass(frozen=True, eq=False)
class Fit:
    """The mode ``x`` (P,), its covariance (P, P), the spreads and the cells as seen there.

    ``problem`` says where each parameter stands in x.
    """

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
    problem: Problem


def solve(evidence: Evidence) -> Fit:
    """Mode and spreads."""
    m, b = len(evidence.models), len(evidence.benchmarks)
    variance = np.zeros(m + evidence.runners.n_effects)
    problem, spreads = Problem(evidence, np.full(b, 1 / b), variance), Spreads()
    x, rounds, settled = _start(problem), 0, False
    while True:
        x, seen, covariance = mode(problem, x, spreads, TOL if settled else START_TOL)
        if settled or rounds >= ROUNDS:
            break
        new = _moved(problem, x, covariance, spreads)
        step = np.log(new) - np.log(spreads)
        settled, rounds = float(np.abs(step[:-1]).max()) < SPREAD_TOL, rounds + 1
        # The first modes, in a unit that is not weighed yet, would send a spread far astray.
        growth = np.exp(HASTE * np.clip(step, -LEAP, LEAP)).tolist()
        spreads = Spreads(*(a * b for a, b in zip(spreads, growth, strict=True)))
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
        problem=problem,
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
    """Variances of abilities and effects from the curvature there, damped: else they swing."""
    known = -np.diag(seen.hessian)
    curve = np.concatenate([known[: problem.m] - PIN / problem.m, known[problem.effects]])
    sd = np.concatenate([np.full(problem.m, spreads.ability), setup_sds(problem, spreads)])
    variance = 1 / np.maximum(curve, 1 / sd**2)
    old = np.where(problem.variance > 0, problem.variance, variance)
    return replace(problem, variance=np.sqrt(old * variance))


def _start(problem: Problem) -> Floats:
    """Difficulties and abilities from logits of shares, additive."""
    evidence, cells = problem.evidence, problem.evidence.cells
    model, benchmark = [evidence.runners.model[cells.who]], [cells.benchmark]
    share = [(cells.observed * cells.items + 0.5) / (cells.items + 1)]
    for block in evidence.blocks:
        model.append(evidence.runners.model[block.who])
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
    slots = 0 if problem.b < 2 else sum(len(block.who) for block in evidence.blocks)
    slots += problem.b + 1 + evidence.runners.n_effects
    rest = np.concatenate([np.full(problem.b, CENTRE), np.zeros(slots)])
    return np.concatenate([theta, d, rest])


def mode(
    problem: Problem, x: Floats, spreads: Spreads, tol: float
) -> tuple[Floats, Surface, Floats]:
    """Climb to the mode; x, the surface there and the inverse of its curvature."""
    seen, shift = surface(problem, x, spreads), 0.0
    for _ in range(STEPS):
        step = newton_step(-seen.hessian, seen.gradient, shift)
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


def newton_step(curvature: Floats, gradient: Floats, shift: float = 0.0) -> Floats:
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

    alone = prior(problem, x, spreads)[2]
    root = np.linalg.cholesky(-alone)
    half = solve_triangular(root, alone - seen.hessian, lower=True)
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
    at = m + 3 * b
    off = variance[last] - 2 * covariance[last, at] + variance[at]
    told = problem.evidence.has_items
    known = variance[m + b : m + 2 * b][told]
    ease = told.sum() / spreads.log_v**2 + 1 / CENTRE_SD**2
    middle = (log_v[told].sum() / spreads.log_v**2 + CENTRE / CENTRE_SD**2) / ease
    harness, own = _setups(problem, x, variance)
    ordinary, lost, count = _misfit(problem, x, covariance, spreads)
    part = problem.misfits
    r = misfit(x[part], spreads.answers, spreads.broken).believed
    answers = _ordinary(r, x[part] ** 2 + variance[part])
    broken = float((1 - r).sum()) + lost + PSEUDO_BROKEN * USUAL_BROKEN
    return Spreads(
        ability=_sd(theta**2 + variance[:m], 1.0, 1.5),
        log_v=_sd((log_v - np.log(spreads.centre))[told] ** 2 + known, PSEUDO, USUAL_LOG_V),
        log_a=_sd((log_a - centre[0]) ** 2 + off, PSEUDO, USUAL_LOG_A),
        misfit=ordinary,
        broken=broken / (len(r) + count + PSEUDO_BROKEN),
        answers=answers,
        harness=harness,
        own=own,
        centre=float(np.exp(middle)),
        factor=float(np.exp(1 / np.sqrt(ease))),
    )


def _setups(problem: Problem, x: Floats, variance: Floats) -> tuple[float, float]:
    """SDs of harnesses and of models in them."""
    part = problem.effects
    squares = x[part] ** 2 + variance[part]
    split = len(problem.evidence.runners.harnesses)
    harness, own = (
        _sd(some, PSEUDO_SETUPS, USUAL_SETUP) for some in (squares[:split], squares[split:])
    )
    return harness, own


def _sd(squares: Floats, pseudo: float, usual: float) -> float:
    return float(np.sqrt((squares.sum() + pseudo * usual**2) / (len(squares) + pseudo)))


def _ordinary(believed: Floats, square: Floats) -> float:
    """SD of the ordinary misfits among squares."""
    total = float(believed @ square) + PSEUDO_CELLS * USUAL_MISFIT**2
    return float(np.sqrt(total / (float(believed.sum()) + PSEUDO_CELLS)))


def _misfit(
    problem: Problem, x: Floats, covariance: Floats, spreads: Spreads
) -> tuple[float, float, int]:
    """SD of ordinary misfits of scores, the number lost and of all; expectations have errors."""
    n = len(problem.evidence.cells.who)
    if not n:
        return USUAL_MISFIT, 0.0, 0
    at, mean, seen = at_points(problem, x, spreads)
    first, side, r = mean.first, seen.ordinary, seen.believed
    around = covariance[at[:, :, None], at[:, None, :]]
    error = np.einsum("ni,nij,nj->n", first, around, first)
    pull = 1 - side.variance / spreads.misfit**2  # how far a misfit follows the expectation
    square = side.mean**2 + side.variance + pull**2 * error
    return _ordinary(r, square), float((1 - r).sum()), n
