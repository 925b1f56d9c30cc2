"""A run in the Agent Trajectory Interchange Format, ATIF (Harbor's RFC 0001), version 1.7.

Written by the field rules of ``harbor.models.trajectories`` in Harbor 0.26 (PyPI): version 1.8
adds audio alone, so that readers of both read this.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from typing import Any

from headway.elicit.home.talk import conversations, text_of
from headway.elicit.record import Run
from headway.elicit.tokens import Tokens
from headway.elicit.transcript import Entry, Part, Trajectory, Turn, arguments

__all__ = ["VERSION", "atif"]

VERSION = "ATIF-v1.7"
Step = dict[str, Any]


def atif(run: Run, trajectory: Trajectory) -> dict[str, Any] | None:
    """The trajectory of a run; None where nothing was asked of a model.

    The conversation in which the model replied most often is the trajectory; others are embedded
    beside it, without a reference from a step: the wire does not say which are subagents, and
    which a history that the harness wrote anew.
    """
    threads: dict[int, _Thread] = {}
    for number, held in conversations(trajectory.entries).items():
        thread = _Thread(trajectory.started)
        for entry in held:
            thread.add(entry)
        if thread.steps:
            threads[number] = thread
    if not threads:
        return None
    main, *others = threads
    beside = [{**_head(run, f"{run.id}/{k}"), **threads[k].body()} for k in others]
    return {
        **_head(run, run.id),
        **threads[main].body(_money(run)),
        "notes": _notes(len(beside)),
        "extra": {"headway": _facts(run)},
        **({"subagent_trajectories": beside} if beside else {}),
    }


class _Thread:
    """The steps of one conversation."""

    def __init__(self, started: dt.datetime) -> None:
        self.steps: list[Step] = []
        self._started = started
        self._waiting: list[tuple[Part, str]] = []
        self._last: Step | None = None
        self._tokens: list[Tokens] = []

    def add(self, entry: Entry) -> None:
        """What one request adds: what the harness says, then what the model replies."""
        for turn in entry.new:
            if turn.role == "tool":
                self._results(turn.parts, self._at(entry.at))
            elif turn.role == "assistant":
                self._agent(turn, self._at(entry.at), {"is_copied_context": True})
            else:
                step = {"source": turn.role, "message": _text(turn.parts)}
                self._put(self._at(entry.at), step)
        if entry.reply is None:
            return
        more: Step = {"llm_call_count": 1, "extra": _of_reply(entry)}
        if entry.tokens is not None:
            self._tokens.append(entry.tokens)
            more["metrics"] = _metrics(entry.tokens)
        self._agent(entry.reply.turn, self._at(entry.at + (entry.seconds or 0.0)), more)

    def body(self, money: float | None = None) -> dict[str, Any]:
        """The steps with what they come to."""
        sums = {
            "total_prompt_tokens": sum(t.input for t in self._tokens),
            "total_completion_tokens": sum(t.output for t in self._tokens),
            "total_cached_tokens": sum(t.cache_read for t in self._tokens),
            "total_steps": len(self.steps),
        }
        cost = {} if money is None else {"total_cost_usd": money}
        return {"steps": self.steps, "final_metrics": {**sums, **cost}}

    def _agent(self, turn: Turn, at: str, more: Step) -> None:
        thinking = "\n\n".join(part.text for part in turn.parts if part.kind == "thinking")
        self._waiting = _named([part for part in turn.parts if part.kind == "call"])
        calls = [
            {"tool_call_id": name, "function_name": part.name, "arguments": arguments(part.text)}
            for part, name in self._waiting
        ]
        step = {
            "source": "agent",
            "message": _text(turn.parts),
            **({"reasoning_content": thinking} if thinking else {}),
            **({"tool_calls": calls} if calls else {}),
            **more,
        }
        self._last = self._put(at, step)

    def _results(self, parts: Iterable[Part], at: str) -> None:
        """Results stand with the step that called; before any, in a step of their own."""
        if self._last is None:
            self._last = self._put(at, {"source": "system", "message": ""})
        results = self._last.setdefault("observation", {"results": []})["results"]
        for part in parts:
            name = self._answered(part)
            tied = {"source_call_id": name} if name else {}
            results.append({**tied, "content": text_of(part)})

    def _answered(self, result: Part) -> str | None:
        """The call that a result answers: by its id where both have one, else in order."""
        for call, name in self._waiting:
            tied = call.id == result.id if call.id and result.id else result.name in {"", call.name}
            if tied:
                self._waiting.remove((call, name))
                return name
        return None

    def _put(self, at: str, step: Step) -> Step:
        self.steps.append({"step_id": len(self.steps) + 1, "timestamp": at, **step})
        return self.steps[-1]

    def _at(self, seconds: float) -> str:
        return (self._started + dt.timedelta(seconds=seconds)).isoformat(timespec="milliseconds")


def _named(calls: list[Part]) -> list[tuple[Part, str]]:
    """Calls with ids that are their own; where the wire gives none, or one twice, a made one."""
    count = Counter(part.id for part in calls)
    return [
        (part, part.id if part.id and count[part.id] == 1 else f"{part.id or 'call'}-{k}")
        for k, part in enumerate(calls, start=1)
    ]


def _text(parts: Iterable[Part]) -> str:
    return "\n\n".join(text_of(part) for part in parts if part.kind in {"text", "result", "other"})


def _of_reply(entry: Entry) -> dict[str, Any]:
    assert entry.reply is not None
    told = {"exchange": entry.number, "stop": entry.reply.stop, "refused": entry.reply.refused}
    return {**told, "marks": list(entry.marks)} if entry.marks else told


def _metrics(tokens: Tokens) -> dict[str, Any]:
    more = {
        "cache_write_tokens": tokens.cache_write,
        "reasoning_tokens": tokens.reasoning,
        "estimated": tokens.estimated,
    }
    return {
        "prompt_tokens": tokens.input,
        "completion_tokens": tokens.output,
        "cached_tokens": tokens.cache_read,
        "extra": more,
    }


def _head(run: Run, name: str) -> dict[str, Any]:
    return {
        "schema_version": VERSION,
        "session_id": run.id,
        "trajectory_id": name,
        "agent": {
            "name": run.harness.name,
            # Our own loop states no version: what ran is told by its hash.
            "version": run.harness.version or f"sha256:{run.harness.digest[:12]}",
            "model_name": run.model.asked,
            "extra": {"digest": run.harness.digest, "sampling": run.model.sampling},
        },
    }


def _money(run: Run) -> float | None:
    return run.spending.money if run.spending.currency == "USD" else None


def _notes(beside: int) -> str:
    said = "Made from the log of the wire, not from the harness's own log. "
    if beside:
        said += (
            f"{beside} more conversations of the run are embedded as subagent_trajectories; no "
            "step refers to them, because the wire does not say whether they are subagents or a "
            "history that the harness wrote anew. Totals of tokens are of each conversation; "
            "money is of the run. "
        )
    return said + "Requests without a reply are in the run's record alone."


def _facts(run: Run) -> dict[str, Any]:
    return {
        "task": run.task.name,
        "task_digest": run.task.digest,
        "profile": run.model.profile,
        "attempt": run.attempt,
        "setup": run.setup.model_dump(mode="json"),
        "ended": run.ended,
        "reason": run.reason,
        "status": run.status,
        "score": run.score,
        "unit": run.spending.unit,
        "spent": run.spending.spent,
        "limit": run.spending.limit,
    }
