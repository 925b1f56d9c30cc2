"""The small formula language: ``resolved ~ budget + (1|model) + (1|harness) + (1|item)``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from headway.errors import ScaleError, UnknownNameError

RESPONSES = ("resolved", "successes")
_NAME = r"[A-Za-z_][A-Za-z0-9_]*"
_RANDOM = re.compile(rf"\(\s*(?:1|0\s*\+\s*({_NAME}))\s*\|\s*({_NAME}(?:\s*:\s*{_NAME})*)\s*\)")
_FIXED = re.compile(rf"{_NAME}(?:\s*:\s*{_NAME})*")
_EXAMPLE = "'resolved ~ budget + (1|model) + (1|harness) + (1|item)'"


@dataclass(frozen=True)
class Grouping:
    """One random effect: a level for every combination of ``names``.

    Attributes
    ----------
    names : tuple of str
        Labels whose combinations are the levels, e.g. ("model", "harness").
    slope : str, optional
        The number that the effect multiplies; None for a plain shift.
    """

    names: tuple[str, ...]
    slope: str | None = None

    @property
    def name(self) -> str:
        """``model:harness``, or ``budget|model`` for a slope."""
        levels = ":".join(self.names)
        return f"{self.slope}|{levels}" if self.slope else levels

    def __str__(self) -> str:
        return f"({f'0 + {self.slope}' if self.slope else '1'}|{':'.join(self.names)})"


@dataclass(frozen=True)
class Formula:
    """What explains the share solved: fixed effects and random effects.

    Attributes
    ----------
    fixed : tuple of tuple of str
        Names of each fixed effect; two names are an interaction. The intercept is always there.
    random : tuple of Grouping
    """

    fixed: tuple[tuple[str, ...], ...]
    random: tuple[Grouping, ...]

    def __str__(self) -> str:
        parts = [":".join(names) for names in self.fixed] + [str(g) for g in self.random]
        return "resolved ~ " + " + ".join(parts or ["1"])

    def names(self) -> tuple[str, ...]:
        """Every column that the formula uses, in order, once."""
        found = [name for names in self.fixed for name in names]
        for grouping in self.random:
            found += [*grouping.names, *([grouping.slope] if grouping.slope else [])]
        return tuple(dict.fromkeys(found))


def parse(text: str) -> Formula:
    """Read a formula.

    Parameters
    ----------
    text : str
        ``resolved ~`` and terms joined by ``+``: a fixed effect ``name`` or ``name:name``, a
        random effect ``(1|name)`` or ``(1|name:name)``, a random slope ``(0 + budget|model)``.

    Returns
    -------
    Formula

    Raises
    ------
    ScaleError
        If it is no formula, or names a term twice.
    UnknownNameError
        If the left side is something else than ``resolved``.
    """
    left, tilde, right = text.partition("~")
    if not tilde or not right.strip():
        raise ScaleError(f"The formula {text!r} has no '~' with terms behind it; try {_EXAMPLE}.")
    if left.strip() not in RESPONSES:
        raise UnknownNameError(
            f"The left side of the formula is {left.strip()!r}; it is the share solved: 'resolved'."
        )
    fixed: list[tuple[str, ...]] = []
    random: list[Grouping] = []
    for term in _terms(right):
        if found := _RANDOM.fullmatch(term):
            random.append(Grouping(_split(found.group(2)), found.group(1)))
        elif _FIXED.fullmatch(term):
            fixed.append(_split(term))
        elif term != "1":
            raise ScaleError(f"The term {term!r} of the formula cannot be read; try {_EXAMPLE}.")
    _once([*map(str, random), *(":".join(names) for names in fixed)])
    return Formula(tuple(fixed), tuple(random))


def known(formula: Formula, columns: Iterable[str]) -> None:
    """Check that the data have every name of the formula.

    Raises
    ------
    UnknownNameError
        If they do not; the nearest names are offered.
    """
    have = list(columns)
    for name in formula.names():
        if name not in have:
            raise UnknownNameError(
                f"The formula names {name!r}, which the data do not have{_near(name, have)}"
            )


def _near(name: str, have: Sequence[str]) -> str:
    from difflib import get_close_matches

    close = get_close_matches(name.casefold(), have, n=2, cutoff=0.5)
    if close:
        return "; did you mean " + " or ".join(repr(c) for c in close) + "?"
    return f"; they have {', '.join(have)}."


def _terms(text: str) -> list[str]:
    """Split at plus signs outside parentheses."""
    parts, depth = [""], 0
    for letter in text:
        depth += (letter == "(") - (letter == ")")
        if letter == "+" and not depth:
            parts.append("")
        else:
            parts[-1] += letter
    return [part.strip() for part in parts]


def _split(names: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in names.split(":"))


def _once(terms: list[str]) -> None:
    twice = [term for term in terms if terms.count(term) > 1]
    if twice:
        raise ScaleError(f"The formula has the term {twice[0]} twice; leave one out.")
