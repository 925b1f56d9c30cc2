"""Whole runs against the scripted server, with small harnesses that are one command each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.elicit.scripted import Call, Got, Scripted, Turn

from headway.elicit import harness as shelf
from headway.elicit import profile as profiles
from headway.elicit.budget import Budget
from headway.elicit.harness import Harness
from headway.elicit.record import Run
from headway.elicit.record.folder import read
from headway.elicit.run import Plan, run
from headway.elicit.task import Task, find
from headway.elicit.tokens import Tokens

CANARY = "sk-canary/7d1e+55aa==run"

# Asks as our own loop does, without a word of its own and without trying again.
ASKS = """
import json, subprocess, sys, urllib.request
base, model, prompt = sys.argv[1:]
turns = [{"role": "user", "content": prompt}]
while True:
    body = json.dumps({"model": model, "messages": turns, "stream": False}).encode()
    request = urllib.request.Request(
        base + "/v1/chat/completions", body, {"content-type": "application/json"}
    )
    message = json.load(urllib.request.urlopen(request))["choices"][0]["message"]
    turns.append(message)
    if not message.get("tool_calls"):
        break
    for call in message["tool_calls"]:
        command = json.loads(call["function"]["arguments"])["command"]
        done = subprocess.run(["bash", "-c", command], capture_output=True, text=True)
        turns.append({"role": "tool", "tool_call_id": call["id"], "content": done.stdout})
"""

_NOTHING = {"where": {"type": "answer"}, "field": "answer"}
_OBSERVED = {
    "date": "2026-11-25",
    "requests_per_turn": 1,
    "tools": ["bash"],
    "write_file": ["bash", {"command": "{command}"}],
    "on_402": "fails at once",
}


def harness(*command: str, **more: Any) -> Harness:
    """A harness that is one command of the host."""
    return Harness.model_validate(
        {
            "name": "small",
            "title": "A small harness of the tests",
            "source": "tests/elicit/running_tasks.py",
            "formats": ["chat"],
            "command": command,
            "log": {"answer": _NOTHING},
            "licence": {"name": "Apache-2.0", "source": "LICENSE"},
            "observed": _OBSERVED,
            **more,
        }
    )


def asking(**more: Any) -> Harness:
    """A harness that does what the model says."""
    return harness("python3", "-c", ASKS, "{base_url}", "{model}", "{prompt}", **more)


def shell(script: str, **more: Any) -> Harness:
    """A harness that is a script for bash; ``$0`` is the gateway and ``$1`` the model."""
    return harness("bash", "-c", script, "{base_url}", "{model}", **more)


def calls(program: Harness, command: str) -> tuple[Call, ...]:
    """How a harness's model runs a command."""
    tool, arguments = program.observed.write_file
    return (Call(tool, {k: v.replace("{command}", command) for k, v in arguments.items()}),)


def solving(program: Harness) -> list[Turn]:
    """A script that solves the task *lines*."""
    return [
        Turn(
            text="I count.",
            calls=calls(program, "wc -l < notes.txt > count.txt; cat count.txt"),
            tokens=Tokens(100, 20, 3, 40, 5),
        ),
        Turn(text="Done.", tokens=Tokens(150, 30, 0, 7, 2)),
    ]


def spending(program: Harness, command: str = "wc -l < notes.txt > count.txt") -> list[Turn]:
    """A script that solves the task at once and then goes on for ever."""
    return [
        Turn(text="One.", calls=calls(program, command), tokens=Tokens(100, 0, 0, 40, 0)),
        Turn(text="More.", calls=calls(program, "echo more"), tokens=Tokens(100, 0, 0, 40, 0)),
    ]


@dataclass
class Played:
    """A run that was made, its folder, and what the server got."""

    run: Run
    folder: Path
    got: list[Got]


def play(
    out: Path,
    script: Sequence[Turn] | Any,
    program: Harness,
    task: Task | None = None,
    *,
    limit: float = 100_000,
    url: str | None = None,
    profile: dict[str, Any] | None = None,
    **more: Any,
) -> Played:
    """Make one run; a failure is not tried again unless ``pauses`` are given."""
    with Scripted(script) as server:
        model = profiles.load("scripted").at(url or server.url)
        plan = Plan(
            task or find("lines"),
            model.model_copy(update=profile or {}),
            program,
            more.pop("budget", Budget(kind="tokens", limit=limit)),
            out,
            **{"seconds": 60.0, "pauses": (), **more},
        )
        folder = run(plan)
        return Played(read(folder), folder, list(server.got))


def own(name: str) -> Harness:
    """A harness that ships."""
    return shelf.load(name)
