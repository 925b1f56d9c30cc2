"""Anthropic's Messages (API reference, *Create a Message* and *Streaming Messages*)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from headway.elicit.transcript.turns import Part, Reply, Turn, items, mapping, shown, text_parts

__all__ = ["asked", "joined", "said"]

_STATES = {"text": "text", "thinking": "thinking", "partial_json": "_json"}


def asked(request: Mapping[str, Any]) -> list[Turn]:
    """The conversation that a request carries."""
    system = text_parts(request.get("system"))
    turns = [Turn("system", system)] if system else []
    for message in items(request.get("messages")):
        parts = _parts(message.get("content"))
        if message.get("role") == "assistant":
            turns.append(Turn("assistant", parts))
        else:
            results = tuple(part for part in parts if part.kind == "result")
            rest = tuple(part for part in parts if part.kind != "result")
            turns += [Turn("tool", results)] if results else []
            turns += [Turn("user", rest)] if rest else []
    return turns


def said(reply: Mapping[str, Any]) -> Reply:
    """The model's turn."""
    stop = reply.get("stop_reason")
    return Reply(
        Turn("assistant", _parts(reply.get("content"))),
        None if stop is None else str(stop),
        stop == "refusal",
    )


def joined(events: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """A stream as the reply it would have been without streaming."""
    whole: dict[str, Any] = {}
    blocks: dict[int, dict[str, Any]] = {}
    for event in events:
        kind, index = event.get("type"), event.get("index")
        if kind == "message_start":
            whole.update(mapping(event.get("message")))
        elif kind == "content_block_start" and isinstance(index, int):
            blocks[index] = {**mapping(event.get("content_block"))}
        elif kind == "content_block_delta" and isinstance(index, int):
            _add(blocks.setdefault(index, {}), mapping(event.get("delta")))
        elif kind == "message_delta":
            whole.update(mapping(event.get("delta")))
    whole["content"] = [_closed(blocks[index]) for index in sorted(blocks)]
    return whole


def _add(block: dict[str, Any], delta: Mapping[str, Any]) -> None:
    for field, name in _STATES.items():
        if field in delta:
            block[name] = shown(block.get(name, "")) + shown(delta[field])


def _closed(block: dict[str, Any]) -> dict[str, Any]:
    text = block.pop("_json", "")
    if text:
        try:
            block["input"] = json.loads(text)
        except ValueError:
            block["input"] = text
    return block


def _parts(content: object) -> tuple[Part, ...]:
    if isinstance(content, str):
        return text_parts(content)
    return tuple(_part(block) for block in items(content))


def _part(block: Mapping[str, Any]) -> Part:
    kind = block.get("type")
    if kind == "text":
        return Part("text", shown(block.get("text")))
    if kind == "thinking":
        return Part("thinking", shown(block.get("thinking")))
    if kind == "tool_use":
        name, id_ = str(block.get("name", "")), shown(block.get("id"))
        return Part("call", shown(block.get("input")), name, id_)
    if kind == "tool_result":
        inside = text_parts(block.get("content"))
        text = "\n".join(part.text or f"[{part.name}]" for part in inside)
        return Part("result", text, id=shown(block.get("tool_use_id")))
    return Part("other", "", str(kind))
