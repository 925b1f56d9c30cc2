"""Who said what: the common form into which the four wire formats are read for people."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

__all__ = [
    "Kind",
    "Part",
    "Reply",
    "Role",
    "Turn",
    "arguments",
    "items",
    "mapping",
    "shown",
    "text_parts",
]

Role: TypeAlias = Literal["system", "user", "assistant", "tool"]
Kind: TypeAlias = Literal["text", "thinking", "call", "result", "other"]


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a turn: text, thinking, the call of a tool, its result, or anything else.

    ``id`` ties a result to its call, where the wire format says so. It is no part of what was
    said: some harnesses and servers give the same call another one in each request.
    """

    kind: Kind
    text: str
    name: str = ""
    id: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Turn:
    """What one side said at once."""

    role: Role
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Reply:
    """The turn of the model, why it stopped in the server's word, and whether it refused.

    ``refused`` is true only for the signal that the wire format has for it, never for words.
    """

    turn: Turn
    stop: str | None
    refused: bool


def arguments(text: str) -> dict[str, Any]:
    """What a tool is called with, as an object; what is none stands under ``input``."""
    try:
        given = json.loads(text)
    except (ValueError, RecursionError):
        given = text
    return given if isinstance(given, dict) else {"input": given}


def items(value: object) -> list[Mapping[str, Any]]:
    """The objects in a list; nothing where it is none (a model's server may say anything)."""
    if not isinstance(value, Sequence) or isinstance(value, (str, bytes)):
        return []
    return [item for item in value if isinstance(item, Mapping)]


def mapping(value: object) -> Mapping[str, Any]:
    """An object, or an empty one."""
    return value if isinstance(value, Mapping) else {}


def shown(value: object) -> str:
    """Text as it is, anything else as JSON."""
    if isinstance(value, str):
        return value
    return "" if value is None else json.dumps(value, ensure_ascii=False)


def text_parts(content: object, kind: Kind = "text", id_: object = None) -> tuple[Part, ...]:
    """The parts of a content that is a text or a list of typed pieces with a ``text``."""
    if isinstance(content, str):
        return (Part(kind, content, id=shown(id_)),) if content else ()
    return tuple(
        Part(kind, shown(piece["text"]), id=shown(id_))
        if "text" in piece
        else Part("other", "", str(piece.get("type", "?")))
        for piece in items(content)
    )
