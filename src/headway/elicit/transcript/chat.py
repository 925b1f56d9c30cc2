"""OpenAI's chat completions (API reference, *Chat*), with the ``reasoning_content`` of others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from headway.elicit.transcript.turns import Part, Reply, Role, Turn, items, mapping, shown
from headway.elicit.transcript.turns import text_parts as pieces

__all__ = ["asked", "joined", "said"]

_ROLES: dict[str, Role] = {
    "system": "system",
    "developer": "system",
    "assistant": "assistant",
    "tool": "tool",
    "function": "tool",
}
_THINKING = ("reasoning_content", "reasoning")


def asked(request: Mapping[str, Any]) -> list[Turn]:
    """The conversation that a request carries."""
    return [_turn(message) for message in items(request.get("messages"))]


def said(reply: Mapping[str, Any]) -> Reply:
    """The model's turn: the first choice."""
    choice = next(iter(items(reply.get("choices"))), {})
    message = mapping(choice.get("message"))
    stop = choice.get("finish_reason")
    return Reply(
        _turn({**message, "role": "assistant"}),
        None if stop is None else str(stop),
        stop == "content_filter" or bool(message.get("refusal")),
    )


def joined(events: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """A stream as the reply it would have been without streaming."""
    whole: dict[str, Any] = {}
    message: dict[str, Any] = {}
    calls: dict[int, dict[str, Any]] = {}
    stop: object = None
    for event in events:
        whole.update({key: event[key] for key in ("id", "model", "usage") if event.get(key)})
        for choice in items(event.get("choices")):
            if choice.get("index", 0) == 0:
                stop = choice.get("finish_reason") or stop
                _add(message, calls, mapping(choice.get("delta")))
    if calls:
        message["tool_calls"] = [calls[index] for index in sorted(calls)]
    whole["choices"] = [{"index": 0, "message": message, "finish_reason": stop}]
    return whole


def _add(
    message: dict[str, Any], calls: dict[int, dict[str, Any]], delta: Mapping[str, Any]
) -> None:
    for key in ("content", "refusal", *_THINKING):
        if delta.get(key):
            message[key] = shown(message.get(key)) + shown(delta[key])
    for piece in items(delta.get("tool_calls")):
        index = piece.get("index", len(calls))
        call = calls.setdefault(index if isinstance(index, int) else 0, {"function": {}})
        call["id"] = piece.get("id") or call.get("id")
        for key, value in mapping(piece.get("function")).items():
            call["function"][key] = shown(call["function"].get(key)) + shown(value)


def _turn(message: Mapping[str, Any]) -> Turn:
    role = _ROLES.get(str(message.get("role")), "user")
    if role == "tool":
        return Turn(role, pieces(message.get("content"), "result", message.get("tool_call_id")))
    text = pieces(message.get("content"))
    thinking = tuple(Part("thinking", shown(message[key])) for key in _THINKING if message.get(key))
    refusal = (Part("text", shown(message["refusal"])),) if message.get("refusal") else ()
    calls = tuple(
        Part(
            "call",
            shown(function.get("arguments")),
            str(function.get("name", "")),
            shown(call.get("id")),
        )
        for call in items(message.get("tool_calls"))
        for function in (mapping(call.get("function")),)
    )
    return Turn(role, thinking[:1] + text + refusal + calls)
