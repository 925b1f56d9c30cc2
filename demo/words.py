"""Names and numbers as the page and the picture print them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

TERMS = {
    "harness": "format of the reply",
    "prompts": "prompt",
    "temperature": "temperature",
    "setup": "the setup, beyond these three",
    "item": "which task it is",
    "item:setup": "a task in one setup rather than another",
    "luck": "luck of a single attempt",
}
_LEVELS = {
    ("harness", "standard-reply"): "JSON",
    ("harness", "standard-block"): "code block",
    ("prompts", "harness"): "plain",
    ("prompts", "hints"): "with hints",
}
_MARKS = {"l": ":---", "r": "---:", "c": ":---:"}


def level(factor: str, name: str) -> str:
    """A level in words: ``JSON``, ``temperature 0.2``."""
    if factor == "temperature":
        return f"temperature {float(name):g}"
    return _LEVELS.get((factor, name), name)


def rows_as_table(header: Sequence[str], rows: Iterable[Sequence[str]], sides: str) -> str:
    """A table in Markdown; each letter of ``sides`` sets a column left, right or centred."""
    marks = [_MARKS[side] for side in sides]
    return "\n".join(f"| {' | '.join(row)} |" for row in (header, marks, *rows))


def joined(words: Iterable[str]) -> str:
    """``a, b and c``."""
    given = list(words)
    return " and ".join(filter(None, (", ".join(given[:-1]), given[-1] if given else "")))


def percent(share: float) -> str:
    """Without digits that some hundred runs do not have."""
    return f"{share:.0%}"


def signed(value: float) -> str:
    """With its sign, to a tenth."""
    if not math.isfinite(value):
        return "−∞" if value < 0 else "∞"
    return f"{value:+.1f}".replace("-", "−")
