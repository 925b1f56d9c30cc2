"""What was seen of one reply so far, and how numbers are taken from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

__all__ = ["Seen", "count", "part", "split"]


@dataclass(slots=True)
class Seen:
    """What a reply said.

    Attributes
    ----------
    usage : dict
        The provider's own counts, the latest of each name; empty where none was seen.
    ran : dict
        What the server said it ran: ``model``, ``service_tier``, ``effort`` and sampling.
    done : bool
        The reply said that it is whole.
    final : bool
        The usage is that of the whole reply, not of its start.
    error : str or None
        The reply is an error within a status of 200.
    characters : int
        Characters of output so far, for an estimate where the stream is cut.
    """

    usage: dict[str, Any] = field(default_factory=dict)
    ran: dict[str, Any] = field(default_factory=dict)
    done: bool = False
    final: bool = False
    error: str | None = None
    characters: int = 0

    def add_usage(self, usage: Any) -> bool:
        """Take counts over; whether there were any. Null says nothing and replaces nothing."""
        if not isinstance(usage, dict):
            return False
        self.usage.update({name: value for name, value in usage.items() if value is not None})
        return True

    def add_ran(self, **said: Any) -> None:
        """Take over what the server said it ran."""
        for name, value in said.items():
            if value is not None:
                self.ran[name] = value

    def add_output(self, *texts: Any) -> None:
        """Count characters of output; what is no text counts nothing."""
        for text in texts:
            if isinstance(text, str):
                self.characters += len(text)

    def fail(self, error: Any) -> None:
        """Remember an error within the reply by its kind."""
        kind = part(error, "type") or part(error, "code") or part(error, "status")
        self.error = str(kind or "error")[:200]


def part(inside: Any, *path: str) -> Any:
    """The value at a path of keys; None where there is none."""
    for name in path:
        if not isinstance(inside, dict):
            return None
        inside = inside.get(name)
    return inside


def count(usage: Mapping[str, Any], *path: str) -> int | None:
    """A count of tokens; None where there is none.

    Raises
    ------
    ValueError
        If it is not a whole number that is 0 or more.
    """
    value = part(usage, *path)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, (int, float)) or value != int(value):
        raise ValueError(f"{'.'.join(path)} is {value!r}, no count of tokens")
    if value < 0:
        raise ValueError(f"{'.'.join(path)} is negative")
    return int(value)


def split(total: int, *inside: int | None) -> int:
    """What is left of a total without the kinds that it includes.

    Raises
    ------
    ValueError
        If they are more than the total.
    """
    left = total - sum(value or 0 for value in inside)
    if left < 0:
        raise ValueError(f"the parts of {total} tokens are more than {total}")
    return left
