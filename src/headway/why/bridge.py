"""Bridge: from one lens to another, one choice at a time.

v(S) is the printed median of the hybrid lens in which the choices S are those of the second lens.
A step is the Shapley value of v, so the steps add up to the difference exactly. This is arithmetic
on answers: it says what the number does when a choice is made, not what causes a gap.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from headway.errors import LensError
from headway.gap.result import Interval
from headway.ledger import Ledger
from headway.lens.recipe import Lens
from headway.lens.together import together
from headway.scale.table import Floats
from headway.why.shapley import Shares, Weights, shares, weights
from headway.why.value import LEVEL, Asker, Value, central

Progress = Callable[[float, str], None]
Path = tuple[str, ...]

# What each choice covers; the order is that of a lens from evidence to rule.
CHOICES: dict[str, tuple[Path, ...]] = {
    "evidence": tuple(
        ("evidence", name)
        for name in (
            "sources",
            "domains",
            "benchmarks",
            "without",
            "models_since",
            "min_benchmarks",
        )
    ),
    "access": (("evidence", "access"),),
    "reporter": (("evidence", "reported_by"),),
    "date": (("as_of",), ("dates", "day"), ("dates", "uncertain")),
    "labels": (("groups", "unchecked_wrong"),),
    "scale": tuple(("scale", name) for name in ("name", "draws", "sampling", "seed", "options")),
    "groups": (("groups", "leaders"), ("groups", "followers")),
    "rule": tuple(
        ("rule", name) for name in ("name", "test", "since", "until", "last_months", "options")
    ),
}
COUNTS = (("scale", "draws"), ("scale", "sampling"), ("scale", "seed"))  # no choice of method


@dataclass(frozen=True)
class Step:
    """What one choice adds.

    Attributes
    ----------
    choice : str
        Name, as in ``CHOICES``; two that only work together are one ("scale and rule").
    words : str
        What it was and what it becomes.
    months : Interval
        Its Shapley value, and the central 90% of that of every draw.
    least, most : float
        What it adds in the orders that make least and most of it.
    """

    choice: str
    words: str
    months: Interval
    least: float
    most: float

    @property
    def depends(self) -> bool:
        """Whether the sign depends on the order."""
        return self.least < -0.05 and self.most > 0.05


@dataclass(frozen=True, eq=False)
class Bridge:
    """The difference of two lenses, choice by choice.

    Attributes
    ----------
    start, end : Lens
    first, last : Value
        Their answers in months.
    steps : tuple of Step
        They add up to the difference.
    impossible : tuple of (choices, sentence)
        Hybrids without an answer: which choices are those of the second lens, and why.
    hybrids, orders : int
        Lenses that were asked, and orders that were averaged over.
    all_orders : bool
        Whether these are all orders there are.
    """

    start: Lens
    end: Lens
    first: Value
    last: Value
    steps: tuple[Step, ...]
    impossible: tuple[tuple[tuple[str, ...], str], ...]
    hybrids: int
    orders: int
    all_orders: bool


def bridge(
    asker: Asker, start: Lens, end: Lens, ledger: Ledger, *, progress: Progress | None = None
) -> Bridge:
    """Share the difference of two lenses out among the choices in which they differ.

    Parameters
    ----------
    asker : Asker
    start, end : Lens
    ledger : Ledger
    progress : callable, optional
        Told the share of the hybrids that is done.

    Raises
    ------
    LensError
        If one of the two has no single answer, or no order of the choices avoids the hybrids that
        have none.
    """
    choices = differing(start, end)
    hybrids = [hybrid(start, end, _chosen(choices, at)) for at in range(1 << len(choices))]
    answers: list[Value | str] = []
    for answer in together(lambda lens: asker.attempt(lens, ledger), hybrids):
        answers.append(answer)
        if progress is not None:
            progress(len(answers) / len(hybrids), "hybrid lenses")
    _ends(start, end, answers)
    middles = [None if isinstance(a, str) else a.middle for a in answers]
    found = shares(len(choices), middles.__getitem__)
    ways = weights(len(choices), lambda at: middles[at] is not None)
    if found is None or ways is None:
        raise LensError(_no_way(start, end, choices, answers))
    return Bridge(
        start=start,
        end=end,
        first=_answer(answers[0]),
        last=_answer(answers[-1]),
        steps=_steps(start, end, choices, found, _drawn(ways, answers, len(choices))),
        impossible=_impossible(choices, answers),
        hybrids=len(answers),
        orders=found.orders,
        all_orders=all(m is not None for m in middles),
    )


def differing(start: Lens, end: Lens) -> dict[str, tuple[Path, ...]]:
    """The choices in which two lenses differ, with their fields."""
    found = {
        name: paths
        for name, paths in CHOICES.items()
        if any(_get(start, path) != _get(end, path) for path in paths if path not in COUNTS)
    }
    # A rule that reads scores as they are has no scale, and a tolerance is in units of its own, so
    # these two change hands together.
    tolerant = any(lens.rule.options.get("tolerance") for lens in (start, end))
    names = {start.scale.name, end.scale.name}
    if {"scale", "rule"} <= set(found) and ("none" in names or (tolerant and len(names) > 1)):
        joint = found.pop("scale") + found.pop("rule")
        found["scale and rule"] = joint
    return found


def hybrid(start: Lens, end: Lens, paths: tuple[Path, ...]) -> Lens:
    """The first lens with these fields of the second."""
    lens = start
    for path in paths:
        lens = _put(lens, path, _get(end, path))
    return lens


def _get(lens: Any, path: Path) -> Any:
    for name in path:
        lens = getattr(lens, name)
    return lens


def _put(part: Any, path: Path, value: Any) -> Any:
    inner = value if len(path) == 1 else _put(getattr(part, path[0]), path[1:], value)
    return part.model_copy(update={path[0]: inner})


def _chosen(choices: dict[str, tuple[Path, ...]], at: int) -> tuple[Path, ...]:
    return tuple(path for k, paths in enumerate(choices.values()) if at >> k & 1 for path in paths)


def _names(choices: dict[str, tuple[Path, ...]], at: int) -> tuple[str, ...]:
    return tuple(name for k, name in enumerate(choices) if at >> k & 1)


def _answer(answer: Value | str) -> Value:
    if isinstance(answer, str):
        raise LensError(answer)
    return answer


def _ends(start: Lens, end: Lens, answers: list[Value | str]) -> None:
    for lens, answer in ((start, answers[0]), (end, answers[-1])):
        why = _why_not(answer)
        if why:
            raise LensError(f"There is no bridge: the lens {lens.name!r} has no one answer: {why}")


def _why_not(answer: Value | str) -> str:
    if isinstance(answer, str):
        return answer
    if answer.middle is None:
        if answer.bound is None:
            return "The followers are ahead, by how much is not bounded."
        return f"Nothing bounds the gap from above: it is at least {answer.bound:.1f} months."
    return ""


def _impossible(
    choices: dict[str, tuple[Path, ...]], answers: list[Value | str]
) -> tuple[tuple[tuple[str, ...], str], ...]:
    reasons = ((_names(choices, at), _why_not(answer)) for at, answer in enumerate(answers))
    return tuple((names, why) for names, why in reasons if why)


def _no_way(
    start: Lens, end: Lens, choices: dict[str, tuple[Path, ...]], answers: list[Value | str]
) -> str:
    first = [(n, w) for n, w in _impossible(choices, answers) if len(n) in {1, len(choices) - 1}]
    said = " ".join(f"With {' and '.join(names)} of {end.name!r}: {why}" for names, why in first)
    return (
        f"There is no bridge from {start.name!r} to {end.name!r}: every order meets a hybrid "
        f"without an answer. {said}"
    )


def _drawn(ways: Weights, answers: list[Value | str], count: int) -> Floats:
    """Shapley values of every draw, (K, S), with the draws that all hybrids have."""
    values = [None if isinstance(a, str) else a.draws for a in answers]
    least = min(len(v) for v in values if v is not None)

    def draws(at: int) -> Floats:
        found = values[at]
        return np.full(least, np.nan) if found is None else found[:least]

    with np.errstate(invalid="ignore"):
        return ways.shares(draws, count)


def _steps(
    start: Lens, end: Lens, choices: dict[str, tuple[Path, ...]], found: Shares, drawn: Floats
) -> tuple[Step, ...]:
    out = []
    for k, (name, paths) in enumerate(choices.items()):
        low, high = central(drawn[k])
        months = Interval(float(found.share[k]), low, high, LEVEL)
        out.append(
            Step(name, _words(start, end, paths), months, float(found.low[k]), float(found.high[k]))
        )
    return tuple(out)


def _words(start: Lens, end: Lens, paths: tuple[Path, ...]) -> str:
    changed = [p for p in paths if p not in COUNTS and _get(start, p) != _get(end, p)]
    return "; ".join(
        f"{path[-1].replace('_', ' ')} {_said(_get(start, path))} → {_said(_get(end, path))}"
        for path in changed
    )


def _said(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{k} {v}" for k, v in value.items()) or "none"
    if isinstance(value, tuple):
        return ", ".join(map(str, value)) or "all"
    return "none" if value is None else str(value)
