"""A JSON object whose members can be changed without touching the rest of its text."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from json.decoder import scanstring  # type: ignore[attr-defined]
from typing import Any

from headway.errors import DataError

__all__ = ["Document", "parse"]

_SPACE = " \t\n\r"


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise DataError("an object has the same key twice")
    return found


_DECODER = json.JSONDecoder(object_pairs_hook=_unique)


@dataclass(slots=True)
class Document:
    """Text of a JSON object, its members, and where the value of each begins and ends."""

    text: str
    members: dict[str, Any]
    spans: dict[str, tuple[int, int]]
    _edits: dict[str, str] = field(default_factory=dict)

    def get(self, path: str) -> Any:
        """The value at a dotted path; None where there is none."""
        value: Any = self.members
        for name in path.split("."):
            if not isinstance(value, dict):
                return None
            value = value.get(name)
        return value

    def put(self, path: str, value: Any) -> None:
        """Change or add the value at a dotted path.

        Only the top-level member that holds it is written anew.
        """
        top, *rest = path.split(".")
        if rest:
            value = _placed(self.members.get(top), rest, value)
        self.members[top] = value
        self._edits[top] = json.dumps(value)

    @property
    def changed(self) -> bool:
        """Whether anything was put."""
        return bool(self._edits)

    def edited(self) -> str:
        """The text with what was put; all else as it came."""
        text = self.text
        old = [name for name in self._edits if name in self.spans]
        for name in sorted(old, key=lambda name: self.spans[name], reverse=True):
            start, end = self.spans[name]
            text = text[:start] + self._edits[name] + text[end:]
        new = [f"{json.dumps(n)}: {v}" for n, v in self._edits.items() if n not in self.spans]
        if new:
            end = text.rindex("}")
            comma = ", " if self.spans else ""
            text = text[:end] + comma + ", ".join(new) + text[end:]
        return text


def _placed(inside: Any, path: list[str], value: Any) -> Any:
    """A copy of an object with a value at a path below it."""
    copy = dict(inside) if isinstance(inside, dict) else {}
    name, *rest = path
    copy[name] = _placed(copy.get(name), rest, value) if rest else value
    return copy


def parse(body: bytes) -> Document:
    """Read a JSON object in UTF-8.

    Raises
    ------
    DataError
        If it is not one, or has the same key twice (at the top also in another case): two readers
        could then see two requests.
    """
    try:
        text = body.decode("utf-8")
        document = _members(text)
    except UnicodeDecodeError:
        raise DataError("the body is not UTF-8 text") from None
    except (ValueError, StopIteration, IndexError):
        raise DataError("the body is not JSON") from None
    except RecursionError:
        raise DataError("the body is nested too deeply") from None
    if len({name.casefold() for name in document.members}) != len(document.members):
        raise DataError("the body has the same key twice, in another case")
    return document


def _members(text: str) -> Document:
    at = _skip(text, 0)
    if text[at] != "{":
        raise DataError("the body is not a JSON object")
    members: dict[str, Any] = {}
    spans: dict[str, tuple[int, int]] = {}
    at = _skip(text, at + 1)
    while text[at] != "}":
        name, start = _key(text, at)
        if name in members:
            raise DataError("an object has the same key twice")
        members[name], end = _DECODER.raw_decode(text, start)
        spans[name] = (start, end)
        at = _skip(text, end)
        if text[at] == ",":
            at = _skip(text, at + 1)
            if text[at] == "}":
                raise ValueError
        elif text[at] != "}":
            raise ValueError
    if text[at + 1 :].strip(_SPACE):
        raise ValueError
    return Document(text, members, spans)


def _key(text: str, at: int) -> tuple[str, int]:
    """A key, and where its value begins."""
    if text[at] != '"':
        raise ValueError
    name, at = scanstring(text, at + 1, True)
    at = _skip(text, at)
    if text[at] != ":":
        raise ValueError
    return name, _skip(text, at + 1)


def _skip(text: str, at: int) -> int:
    while text[at] in _SPACE:
        at += 1
    return at
