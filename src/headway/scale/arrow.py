"""Newton steps for two-way models, with the model block eliminated, many draws at once.

A cell (m, b) enters only through z = a_b (C_m - D_b). Given the benchmark parameters every C_m
is independent, so the Hessian is an arrow: a diagonal for the models, bordered by the 2B
benchmark parameters. Eliminating the diagonal (Schur complement) leaves one dense 2B x 2B system
a step, damped after Levenberg and Marquardt (Nocedal & Wright, *Numerical Optimization*, 2nd
ed., chapter 10). Draws differ only in the weights and targets of their cells and are solved as
arrays. Slopes move on the log scale, where a change of gauge is a straight line.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, TypeVar

import numpy as np
from numpy.typing import DTypeLike

from headway.scale.border import Border
from headway.scale.table import Bools, Floats, Ints

NEAR = 0.1  # below this gradient a draw uses the exact Hessian, above it the Gauss-Newton one
FAR = 0.1  # above this gradient benchmarks are also moved one by one, each with its own damping
ROUND_OFF = 500  # a step may raise the objective by so many units in its last place


@dataclass(frozen=True, eq=False)
class Cells:
    """Where the N cells sit: sorted by model, every model and benchmark observed."""

    model: Ints
    benchmark: Ints
    start: Ints
    order: Ints
    first: Ints

    @classmethod
    def at(cls, model: Ints, benchmark: Ints) -> Cells:
        """Index cells that are sorted by model."""
        order = np.argsort(benchmark, kind="stable")
        return cls(model, benchmark, _starts(model), order, _starts(benchmark[order]))

    def by_model(self, x: Floats) -> Floats:
        """Sum (S, N) over the cells of each model: (S, M)."""
        return np.add.reduceat(x, self.start, axis=1)

    def by_benchmark(self, x: Floats) -> Floats:
        """Sum (S, N) over the cells of each benchmark: (S, B)."""
        return np.add.reduceat(x[:, self.order], self.first, axis=1)


def _starts(sorted_codes: Ints) -> Ints:
    return np.flatnonzero(np.diff(sorted_codes, prepend=-1)).astype(np.int64)


@dataclass(frozen=True, eq=False)
class Params:
    """Parameters of S fits: abilities ``c`` (S, M), difficulties ``d`` and slopes ``a`` (S, B)."""

    c: Floats
    d: Floats
    a: Floats

    def tiled(self, times: int) -> Params:
        """One fit repeated ``times``."""
        return Params(*(np.repeat(x, times, axis=0) for x in (self.c, self.d, self.a)))

    def cast(self, kind: DTypeLike) -> Params:
        """The same in another precision."""
        return Params(self.c.astype(kind), self.d.astype(kind), self.a.astype(kind))


Loss = Callable[["Problem", Floats], tuple[Floats, Floats, Floats, Floats]]
"""loss(problem, z) -> value, first derivative, positive curvature and what the exact second
derivative adds to it; all (S, N), by cell, in z."""


@dataclass(frozen=True, eq=False)
class Problem:
    """S weighted fits that share their cells.

    Attributes
    ----------
    cells : Cells
    y, w : (S, N)
        Target and weight of each cell in each draw.
    ridge : (S, 1)
        The penalty is half of this times the sum of squares of C, D and the free slopes.
    slopes : (S, B) bool
        True where a slope is free; elsewhere it stays at its start.
    loss : Loss
    lower, upper : Params of (1, 1)
        Bounds.
    spread : (S, N)
        A known constant of each cell that a loss may need: the spread of its items (logits).
    """

    cells: Cells
    y: Floats
    w: Floats
    ridge: Floats
    slopes: Bools
    loss: Loss
    lower: Params
    upper: Params
    spread: Floats

    def clip(self, c: Floats, d: Floats, a: Floats) -> Params:
        """The nearest point within the bounds."""
        low, high = self.lower, self.upper
        return Params(*(
            np.clip(v, lo, hi)
            for v, lo, hi in ((c, low.c, high.c), (d, low.d, high.d), (a, low.a, high.a))
        ))  # fmt: skip

    def cast(self, kind: DTypeLike) -> Problem:
        """The same in another precision."""
        floats = {k: getattr(self, k).astype(kind) for k in ("y", "w", "ridge", "spread")}
        low, high = self.lower.cast(kind), self.upper.cast(kind)
        return replace(self, lower=low, upper=high, **floats)

    def rows(self, keep: Ints) -> Problem:
        """The same fits, for some of the draws."""
        draws = {k: getattr(self, k)[keep] for k in ("y", "w", "ridge", "slopes", "spread")}
        return replace(self, **draws)


@dataclass(frozen=True, eq=False)
class State:
    """A point and all that was computed there; every array has one row a draw.

    ``cost``, ``g``, ``h``, ``bend`` (S, N) are the cells' loss and derivatives in z. ``gc``,
    ``gd``, ``ga`` are the gradient (``ga`` in the slope itself), zero where a parameter is held by
    a bound; ``held_*`` say where. ``size`` (S,) is the gradient's infinity norm.
    """

    c: Floats
    d: Floats
    a: Floats
    z: Floats
    cost: Floats
    g: Floats
    h: Floats
    bend: Floats
    gc: Floats
    gd: Floats
    ga: Floats
    held_c: Bools
    held_d: Bools
    held_a: Bools
    value: Floats
    size: Floats


Rows = TypeVar("Rows", State, Params)


def joined(parts: Sequence[Params]) -> Params:
    """The draws of all parts, one after the other."""
    names = (f.name for f in fields(Params))
    return Params(*(np.concatenate([getattr(p, name) for p in parts]) for name in names))


def minimise(
    problem: Problem, start: Params, *, tol: float, steps: int = 200, warm: int = 1
) -> tuple[Params, Floats]:
    """Reach the optimum of every draw.

    Parameters
    ----------
    problem : Problem
    start : Params
        Where each draw begins.
    tol : float
        Largest entry of the projected gradient at which a draw is done.
    steps : int
        Most steps of any draw.
    warm : int
        Cheap steps of the abilities alone before the first joint one.

    Returns
    -------
    Params
    gradient : (S,) float
        Infinity norm of the projected gradient that each draw reached.
    """
    best = Params(start.c.copy(), start.d.copy(), start.a.copy())
    size = np.full(len(start.c), np.inf)
    live = np.arange(len(start.c))
    now = look(problem, problem.clip(start.c, start.d, start.a))
    for _ in range(warm):
        now = model_step(problem, now)
    kind = start.d.dtype
    damping = np.where(now.size[:, None] > NEAR, 1e-3, 0).astype(kind)
    own = np.full(start.d.shape, 1e-3, kind)
    for step in range(steps + 1):
        best.c[live], best.d[live], best.a[live] = now.c, now.d, now.a
        size[live] = now.size
        todo = np.flatnonzero(now.size > tol)
        if not len(todo) or step == steps:
            break
        if len(todo) < len(live):
            live, damping, own = live[todo], damping[todo], own[todo]
            problem, now = problem.rows(todo), take(now, todo)
        if now.size.max() > FAR:
            now, own = benchmark_step(problem, now, own)
        now, damping = joint_step(problem, now, damping)
    return best, size


def take(rows: Rows, keep: Ints) -> Rows:
    """Some of the draws."""
    return type(rows)(*(getattr(rows, f.name)[keep] for f in fields(rows)))


def look(problem: Problem, at: Params) -> State:
    """Evaluate loss, gradient and active bounds at a point."""
    cells = problem.cells
    z = at.a[:, cells.benchmark] * (at.c[:, cells.model] - at.d[:, cells.benchmark])
    return _assemble(problem, at, z, *problem.loss(problem, z))


def _assemble(
    problem: Problem, at: Params, z: Floats, cost: Floats, g: Floats, h: Floats, bend: Floats
) -> State:
    """Gather the cells' derivatives into the gradient."""
    cells, kappa = problem.cells, problem.ridge
    gc = cells.by_model(g * at.a[:, cells.benchmark]) + kappa * at.c
    gd = -cells.by_benchmark(g) * at.a + kappa * at.d
    ga = cells.by_benchmark(g * z) / at.a + kappa * at.a
    held_c = _outward(at.c, gc, problem.lower.c, problem.upper.c)
    held_d = _outward(at.d, gd, problem.lower.d, problem.upper.d)
    held_a = _outward(at.a, ga, problem.lower.a, problem.upper.a) | ~problem.slopes
    gc, gd, ga = np.where(held_c, 0, gc), np.where(held_d, 0, gd), np.where(held_a, 0, ga)
    free = np.where(problem.slopes, at.a, 0.0)
    squares = sum((v * v).sum(1) for v in (at.c, at.d, free))
    value = cost.sum(1) + 0.5 * kappa[:, 0] * squares
    size = np.maximum.reduce([np.abs(v).max(1) for v in (gc, gd, ga)])
    return State(
        at.c, at.d, at.a, z, cost, g, h, bend, gc, gd, ga, held_c, held_d, held_a, value, size
    )


