"""OpenAI's Responses (API reference, *Responses* and *Streaming*)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from headway.elicit.transcript.turns import Part, Reply, Role, Turn, items, mapping, shown
from headway.elicit.transcript.turns import text_parts as pieces

__all__ = ["asked", "joined", "said"]

_CALLS = ("function_call", "custom_tool_call", "local_shell_call")
_ROLES: dict[str, Role] = {"system": "system", "developer": "system", "assistant": "assistant"}
_ENDS = ("response.completed", "response.incomplete", "response.failed")


def asked(request: Mapping[str, Any]) -> list[Turn]:
    """The conversation that a request carries; neighbours of one role are one turn."""
    turns = [Turn("system", pieces(request.get("instructions")))]
    given = request.get("input")
    if isinstance(given, str):
        turns.append(Turn("user", pieces(given)))
    for item in items(given):
        role, parts = _item(item)
        if turns[-1].role == role == "assistant":
            turns[-1] = Turn(role, turns[-1].parts + parts)
        else:
            turns.append(Turn(role, parts))
    return [turn for turn in turns if turn.parts]


def said(reply: Mapping[str, Any]) -> Reply:
    """The model's turn: all items of the output."""
    output = items(reply.get("output"))
    parts = tuple(part for item in output for part in _item(item)[1])
    why = mapping(reply.get("incomplete_details")).get("reason")
    refused = why == "content_filter" or any(
        piece.get("type") == "refusal" for item in output for piece in items(item.get("content"))
    )
    stop = why or reply.get("status")
    return Reply(Turn("assistant", parts), None if stop is None else str(stop), refused)


def joined(events: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """A stream as the reply it would have been; a cut one has the items that were finished."""
    done: list[Any] = []
    for event in events:
        kind = event.get("type")
        if kind == "response.output_item.done":
            done.append(event.get("item"))
        if kind in _ENDS:
            whole = dict(mapping(event.get("response")))
            # Some servers leave the output out of the last event.
            return {**whole, "output": whole.get("output") or done}
    return {"output": done}


def _item(item: Mapping[str, Any]) -> tuple[Role, tuple[Part, ...]]:
    kind = str(item.get("type", "message"))
    if kind == "message":
        role = _ROLES.get(str(item.get("role", "user")), "user")
        return role, tuple(_piece(piece) for piece in _pieces(item.get("content")))
    if kind == "reasoning":
        summary = pieces(item.get("summary"), "thinking") or pieces(item.get("content"), "thinking")
        return "assistant", summary
    if kind in _CALLS:
        given = item.get("arguments", item.get("input", item.get("action")))
        name, id_ = str(item.get("name", kind)), shown(item.get("call_id"))
        return "assistant", (Part("call", shown(given), name, id_),)
    if kind.endswith("_output"):
        output = item.get("output")
        text = "\n".join(part.text for part in pieces(output)) if isinstance(output, list) else ""
        return "tool", (Part("result", text or shown(output), id=shown(item.get("call_id"))),)
    return "assistant", (Part("other", "", kind),)


def _pieces(content: object) -> list[Mapping[str, Any]]:
    return [{"text": content}] if isinstance(content, str) else items(content)


def _piece(piece: Mapping[str, Any]) -> Part:
    text = piece.get("text", piece.get("refusal"))
    if text is None:
        return Part("other", "", str(piece.get("type", "?")))
    return Part("text", shown(text))
