"""The log posterior of pooled evidence with its gradient and Hessian.

Parameters x = (theta (M,), d (B,), log v (B,), log a (B,), centre of log a, effects of setups
(E,), misfits of answers), where v = a s is the spread of a benchmark's items in logits, which no
unit moves. Effects are those of harnesses, then of models in them (`runners`); most often E is 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from headway.scale.pooled.answers import Block, Look, look
from headway.scale.pooled.average import Average, average
from headway.scale.pooled.cells import GROSS, Mixed, misfit, mixed
from headway.scale.pooled.evidence import Evidence
from headway.scale.table import Floats, Ints

FAR = 5.0  # SD of difficulties: weak
CENTRE, CENTRE_SD = float(np.log(2.2)), 0.35  # of log v: item SD of Terminal-Bench 2.0; wide
SLOPE_SD = 1.0  # of the centre of log a, around 0
USUAL_LOG_V, USUAL_LOG_A = 0.35, 0.4
USUAL_SETUP = 0.3  # of harnesses, and of models in them
PIN = 1e3  # stiffness of the two directions that the gauge fixes anyway
# Of an ability's distribution: Gauss-Hermite, exact to degree 5.
NODES, WEIGHTS = np.array([-np.sqrt(3), 0, np.sqrt(3)]), np.array([1, 4, 1]) / 6


class Spreads(NamedTuple):
    """SDs of theta, log v, log a, misfit; share broken; SDs of misfits of answers and of setups.

    Then the centre of v and the factor by which it is uncertain.
    """

    ability: float = 1.5
    log_v: float = USUAL_LOG_V
    log_a: float = USUAL_LOG_A
    misfit: float = 0.8
    broken: float = 0.05
    answers: float = 0.3
    harness: float = USUAL_SETUP
    own: float = USUAL_SETUP
    centre: float = 2.2
    factor: float = float(np.exp(CENTRE_SD))


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
    variance : (M + E,) float
        Of each ability and effect of a setup around its mean in x.
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
        """Abilities of the runners at the nodes of their distributions, (Q, U)."""
        runners = self.evidence.runners
        variance = self.variance[: self.m][runners.model] + runners.summed(self.variance[self.m :])
        out: Floats = self.able(x) + NODES[:, None] * np.sqrt(variance)
        return out

    def able(self, x: Floats) -> Floats:
        """Abilities of the runners, (U,)."""
        runners = self.evidence.runners
        out: Floats = x[: self.m][runners.model] + runners.summed(x[self.effects])
        return out

    def split(self, x: Floats) -> tuple[Floats, Floats, Floats, Floats, Floats]:
        """Theta, d, log v, log a and the centre of log a."""
        m, b = self.m, self.b
        return (
            x[:m],
            x[m : m + b],
            x[m + b : m + 2 * b],
            x[m + 2 * b : m + 3 * b],
            x[m + 3 * b : m + 3 * b + 1],
        )

    @property
    def effects(self) -> slice:
        """Where the effects of setups stand in x."""
        first = self.m + 3 * self.b + 1
        return slice(first, first + self.evidence.runners.n_effects)

    @property
    def misfits(self) -> slice:
        """Where the misfits of answers stand in x: block by block, runner by runner."""
        return slice(self.effects.stop, None)

    def columns(self, who: Ints) -> tuple[Ints, Ints]:
        """Which parameters but the model's add to the abilities of runners (N,).

        Places in ``who``, and the indices in x of the effects there.
        """
        effects = self.evidence.runners.effects[who]
        place, kind = np.nonzero(effects >= 0)
        out: Ints = self.effects.start + effects[place, kind]
        return place, out

    def slots(self, which: int) -> Ints:
        """Indices in x of the misfits of one block; none where there is a single benchmark."""
        if self.b < 2:
            return np.zeros(0, dtype=np.int64)
        sizes = [len(block.who) for block in self.evidence.blocks]
        first = self.effects.stop + sum(sizes[:which])
        return np.arange(first, first + sizes[which], dtype=np.int64)


def surface(problem: Problem, x: Floats, spreads: Spreads) -> Surface:
    """Everything at x."""
    value, gradient, hessian = prior(problem, x, spreads)
    part = problem.misfits
    one = misfit(x[part], spreads.answers, spreads.broken)
    # The prior above takes all misfits as gross.
    value += float((one.value + 0.5 * (x[part] / GROSS) ** 2).sum())
    gradient[part] += one.first + x[part] / GROSS**2
    hessian[part, part] += np.diag(one.second + 1 / GROSS**2)
    loglik = 0.0
    for which in range(len(problem.evidence.blocks)):
        at, seen, of = _of_block(problem, which, x)
        loglik += seen.value
        np.add.at(gradient, at, seen.gradient[of])
        np.add.at(hessian, (at[:, None], at), seen.hessian[np.ix_(of, of)])
    cells = problem.evidence.cells
    if len(cells.who):
        at, value_of_cells, first, turn = _terms(problem, x, spreads)
        loglik += value_of_cells
        np.add.at(gradient, at, first)
        np.add.at(hessian, (at[:, :, None], at[:, None, :]), turn)
    return Surface(value + loglik, loglik, gradient, hessian)


def _terms(problem: Problem, x: Floats, spreads: Spreads) -> tuple[Ints, float, Floats, Floats]:
    """Of the cells at all nodes: parameters (N, K), sum of values, gradients and Hessians."""
    at, mean, cell = _of_cells(problem, x, spreads, problem.nodes(x))
    share = np.repeat(WEIGHTS, len(problem.evidence.cells.who))
    turn = np.einsum("n,ni,nj->nij", share * cell.second, mean.first, mean.first)
    turn += (share * cell.first)[:, None, None] * mean.second
    return at, float(share @ cell.value), (share * cell.first)[:, None] * mean.first, turn


def by_benchmark(problem: Problem, x: Floats, spreads: Spreads) -> Floats:
    """Gradient of the log-likelihood of each benchmark, (B, P); the rest is the prior's."""
    rows = np.zeros((problem.b, len(x)))
    for which, block in enumerate(problem.evidence.blocks):
        at, seen, of = _of_block(problem, which, x)
        np.add.at(rows[block.benchmark], at, seen.gradient[of])
    cells = problem.evidence.cells
    if len(cells.who):
        at, _, first, _ = _terms(problem, x, spreads)
        np.add.at(rows, (np.tile(cells.benchmark, len(NODES))[:, None], at), first)
    return rows


