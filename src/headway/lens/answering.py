"""The answer of a lens: months behind, with every interval and caution, ready to print."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
from pydantic import BaseModel, ConfigDict

from headway.errors import GapError
from headway.gap.measure import measure
from headway.gap.result import Gap, Interval
from headway.gap.rules import LENIENT
from headway.gap.widening import Widening, widening
from headway.ledger import Ledger
from headway.lens import frontiers
from headway.lens.evidence import Selection
from headway.lens.items import Columns
from headway.lens.prepared import Progress, prepare
from headway.lens.recipe import Lens
from headway.lens.worlds import Frame, Worlds, build
from headway.records import Claim
from headway.scale import Scale
from headway.scale.heldout.caution import scale_caution


class Slopes(BaseModel):
    """Is the gap widening? Months per year from each start date, with 90% intervals."""

    model_config = ConfigDict(frozen=True)

    starts: tuple[date, ...]
    median: tuple[float | None, ...]
    low: tuple[float | None, ...]
    high: tuple[float | None, ...]
    verdict: str
    sentence: str


class Answer(BaseModel):
    """What one lens says of one ledger.

    Attributes
    ----------
    lens : Lens
        The recipe, with the overrides that were applied.
    months, sampling, points : Interval
        Gap in months (measurement uncertainty), under resampling, and in scale units.
    placebo : (float, float) or None
        Central 90% of the rule where the true gap is 0.
    settled : bool
        Other draws would not move the median much.
    at_least : float or None
        The bound that is printed where the median is censored.
    n_models, n_scores, n_unknown : int
        Models and cells that were used; models left out of both groups for want of a label.
    claims : tuple of Claim
        Published statements under this recipe, the closest first.
    frontiers : dict
        What the plot draws.
    """

    model_config = ConfigDict(frozen=True, arbitrary_types_allowed=True)

    lens: Lens
    unit: str | None
    months: Interval
    sampling: Interval
    placebo: tuple[float | None, float | None] | None
    points: Interval
    censored: bool
    settled: bool
    at_least: float | None
    spread: tuple[float, float] | None
    n_models: int
    n_leaders: int
    n_followers: int
    n_scores: int
    n_unknown: int
    as_of: date
    data_date: date | None
    claims: tuple[Claim, ...]
    widening: Slopes | None
    cautions: tuple[str, ...]
    frontiers: dict[str, Any]

    @property
    def leaders(self) -> str:
        """Expression of the leading group."""
        return self.lens.groups.leaders

    @property
    def followers(self) -> str:
        """Expression of the following group."""
        return self.lens.groups.followers

    @property
    def rule(self) -> str:
        """Name of the gap rule."""
        return self.lens.rule.name

    @property
    def changes(self) -> tuple[str, ...]:
        """The choices of the lens that options changed, as the first of the cautions."""
        return _changes(self.lens)

    @property
    def claim(self) -> Claim | None:
        """The published statement to compare with, if there is one."""
        return self.claims[0] if self.claims else None

    def to_dict(self) -> dict[str, Any]:
        """One element of ``answers`` of ``headway gap --json``; a censored bound is null."""
        claim = self.claim
        return {
            "lens": self.lens.name,
            "leaders": self.leaders,
            "followers": self.followers,
            "rule": self.rule,
            "months": _interval(self.months),
            "sampling": {k: v for k, v in _interval(self.sampling).items() if k != "median"},
            "placebo": dict(zip(("low", "high"), self.placebo or (None, None), strict=True)),
            "points": _interval(self.points),
            "censored": self.censored,
            "settled": self.settled,
            "n_models": self.n_models,
            "n_scores": self.n_scores,
            "claim": None if claim is None else claim.model_dump(mode="json"),
            "cautions": list(self.cautions),
        }


def _interval(of: Interval) -> dict[str, float | None]:
    return {"median": of.median, "low": of.low, "high": of.high, "level": of.level}


def answer(
    lens: Lens,
    ledger: Ledger,
    *,
    own: bool = False,
    items: Columns | None = None,
    progress: Progress | None = None,
) -> Answer:
    """Measure the gap of a lens on a ledger.

    Parameters
    ----------
    lens : Lens
    ledger : Ledger
    own : bool
        The ledger is a table of the user's own: the lens's list of sources does not apply.
    items : mapping of str to column, optional
        Answers to items beside those of the ledger; only the scale ``pooled`` reads any.
    progress : callable, optional
        Called with the number of refits done since the last call.

    Raises
    ------
    HeadwayError
        One of its kinds, with a sentence that says what the data or the lens lack.
    """
    ready = prepare(lens, ledger, own=own, items=items, progress=progress)
    selection, given, scale = ready.selection, ready.given, ready.scale
    worlds = build(lens, selection, ready.point, ready.measured, scale)
    gap = measure(
        worlds.measured,
        rule=lens.rule.name,
        params=ready.params,
        sampling=worlds.sampling,
        placebo=worlds.placebo,
    )
    point = worlds.point
    return Answer(
        lens=lens,
        unit=None if scale is None else scale.unit,
        months=gap.months,
        sampling=gap.sampling,
        placebo=gap.placebo,
        points=Interval(None, None, None, gap.points.level) if scale is None else gap.points,
        censored=gap.censored,
        settled=gap.settled,
        at_least=gap.at_least,
        spread=gap.spread,
        n_models=len(selection.models),
        n_leaders=int(point.leader.sum()),
        n_followers=int(point.follower.sum()),
        n_scores=selection.table.n_scores if scale is None else scale.n_scores,
        n_unknown=given.unknown,
        as_of=selection.as_of,
        data_date=selection.data_date,
        claims=tuple(c for name in lens.claims for c in ledger.claims if c.id == name),
        widening=None if scale is None else _widening(worlds, lens),
        cautions=_cautions(lens, selection, given, scale, gap, worlds.no_placebo),
        frontiers={} if scale is None else frontiers.picture(selection, scale, worlds),
    )


def _widening(worlds: Worlds, lens: Lens) -> Slopes | None:
    from dataclasses import replace

    lenient = lens.rule.name in LENIENT
    # Start dates run over the whole history, not only over the lens's window.
    first = int(worlds.point.day.min())
    world = replace(worlds.measured, start=min(first, worlds.measured.start))
    try:
        found = widening(world, lenient=lenient and world.margin is not None)
    except GapError:
        return None
    return _slopes(found)


def _slopes(found: Widening) -> Slopes:
    return Slopes(
        starts=tuple(date.fromordinal(int(day)) for day in found.starts),
        median=_finite(found.median.tolist()),
        low=_finite(found.low.tolist()),
        high=_finite(found.high.tolist()),
        verdict=found.verdict,
        sentence=found.sentence,
    )


def _finite(values: list[float]) -> tuple[float | None, ...]:
    return tuple(v if abs(v) < float("inf") else None for v in values)


def _changes(lens: Lens) -> tuple[str, ...]:
    return tuple(f"Changed from the lens's own choice: {change}." for change in lens.overrides)


def _cautions(
    lens: Lens,
    selection: Selection,
    given: Frame,
    scale: Scale | None,
    gap: Gap,
    no_placebo: str,
) -> tuple[str, ...]:
    out = [*_changes(lens)]
    if gap.at_least is not None:
        out.append(f"Nothing bounds the gap from above: it is at least {gap.at_least:.1f} months.")
    elif gap.censored:
        out.append("Nothing bounds the interval from above: in some draws no level is reached.")
    out += [*gap.cautions, *selection.cautions, *(scale.cautions if scale is not None else ())]
    if given.unknown:
        one = given.unknown == 1
        out.append(
            f"{given.unknown} {'model is' if one else 'models are'} in neither group: whether "
            f"{'its' if one else 'their'} weights are open (or another label) is not known."
        )
    if no_placebo:
        out.append(no_placebo)
    not_borne_out = scale_caution(selection.table, lens.scale.name)
    if not_borne_out:
        out.append(not_borne_out)
    if scale is None:
        known = int((~np.isnan(selection.table.n_items)).sum())
        out.append(
            f"The interval holds item noise only of the {known} of {selection.table.n_scores} "
            "scores whose number of items is known."
        )
    return tuple(dict.fromkeys(out))
