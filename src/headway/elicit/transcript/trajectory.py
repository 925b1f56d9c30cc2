"""A run's trajectory in one form, whichever harness ran and whichever wire format it spoke."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Literal

from headway.elicit.profile import Format
from headway.elicit.tokens import Tokens
from headway.elicit.transcript.thread import Step
from headway.elicit.transcript.turns import Reply, Turn

if TYPE_CHECKING:
    from pydantic import TypeAdapter

__all__ = ["Entry", "Trajectory", "Trouble", "document", "entries"]


@dataclass(frozen=True, slots=True)
class Trouble:
    """What went wrong with a request, and what is known of it."""

    kind: str
    detail: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One request to the gateway, and what came of it.

    Attributes
    ----------
    number : int
        As the gateway counted.
    conversation : int
        From 1. A harness may have side conversations (subagents, titles, summaries), and one that
        rewrites its history begins a new one.
    begins : bool
        Whether it is the first request of its conversation.
    kind : str
        ``generate``, ``count`` ...; ``refused`` for what the gateway refused itself.
    path : str
    format : str or None
        Wire format.
    status : int or None
        Of the reply; None where there was none.
    at, seconds : float
        Seconds after the start of the run, and how long it took; None where no end was seen.
    new : tuple of Turn
        What the request says beyond earlier ones of its conversation. The model's own earlier
        replies are left out; an assistant's turn here is the harness's doing: an example, or a
        history that was rewritten.
    reply : Reply or None
        What the model said; None where nothing can be read.
    tokens : Tokens or None
    marks : tuple of str
        What was changed silently: the model, a sampling value.
    failures : tuple of Trouble
        Of the server, the network or the gateway.
    refused : Trouble or None
        Why the gateway refused it.
    error : str
        What came in place of a reply.
    """

    number: int
    conversation: int
    begins: bool
    kind: str
    path: str
    format: Format | None
    status: int | None
    at: float
    seconds: float | None
    new: tuple[Turn, ...]
    reply: Reply | None
    tokens: Tokens | None
    marks: tuple[str, ...]
    failures: tuple[Trouble, ...]
    refused: Trouble | None
    error: str


@dataclass(frozen=True, slots=True)
class Trajectory:
    """All requests of a run, in order: what ``headway elicit show --trajectory`` gives as JSON."""

    run: str
    started: dt.datetime
    entries: tuple[Entry, ...]
    format: Literal["headway-trajectory/1"] = "headway-trajectory/1"


def entries(steps: Iterable[Step], started: dt.datetime) -> Iterator[Entry]:
    """The log of the wire, exchange by exchange, as what each adds."""
    begun = started.timestamp()
    for step in steps:
        exchange = step.exchange
        yield Entry(
            number=exchange.number,
            conversation=step.thread,
            begins=step.begins,
            kind=exchange.kind,
            path=exchange.path,
            format=exchange.format,
            status=exchange.status,
            at=max(exchange.start - begun, 0.0),
            seconds=None if exchange.end is None else max(exchange.end - exchange.start, 0.0),
            new=tuple(turn for turn in step.new if step.begins or turn.role != "assistant"),
            reply=exchange.reply,
            tokens=exchange.tokens,
            marks=exchange.marks,
            failures=tuple(Trouble(*failure) for failure in exchange.infra),
            refused=Trouble(*exchange.refused) if exchange.refused else None,
            error=exchange.error,
        )


def document(trajectory: Trajectory) -> dict[str, Any]:
    """The trajectory as plain JSON (docs/schema/trajectory.json)."""
    found: dict[str, Any] = _adapter().dump_python(trajectory, mode="json")
    return found


@cache
def _adapter() -> TypeAdapter[Trajectory]:
    from pydantic import TypeAdapter

    return TypeAdapter(Trajectory)
