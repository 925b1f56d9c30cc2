"""Statements whose test takes more than one number, in words: a verdict and what was found."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from headway.publish.words import number, span

if TYPE_CHECKING:
    from headway.gap.result import Interval
    from headway.why.claims import Bench
    from headway.why.disputes import Access, Dropped, Three

Row = dict[str, Any]


def _three(bench: Bench, _: Row) -> tuple[str, str]:
    from headway.why.disputes import three

    found = three(bench)
    base, *each = (found.base, *found.dropped)
    together = each.pop()
    share = 1 - together.elo / base.elo
    before, after = found.months
    same = after.median is not None and _inside(before, after.median)
    months = "the months stay in their range" if same else "the months move as well"
    first, second = found.models
    dropped = ", ".join(f"{_said(d)} without {d.without[0]}" for d in each)
    told = (
        "A table of test scores does not say how far single questions differ in difficulty. With "
        f"the spread that makes CAISI's own table (nine tests, four models) give CAISI's own "
        f"distance, {first} is {_said(base)} points of Elo above {second}: {dropped}, and "
        f"**{_said(together)} without all three**. (With guessing taken off {_whole(found, 0)}, "
        f"and {_whole(found, 1)} without the three.) Months are another matter: under CAISI's "
        f"recipe, with Epoch's scores beside its own, {second} is {_months(before)} months behind "
        f"with the three and {_months(after)} without them."
    )
    return f"In part: {share:.0%} of the distance goes with them; {months}", told


def _whole(found: Three, which: int) -> str:
    return number(found.corrected[which], 0)


def _said(of: Dropped) -> str:
    return f"{number(of.elo, 0)} ({span(of.low, of.high, 0)})"


def _months(of: Interval) -> str:
    return f"{number(of.median)} ({span(of.low, of.high)})"


def _inside(of: Interval, value: float) -> bool:
    return of.low is not None and of.high is not None and of.low <= value <= of.high


def _widening(bench: Bench, row: Row) -> tuple[str, str]:
    from headway.why.disputes import trends

    found = trends(bench)
    everywhere = all(trend.verdict == "widening" for trend in found)
    if row["inside"]:
        short = "Holds" if everywhere else "Depends on the start date"
    else:
        short = "The data cannot say" if row["inside"] is None else "Does not hold on the data here"
    tests = " ".join(f"Recipe `{trend.lens}`: {_small(trend.sentence)}" for trend in found)
    told = (
        f"From January 2025 to May 2026 the daily gap grows by {_found(row)} months a year. But a "
        "start at the smallest gap of all makes any later gap look like growth, so every month was "
        f"tried as a start. {tests}"
    )
    return short, told


def _found(row: Row) -> str:
    ours = row["ours"]
    return f"**{number(ours['median'])}** ({span(ours['low'], ours['high'])})"


def _small(sentence: str) -> str:
    return sentence[0].lower() + sentence[1:]


def _range(bench: Bench, row: Row) -> tuple[str, str]:
    from headway.why.disputes import days

    strict, soft = (days(bench, row["id"], lenient=lenient) for lenient in (False, True))
    if strict is None or soft is None:
        return "The data cannot say", "No day of the window has a gap."
    fits = [_within(found, row["said"]) for found in (strict, soft)]
    told = (
        "Day by day since 20 January 2025 the gap on Epoch's scale lay between "
        f"**{number(strict[0])} and {number(strict[1])} months** on nine days in ten, if an open "
        f"model must be level; its mean is {_found(row)}. If it need only be not clearly below, "
        f"between {number(soft[0])} and {number(soft[1])}. Such a range is how the gap moved, not "
        "how well it is known."
    )
    if all(fits):
        return "Holds", told
    return "Depends on the rule" if any(fits) else "Does not hold on the data here", told


def _within(found: tuple[float, float], said: Row) -> bool:
    """Whether the days stay in the range as exactly as it was stated, in whole months."""
    return bool(said["low"] - 0.5 <= found[0] and found[1] <= said["high"] + 0.5)


def _access(bench: Bench, _: Row) -> tuple[str, str]:
    from headway.why.disputes import access

    found = access(bench)
    up = all((a.difference.median or 0) > 0 for a in found)
    clear = [a for a in found if a.clear]
    if up and len(clear) == len(found):
        short = "Holds"
    elif up:
        short = "The data lean that way, but not clearly"
    else:
        short = "Does not hold on the data here" if not clear else "Depends on the recipe"
    return short, " ".join(_sides(a) for a in found)


def _sides(of: Access) -> str:
    to = f", data to {of.as_of}" if of.as_of else ""
    clear = "does not include 0" if of.clear else "includes 0"
    return (
        f"Recipe `{of.lens}`{to}: {_months(of.public)} months on public tests, "
        f"{_months(of.private)} on private ones; the difference, {_months(of.difference)}, {clear}."
    )


MORE: dict[str, Callable[[Any, Row], tuple[str, str]]] = {
    "three": _three,
    "widening": _widening,
    "range": _range,
    "access": _access,
}
