"""Five disjoint kinds of token, as every run counts them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

__all__ = ["KINDS", "Tokens"]

KINDS = ("uncached_input", "cache_read", "cache_write", "visible_output", "reasoning")


@dataclass(frozen=True, slots=True)
class Tokens:
    """Tokens of one exchange, or of many.

    The five kinds do not overlap, so that any weights can be put on them (design of elicitation,
    *Budget*). Providers count differently; :mod:`headway.elicit.gateway.usage` says how each maps.

    Attributes
    ----------
    uncached_input, cache_read, cache_write : int
        Input that was read afresh, from a cache, and afresh into a cache.
    visible_output : int
        Output outside of reasoning; all output where ``reasoning`` is None.
    reasoning : int or None
        Hidden thinking; None where the provider does not split it from the output.
    estimated : bool
        Some of it was estimated, as for streams that were cut.

    Raises
    ------
    ValueError
        If a count is negative.
    """

    uncached_input: int = 0
    cache_read: int = 0
    cache_write: int = 0
    visible_output: int = 0
    reasoning: int | None = 0
    estimated: bool = False

    def __post_init__(self) -> None:
        for kind in KINDS:
            count = getattr(self, kind)
            if count is not None and count < 0:
                raise ValueError(f"{kind} is {count}: tokens cannot be fewer than none")

    @property
    def input(self) -> int:
        """All three kinds of input."""
        return self.uncached_input + self.cache_read + self.cache_write

    @property
    def output(self) -> int:
        """Visible output and reasoning."""
        return self.visible_output + (self.reasoning or 0)

    def __add__(self, other: Tokens) -> Tokens:
        """Sum by kind.

        A split that is unknown in one part is unknown in the sum: reasoning becomes None and
        visible output takes the total, so that ``output`` is right whatever was split.
        ``Tokens()`` changes nothing.
        """
        split = self.reasoning is not None and other.reasoning is not None
        return Tokens(
            uncached_input=self.uncached_input + other.uncached_input,
            cache_read=self.cache_read + other.cache_read,
            cache_write=self.cache_write + other.cache_write,
            visible_output=self.visible_output + other.visible_output
            if split
            else self.output + other.output,
            reasoning=(self.reasoning or 0) + (other.reasoning or 0) if split else None,
            estimated=self.estimated or other.estimated,
        )

    def to_dict(self) -> dict[str, Any]:
        """As JSON: the five kinds and ``estimated``."""
        kinds: dict[str, Any] = {kind: getattr(self, kind) for kind in KINDS}
        return {**kinds, "estimated": self.estimated}

    @classmethod
    def from_dict(cls, given: Mapping[str, Any]) -> Tokens:
        """Read :meth:`to_dict` back."""
        return cls(**given)
