"""Small runs for the audit: a real log of the wire, a real work folder, a real task folder."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.elicit.scripted import WHOLE, Call, Turn
from tests.elicit.test_record import made

from headway.elicit.audit import Audit, Checked, Evidence, gather, look
from headway.elicit.gateway.wire import NAME, Spool, Wire
from headway.elicit.record import HarnessUsed, Run, TaskUsed
from headway.elicit.run.changes import changes
from headway.elicit.task import Task, load

TOML = '[environment]\nnetwork_mode = "no-network"\n[metadata.headway]\nroot = "host"\n'


@dataclass
class World:
    """A task and a run of it.

    ``said`` are the steps: a call of a tool with what it printed, the model's words with what they
    are answered, or its words alone. ``examples`` are turns before the task.
    """

    given: dict[str, str] = field(default_factory=dict)
    left: dict[str, str] = field(default_factory=dict)
    said: Sequence[Any] = ()
    instruction: str = "Do what is to be done."
    toml: str = ""
    hidden: dict[str, str] = field(default_factory=dict)
    score: float = 1.0
    name: str = "own/task"
    harness: str = "standard"
    removed: tuple[str, ...] = ()
    checked: Checked | None = None
    knows_task: bool = True
    requests: dict[str, Any] = field(default_factory=dict)
    replies: Sequence[str] = ()
    examples: Sequence[tuple[str, str]] = ()

    def evidence(self, home: Path) -> Evidence:
        task = self.task(home / "task")
        start, folder = home / "start", home / "run"
        start.mkdir(parents=True)
        task.lay_out(start)
        files = {**self.given, **self.left}
        write(folder / "work", {k: v for k, v in files.items() if k not in self.removed})
        wire(folder / NAME, self.said, self.requests, self.replies, self.examples)
        run = self.run(start, folder / "work")
        known = {"task": task, "given": start} if self.knows_task else {}
        return gather(run, folder, checked=self.checked, **known)

    def audit(self, home: Path) -> Audit:
        audit = look(self.evidence(home))
        assert not [why for why in audit.unseen if "(" in why], "a reader of ours fell"
        return audit

    def kinds(self, home: Path) -> list[tuple[str, bool]]:
        return [(one.kind, one.tampers) for one in self.audit(home).findings]

    def task(self, folder: Path) -> Task:
        lines = TOML + self.toml
        write(folder, {"task.toml": lines, "instruction.md": self.instruction})
        write(folder / "tests", {"test.sh": "true\n", **self.hidden})
        write(folder / "environment/files", self.given)
        (folder / "environment/files").mkdir(parents=True, exist_ok=True)
        return load(folder)

    def run(self, start: Path, work: Path) -> Run:
        harness = HarnessUsed(name=self.harness, version=None, digest="d" * 64, command=("h",))
        task = TaskUsed(name=self.name, digest="a" * 64, tests_digest="b" * 64)
        return made(
            task=task, harness=harness, changed=changes(start, work), score=self.score,
            replies=len(self.said),
        )  # fmt: skip


def write(folder: Path, files: dict[str, str]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        place = folder / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, encoding="utf-8")


def bash(command: str, printed: str = "", code: int = 0) -> tuple[str, dict[str, Any], str]:
    """A call of a shell, and what our own loop says of it."""
    return "bash", {"command": command}, f"exit code {code}\n{printed}"


def block(command: str) -> str:
    """A reply in free text, as of our loop for models that call no tools."""
    return f"So:\n```bash\n{command}\n```\n"


def wire(
    path: Path,
    said: Sequence[Any],
    request: dict[str, Any],
    replies: Sequence[str],
    examples: Sequence[tuple[str, str]] = (),
) -> None:
    """The log that the gateway would have written: chat completions, one reply a step."""
    path.parent.mkdir(parents=True, exist_ok=True)
    log = Wire(path)
    turns: list[dict[str, Any]] = [{"role": role, "content": text} for role, text in examples]
    turns.append({"role": "user", "content": "Do it."})
    for number, step in enumerate(said, start=1):
        words = step if isinstance(step, str) else step[0] if len(step) == 2 else None
        turn = Turn(calls=(Call(*step[:2]),)) if words is None else Turn(text=words)
        reply = WHOLE["chat"](turn.numbered(number))
        if number <= len(replies):
            reply = json.loads(replies[number - 1])
        head = {
            "exchange": number, "run": "r", "kind": "generate", "format": "chat",
            "request": {"path": "/v1/chat/completions",
                        "body": json.dumps({"messages": turns, **request})},
            "status": 200, "times": {"start": float(number), "end": number + 0.5}, "tokens": None,
            "marks": [], "infra": [], "refused": None,
        }  # fmt: skip
        spool = Spool()
        spool.add(json.dumps(reply).encode())
        log.write(json.dumps(head).encode(), spool)
        message = reply["choices"][0]["message"]
        turns = [*turns, message]
        if words is not None and words is not step:
            turns.append({"role": "user", "content": step[1]})
        if words is None:
            id_ = message["tool_calls"][0]["id"]
            turns.append({"role": "tool", "tool_call_id": id_, "content": step[2]})
        if number == len(said):
            last = {**head, "exchange": number + 1,
                    "request": {"path": "/v1/chat/completions",
                                "body": json.dumps({"messages": turns})}}  # fmt: skip
            spool = Spool()
            spool.add(json.dumps(WHOLE["chat"](Turn(text="Done.").numbered(number + 1))).encode())
            log.write(json.dumps(last).encode(), spool)
    log.close()
