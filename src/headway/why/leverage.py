"""Leverage: the records, release dates and openness labels that move the answer most.

All are looked at with few draws and abilities as they are; those that move the answer most are then
asked with all draws. A day or a label needs no refit while the model still counts; a model that is
not in the data does. This is arithmetic on answers, and no word on what a fact really is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

import numpy as np

from headway.errors import HeadwayError
from headway.gap.quantile import finite
from headway.gap.result import Interval
from headway.ledger import Ledger
from headway.lens.evidence import day_of
from headway.lens.prepared import Prepared
from headway.lens.recipe import Lens
from headway.records import Model
from headway.scale.table import Floats
from headway.why.facts import Fact, Kind, Stage, by_rule, doubts, facts, rewritten
from headway.why.value import LEVEL, Asker, Value, change, loses_unit

Progress = Callable[[float, str], None]
SCREEN = 24  # draws of the first look
SPARE = 1  # more than are shown are asked with all draws, as the first look may err
FAR = 24.0  # months that a change from or to an answer without bound counts as
GONE = "it is not in the data then, and without it the lens has no answer."
WORTH = 0.1  # months from which a doubtful fact is shown beside the top ones


@dataclass(frozen=True)
class Other:
    """The answer if a fact were otherwise.

    Attributes
    ----------
    what : str
        "not in the data", "a month earlier", "first public 2025-02-17", "open" ...
    value : float or None
        The number then; None where it is only bounded, or there is none.
    change : Interval
        That less the base, over paired draws.
    moves : float
        Mean size of the change over the draws, in months: what the order goes by. A draw that
        is bounded on one side only before or after counts as ``FAR`` months.
    at_point : float or None
        The change at the point estimate of all abilities.
    exact : bool
        Whether it is what a full recomputation gives; else abilities are those of a fit that
        still knows the model's scores.
    why_not : str
        Why there is no number; empty where there is one.
    """

    what: str
    value: float | None
    change: Interval
    moves: float
    at_point: float | None
    exact: bool
    why_not: str = ""


@dataclass(frozen=True)
class Lever:
    """A model with one fact that moves the answer.

    Attributes
    ----------
    name : str
    group : str
        "leaders", "followers", or "" for neither.
    day : date
        That counts now.
    weights : str
        Label now.
    doubts : tuple of str
        Why the fact is uncertain; empty where nobody doubts it.
    others : tuple of Other
        What else it could be.
    """

    name: str
    group: str
    day: date
    weights: str
    doubts: tuple[str, ...]
    others: tuple[Other, ...]

    @property
    def moves(self) -> float:
        """What the value of the fact that matters most does, as in ``Other.moves``."""
        return max(o.moves for o in self.others)


@dataclass(frozen=True, eq=False)
class Leverage:
    """What single facts do to the answer of a lens.

    Attributes
    ----------
    lens : Lens
    base : Value
    records, dates, labels : tuple of Lever
        The one that moves the answer most in the mean of draws first; of dates and labels also
        every doubtful one that moves it by ``WORTH`` months.
    looked_at : int
        Facts that were looked at.
    doubtful : dict of str to int
        Models with a doubtful "date", and with a doubtful "label".
    """

    lens: Lens
    base: Value
    records: tuple[Lever, ...]
    dates: tuple[Lever, ...]
    labels: tuple[Lever, ...]
    looked_at: int
    doubtful: dict[Kind, int]


def leverage(
    asker: Asker,
    lens: Lens,
    ledger: Ledger,
    *,
    top: int = 5,
    progress: Progress | None = None,
) -> Leverage:
    """Ask a lens what each fact about a single model does to its gap.

    Parameters
    ----------
    asker : Asker
        Of the gap.
    lens : Lens
    ledger : Ledger
    top : int
        How many models to show of each kind.
    progress : callable, optional
        Told the share of the work that is done.

    Raises
    ------
    HeadwayError
        If the lens itself has no answer on these data.
    """
    asker = asker.warm()
    ready = asker.ready(lens, ledger)
    # A model that moves must not take the last day along.
    lens = lens.model_copy(update={"as_of": ready.selection.as_of})
    asking = _Asking(asker, lens, ledger, Stage.of(asker.ready(lens, ledger)))
    found = asking.look(progress)
    levers: dict[Kind, tuple[Lever, ...]] = {}
    kinds: tuple[Kind, ...] = ("record", "date", "label")
    for k, kind in enumerate(kinds):
        levers[kind] = asking.top(kind, found, top)
        if progress is not None:
            progress(0.5 + 0.5 * (k + 1) / len(kinds), f"{kind}s with all draws")
    return Leverage(
        lens=lens,
        base=asking.base,
        records=levers["record"],
        dates=levers["date"],
        labels=levers["label"],
        looked_at=len(found),
        doubtful={k: sum(bool(doubts(m, k)) for m in ready.selection.models) for k in kinds[1:]},
    )


@dataclass(frozen=True, eq=False)
class _Asking:
    asker: Asker
    lens: Lens
    ledger: Ledger
    stage: Stage

    @property
    def base(self) -> Value:
        return self.asker.quantity.of(self.stage.ready)

    def look(self, progress: Progress | None) -> list[tuple[Fact, float]]:
        """Every fact with the mean change over few draws."""
        few = self.stage.first(SCREEN)
        base = self.base.draws[:SCREEN]
        models = self.stage.ready.selection.models
        out = []
        for k, model in enumerate(models, 1):
            out += [(fact, _first_look(few, fact, base)) for fact in facts(self.lens, model)]
            if progress is not None:
                progress(0.5 * k / len(models), "a first look at every fact")
        return out

    def top(self, kind: Kind, found: list[tuple[Fact, float]], count: int) -> tuple[Lever, ...]:
        """The models whose facts of a kind move the answer most, with all draws."""
        moved: dict[str, float] = {}
        for fact, by in found:
            if fact.kind == kind and by > 0:
                moved[fact.name] = max(by, moved.get(fact.name, 0.0))
        order = sorted(moved, key=lambda name: (-moved[name], name))
        by_name = {m.name: m for m in self.stage.ready.selection.models}
        first = order[: count + SPARE]
        first += [n for n in order[count + SPARE :] if doubts(by_name[n], kind)]
        levers = [
            self._lever(by_name[name], kind, [f for f, _ in found if f.name == name])
            for name in first
        ]
        levers = sorted(levers, key=lambda x: (-x.moves, x.name))
        return (*levers[:count], *(x for x in levers[count:] if x.doubts and x.moves >= WORTH))

    def _lever(self, model: Model, kind: Kind, known: Iterable[Fact]) -> Lever:
        given, models = self.stage.ready.given, self.stage.ready.selection.models
        k, day = models.index(model), day_of(model, self.lens.dates.day)
        assert day is not None
        return Lever(
            name=model.name,
            group="leaders" if given.leader[k] else "followers" if given.follower[k] else "",
            day=day,
            weights=model.weights,
            doubts=doubts(model, kind),
            others=tuple(self._other(f, model) for f in known if f.kind == kind),
        )

    def _other(self, fact: Fact, model: Model) -> Other:
        try:
            ready, exact = self._changed(fact, model)
            value = self.asker.quantity.of(ready)
        except HeadwayError as error:
            # Without the group, or the follower that the lens names, there is no answer.
            nothing = Interval(None, None, None, LEVEL)
            gone = fact.model is None or not self.stage.counts(fact.model)
            why_not = GONE if gone else str(error)
            return Other(fact.what, None, nothing, FAR, None, exact=True, why_not=why_not)
        at_point = float(_at_point(ready) - _at_point(self.stage.ready))
        return Other(
            what=fact.what,
            value=value.middle,
            change=change(value, self.base),
            moves=_moved(value.draws, self.base.draws),
            at_point=finite(at_point),
            exact=exact,
            why_not="" if value.middle is not None else _only(value),
        )

    def _changed(self, fact: Fact, model: Model) -> tuple[Prepared, bool]:
        """The lens with the fact changed, and whether that is what a full recomputation gives."""
        if fact.model is not None and self.stage.counts(fact.model):
            return self.stage.changed(fact), True
        ready = self.asker.ready(self.lens, rewritten(self.ledger, fact, model))
        if loses_unit(self.stage.ready, ready):
            # The model stays on the scale and leaves its group only.
            return self.stage.changed(fact), False
        return ready, True


def _at_point(ready: Prepared) -> float:
    return float(by_rule(ready, ready.point)[0])


def _only(value: Value) -> str:
    if value.bound is None:
        return "the followers are ahead, by how much is not bounded"
    return f"only a bound: at least {value.bound:.1f} months"


def _first_look(stage: Stage, fact: Fact, base: Floats) -> float:
    try:
        return _moved(stage.draws(fact), base)
    except HeadwayError:
        return FAR


def _moved(new: Floats, base: Floats) -> float:
    """Mean size of the change over paired draws; those without a value on a side do not count."""
    with np.errstate(invalid="ignore"):
        moved = np.nan_to_num(np.abs(new - base), nan=0.0, posinf=FAR)
    return float(np.minimum(moved, FAR).mean())
