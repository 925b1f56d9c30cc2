"""What the log of the wire says of a run's end."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from headway.elicit.transcript import Exchange, parse

__all__ = ["LastWords", "exchanges", "last_words"]


# A whole reply whose cost was estimated, as the profile permits; else it ends the run anyway.
_COUNTED = {"no_usage"}


@dataclass(frozen=True, slots=True)
class LastWords:
    """The last exchange with the model: whether it failed, and whether the model refused in it."""

    replies: int = 0
    unmet: str | None = None
    detail: str = ""
    refused: bool = False


def exchanges(folder: Path) -> Iterator[Exchange]:
    """The exchanges of a run, from its folder; none where it has no log."""
    from headway.elicit.gateway.wire import NAME, read

    if (folder / NAME).exists():
        yield from map(parse, read(folder / NAME))


def last_words(folder: Path) -> LastWords:
    """How the last exchange that went to a server went."""
    last, replies = LastWords(), 0
    for exchange in exchanges(folder):
        if exchange.kind != "generate":
            continue
        replies += exchange.answered
        failures = [failure for failure in exchange.infra if failure[0] not in _COUNTED]
        if failures:
            last = LastWords(replies, *failures[-1])
        else:
            refused = exchange.reply is not None and exchange.reply.refused
            last = LastWords(replies, refused=refused)
    return last