def _outward(value: Floats, grad: Floats, low: Floats, high: Floats) -> Bools:
    """True where a parameter sits on a bound and descent would push it outside."""
    return ((value <= low) & (grad > 0)) | ((value >= high) & (grad < 0))


def joint_step(problem: Problem, now: State, damping: Floats) -> tuple[State, Floats]:
    """One damped Newton step of all parameters; a draw that would go uphill stays."""
    dc, dd, da = _solve(problem, now, damping)
    new = look(problem, problem.clip(now.c + dc, now.d + dd, now.a * np.exp(da)))
    slack = ROUND_OFF * np.finfo(now.value.dtype).eps * np.abs(now.value)
    good = new.value <= now.value + slack
    eased = np.where(damping < 1e-7, 0.0, damping * 0.1)
    damping = np.where(good[:, None], eased, damping * 8 + 1e-3)
    return new if good.all() else _mix(good, new, now), damping


def _mix(good: Bools, new: State, old: State) -> State:
    def pick(name: str) -> Any:
        a, b = getattr(new, name), getattr(old, name)
        return np.where(good if a.ndim == 1 else good[:, None], a, b)

    return State(*(pick(f.name) for f in fields(State)))


def benchmark_step(problem: Problem, now: State, own: Floats) -> tuple[State, Floats]:
    """Move each benchmark by itself, abilities fixed, damped by its own ``own`` (S, B).

    A benchmark with a handful of cells can be far from its optimum when all others are near; a
    common damping would make every one of them wait for it.
    """
    dd, da, cross = _blocks(problem, now, now.h, np.zeros_like(now.g))
    dd, da = dd * (1 + own), da * (1 + own)
    cross = np.where(now.held_d | now.held_a, 0.0, cross)
    det = dd * da - cross * cross
    ga = now.ga * now.a
    move_d, move_a = (cross * ga - da * now.gd) / det, (cross * now.gd - dd * ga) / det
    new = look(problem, problem.clip(now.c, now.d + move_d, now.a * np.exp(np.clip(move_a, -1, 1))))
    good = _by_benchmark(problem, new) <= _by_benchmark(problem, now)
    own = np.where(good, own * 0.1 + 1e-9, own * 8 + 1e-3)
    if good.all():
        return new, own
    cell = good[:, problem.cells.benchmark]
    at = Params(now.c, np.where(good, new.d, now.d), np.where(good, new.a, now.a))
    pairs = (
        (new.z, now.z),
        (new.cost, now.cost),
        (new.g, now.g),
        (new.h, now.h),
        (new.bend, now.bend),
    )
    return _assemble(problem, at, *(np.where(cell, x, y) for x, y in pairs)), own


