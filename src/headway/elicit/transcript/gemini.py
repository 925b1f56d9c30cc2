"""Google's Gemini (API reference, *generateContent* and *streamGenerateContent*)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from headway.elicit.transcript.turns import Part, Reply, Role, Turn, items, mapping, shown

__all__ = ["asked", "joined", "said"]

# Reasons to stop that are the service's refusal (API reference, *FinishReason*).
_REFUSALS = {"SAFETY", "PROHIBITED_CONTENT", "BLOCKLIST", "SPII"}


def asked(request: Mapping[str, Any]) -> list[Turn]:
    """The conversation that a request carries."""
    system = _parts(request.get("systemInstruction", request.get("system_instruction")))
    turns = [Turn("system", system)] if system else []
    for content in items(request.get("contents")):
        parts = _parts(content)
        role: Role = "assistant" if content.get("role") == "model" else "user"
        if role == "user" and parts and all(part.kind == "result" for part in parts):
            role = "tool"
        turns.append(Turn(role, parts))
    return turns


def said(reply: Mapping[str, Any]) -> Reply:
    """The model's turn: the first candidate."""
    candidate = next(iter(items(reply.get("candidates"))), {})
    blocked = mapping(reply.get("promptFeedback")).get("blockReason")
    stop = candidate.get("finishReason", blocked)
    return Reply(
        Turn("assistant", _parts(candidate.get("content"))),
        None if stop is None else str(stop),
        bool(blocked) or stop in _REFUSALS,
    )


def joined(events: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """A stream as the reply it would have been without streaming."""
    whole: dict[str, Any] = {}
    parts: list[Mapping[str, Any]] = []
    last: dict[str, Any] = {}
    for event in events:
        whole.update({key: value for key, value in event.items() if key != "candidates"})
        candidate = next(iter(items(event.get("candidates"))), {})
        last.update({key: value for key, value in candidate.items() if key != "content"})
        parts += items(mapping(candidate.get("content")).get("parts"))
    return {**whole, "candidates": [{**last, "content": {"role": "model", "parts": parts}}]}


def _parts(content: object) -> tuple[Part, ...]:
    found: list[Part] = []
    for piece in items(mapping(content).get("parts")):
        part = _part(piece)
        if part.kind == "text" and not part.text:
            continue  # the last piece of a stream carries only the end
        # A stream gives one text in many pieces.
        if found and part.kind == found[-1].kind and part.kind in {"text", "thinking"}:
            part = Part(part.kind, found.pop().text + part.text)
        found.append(part)
    return tuple(found)


def _part(piece: Mapping[str, Any]) -> Part:
    if "functionCall" in piece:
        call = mapping(piece["functionCall"])
        return Part(
            "call", shown(call.get("args")), str(call.get("name", "")), shown(call.get("id"))
        )
    if "functionResponse" in piece:
        answer = mapping(piece["functionResponse"])
        name, id_ = str(answer.get("name", "")), shown(answer.get("id"))
        return Part("result", shown(answer.get("response")), name, id_)
    if "text" in piece:
        return Part("thinking" if piece.get("thought") else "text", shown(piece["text"]))
    return Part("other", "", next(iter(piece), "?"))
