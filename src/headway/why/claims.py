"""Claims: what was published, what the nearest lens says on our data, and what lies between.

Each claim is tested under the recipe of ours that is closest to its own (`headway.lens.nearest`).
What explains our default's other answer is arithmetic: the two largest steps of the bridge from
that recipe to the default lens (`headway.why.bridge`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from headway.errors import HeadwayError, UnknownNameError
from headway.gap.result import Interval
from headway.gap.world import MONTH
from headway.ledger import Ledger, find_model
from headway.lens.nearest import Nearest, nearest
from headway.lens.prepared import Fits
from headway.lens.recipe import DEFAULT, Lens, load
from headway.records import Claim
from headway.why.asks import Points, Slope, Speed, Velocity
from headway.why.bridge import Step, bridge
from headway.why.influence import without
from headway.why.value import LEVEL, Asker, Quantity, Value, with_draws

Progress = Callable[[float, str], None]
NOTHING = Interval(None, None, None, LEVEL)
TABLE_ELO = (
    "An Elo of a table of scores has another unit than one of single items: the two numbers stand "
    "side by side, but their difference means nothing."
)


@dataclass(frozen=True)
class Said:
    """What was published, as it is compared: ``value`` or a range, in ``unit``.

    ``sign`` is 1 or -1 where only "widening" or "narrowing" was said.
    """

    value: float | None
    low: float | None
    high: float | None
    unit: str
    sign: int = 0

    @property
    def ends(self) -> tuple[float, float] | None:
        """The value, or else the range; None where no number was published."""
        if self.value is not None:
            return self.value, self.value
        if self.low is None or self.high is None:
            return None
        return self.low, self.high


@dataclass(frozen=True, eq=False)
class Tested:
    """One claim put to the test.

    Attributes
    ----------
    claim : Claim
    said : Said
    lens : Lens or None
        The nearest recipe; None where no scale comes into it, or there is none.
    ours : Interval
        Under that recipe, on the data here.
    at_least : float or None
        Where our number is only bounded.
    difference : float or None
        Ours less the claim (less the nearer end of a range; 0 inside it).
    inside : bool or None
        Whether the claim lies in our 90% interval (a range: overlaps it; a sign: is that of the
        whole interval). None where that cannot be said.
    default : Interval
        The same question under the default lens.
    steps : tuple of Step
        The two largest steps of the bridge from the nearest recipe to the default lens.
    why_not : str
        Why there is no number of ours; empty where there is one.
    notes : tuple of str
        What differs from the published recipe.
    """

    claim: Claim
    said: Said
    lens: Lens | None = None
    ours: Interval = NOTHING
    at_least: float | None = None
    difference: float | None = None
    inside: bool | None = None
    default: Interval = NOTHING
    steps: tuple[Step, ...] = ()
    why_not: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Bench:
    """What all tests share: the ledger, the fits, the default lens, the draws of the bridges."""

    ledger: Ledger
    fits: Fits = field(default_factory=Fits)
    default: Lens = field(default_factory=lambda: load(DEFAULT))
    draws: int = 100
    answers: dict[tuple[Quantity, str], tuple[Value, Interval]] = field(default_factory=dict)

    def asker(self, quantity: Quantity) -> Asker:
        """Asks this number with the shared fits."""
        # A ledger that shares no source with the lenses is somebody's own.
        own = not set(self.default.evidence.sources) & set(self.ledger.sources)
        return Asker(quantity, own=own, fits=self.fits)


def claims(
    bench: Bench, names: Sequence[str] = (), *, progress: Progress | None = None
) -> tuple[Tested, ...]:
    """Test claims of the ledger.

    Parameters
    ----------
    bench : Bench
    names : sequence of str
        Ids of claims; all by default.
    progress : callable, optional
        Told the share that is done.

    Raises
    ------
    UnknownNameError
        If a claim is not in the ledger.
    """
    known = {claim.id: claim for claim in bench.ledger.claims}
    for name in names:
        if name not in known:
            raise UnknownNameError(f"There is no claim {name!r}: headway claims lists them.")
    chosen = [known[name] for name in names] or list(known.values())
    found = []
    for k, claim in enumerate(chosen, 1):
        found.append(_test(bench, claim))
        if progress is not None:
            progress(k / len(chosen), claim.id)
    return tuple(found)


def _test(bench: Bench, claim: Claim) -> Tested:
    way = nearest().get(claim.id)
    said = Said(claim.value, claim.low, claim.high, claim.unit or "")
    if way is None:
        return Tested(claim, said, why_not="Nobody has said which lens comes nearest to it.")
    if way.cannot:
        return Tested(claim, said, why_not=way.cannot)
    notes = tuple(note for note in (way.note,) if note)
    lens = way.recipe() if way.ask != "dates" else None
    try:
        said = _said(bench, claim, way)
        test = Tested(claim, said, lens, notes=notes)
        if lens is None:
            return _of_dates(bench, test, way)
        if way.ask == "influence":
            return _of_influence(bench, test, way, lens)
        return _of_lens(bench, test, way, lens)
    except HeadwayError as error:
        return Tested(claim, said, lens, why_not=_reason(lens, error), notes=notes)


def _reason(lens: Lens | None, error: HeadwayError) -> str:
    """Why there is no number; a named follower without scores is no misspelling here."""
    who = lens.groups.followers if lens else None
    if isinstance(error, UnknownNameError) and repr(who) in str(error):
        return f"No score of {who} is among the evidence of this recipe."
    return str(error)


def _said(bench: Bench, claim: Claim, way: Nearest) -> Said:
    unit = claim.unit or ""
    if unit.startswith("sign: "):
        return Said(None, None, None, "months per year", -1 if "narrowing" in unit else 1)
    if way.like:
        return Said(_months_between(bench, *way.like), None, None, unit)
    if way.minus:
        other = next((c.value for c in bench.ledger.claims if c.id == way.minus), None)
        known = claim.value is not None and other is not None
        return Said(claim.value - other if known else None, None, None, unit)  # type: ignore[operator]
    return Said(claim.value, claim.low, claim.high, unit)


def _months_between(bench: Bench, first: str, second: str) -> float | None:
    days = [find_model(bench.ledger, name).released for name in (first, second)]
    if days[0] is None or days[1] is None:
        return None
    return (days[1] - days[0]).days / MONTH


def _quantity(bench: Bench, way: Nearest) -> Quantity:
    if way.ask == "points":
        return Points()
    if way.ask == "slope" and way.since:
        return Slope(since=way.since)
    if way.ask == "velocity":
        return Velocity()
    if way.ask == "speed" and way.since and way.part:
        return Speed(since=way.since, part=way.part)
    return Quantity(tuple(find_model(bench.ledger, name).name for name in way.models))


def _of_lens(bench: Bench, test: Tested, way: Nearest, lens: Lens) -> Tested:
    asker = bench.asker(_quantity(bench, way))
    value, ours = _answer(bench, asker, lens)
    if way.ask == "difference" and lens.scale.name != bench.default.scale.name:
        # A scale whose unit is not that of the claim: no difference, and no bridge to another one.
        return replace(test, ours=ours, notes=(*test.notes, TABLE_ELO))
    test = _compared(test, ours, value.bound)
    try:
        test = replace(test, default=_answer(bench, asker, bench.default)[1])
    except HeadwayError as error:
        return replace(test, notes=(*test.notes, f"Under {bench.default.name}: {error}"))
    return _explained(bench, test, asker, lens)


def _answer(bench: Bench, asker: Asker, lens: Lens) -> tuple[Value, Interval]:
    """The number with the interval that `headway gap` prints for it, found once."""
    name = (asker.quantity, lens.model_dump_json())
    if name not in bench.answers:
        ready = asker.ready(lens, bench.ledger)
        value = asker.quantity.of(ready)
        months = type(asker.quantity) is Quantity and not asker.quantity.models
        bench.answers[name] = value, ready.gap.months if months else value.interval
    return bench.answers[name]


def _explained(bench: Bench, test: Tested, asker: Asker, lens: Lens) -> Tested:
    start, end = with_draws(lens, bench.draws), with_draws(bench.default, bench.draws)
    try:
        found = bridge(asker, start, end, bench.ledger).steps
    except HeadwayError as error:
        return replace(test, notes=(*test.notes, str(error)))
    largest = sorted(found, key=lambda step: -abs(step.months.median or 0.0))[:2]
    return replace(test, steps=tuple(s for s in largest if abs(s.months.median or 0.0) >= 0.05))


def _compared(test: Tested, ours: Interval, bound: float | None = None) -> Tested:
    difference, inside = compare(test.said, ours)
    return replace(test, ours=ours, at_least=bound, difference=difference, inside=inside)


def compare(said: Said, ours: Interval) -> tuple[float | None, bool | None]:
    """Ours less the claim, and whether the claim lies in our interval; None where not known."""
    low = -np.inf if ours.low is None else ours.low
    high = np.inf if ours.high is None else ours.high
    if said.sign:
        known = low > 0 or high < 0
        return None, (low > 0) == (said.sign > 0) if known else None
    if said.ends is None:
        return None, None
    first, last = said.ends
    inside = bool(first <= high and last >= low)
    if ours.median is None:
        return None, inside
    nearest_end = min(max(ours.median, first), last)
    return ours.median - nearest_end, inside


def _of_dates(bench: Bench, test: Tested, way: Nearest) -> Tested:
    late, early = way.models
    months = _months_between(bench, early, late)
    if months is None or test.said.value is None:
        return replace(test, why_not="A release day is not known.")
    difference = months - test.said.value
    # Two days are facts: the claim holds if it rounds to the same tenth.
    return replace(
        test,
        ours=Interval(months, None, None, LEVEL),
        difference=difference,
        inside=abs(difference) <= 0.05,
    )


def _of_influence(bench: Bench, test: Tested, way: Nearest, lens: Lens) -> Tested:
    ledger = as_scored(bench.ledger) if way.as_scored else bench.ledger
    asker = bench.asker(_quantity(bench, way))
    base = asker.value(lens, ledger)
    less = asker.value(without(lens, ledger, "benchmark", way.without), ledger)
    if base.middle is None or less.middle is None:
        return replace(test, why_not="The difference of the two models is not known.")
    share = Value(1 - less.middle / base.middle, 1 - less.draws / base.draws, 0, 0)
    return replace(test, ours=share.interval)


def as_scored(ledger: Ledger) -> Ledger:
    """The ledger with its scores taken as they were reported, no guess floor taken off."""
    return replace(
        ledger,
        results=tuple(r.model_copy(update={"chance_corrected": True}) for r in ledger.results),
    )