def model_step(problem: Problem, now: State) -> State:
    """Move each ability by itself, benchmarks fixed; a draw that would go uphill stays."""
    slope = now.a[:, problem.cells.benchmark]
    curve = problem.cells.by_model(now.h * slope * slope) + problem.ridge
    new = look(problem, problem.clip(now.c - now.gc / (curve * 1.05), now.d, now.a))
    good = new.value <= now.value
    return new if good.all() else _mix(good, new, now)


def _by_benchmark(problem: Problem, at: State) -> Floats:
    ridge = at.d * at.d + np.where(problem.slopes, at.a * at.a, 0.0)
    return problem.cells.by_benchmark(at.cost) + 0.5 * problem.ridge * ridge


def _blocks(problem: Problem, now: State, h: Floats, g: Floats) -> tuple[Floats, Floats, Floats]:
    """Second derivatives of each benchmark's (D, log a): dd, aa and da, each (S, B)."""
    by, kappa = problem.cells.by_benchmark, problem.ridge
    hz = h * now.z
    dd = by(h) * now.a * now.a + kappa
    aa = by(hz * now.z + g * now.z) + 2 * kappa * now.a * now.a
    return dd, aa, -by(hz + g) * now.a


def _solve(problem: Problem, now: State, mu: Floats) -> tuple[Floats, Floats, Floats]:
    """The step in C, D and log a: eliminate the models, solve, substitute back."""
    cells, kappa = problem.cells, problem.ridge
    # The exact Hessian may be indefinite: only draws that are near, and moved well, use it.
    exact = (now.size[:, None] < NEAR) & (mu < 0.1)
    h, g = np.where(exact, now.h + now.bend, now.h), np.where(exact, now.g, 0.0)
    slope = now.a[:, cells.benchmark]
    hs = h * slope
    floor = cells.by_model(now.h * slope * slope) + kappa
    diag = cells.by_model(hs * slope) + kappa
    root = np.where(now.held_c, 0.0, 1 / np.sqrt(np.maximum(diag, 0.1 * floor) + mu * floor))
    scaled = slope * root[:, cells.model]
    own_d, own_a, cross = _blocks(problem, now, h, g)
    values, held = [-hs * scaled], [now.held_d]
    grad = [now.gd]
    if problem.slopes.any():  # else their half of the system is empty
        values, held = [*values, (h * now.z + g) * scaled], [*held, now.held_a]
        grad = [*grad, now.ga * now.a]
    border = Border(
        model=cells.model,
        benchmark=cells.benchmark,
        values=tuple(values),
        own_d=own_d + mu * np.abs(own_d),
        own_a=own_a + mu * np.abs(own_a),
        cross=cross,
        held=np.concatenate(held, 1),
    )
    top = root * now.gc
    moved, back = border.solve(top, np.concatenate(grad, 1))
    n = now.d.shape[1]
    log_a = moved[:, n:] if len(values) > 1 else np.zeros_like(now.a)
    return -root * (top + back), moved[:, :n], np.clip(log_a, -2, 2)
