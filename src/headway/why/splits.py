"""Splits: the gap on one part of the evidence and on the other, and whether they differ."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np

from headway.gap.result import Interval
from headway.ledger import Ledger
from headway.lens.recipe import Lens
from headway.scale.table import Floats
from headway.why.value import Asker, Value, change

Progress = Callable[[float, str], None]
ACCESS = {"public": ("public",), "private": ("private", "semi-private")}
REPORTER = {"self-reported": ("self",), "third-party": ("third-party", "benchmark-owner")}
CLEAR = 0.05  # share of draws on the other side of 0 below which a difference is called clear


@dataclass(frozen=True)
class Side:
    """The gap on one part.

    ``months`` has no median where the gap is only bounded (``at_least``) or where there is no
    answer (``why_not`` says why).
    """

    name: str
    months: Interval
    at_least: float | None
    n_models: int | None
    n_scores: int | None
    why_not: str


@dataclass(frozen=True)
class Split:
    """Two parts and their difference, the second less the first.

    Attributes
    ----------
    name : str
        What parts them.
    sides : (Side, Side)
    difference : Interval
        Over paired draws; without a median where a side has no one answer.
    p : float or None
        Two-sided: twice the share of paired draws on the lesser side of 0; None where a side has
        no draws, or one is only bounded and not clearly beyond the other.
    larger : bool
        Whether the second side is larger in most paired draws.
    """

    name: str
    sides: tuple[Side, Side]
    difference: Interval
    p: float | None
    larger: bool

    @property
    def verdict(self) -> str:
        """The test in words."""
        if self.p is None:
            return "the data cannot say"
        if self.p >= 2 * CLEAR:
            return "no clear difference"
        return f"{self.sides[1 if self.larger else 0].name} is larger"


def splits(
    asker: Asker,
    lens: Lens,
    ledger: Ledger,
    *,
    before: date | None = None,
    progress: Progress | None = None,
) -> tuple[Split, ...]:
    """The gap of a lens on each part of its evidence.

    Parameters
    ----------
    asker : Asker
    lens : Lens
    ledger : Ledger
    before : date, optional
        Also split the window at this day: the gap as it stood on the day before (later models and
        benchmarks left out), and from this day on.
    progress : callable, optional
        Told the share of the work that is done.

    Returns
    -------
    tuple of Split
        Access, reporter, every domain and every evaluator (with enough benchmarks for the lens)
        against the others, and the date.

    Notes
    -----
    Draws are paired by random numbers that belong to cells. The parts share models, and cells
    only where a split is by date, so the difference holds the noise of both.
    """
    sources = () if asker.own else lens.evidence.sources
    asked = list(_parts(lens, ledger, sources or tuple(ledger.sources), before))
    whole, found = asker.ready(lens, ledger), []
    for k, (name, parts) in enumerate(asked, 1):
        answers = [asker.attempt(part_lens, part, like=whole) for _, part_lens, part in parts]
        found.append(_split(name, tuple(n for n, _, _ in parts), answers))
        if progress is not None:
            progress(k / len(asked), name)
    return tuple(found)


Part = tuple[str, Lens, Ledger]


def _parts(
    lens: Lens, ledger: Ledger, sources: Sequence[str], before: date | None
) -> Iterator[tuple[str, list[Part]]]:
    yield "access", [(n, _with(lens, access=kept), ledger) for n, kept in ACCESS.items()]
    yield "reporter", [(n, _with(lens, reported_by=kept), ledger) for n, kept in REPORTER.items()]
    counted = {r.benchmark for r in ledger.results}
    domains = sorted({b.domain for b in ledger.benchmarks.values() if b.domain and b.id in counted})
    for domain in domains:
        rest = tuple(d for d in domains if d != domain)
        sides = [("the others", rest), (domain, (domain,))]
        yield f"domain {domain}", [(n, _with(lens, domains=kept), ledger) for n, kept in sides]
    for who in _evaluators(lens, ledger, sources):
        yield (
            f"evaluator {who}",
            [
                ("the others", lens, _evaluated(ledger, who, other=True)),
                (who, lens, _evaluated(ledger, who, other=False)),
            ],
        )
    if before is not None:
        yield f"date {before}", _dated(lens, ledger, before)


def _evaluators(lens: Lens, ledger: Ledger, sources: Sequence[str]) -> list[str]:
    """Those with enough benchmarks for the lens; the others' own scores tie no model to a scale."""
    tests: dict[str, set[str]] = {}
    for result in ledger.results:
        if result.evaluator and result.source in sources:
            tests.setdefault(result.evaluator, set()).add(result.benchmark)
    return sorted(who for who, own in tests.items() if len(own) >= lens.evidence.min_benchmarks)


def _with(lens: Lens, **fields: tuple[str, ...]) -> Lens:
    return lens.model_copy(update={"evidence": lens.evidence.model_copy(update=fields)})


def _evaluated(ledger: Ledger, who: str, *, other: bool) -> Ledger:
    """The ledger with the results of one evaluator, or of all others that are named."""
    kept = tuple(r for r in ledger.results if r.evaluator and (r.evaluator == who) != other)
    return replace(ledger, results=kept)


def _dated(lens: Lens, ledger: Ledger, before: date) -> list[Part]:
    last = before - timedelta(days=1)
    early = lens.rule.model_copy(update={"until": None})
    late = lens.rule.model_copy(update={"since": before, "last_months": None})
    return [
        (f"before {before}", lens.model_copy(update={"as_of": last, "rule": early}), ledger),
        (f"from {before}", lens.model_copy(update={"rule": late}), ledger),
    ]


def _split(name: str, names: tuple[str, ...], answers: list[Value | str]) -> Split:
    sides = tuple(_side(n, a) for n, a in zip(names, answers, strict=True))
    first, second = answers
    nothing = Interval(None, None, None, 0.9)
    if isinstance(first, str) or isinstance(second, str):
        return Split(name, (sides[0], sides[1]), nothing, None, larger=False)
    far = change(second, first)
    p, larger = _test(first.draws, second.draws)
    if far.median is None and p is not None and p >= 2 * CLEAR:
        p = None  # a bound that is passed in some draws only is no difference of 0 either
    return Split(name, (sides[0], sides[1]), far, p, larger=larger)


def _side(name: str, answer: Value | str) -> Side:
    if isinstance(answer, str):
        return Side(name, Interval(None, None, None, 0.9), None, None, None, answer)
    return Side(name, answer.interval, answer.bound, answer.n_models, answer.n_scores, "")


def _test(first: Floats, second: Floats) -> tuple[float | None, bool]:
    """The p-value, and whether the second is larger in most draws."""
    count = min(len(first), len(second))
    with np.errstate(invalid="ignore"):
        far = second[:count] - first[:count]
    far = far[~np.isnan(far)]
    if len(far) < 20:
        return None, False
    # A draw at 0 counts for both sides; one of S + 1 keeps p from being exactly 0.
    above, below = float((far >= 0).sum()), float((far <= 0).sum())
    return min(1.0, 2 * (1 + min(above, below)) / (1 + len(far))), above > below
