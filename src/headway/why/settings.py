"""Models in harnesses: the share of each item solved, and of which kind the harness is to each."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from headway.scale.table import Bools, Floats
from headway.why.known import OTHER, OWN, STANDARD

CEILING = 0.95


@dataclass(frozen=True, eq=False)
class Setting:
    """One model in one harness on one day.

    Attributes
    ----------
    model, harness : str
    kind : str
        ``standard``, ``own`` (the harness of the model's developer) or ``other``.
    side : str or None
        ``open`` or ``closed``; None where it is not known.
    months : float
        Date of the run in months since the year 2000; nan where it is not known.
    won, tried : (J,) float
        Successes and attempts on each item.
    """

    model: str
    harness: str
    kind: str
    side: str | None
    months: float
    won: Floats
    tried: Floats

    @property
    def shares(self) -> Floats:
        """Share of each item solved, (J,); nan where the item did not run."""
        out: Floats = np.divide(
            self.won, self.tried, out=np.full(len(self.won), np.nan), where=self.tried > 0
        )
        return out


@dataclass(frozen=True)
class Rules:
    """What decides the kind of a harness and the side of a model."""

    standard: frozenset[str]
    developers: Mapping[str, str]
    maker: Callable[[str], str | None]
    weights: Callable[[str], str | None]

    def kind(self, model: str, harness: str) -> str:
        """Standard, own or other."""
        if harness in self.standard:
            return STANDARD
        who = self.developers.get(harness)
        return OWN if who is not None and who == self.maker(model) else OTHER


def settings_of(columns: Mapping[str, Sequence[Any]], rules: Rules) -> tuple[Setting, ...]:
    """Group tidy rows by model, harness and date.

    Parameters
    ----------
    columns
        ``model``, ``item``, ``harness``, ``successes``, ``trials``, and ``openness`` and ``date``
        (None where not known); equal lengths N.
    rules
        Kinds and sides; a side that a row states comes first.
    """
    items = {name: j for j, name in enumerate(sorted(set(columns["item"])))}
    size, groups = len(items), {}
    names = ("model", "harness", "date", "openness", "item", "successes", "trials")
    for model, harness, day, side, item, won, tried in zip(
        *(columns[name] for name in names), strict=True
    ):
        if harness is None:
            continue
        key = (model, harness, day or "")
        if key not in groups:
            groups[key] = (np.zeros(size), np.zeros(size), side)
        groups[key][0][items[item]] += won
        groups[key][1][items[item]] += tried
    return tuple(
        Setting(
            model,
            harness,
            rules.kind(model, harness),
            side if side in {"open", "closed"} else rules.weights(model),
            _months(day),
            won,
            tried,
        )
        for (model, harness, day), (won, tried, side) in sorted(groups.items(), key=lambda x: x[0])
    )


def _months(day: str) -> float:
    from datetime import date

    try:
        return (date.fromisoformat(day) - date(2000, 1, 1)).days / (365.2425 / 12)
    except ValueError:
        return float("nan")


def average(settings: Sequence[Setting]) -> Floats:
    """Mean share (J,) over settings of one model, item by item."""
    table = np.array([s.shares for s in settings])
    count = np.isfinite(table).sum(axis=0)
    out: Floats = np.divide(
        np.nansum(table, axis=0), count, out=np.full(table.shape[1], np.nan), where=count > 0
    )
    return out


@dataclass(frozen=True, eq=False)
class Matched:
    """One model in a standard harness and in another, on the items of both.

    ``gain`` (J,) is the difference in share item by item, nan elsewhere; ``later`` how many months
    after the standard runs the others were run.
    """

    model: str
    side: str | None
    harnesses: tuple[str, ...]
    before: float
    after: float
    gain: Floats
    later: float

    @property
    def ceiling(self) -> bool:
        """True if both solve at least 95%: there is no room for a difference."""
        return min(self.before, self.after) >= CEILING


def matched(settings: Sequence[Setting], kind: str) -> tuple[Matched, ...]:
    """Every model that ran in a standard harness and in one of ``kind``."""
    out = []
    for model in sorted({s.model for s in settings}):
        mine = [s for s in settings if s.model == model]
        base = [s for s in mine if s.kind == STANDARD]
        then = [s for s in mine if s.kind == kind]
        if not base or not then:
            continue
        one, other = average(base), average(then)
        both: Bools = np.isfinite(one) & np.isfinite(other)
        if both.sum() < 2:
            continue
        out.append(
            Matched(
                model=model,
                side=mine[0].side,
                harnesses=tuple(sorted({s.harness for s in then})),
                before=float(one[both].mean()),
                after=float(other[both].mean()),
                gain=other - one,
                later=float(np.mean([s.months for s in then]) - np.mean([s.months for s in base])),
            )
        )
    return tuple(out)
