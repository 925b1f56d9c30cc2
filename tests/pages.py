"""Pages that the program writes from data, compared as a reader would."""

from __future__ import annotations

import re

import pytest

NUMBER = re.compile(r"(?<![\w-])[−-]?\d[\d,]*(?:\.\d+)?(?![\w-])")


def same_page(made: str, kept: str, what: str) -> None:
    """The same words, and numbers that differ by the last digit at most.

    Another processor adds in another order, which can turn a rounding. Where a number crosses a
    threshold the words change, and that is never let through.
    """
    made, kept = " ".join(made.split()), " ".join(kept.split())
    assert NUMBER.sub("#", made) == NUMBER.sub("#", kept), what
    for one, other in zip(NUMBER.findall(made), NUMBER.findall(kept), strict=True):
        digits = len(one.partition(".")[2])
        assert value(one) == pytest.approx(value(other), abs=1.01 * 10**-digits), what


def value(text: str) -> float:
    """A number as it is printed."""
    return float(text.replace("−", "-").replace(",", ""))
