"""The gap on the cells that both groups have."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from headway.errors import HeadwayError
from headway.gap.result import Interval
from headway.ledger import Ledger
from headway.lens.prepared import Prepared
from headway.scale.table import Bools, Ints
from headway.why.value import LEVEL, Asker, Value, change, loses_unit

ENOUGH = 5  # models of each group on a benchmark
ENOUGH_PERIOD = 2  # models of each group on a benchmark in a half-year of releases
RULES = {
    "every score": "all that the lens counts",
    "shared benchmarks": (
        f"benchmarks that at least {ENOUGH} models of each group have (all of a smaller group)"
    ),
    "shared benchmarks and half-years": (
        f"of each benchmark the half-years in which at least {ENOUGH_PERIOD} models of each group "
        "were released that have it"
    ),
}


@dataclass(frozen=True)
class Shared:
    """The answer on part of the cells.

    ``change`` is that less the answer on all cells, over paired draws; ``n_benchmarks`` counts
    those with a cell left before the lens drops models that have too few.
    """

    name: str
    rule: str
    months: Interval
    at_least: float | None
    change: Interval
    n_benchmarks: int
    n_models: int | None
    n_scores: int | None
    why_not: str = ""


def shared_cells(asker: Asker, ready: Prepared, ledger: Ledger) -> tuple[Shared, ...]:
    """The gap on all cells, on shared benchmarks, and on shared benchmarks and periods."""
    table = ready.selection.table
    everything = np.ones(table.n_scores, dtype=bool)
    kept = (everything, _benchmarks(ready), _periods(ready))
    base = asker.quantity.of(ready)
    out = []
    for (name, rule), cells in zip(RULES.items(), kept, strict=True):
        count = len(np.unique(table.benchmark[cells]))
        answer = base if cells.all() else _asked(asker, ready, _only(ledger, ready, cells))
        out.append(_shared(name, rule, answer, base, count))
    return tuple(out)


def _asked(asker: Asker, ready: Prepared, ledger: Ledger) -> Value | str:
    try:
        part = asker.ready(ready.lens, ledger)
        if loses_unit(ready, part):
            return "the models that fix the unit of the lens's tolerance are not among these cells."
        return asker.quantity.of(part)
    except HeadwayError as error:
        return str(error)


def _shared(name: str, rule: str, answer: Value | str, base: Value, count: int) -> Shared:
    if isinstance(answer, str):
        nothing = Interval(None, None, None, LEVEL)
        return Shared(name, rule, nothing, None, nothing, count, None, None, answer)
    return Shared(
        name,
        rule,
        answer.interval,
        answer.bound,
        change(answer, base),
        count,
        answer.n_models,
        answer.n_scores,
    )


def _benchmarks(ready: Prepared) -> Bools:
    """Cells (N,) of benchmarks that enough models of each group have."""
    return _both(ready, ready.selection.table.benchmark, ENOUGH)


def _periods(ready: Prepared) -> Bools:
    """Cells (N,) of benchmarks and half-years of release that enough models of each group have."""
    table = ready.selection.table
    days = [date.fromordinal(day) for day in ready.given.day.tolist()]
    half = np.array([2 * day.year + (day.month > 6) for day in days])[table.model]
    return _both(ready, table.benchmark * (int(half.max()) + 1) + half, ENOUGH_PERIOD)


def _both(ready: Prepared, place: Ints, least: int) -> Bools:
    """Cells (N,) at places where each group has so many models, or all of a smaller group."""
    table, given = ready.selection.table, ready.given
    _, at = np.unique(place, return_inverse=True)
    enough = np.ones(int(at.max()) + 1, dtype=bool)
    for group in (given.leader, given.follower):
        enough &= np.bincount(at, group[table.model]) >= min(least, int(group.sum()))
    kept: Bools = enough[at]
    return kept


def _only(ledger: Ledger, ready: Prepared, cells: Bools) -> Ledger:
    """The ledger with the results of these cells."""
    table, models = ready.selection.table, ready.selection.models
    kept = {
        (models[m].id, table.benchmarks[b])
        for m, b in zip(table.model[cells].tolist(), table.benchmark[cells].tolist(), strict=True)
    }
    return replace(
        ledger,
        results=tuple(
            r for r in ledger.results if (r.model, ledger.benchmarks[r.benchmark].name) in kept
        ),
    )
