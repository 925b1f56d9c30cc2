"""What a run had reached when it had spent so much: a step function of what it spent. Pure."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from headway.elicit.home.setups import setup_of
from headway.elicit.record import Ended, Run, Status
from headway.errors import RunError

__all__ = ["SCORE", "Band", "Curve", "Middle", "Point", "curves", "middles"]

SCORE = "score"


@dataclass(frozen=True, slots=True)
class Point:
    """The work folder at one moment.

    Attributes
    ----------
    spent : float
        In the unit of the budget, when it was copied.
    value : float or None
        None where the verifier said none: of a program that prints something wrong there is no
        speed-up.
    """

    spent: float
    value: float | None


@dataclass(frozen=True, slots=True)
class Curve:
    """One run; its value stays the same from each point to the next, and after the last.

    Attributes
    ----------
    run, task, model, setup : str
    unit : str
        Of what was spent.
    limit : float
        Its budget.
    ended, status : str
    findings : tuple of str
        Kinds of what the audit found.
    points : tuple of Point
        Snapshots, then the end of the run; what was spent rises.
    """

    run: str
    task: str
    model: str
    setup: str
    unit: str
    limit: float
    ended: Ended
    status: Status
    findings: tuple[str, ...]
    points: tuple[Point, ...]

    @property
    def end(self) -> Point:
        """What was left in the end."""
        return self.points[-1]

    def at(self, spent: float) -> Point | None:
        """The latest point at or before a spend; None before the first."""
        return next((p for p in reversed(self.points) if p.spent <= spent), None)


@dataclass(frozen=True, slots=True)
class Band:
    """Several runs at one spend: how many have a value, its median, and their middle half."""

    spent: float
    n: int
    median: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Middle:
    """The runs of one model in one setup at one task."""

    task: str
    model: str
    setup: str
    unit: str
    runs: int
    bands: tuple[Band, ...]


def curves(runs: Iterable[Run], of: str = SCORE) -> tuple[Curve, ...]:
    """The curve of each run that counts as an attempt, in the order of task, model and setup.

    Parameters
    ----------
    runs : iterable of Run
    of : str
        ``score``, or the name of another number in the verifier's ``reward.json``, such as
        ``ratio``.

    Raises
    ------
    RunError
        If no run counts, or none has the number.
    """
    kept = [run for run in runs if run.counts]
    if not kept:
        raise RunError("No run counts as an attempt of a model: nothing was reached by any.")
    found = [_curve(run, of) for run in kept]
    if of != SCORE and all(point.value is None for curve in found for point in curve.points):
        known = ", ".join(sorted({name for run in kept for name in run.verifier.rewards}))
        raise RunError(f"No run has a number {of!r}; their verifiers tell: {known or 'none'}.")
    return tuple(sorted(found, key=lambda c: (*_kind(c), c.run)))


def middles(found: Sequence[Curve]) -> tuple[Middle, ...]:
    """Median and middle half of the curves of each model in each setup at each task.

    At each spend at which one of the runs has a point. A run that has ended goes on with what it
    left; one that has no value there is not among the `n`. Runs that were tampered with are left
    out, and so is what is one run only.

    Quartiles are those of Hyndman and Fan (1996), definition 7.
    """
    honest = sorted((c for c in found if c.status != "tampered"), key=_kind)
    groups = ((kind, tuple(group)) for kind, group in groupby(honest, key=_kind))
    return tuple(Middle(*kind, len(g), tuple(_bands(g))) for kind, g in groups if len(g) > 1)


def _kind(curve: Curve) -> tuple[str, str, str, str]:
    return curve.task, curve.model, curve.setup, curve.unit


def _curve(run: Run, of: str) -> Curve:
    on_the_way = {
        s.spent: Point(s.spent, s.score if of == SCORE else s.rewards.get(of))
        for s in sorted(run.snapshots, key=lambda s: s.level)
    }
    spent = run.spending.spent
    end = Point(spent, run.score if of == SCORE else run.verifier.rewards.get(of))
    points = [point for point in on_the_way.values() if point.spent < spent]
    return Curve(
        run.id,
        run.task.name,
        run.model.profile,
        setup_of(run),
        run.spending.unit,
        run.spending.limit,
        run.ended,
        run.status,
        tuple(sorted({one.kind for one in run.findings})),
        (*points, end),
    )


def _bands(group: Sequence[Curve]) -> Iterable[Band]:
    for spent in sorted({point.spent for curve in group for point in curve.points}):
        there = [point.value for curve in group if (point := curve.at(spent)) is not None]
        values = [value for value in there if value is not None]
        if not values:
            continue
        low, middle, high = (
            statistics.quantiles(values, n=4, method="inclusive") if len(values) > 1 else values * 3
        )
        yield Band(spent, len(values), middle, low, high)
