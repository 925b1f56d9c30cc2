"""Conversations of a run, and their pieces as others' formats want them."""

from __future__ import annotations

from collections.abc import Iterable

from headway.elicit.transcript import Entry, Part

__all__ = ["conversations", "text_of"]


def conversations(entries: Iterable[Entry]) -> dict[int, list[Entry]]:
    """Requests to a model by conversation; first the one in which it replied most often."""
    found: dict[int, list[Entry]] = {}
    for entry in entries:
        if entry.kind == "generate":
            found.setdefault(entry.conversation, []).append(entry)
    replies = {number: sum(e.reply is not None for e in held) for number, held in found.items()}
    main = max(replies, key=lambda number: (replies[number], -number), default=None)
    return {k: found[k] for k in sorted(found, key=lambda number: (number != main, number))}


def text_of(part: Part) -> str:
    """The text of a piece; of one that is none, what it is."""
    return f"[{part.name}]" if part.kind == "other" else part.text
