"""Facts about models that an answer rests on: each with what else it could be."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal

import numpy as np

from headway.gap.margins import paired, z_independent
from headway.gap.rules import RULES
from headway.gap.world import World
from headway.ledger import Ledger
from headway.lens.evidence import day_of
from headway.lens.prepared import Prepared
from headway.lens.recipe import Lens
from headway.lens.worlds import Frame, dressed, frame
from headway.records import Model
from headway.scale.table import Floats

Kind = Literal["record", "date", "label"]
MONTH_OFF = timedelta(days=round(30.44))
LABELS = ("open", "closed")


@dataclass(frozen=True)
class Fact:
    """One other value of a fact about one model.

    ``what`` says it; ``model`` is the record with it, None for a model that is not in the data.
    """

    kind: Kind
    name: str
    what: str
    model: Model | None


def facts(lens: Lens, model: Model) -> Iterator[Fact]:
    """What could be otherwise: the model not there, another day, another label."""
    yield Fact("record", model.name, "not in the data", None)
    for what, other in (*_months(model), *_days(lens, model)):
        yield Fact("date", model.name, what, other)
    for label in LABELS:
        # A label in doubt is both in the draws already: then each of the two is an option.
        if label != model.weights or doubtful_label(lens, model):
            sure = model.model_copy(update={"weights": label, "checked": True})
            yield Fact("label", model.name, label, sure)


def doubtful_label(lens: Lens, model: Model) -> bool:
    """Whether the lens takes the label to be wrong in some draws."""
    unchecked = not model.checked and bool(model.source) and model.weights in LABELS
    return unchecked and lens.groups.unchecked_wrong > 0


def doubts(model: Model, kind: Kind) -> tuple[str, ...]:
    """Why a fact is uncertain; empty where nobody doubts it."""
    out = []
    if kind == "label":
        if model.weights == "unknown":
            out.append("whether its weights are open is not known")
        elif not model.checked and model.source:
            out.append("its label was not checked")
    if kind == "date":
        days = recorded(model)
        if len(days) > 1:
            out.append("on record: " + ", ".join(f"{what} {day}" for day, what in days.items()))
    return tuple(out)


def recorded(model: Model) -> dict[date, str]:
    """The days on record with what they are; a day that is two things is named once."""
    found: dict[date, str] = {}
    for what, day in (
        ("released", model.released),
        ("first public", model.released_alt),
        ("weights", model.weights_released),
    ):
        if day is not None:
            found.setdefault(day, what)
    return found


def _months(model: Model) -> Iterator[tuple[str, Model]]:
    fields = ("released", "released_alt", "weights_released")
    for what, by in (("a month earlier", -MONTH_OFF), ("a month later", MONTH_OFF)):
        moved = {f: d + by for f in fields if (d := getattr(model, f)) is not None}
        yield what, model.model_copy(update=moved)


def _days(lens: Lens, model: Model) -> Iterator[tuple[str, Model]]:
    now = day_of(model, lens.dates.day)
    other = model.released_alt
    mixed = lens.dates.uncertain and other is not None and other != now
    for day, what in recorded(model).items():
        if day != now or mixed:
            only = {"released": day, "released_alt": None, "weights_released": None}
            yield f"{what} {day}", model.model_copy(update=only)


@dataclass(frozen=True, eq=False)
class Stage:
    """A prepared lens in which facts are changed while abilities stay.

    Attributes
    ----------
    ready : Prepared
        Its lens has an ``as_of`` of its own, so that the last day does not move with a model.
    margin : (M, M) float or None
        Margins of all pairs of models, whatever their groups.
    """

    ready: Prepared
    margin: Floats | None

    @classmethod
    def of(cls, ready: Prepared) -> Stage:
        """Set the stage; margins of a test are computed once for all changes."""
        measured, test = ready.measured, ready.lens.rule.test
        margin = None
        if test == "paired":
            margin = paired(measured.ability)
        elif test == "z-independent":
            margin = z_independent(measured.ability)
        return cls(ready, margin)

    def first(self, draws: int) -> Stage:
        """The same with its first draws only."""
        few = self.ready.measured.take(np.arange(min(draws, self.ready.measured.n_draws)))
        return replace(self, ready=replace(self.ready, measured=few))

    def counts(self, model: Model) -> bool:
        """Whether a model with this record is still among those that the lens selects."""
        lens = self.ready.lens
        day, since = day_of(model, lens.dates.day), lens.evidence.models_since
        if day is None or day > self.ready.selection.as_of:
            return False
        return since is None or day >= since

    def changed(self, fact: Fact) -> Prepared:
        """The lens with a fact changed and abilities as they are: exact while the model counts.

        A model that does not count is in no group here, but its scores still shape the scale.

        Raises
        ------
        HeadwayError
            If a group is left empty, or the rule is not defined.
        """
        ready = self.ready
        models = ready.selection.models
        k = [m.name for m in models].index(fact.name)
        out = fact.model is None or not self.counts(fact.model)
        if fact.model is not None and not out:
            models = (*models[:k], fact.model, *models[k + 1 :])
        selection = replace(ready.selection, models=models)
        given = frame(ready.lens, selection)
        measured = dressed(ready.lens, models, given, ready.measured)
        worlds = [_under(given, ready.point), measured]
        point, measured = (
            replace(_without(w, k) if out else w, margin=self.margin) for w in worlds
        )
        return replace(ready, selection=selection, given=given, point=point, measured=measured)

    def draws(self, fact: Fact) -> Floats:
        """The gap of every draw with the fact changed: the rule alone, for a quick look."""
        ready = self.changed(fact)
        return by_rule(ready, ready.measured)


def by_rule(ready: Prepared, world: World) -> Floats:
    """The rule of a lens on worlds: (S,) months, infinite where only bounded."""
    return RULES[ready.lens.rule.name](world, **ready.params).mid


def _under(given: Frame, world: World) -> World:
    """A world under other days and groups, none of them in doubt."""
    shape = world.ability.shape
    return replace(
        world,
        day=np.broadcast_to(given.day, shape),
        leader=np.broadcast_to(given.leader, shape),
        follower=np.broadcast_to(given.follower, shape),
        start=given.start,
        end=given.end,
    )


def _without(world: World, k: int) -> World:
    leader, follower = world.leader.copy(), world.follower.copy()
    leader[:, k] = follower[:, k] = False
    return replace(world, leader=leader, follower=follower)


def rewritten(ledger: Ledger, fact: Fact, model: Model) -> Ledger:
    """The ledger in which the fact is otherwise: what a full recomputation reads."""
    if fact.model is None:
        results = tuple(r for r in ledger.results if r.model != model.id)
        responses = tuple(r for r in ledger.responses if r.model != model.id)
        return replace(ledger, results=results, responses=responses)
    return replace(ledger, models={**ledger.models, model.id: fact.model})