def _of_block(problem: Problem, which: int, x: Floats) -> tuple[Ints, Look, Ints]:
    """Answers of a block, and which entries of their derivatives belong to which of x.

    Every runner is there once a node of its ability, with that share of its answers; misfit and
    effects are added to its ability, so all of them have the same derivatives.
    """
    block, slots, q = problem.evidence.blocks[which], problem.slots(which), len(NODES)
    k = block.benchmark
    _, d, log_v, log_a, _ = problem.split(x)
    theta = problem.nodes(x)[:, block.who] + (x[slots] if len(slots) else 0.0)
    share = np.repeat(WEIGHTS, len(block.who))
    many = Block(k, block.who, np.tile(block.won, q) * share, np.tile(block.tried, q) * share)
    model = problem.evidence.runners.model[block.who]
    place, effect = problem.columns(np.tile(block.who, q))
    own = problem.of(np.array([k]))[0]
    at = np.concatenate([np.tile(model, q), np.tile(slots, q), effect, own])
    size = q * len(block.who)
    of = np.concatenate([np.arange(size), np.arange(q * len(slots)), place, size + np.arange(3)])
    return at, look(many, theta.reshape(-1), float(d[k]), float(log_v[k]), float(log_a[k])), of


def _of_cells(
    problem: Problem, x: Floats, spreads: Spreads, theta: Floats
) -> tuple[Ints, Average, Mixed]:
    """Cells at every row of the runners' abilities ``theta`` (Q, U): arrays of length Q N."""
    cells = problem.evidence.cells.tiled(len(theta))
    _, d, log_v, log_a, _ = problem.split(x)
    j = cells.benchmark
    mine = theta[:, problem.evidence.cells.who].reshape(-1)
    mean = average(mine, d[j], log_v[j], log_a[j])
    at = np.column_stack([problem.evidence.runners.model[cells.who], problem.of(j)])
    if problem.evidence.runners.n_effects:
        at, mean = _with_effects(problem, cells.who, at, mean)
    return at, mean, mixed(cells, mean.logit, spreads.misfit, spreads.broken)


def _with_effects(problem: Problem, who: Ints, at: Ints, mean: Average) -> tuple[Ints, Average]:
    """Two more parameters of each cell, with the derivatives of its ability; 0 where unnamed."""
    effects = problem.evidence.runners.effects[who]
    there = np.column_stack([np.ones((len(who), 4)), effects >= 0])
    at = np.column_stack([at, np.where(effects >= 0, problem.effects.start + effects, 0)])
    of = np.array([0, 1, 2, 3, 0, 0])
    first = mean.first[:, of] * there
    second = mean.second[:, of[:, None], of] * there[:, :, None] * there[:, None, :]
    return at, mean._replace(first=first, second=second)


def at_points(problem: Problem, x: Floats, spreads: Spreads) -> tuple[Ints, Average, Mixed]:
    """Cells with every ability at its mean; the indices of their parameters in x, (N, 4).

    With effects of setups (N, 6).
    """
    return _of_cells(problem, x, spreads, problem.able(x)[None])


def setup_sds(problem: Problem, spreads: Spreads) -> Floats:
    """Of each effect of a setup, (E,)."""
    runners = problem.evidence.runners
    sizes = [len(runners.harnesses), runners.n_effects - len(runners.harnesses)]
    out: Floats = np.repeat([spreads.harness, spreads.own], sizes)
    return out


def prior(problem: Problem, x: Floats, spreads: Spreads) -> tuple[float, Floats, Floats]:
    """Normal populations; zero and unit are pinned, which the gauge undoes."""
    m, b = problem.m, problem.b
    sd = np.concatenate(
        [
            np.full(m, spreads.ability),
            np.full(b, FAR),
            np.full(b, spreads.log_v),
            np.full(b, spreads.log_a),
            [SLOPE_SD],
            setup_sds(problem, spreads),
            np.full(len(x[problem.misfits]), GROSS),
        ]
    )
    last, centre = slice(m + 2 * b, m + 3 * b), m + 3 * b
    far = x.copy()
    far[m + b : m + 2 * b] -= np.log(spreads.centre)
    far[last] -= x[centre]
    pull, ease = -far / sd**2, 1 / spreads.log_a**2
    value = 0.5 * float(pull @ far) - float(np.log(sd).sum())
    gradient, hessian = pull.copy(), np.diag(-1 / sd**2)
    gradient[centre] -= pull[last].sum()
    hessian[centre, last] = hessian[last, centre] = ease
    hessian[centre, centre] -= b * ease
    for part, pin in ((slice(0, m), np.full(m, m**-0.5)), (last, np.sqrt(b) * problem.weight)):
        off = float(pin @ x[part])
        value -= 0.5 * PIN * off**2
        gradient[part] -= PIN * off * pin
        hessian[part, part] -= PIN * np.outer(pin, pin)
    return value, gradient, hessian
