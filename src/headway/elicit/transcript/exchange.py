"""One line of the wire log as turns: what was asked, what the model said."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from headway.elicit.gateway.sse import Reader
from headway.elicit.profile import Format
from headway.elicit.tokens import Tokens
from headway.elicit.transcript import chat, gemini, messages, responses
from headway.elicit.transcript.turns import Reply, Turn, items, mapping

__all__ = ["Exchange", "parse"]


@dataclass(frozen=True, slots=True)
class _Reads:
    asked: Callable[[Mapping[str, Any]], list[Turn]]
    said: Callable[[Mapping[str, Any]], Reply]
    joined: Callable[[Sequence[Mapping[str, Any]]], dict[str, Any]]


_FORMATS: dict[Format, _Reads] = {
    "messages": _Reads(messages.asked, messages.said, messages.joined),
    "chat": _Reads(chat.asked, chat.said, chat.joined),
    "responses": _Reads(responses.asked, responses.said, responses.joined),
    "gemini": _Reads(gemini.asked, gemini.said, gemini.joined),
}


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and what came of it.

    Attributes
    ----------
    number : int
        As the gateway counts.
    kind : str
        ``generate``, ``count`` ...; ``refused`` for what the gateway refused itself.
    start, end : float or None
        Seconds since 1970.
    status : int or None
        Of the reply; None where there was none.
    asked : list of Turn
        The whole conversation of the request.
    tools : int
        Tools that the request offers.
    reply : Reply or None
        None where the model said nothing that can be read; ``error`` then says what came.
    """

    number: int
    kind: str
    format: Format | None
    path: str
    start: float
    end: float | None
    status: int | None
    asked: list[Turn]
    tools: int
    reply: Reply | None
    error: str
    tokens: Tokens | None
    marks: tuple[str, ...]
    infra: tuple[tuple[str, str], ...]
    refused: tuple[str, str] | None

    @property
    def answered(self) -> bool:
        """Whether the model replied: a whole reply, or a cut one that began."""
        return self.kind == "generate" and self.status is not None and 200 <= self.status < 300


def parse(line: Mapping[str, Any]) -> Exchange:
    """Read one line of ``wire.jsonl.zst`` (:func:`headway.elicit.gateway.wire.read`)."""
    request = mapping(line.get("request"))
    body = _object(request.get("body"))
    reads = _FORMATS.get(line["format"]) if line.get("format") else None
    reply, error = _reply(reads, line)
    times = mapping(line.get("times"))
    tokens, refused = line.get("tokens"), line.get("refused")
    return Exchange(
        number=int(line["exchange"]),
        kind=str(line.get("kind")),
        format=line.get("format"),
        path=str(request.get("path", "")),
        start=float(times.get("start") or 0.0),
        end=times.get("end"),
        status=line.get("status"),
        asked=reads.asked(body) if reads else [],
        tools=len(items(body.get("tools"))),
        reply=reply,
        error=error,
        tokens=Tokens.from_dict(tokens) if tokens else None,
        marks=tuple(line.get("marks") or ()),
        infra=tuple((item["kind"], item["detail"]) for item in line.get("infra") or ()),
        refused=(refused["reason"], refused["detail"]) if refused else None,
    )


def _reply(reads: _Reads | None, line: Mapping[str, Any]) -> tuple[Reply | None, str]:
    text = str(line.get("reply_body") or "")
    if reads is None or line.get("kind") != "generate" or not text:
        return None, ""
    status = line.get("status") or 0
    if not 200 <= status < 300:
        return None, text
    document = _object(text) or reads.joined(_events(text))
    reply = reads.said(document)
    return (reply, "") if reply.turn.parts or reply.stop else (None, text)


def _events(text: str) -> list[Mapping[str, Any]]:
    reader = Reader()
    found = [*reader.feed(text.encode("utf-8", "surrogatepass")), *reader.close()]
    return [document for event in found if (document := _object(event.data))]


def _object(text: object) -> Mapping[str, Any]:
    try:
        return mapping(json.loads(str(text)))
    except (ValueError, RecursionError):
        return {}
