"""Numbers, groups and answers in words. No digit that the evidence does not carry."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from headway.records import Claim

_LABELS = {"open": "open models", "closed": "closed models"}
_OPERATORS = re.compile(r"[:&<>=]")
_COUNTRIES = {"CN": "Chinese models", "US": "US models"}


class Bounds(Protocol):
    """Anything with a median and an interval, where None is a bound that is not known."""

    @property
    def median(self) -> float | None:
        """The middle of the draws."""

    @property
    def low(self) -> float | None:
        """Lower bound."""

    @property
    def high(self) -> float | None:
        """Upper bound."""

    @property
    def level(self) -> float:
        """Share of the draws between the bounds, e.g. 0.9."""


def clean(text: object) -> str:
    """Text that cannot steer a terminal: control and invisible characters become "?".

    Names come from data files that anybody may have written. A line break would forge a row, an
    escape sequence could rewrite the screen, and a direction mark could reverse a number.
    """
    return "".join(
        "?" if unicodedata.category(c) in {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"} else c
        for c in str(text)
    )


def number(value: float | None, digits: int = 1) -> str:
    """One decimal, a real minus sign, and an en dash where there is no number."""
    if value is None or value != value:  # noqa: PLR0124 - nan is the only value unlike itself
        return "–"
    text = f"{value:.{digits}f}"
    if float(text) == 0:
        text = text.lstrip("-")
    return text.replace("-", "−")


def span(low: float | None, high: float | None, digits: int = 1, join: str = " to ") -> str:
    """An interval: ``4.9 to 7.8``, ``≥ 4.9`` or ``≤ 7.8`` where a bound is not known."""
    if low is None and high is None:
        return "–"
    if high is None:
        return f"≥ {number(low, digits)}"
    if low is None:
        return f"≤ {number(high, digits)}"
    # A dash beside a minus sign cannot be read.
    glue = " to " if min(low, high) < 0 else join
    return f"{number(low, digits)}{glue}{number(high, digits)}"


def day(value: date) -> str:
    """``1 October 2026``, in every locale."""
    months = "January February March April May June July August September October November December"
    return f"{value.day} {months.split()[value.month - 1]} {value.year}"


def group(expression: str, *, other: bool = False) -> str:
    """A group in words; ``other`` for the one that is named second."""
    text = expression.strip()
    if text in _LABELS:
        return f"{text} ones" if other else _LABELS[text]
    if text.startswith("country:") and "&" not in text:
        code = text.removeprefix("country:").strip()
        return _COUNTRIES.get(code, f"models from {clean(code)}")
    if text.startswith("org:") and "&" not in text:
        return f"models of {clean(text.removeprefix('org:').strip())}"
    return f"models in “{clean(text)}”" if _OPERATORS.search(text) else clean(text)


def distance(leaders: str, followers: str, months: Bounds, *, at_least: float | None = None) -> str:
    """The answer as a clause: ``Open models are 6.4 months behind closed ones``.

    Parameters
    ----------
    leaders, followers
        Group expressions.
    months
        The gap with its interval.
    at_least
        For a censored gap: the bound that the data give.
    """
    text = followers.strip()
    one = text not in _LABELS and not _OPERATORS.search(text)
    who, verb = group(followers), "is" if one else "are"
    whom = group(leaders, other=True)
    lead = who[0].upper() + who[1:] if not one else who
    return f"{lead} {verb} {_how_far(months.median, at_least)} {whom}"


def interval(months: Bounds) -> str:
    """``90% interval 4.9 to 7.8``, or in words what is not known of it."""
    name = f"{months.level:.0%} interval"
    if months.low is None and months.high is None:
        return f"no {name}: the data bound it on neither side"
    if months.high is None:
        return f"{name} {number(months.low)} or more"
    if months.low is None:
        return f"{name} {number(months.high)} or less"
    return f"{name} {span(months.low, months.high)}"


def says(claim: Claim) -> str:
    """The number of a claim with its range and unit: ``3.5 (1.1 to 5.3) months``."""
    value = "" if claim.value is None else _as_published(claim.value)
    ranged = _range(claim)
    both = f"{value} ({ranged})" if value and ranged else value or ranged
    return f"{both} {claim.unit or ''}".strip() or "no number"


def says_short(claim: Claim) -> str:
    """The same in few characters: ``3.5``, ``8 to 10``; a dash where it has no number."""
    if claim.value is not None:
        return _as_published(claim.value)
    return _range(claim) or "–"


def _range(claim: Claim) -> str:
    if claim.low is None or claim.high is None:
        bound = claim.high if claim.low is None else claim.low
        sign = "≤" if claim.low is None else "≥"
        return "" if bound is None else f"{sign} {_as_published(bound)}"
    return f"{_as_published(claim.low)} to {_as_published(claim.high)}"


def _as_published(value: float) -> str:
    return f"{value:g}".replace("-", "−")


def _how_far(median: float | None, at_least: float | None) -> str:
    if median is None:
        # Without a lower bound the draws lie below zero: nothing is behind.
        return "ahead of" if at_least is None else f"at least {number(at_least)} months behind"
    if number(median) == "0.0":
        return "level with"
    return f"{number(abs(median))} months {'behind' if median > 0 else 'ahead of'}"
