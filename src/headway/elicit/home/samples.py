"""One run as an instance of Every Eval Ever: what was said, and what came of it."""

from __future__ import annotations

import hashlib
import json
from itertools import takewhile
from typing import Any

from headway.elicit.home.talk import conversations, text_of
from headway.elicit.record import Run
from headway.elicit.run.opened import Opened
from headway.elicit.task import find, shipped
from headway.elicit.transcript import Entry, Part, Turn, arguments

__all__ = ["sample"]


def sample(one: Opened, score: float) -> dict[str, Any]:
    """The fields of a sample that are its own; those of the evaluation are added to it."""
    run = one.run
    held = conversations(one.entries())
    messages = _messages(next(iter(held.values())))
    asked = _instruction(run)
    calls = sum(len(message["tool_calls"] or ()) for message in messages)
    return {
        "sample_id": run.task.name,
        # What a harness makes of the instruction is no sign of the same sample.
        "sample_hash": None if asked is None else hashlib.sha256(asked.encode()).hexdigest(),
        "interaction_type": "agentic",
        "input": {"raw": _said(messages) if asked is None else asked, "reference": []},
        "output": None,
        "messages": messages,
        # What the work folder holds is judged, not a text.
        "answer_attribution": [],
        "evaluation": {
            "score": score,
            "is_correct": run.status == "solved",
            "num_turns": max(sum(m["role"] == "assistant" for m in messages), 1),
            "tool_calls_count": calls,
        },
        "token_usage": _tokens(run),
        "performance": {"latency_ms": run.seconds * 1000},
        "error": None if run.ended == "completed" else f"{run.ended}: {run.reason}",
        "metadata": {
            "run": run.id,
            "attempt": str(run.attempt),
            "task_digest": run.task.digest,
            "ended": run.ended,
            "status": run.status,
            "findings": ", ".join(sorted({finding.kind for finding in run.findings})),
        },
    }


def _instruction(run: Run) -> str | None:
    """The task's own words, where it is one that ships: records hold its hash alone."""
    name = run.task.name.rpartition("/")[2]
    if name not in shipped():
        return None
    task = find(name)
    return task.instruction if task.digest == run.task.digest else None


def _said(messages: list[dict[str, Any]]) -> str:
    """All that the harness said as the user before the first reply."""
    before = takewhile(lambda message: message["role"] != "assistant", messages)
    return "\n\n".join(m["content"] or "" for m in before if m["role"] == "user")


def _messages(entries: list[Entry]) -> list[dict[str, Any]]:
    turns = [t for e in entries for t in (*e.new, *((e.reply.turn,) if e.reply else ()))]
    return [_message(number, turn) for number, turn in enumerate(turns)]


def _message(number: int, turn: Turn) -> dict[str, Any]:
    def joined(*kinds: str) -> str | None:
        found = [text_of(part) for part in turn.parts if part.kind in kinds]
        return "\n\n".join(found) if found else None

    calls = [part for part in turn.parts if part.kind == "call"]
    answers = [part.id for part in turn.parts if part.kind == "result" and part.id]
    return {
        "turn_idx": number,
        "role": turn.role,
        "content": joined("text", "result", "other"),
        "reasoning_trace": joined("thinking"),
        "tool_calls": [_call(number, k, part) for k, part in enumerate(calls)] or None,
        "tool_call_id": answers or None,
    }


def _call(number: int, k: int, part: Part) -> dict[str, Any]:
    texts = {
        key: value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        for key, value in arguments(part.text).items()
    }
    return {"id": part.id or f"call-{number}-{k}", "name": part.name, "arguments": texts}


def _tokens(run: Run) -> dict[str, Any]:
    tokens = run.spending.tokens
    return {
        "input_tokens": tokens.input,
        "output_tokens": tokens.output,
        "total_tokens": tokens.input + tokens.output,
        "input_tokens_cache_write": tokens.cache_write,
        "input_tokens_cache_read": tokens.cache_read,
        "reasoning_tokens": tokens.reasoning,
    }
