"""Marginal maximum likelihood: abilities N(0, 1) are integrated out, item parameters estimated.

The classical way for many persons and few items (Bock & Aitkin 1981, *Psychometrika* 46), here
by L-BFGS and Newton steps on the exact observed information (Louis 1982, *JRSS B* 44) to the true
optimum. Nodes are equally spaced, closer than the narrowest posterior.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from headway.errors import ScaleError
from headway.scale.items.curve import Curve, curve, sigmoid
from headway.scale.items.patterns import Patterns, patterns
from headway.scale.responses import Responses
from headway.scale.table import Bools, Floats

REACH, NODES, MOST = 7.0, 141, 1401  # nodes from -7 to 7, every 0.1 or closer
TOL = 1e-9  # of the gradient per model
KINDS = ("two_pl", "rasch", "rasch_fixed", "three_pl")
WEAK = (1.0, 0.5, 3.0)  # prior of an item that all or none solved: mean and SD of a, SD of d
START_FLOOR = -1.5  # logit
FARTHEST = 5.0  # no parameter moves further in one Newton step: a flat floor would leave for ever
HIGHEST = 30.0  # logit of a floor: with few answers one may run off to 1, and 1 - c must stay
TINY = 1e-100  # chances in denominators, whose squares must not underflow


@dataclass(frozen=True, eq=False)
class MmlFit:
    """A marginal maximum-likelihood fit.

    Attributes
    ----------
    kind : str
        One of "two_pl", "rasch" (one slope, equivalent to a free variance), "rasch_fixed"
        (slope 1), "three_pl".
    a, d, b, c : (J,) float
        Slope, intercept (z = a theta + d), difficulty -d/a, guess floor.
    se_a, se_d : (J,) float
        Standard errors from the observed information; nan for what was not estimated.
    covariance : (D, D) float
        Of the free parameters.
    design : (3J, D) float
        Free parameters to (a, d, logit c).
    loglik : float
    gradient : float
        Infinity norm at the optimum.
    eap, eap_sd : (M,) float
        Mean and SD of each ability's posterior given the items.
    nodes, prior : (K,) float
    posterior : (P, K) float
        Of each pattern of answers.
    patterns : Patterns
    """

    kind: str
    a: Floats
    d: Floats
    b: Floats
    c: Floats
    se_a: Floats
    se_d: Floats
    covariance: Floats
    design: Floats
    loglik: float
    gradient: float
    eap: Floats
    eap_sd: Floats
    nodes: Floats
    prior: Floats
    posterior: Floats
    patterns: Patterns

    @property
    def variance(self) -> float:
        """Variance of abilities in the unit in which every slope is 1 (Rasch kinds only)."""
        return float(self.a[0] ** 2)


def mml(responses: Responses, kind: str = "two_pl") -> MmlFit:
    """Fit item parameters with abilities N(0, 1).

    Parameters
    ----------
    responses : Responses
    kind : str
        "two_pl", "rasch", "rasch_fixed" or "three_pl".

    Returns
    -------
    MmlFit

    Raises
    ------
    ScaleError
        If ``kind`` is unknown.
    """
    if kind not in KINDS:
        raise ScaleError(f"There is no item curve {kind!r}; there are {', '.join(KINDS)}.")
    problem = _problem(responses.by_cell(), kind)
    x, gradient = _maximise(problem)
    return _result(problem, x, gradient)


@dataclass(frozen=True, eq=False)
class _Problem:
    kind: str
    rows: Patterns
    nodes: Floats
    prior: Floats
    design: Floats
    offset: Floats
    weak: Bools
    start: Floats

    def full(self, x: Floats) -> tuple[Floats, Floats, Floats]:
        a, d, g = (self.design @ x + self.offset).reshape(3, -1)
        c = sigmoid(np.minimum(g, HIGHEST)) if self.kind == "three_pl" else np.zeros_like(a)
        return a, d, c


def _problem(cells: Responses, kind: str) -> _Problem:
    rows = patterns(cells)
    won, tried = (
        np.bincount(cells.item, weights=w, minlength=len(cells.items))
        for w in (cells.successes, cells.trials)
    )
    answers = np.bincount(cells.model, weights=cells.trials).max()
    # The posterior of n answers is rarely narrower than 1/sqrt(n): two nodes to an SD.
    nodes = np.linspace(-REACH, REACH, int(np.clip(28 * np.sqrt(answers), NODES, MOST)) | 1)
    prior = np.exp(-0.5 * nodes**2)
    share = (won + 0.5) / (tried + 1)
    design, offset, start = _design(kind, np.log(share / (1 - share)))
    weak = (won == 0) | (won == tried)
    return _Problem(kind, rows, nodes, prior / prior.sum(), design, offset, weak, start)


def _design(kind: str, d: Floats) -> tuple[Floats, Floats, Floats]:
    """Map from free parameters to (a, d, logit c), its offset, and a start."""
    j = len(d)
    eye, none, one = np.eye(j), np.zeros((j, 0)), np.ones(j)
    slopes = {"rasch": one[:, None], "rasch_fixed": none}.get(kind, eye)
    floors = eye if kind == "three_pl" else none
    widths = [slopes.shape[1], j, floors.shape[1]]
    edges = np.concatenate([[0], np.cumsum(widths)])
    design = np.zeros((3 * j, edges[-1]))
    for k, block in enumerate((slopes, eye, floors)):
        design[k * j : (k + 1) * j, edges[k] : edges[k + 1]] = block
    offset = np.zeros(3 * j)
    if kind == "rasch_fixed":
        offset[:j] = 1
    start = np.concatenate([np.ones(widths[0]), d, np.full(widths[2], START_FLOOR)])
    return design, offset, start


@dataclass(frozen=True, eq=False)
class _Look:
    """The surface at one point."""

    value: float
    gradient: Floats
    at: Curve
    posterior: Floats
    right: Floats
    wrong: Floats


def _look(problem: _Problem, x: Floats) -> _Look:
    a, d, c = problem.full(x)
    rows = problem.rows
    at = curve(a[:, None] * problem.nodes + d[:, None], c[:, None])
    joint = rows.won @ at.log_p + rows.lost @ at.log_q + np.log(problem.prior)
    top = joint.max(axis=1, keepdims=True)
    posterior = np.exp(joint - top)
    total = posterior.sum(axis=1, keepdims=True)
    posterior /= total
    value = float(rows.count @ (top + np.log(total))[:, 0])
    weighted = posterior * rows.count[:, None]
    right, wrong = rows.won.T @ weighted, rows.lost.T @ weighted  # expected counts (J, K)
    error = right - (right + wrong) * at.p
    by_z, by_g = error * at.pull, error * at.guess
    full = np.concatenate([by_z @ problem.nodes, by_z.sum(1), by_g.sum(1)])
    bias, pull = _penalty(problem, a, d)
    return _Look(value - bias, problem.design.T @ (full - pull), at, posterior, right, wrong)


def _penalty(problem: _Problem, a: Floats, d: Floats) -> tuple[float, Floats]:
    """Weak prior of the items that all or none solved: elsewhere nothing is added."""
    mean, sd_a, sd_d = WEAK
    w = problem.weak.astype(float)
    bias = 0.5 * float(w @ (((a - mean) / sd_a) ** 2 + (d / sd_d) ** 2))
    return bias, np.concatenate([w * (a - mean) / sd_a**2, w * d / sd_d**2, 0 * w])


def _information(problem: _Problem, x: Floats, look: _Look) -> Floats:
    """Observed information of the free parameters: complete less missing (Louis 1982)."""
    a, _, c = problem.full(x)
    j = len(a)
    full = np.zeros((3 * j, 3 * j))
    blocks = _complete(problem, look, c)
    for (u, v), values in blocks.items():
        full[u * j + np.arange(j), v * j + np.arange(j)] = values
        full[v * j + np.arange(j), u * j + np.arange(j)] = values
    full -= _missing(problem, look)
    _, sd_a, sd_d = WEAK
    w = problem.weak
    full[np.diag_indices(3 * j)] += np.concatenate([w / sd_a**2, w / sd_d**2, 0 * w])
    out: Floats = problem.design.T @ full @ problem.design
    return out


def _complete(problem: _Problem, look: _Look, c: Floats) -> dict[tuple[int, int], Floats]:
    s, p, q = look.at.s, np.maximum(look.at.p, TINY), np.maximum(look.at.q, TINY)
    t, c = problem.nodes, c[:, None]
    room = s * (1 - s)
    slope = (look.right - (look.right + look.wrong) * p) / (p * q)
    bend = -look.right / p**2 - look.wrong / q**2
    by_z, by_g = (1 - c) * room, (1 - s) * c * (1 - c)
    zz = -(slope * (1 - c) * room * (1 - 2 * s) + bend * by_z**2)
    zg = -(-slope * room * c * (1 - c) + bend * by_z * by_g)
    gg = -(slope * by_g * (1 - 2 * c) + bend * by_g**2)
    return {
        (0, 0): zz @ t**2,
        (0, 1): zz @ t,
        (1, 1): zz.sum(1),
        (0, 2): zg @ t,
        (1, 2): zg.sum(1),
        (2, 2): gg.sum(1),
    }


def _missing(problem: _Problem, look: _Look) -> Floats:
    """Sum over models of the posterior covariance of their complete scores, (3J, 3J)."""
    rows, at = problem.rows, look.at
    won = rows.won if isinstance(rows.won, np.ndarray) else rows.won.toarray()
    tried = won + (rows.lost if isinstance(rows.lost, np.ndarray) else rows.lost.toarray())
    j = won.shape[1]
    total, mean = np.zeros((3 * j, 3 * j)), np.zeros((len(won), 3 * j))
    for k, theta in enumerate(problem.nodes):
        weight = look.posterior[:, k]
        error = won - tried * at.p[:, k]
        by_z = error * at.pull[:, k]
        score = np.concatenate([theta * by_z, by_z, error * at.guess[:, k]], axis=1)
        weighted = weight[:, None] * score
        mean += weighted
        total += (weighted * rows.count[:, None]).T @ score
    out: Floats = total - (mean * rows.count[:, None]).T @ mean
    return out


def _maximise(problem: _Problem) -> tuple[Floats, float]:
    from scipy.optimize import minimize

    people = float(problem.rows.count.sum())

    def objective(x: Floats) -> tuple[float, Floats]:
        look = _look(problem, x)
        return -look.value / people, -look.gradient / people

    options = {"maxiter": 2000, "maxfun": 4000, "gtol": 1e-7, "ftol": 1e-14}
    found = minimize(objective, problem.start, jac=True, method="L-BFGS-B", options=options)
    return _polish(problem, np.asarray(found.x, dtype=float), people)


def _polish(problem: _Problem, x: Floats, people: float) -> tuple[Floats, float]:
    """Newton steps; where the surface is flat (a floor at 0) they change nothing and stop."""
    look = _look(problem, x)
    for _ in range(20):
        size = float(np.abs(look.gradient).max())
        if size <= TOL * people:
            break
        step = _solved(_information(problem, x, look), look.gradient)
        step *= min(1.0, FARTHEST / float(np.abs(step).max()))
        new = _look(problem, x + step)
        while new.value < look.value - 1e-10 * abs(look.value) and np.abs(step).max() > 1e-12:
            step = step / 2
            new = _look(problem, x + step)
        if new.value < look.value and np.abs(new.gradient).max() >= size:
            break
        x, look = x + step, new
    return x, float(np.abs(look.gradient).max())


def _solved(information: Floats, gradient: Floats) -> Floats:
    """Newton step along the directions in which the surface is concave."""
    size, axes = np.linalg.eigh(information)
    size = np.maximum(np.abs(size), 1e-6 * size.max())
    out: Floats = axes @ ((axes.T @ gradient) / size)
    return out


def _result(problem: _Problem, x: Floats, gradient: float) -> MmlFit:
    if problem.kind != "rasch_fixed":
        x = _upright(problem, x)
    look = _look(problem, x)
    information = _information(problem, x, look)
    covariance = np.asarray(np.linalg.pinv(information, rcond=1e-10, hermitian=True), dtype=float)
    a, d, c = problem.full(x)
    with np.errstate(invalid="ignore"):  # a flat floor has no standard error
        se = np.sqrt(np.diag(problem.design @ covariance @ problem.design.T)).reshape(3, -1)
    mean = look.posterior @ problem.nodes
    spread = np.sqrt(np.maximum(look.posterior @ problem.nodes**2 - mean**2, 0))
    of = problem.rows.of
    return MmlFit(
        kind=problem.kind,
        a=a,
        d=d,
        b=-d / a,
        c=c,
        se_a=np.where(se[0] > 0, se[0], np.nan),
        se_d=se[1],
        covariance=covariance,
        design=problem.design,
        loglik=look.value + _penalty(problem, a, d)[0],
        gradient=gradient,
        eap=mean[of],
        eap_sd=spread[of],
        nodes=problem.nodes,
        prior=problem.prior,
        posterior=look.posterior,
        patterns=problem.rows,
    )


def _upright(problem: _Problem, x: Floats) -> Floats:
    """Turn the axis so that most slopes are positive: the likelihood cannot tell up from down."""
    a, _, _ = problem.full(x)
    if a.sum() >= 0:
        return x
    turned: Any = x.copy()
    turned[: problem.design[: len(a)].any(axis=0).sum()] *= -1
    return np.asarray(turned)
