"""What an agent did: each command, file and address that its tool calls come to, by step."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

__all__ = ["Action", "Call", "Kind"]

Kind: TypeAlias = Literal["command", "read", "list", "write", "edit", "remove", "fetch", "search"]


@dataclass(frozen=True, slots=True)
class Call:
    """A tool that the model called.

    Attributes
    ----------
    step : int
        Number of the exchange with the model, as ``headway elicit show`` prints it.
    conversation : int
    tool : str
    given : dict
        Arguments.
    output : str or None
        What came back; None where no answer is on the wire.
    """

    step: int
    conversation: int
    tool: str
    given: dict[str, Any]
    output: str | None


@dataclass(frozen=True, slots=True)
class Action:
    """One thing that was done.

    Attributes
    ----------
    step : int
    kind : str
    target : str
        Path from the root, address, or what is searched for; of a command its first word.
    words : tuple of str
        Of a command.
    text : str or None
        What was written; None where it is not known.
    output : str or None
        What the tool call printed that this is part of.
    shown : str
        The words of the agent that did it.
    cwd : str
    alone : bool
        Whether the tool call did nothing else that prints.
    depth : int
        0 for what stands in the call itself; more for scripts that it runs.
    """

    step: int
    kind: Kind
    target: str
    shown: str
    words: tuple[str, ...] = ()
    text: str | None = None
    output: str | None = field(default=None, repr=False)
    cwd: str = "/work"
    quiet: bool = False
    depth: int = 0
