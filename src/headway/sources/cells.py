"""What one cell of a tidy table may hold; each refusal tells the fix."""

from __future__ import annotations

import math
from collections.abc import Callable

from pydantic import TypeAdapter, ValidationError

from headway.ledger.countries import CODES
from headway.ledger.tables import parse_cell
from headway.records import Text

__all__ = ["Parser", "choice", "country", "day", "fraction", "name", "positive", "score", "truth"]

Parser = Callable[[str], object]

_LONGEST = 200
_TEXT: TypeAdapter[str] = TypeAdapter(Text)


def name(text: str) -> str:
    """A name that is safe in every table: one line, not too long, no formula of a spreadsheet."""
    if not text:
        raise ValueError("is empty; write a name")
    if len(text) > _LONGEST:
        raise ValueError(f"is {len(text)} characters long; shorten it to {_LONGEST}")
    if text[0] in "=+-@":
        raise ValueError("begins like a formula of a spreadsheet; begin with a letter or digit")
    try:
        return _TEXT.validate_python(text)
    except ValidationError as error:
        raise ValueError("holds a control character; remove it") from error


def score(text: str) -> float:
    """A fraction in 0..1."""
    value = _finite(text)
    if value < 0:
        raise ValueError("is negative; scores are fractions in 0..1, so mend or drop the row")
    if value > 100:
        raise ValueError("is far above 1; scores are fractions in 0..1")
    if value > 1:
        raise ValueError("is above 1; if scores are percentages, divide them by 100")
    return value + 0.0  # makes -0.0 plain


def fraction(text: str) -> float:
    """A guess floor or a ceiling, in 0..1."""
    value = _finite(text)
    if not 0 <= value <= 1:
        raise ValueError("is outside 0..1; write a fraction")
    return value + 0.0


def positive(kind: type) -> Parser:
    """A number above 0, of type ``float`` or ``int``."""

    def parse(text: str) -> object:
        # Some tools write a column of whole numbers with gaps as 12.0.
        value = parse_cell(text.removesuffix(".0") if kind is int else text, kind)
        if not isinstance(value, int | float) or not 0 < value < math.inf:
            raise ValueError("must be above 0; leave it empty if unknown")
        return value

    return parse


def choice(*labels: str) -> Parser:
    """One of some labels, in any case."""

    def parse(text: str) -> str:
        if text.casefold() not in labels:
            raise ValueError(f"is none of {', '.join(labels)}; write one of them")
        return text.casefold()

    return parse


def country(text: str) -> str:
    """A two-letter code of a country."""
    if text not in CODES:
        raise ValueError("is no two-letter ISO code of a country; write one such as US or CN")
    return text


def day(text: str) -> object:
    """A day as YYYY-MM-DD."""
    import datetime as dt

    return parse_cell(text, dt.date)


def truth(text: str) -> object:
    """True or false, in any case."""
    return parse_cell(text.casefold(), bool)


def _finite(text: str) -> float:
    if not text:
        raise ValueError("is empty; write a fraction in 0..1 or drop the row")
    if text.casefold().lstrip("+-") in {"nan", "inf", "infinity", "na", "n/a", "null", "none"}:
        raise ValueError("is not a finite number; write a fraction in 0..1 or drop the row")
    if text.endswith("%"):
        raise ValueError("is a percentage; divide it by 100 and leave the sign out")
    value = parse_cell(text, float)
    if not isinstance(value, float) or not math.isfinite(value):
        raise ValueError("is not a finite number; write a fraction in 0..1 or drop the row")
    return value
