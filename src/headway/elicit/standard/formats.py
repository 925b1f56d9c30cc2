"""What the loop sends and reads: two wire formats with a tool, and replies in JSON or in a block.

A format is three functions: the path and body of a request, what a reply says, and the turns that
tell the model what its commands printed.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Data = dict[str, Any]

COMMAND = {"type": "string", "description": "A command for bash."}
PARAMETERS = {"type": "object", "properties": {"command": COMMAND}, "required": ["command"]}
STEP = [
    {"type": "object", "properties": {name: {"type": "string"}}, "required": [name]}
    for name in ("command", "answer")
]
FENCED = re.compile(r"```[a-z]*\n(.*?)```", re.DOTALL)


class Call(NamedTuple):
    """A command that the model asks for; None where its arguments hold none."""

    id: str
    command: str | None


class Reply(NamedTuple):
    """The turn to send back, its text, its calls, and whether it is an answer or was cut."""

    turn: Data
    text: str
    calls: Sequence[Call]
    end: str  # "answer", "cut" or "" (what is no step: it is told so)


class Format(NamedTuple):
    """How the loop speaks to a server."""

    request: Callable[[Data, str, list[Data]], tuple[str, Data]]
    read: Callable[[Data], Reply]
    tell: Callable[[Sequence[tuple[str, str]]], list[Data]]


def command_in(arguments: Any) -> str | None:
    """The command of a call, whose arguments are a dict or its JSON; None if there is none."""
    held = parsed(arguments) if isinstance(arguments, str) else arguments
    command = held.get("command") if isinstance(held, dict) else None
    return command if isinstance(command, str) else None


def parsed(text: str) -> Any:
    """What is in a JSON text; None if it is none."""
    try:
        return json.loads(text)
    except ValueError:
        return None


def chat(rules: Data, system: str, turns: list[Data]) -> tuple[str, Data]:
    """A request for chat completions, with the tool."""
    tool = {"name": "bash", "description": rules["tool"], "parameters": PARAMETERS}
    body = {"messages": [{"role": "system", "content": system}, *turns]}
    return "/v1/chat/completions", {**body, "tools": [{"type": "function", "function": tool}]}


def read_chat(reply: Data) -> Reply:
    """What a reply of chat completions says."""
    choice = reply["choices"][0]
    turn = {key: value for key, value in choice["message"].items() if value is not None}
    calls = [
        Call(call["id"], command_in(call["function"]["arguments"]))
        for call in turn.get("tool_calls") or ()
    ]
    end = "cut" if choice.get("finish_reason") == "length" else "answer"
    return Reply(turn, turn.get("content") or "", calls, end)


def tell_chat(results: Sequence[tuple[str, str]]) -> list[Data]:
    """A turn for each call."""
    return [{"role": "tool", "tool_call_id": id_, "content": text} for id_, text in results]


def messages(rules: Data, system: str, turns: list[Data]) -> tuple[str, Data]:
    """A request in Anthropic's Messages format, with the tool."""
    tool = {"name": "bash", "description": rules["tool"], "input_schema": PARAMETERS}
    return "/v1/messages", {"system": system, "messages": turns, "tools": [tool]}


def read_messages(reply: Data) -> Reply:
    """What a reply in the Messages format says."""
    content = reply["content"]
    text = "".join(block["text"] for block in content if block["type"] == "text")
    uses = [block for block in content if block["type"] == "tool_use"]
    calls = [Call(block["id"], command_in(block["input"])) for block in uses]
    end = "cut" if reply["stop_reason"] == "max_tokens" else "answer"
    return Reply({"role": "assistant", "content": content}, text, calls, end)


def tell_messages(results: Sequence[tuple[str, str]]) -> list[Data]:
    """One turn for all calls."""
    blocks = [{"type": "tool_result", "tool_use_id": id_, "content": t} for id_, t in results]
    return [{"role": "user", "content": blocks}]


def step(rules: Data, system: str, turns: list[Data]) -> tuple[str, Data]:
    """A request for chat completions whose reply the server holds to one step in JSON."""
    del rules
    schema = {"name": "step", "strict": True, "schema": {"anyOf": STEP}}
    body = {"messages": [{"role": "system", "content": system}, *turns]}
    form = {"type": "json_schema", "json_schema": schema}
    return "/v1/chat/completions", {**body, "response_format": form}


def read_step(reply: Data) -> Reply:
    """What a reply in JSON says: a command or the answer, else neither."""
    turn, text, _, _ = read_chat(reply)
    held = parsed(text)
    if isinstance(held, dict) and isinstance(held.get("answer"), str):
        return Reply(turn, held["answer"], (), "answer")
    command = command_in(held)
    return Reply(turn, text, () if command is None else (Call("", command),), "")


def block(rules: Data, system: str, turns: list[Data]) -> tuple[str, Data]:
    """A request for chat completions whose reply is free text."""
    del rules
    body = {"messages": [{"role": "system", "content": system}, *turns]}
    return "/v1/chat/completions", body


def read_block(reply: Data) -> Reply:
    """What free text says: its first fenced block is a command, and without one it is the answer.

    A block that the limit of length cut off is not run.
    """
    turn, text, _, end = read_chat(reply)
    found = FENCED.search(text)
    if found:
        return Reply(turn, text, (Call("", found.group(1).strip()),), "")
    return Reply(turn, text, (), "cut" if "```" in text else end)


def tell_step(results: Sequence[tuple[str, str]]) -> list[Data]:
    """A turn of the user's."""
    return [{"role": "user", "content": text} for _, text in results]


FORMATS = {  # by the rules' mode and the wire format
    ("tools", "chat"): Format(chat, read_chat, tell_chat),
    ("tools", "messages"): Format(messages, read_messages, tell_messages),
    ("reply", "chat"): Format(step, read_step, tell_step),
    ("block", "chat"): Format(block, read_block, tell_step),
}
