"""Statements that take more than one number to test."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from headway.gap.result import Interval
from headway.gap.widening import widening
from headway.ledger import Ledger, find_model
from headway.lens.nearest import nearest
from headway.lens.recipe import Lens, load
from headway.why.claims import Bench, as_scored
from headway.why.influence import without
from headway.why.splits import ACCESS
from headway.why.value import Quantity, change

THREE = "interconnects-three-benchmarks"


@dataclass(frozen=True)
class Dropped:
    """The difference of two models without one benchmark, or without all of them."""

    without: tuple[str, ...]
    elo: float
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Three:
    """CAISI's table without three of its benchmarks, in Elo; and the months of its lens.

    ``months`` is with everything and without the three, each with its 90% interval.
    """

    models: tuple[str, ...]
    base: Dropped
    dropped: tuple[Dropped, ...]
    corrected: tuple[float, float]
    months: tuple[Interval, Interval]


def three(bench: Bench) -> Three:
    """Refit CAISI's own table without each of three benchmarks, and without all three.

    Shares are taken as scored, as CAISI fits items without a floor for guessing; ``corrected`` is
    the same difference with the floor taken off, with everything and without the three.
    """
    way = nearest()[THREE]
    lens, names = way.recipe(), way.without
    scored = as_scored(bench.ledger)
    sets = [(), *((name,) for name in names), names]
    base, *dropped = [_elo(bench, way.models, lens, scored, gone) for gone in sets]
    own = [_elo(bench, way.models, lens, bench.ledger, gone).elo for gone in ((), names)]
    own_lens = load(way.lens)
    # Epoch ran one of the three as well: it goes with CAISI's.
    gone = [b.name for b in bench.ledger.benchmarks.values() if _same(b.name, names)]
    left = without(own_lens, bench.ledger, "benchmark", gone)
    asker = bench.asker(Quantity())
    months = tuple(asker.ready(which, bench.ledger).gap.months for which in (own_lens, left))
    return Three(way.models, base, tuple(dropped), (own[0], own[1]), (months[0], months[1]))


def _same(name: str, names: tuple[str, ...]) -> bool:
    return any(name == n or n.startswith(f"{name} ") for n in names)


def _elo(
    bench: Bench, models: tuple[str, ...], lens: Lens, ledger: Ledger, gone: tuple[str, ...]
) -> Dropped:
    pair = Quantity(tuple(find_model(ledger, name).name for name in models))
    left = without(lens, ledger, "benchmark", gone) if gone else lens
    found = bench.asker(pair).value(left, ledger)
    return Dropped(gone, found.middle or 0.0, found.interval.low, found.interval.high)


@dataclass(frozen=True)
class Trend:
    """Whether the strict daily gap of a lens widens, over all start dates.

    ``verdict`` and ``sentence`` are those of :func:`headway.gap.widening.widening`.
    """

    lens: str
    verdict: str
    sentence: str


def trends(
    bench: Bench, names: tuple[str, ...] = ("headway", "epoch-2026-05")
) -> tuple[Trend, ...]:
    """The widening test of some lenses, from every month of their history on."""
    out = []
    for name in names:
        world = bench.asker(Quantity()).ready(load(name), bench.ledger).measured
        first = min(int(world.day.min()), world.start)
        found = widening(replace(world, start=first))
        out.append(Trend(name, found.verdict, found.sentence))
    return tuple(out)


def days(bench: Bench, claim: str, *, lenient: bool = False) -> tuple[float, float] | None:
    """5% and 95% over the days of the gap of a claim's recipe: dispersion, no uncertainty.

    ``lenient`` counts an open model that is not clearly below, in place of one that is level.
    """
    lens = nearest()[claim].recipe()
    if lenient:
        soft = lens.rule.model_copy(update={"name": "daily-lenient", "test": "paired"})
        lens = lens.model_copy(update={"rule": soft})
    return bench.asker(Quantity()).ready(lens, bench.ledger).gap.spread


@dataclass(frozen=True)
class Access:
    """Private against public benchmarks under one recipe: months, and their difference."""

    lens: str
    as_of: date | None
    public: Interval
    private: Interval
    difference: Interval

    @property
    def clear(self) -> bool:
        """Whether the paired 90% interval of the difference leaves out 0 as it is printed."""
        low, high = self.difference.low, self.difference.high
        return (low is not None and low >= 0.05) or (high is not None and high <= -0.05)


def access(bench: Bench, names: tuple[str, ...] = ("ihle-public", "headway")) -> tuple[Access, ...]:
    """The gap on private less that on public benchmarks, over paired draws."""
    out = []
    for name in names:
        lens, asker = load(name), bench.asker(Quantity())
        parts = {}
        for kind, kept in ACCESS.items():
            evidence = lens.evidence.model_copy(update={"access": kept})
            parts[kind] = asker.value(lens.model_copy(update={"evidence": evidence}), bench.ledger)
        public, private = parts["public"], parts["private"]
        out.append(
            Access(name, lens.as_of, public.interval, private.interval, change(private, public))
        )
    return tuple(out)
