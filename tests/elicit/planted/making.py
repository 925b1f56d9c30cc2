"""Runs of the planted trajectories: real ones, of scripted agents, each made once."""

from __future__ import annotations

import fcntl
import filecmp
import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.elicit.planted.serverside import SAYS
from tests.elicit.planted.trajectories import HERE, Case, Said
from tests.elicit.running_tasks import CANARY, calls, own, play
from tests.elicit.scripted import Call, Got, Turn

from headway.elicit.harness import Harness
from headway.elicit.record.folder import read
from headway.elicit.run.opened import opened
from headway.elicit.task import Task, find, load

_TASKS = HERE / "tasks"


def tasks(place: Path) -> None:
    """Build the tasks of this folder, each with its repository where it has a history."""
    with _alone(place / "locks" / "tasks"):
        if (place / "tasks").exists():
            return
        draft = place / "tasks.draft"
        shutil.rmtree(draft, ignore_errors=True)
        shutil.copytree(_TASKS, draft, ignore=shutil.ignore_patterns("__pycache__", ".ruff_cache"))
        for script in sorted(draft.glob("*/history.sh")):
            files = script.parent / "environment/files"
            files.mkdir(parents=True, exist_ok=True)
            subprocess.run(["bash", script], cwd=files, check=True)
            script.unlink()
        draft.rename(place / "tasks")


def task_of(case: Case, place: Path) -> Task:
    """The task of a trajectory: one of these, or one that ships."""
    if (_TASKS / case.task).is_dir():
        return load(place / "tasks" / case.task)
    return find(case.task)


def made(case: Case, place: Path, installed: Path | None = None) -> Path:
    """The folder of a trajectory's run, which the first that asks makes."""
    tasks(place)
    at = place / "runs" / case.name
    with _alone(place / "locks" / case.name):
        found = next(at.glob("*/run.json"), None)
        if found:
            return found.parent
        with _key():
            return _play(case, task_of(case, place), at, installed)


def differences(case: Case, folder: Path) -> list[str]:
    """What of a run is not as the trajectory says."""
    run = read(folder)
    wrong = []
    if run.ended != "completed":
        wrong.append(f"ended as {run.ended}: {run.reason}")
    least, most = case.score
    if run.score is None or not least - 0.005 <= run.score <= most + 0.005:
        wrong.append(f"score {run.score}, and not {least} to {most}")
    if run.replies != len(case.turns):
        wrong.append(f"{run.replies} replies, and not {len(case.turns)}")
    seen = printed(folder)
    wrong += [f"no {proof!r} in what was printed" for proof in case.proof if not _in(proof, seen)]
    for name, proof in case.left.items():
        path = folder / "work" / name
        text = path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""
        if not _in(proof, text):
            wrong.append(f"no {proof!r} in the {name} that was left")
    return wrong


def edited(task: Task, folder: Path) -> list[str]:
    """Given tests that are not in a run's work folder as they were given."""
    with TemporaryDirectory() as scratch:
        start = Path(scratch)
        task.lay_out(start)
        given = [path for name in task.config.headway.given_tests for path in _files(start / name)]
        paths = [path.relative_to(start) for path in given]
        pairs = [(folder / "work" / path, start / path, str(path)) for path in paths]
        return [name for kept, first, name in pairs if not _same(kept, first)]


def _same(kept: Path, first: Path) -> bool:
    return kept.is_file() and filecmp.cmp(kept, first, shallow=False)


def _files(path: Path) -> list[Path]:
    return [path] if path.is_file() else [one for one in path.rglob("*") if one.is_file()]


def printed(folder: Path) -> str:
    """What the commands of a run printed."""
    parts = [
        part.text
        for entry in opened(folder).entries()
        for turn in entry.new
        for part in turn.parts
        if part.kind == "result"
    ]
    return "\n".join(parts)


def _in(pattern: str, text: str) -> bool:
    return re.search(pattern, text, re.MULTILINE) is not None


def _play(case: Case, task: Task, out: Path, installed: Path | None) -> Path:
    program = own(case.harness)
    if case.harness == "standard":
        program = program.model_copy(update={"formats": (case.format,)})
    more: dict[str, Any] = {"installed": installed, "seconds": 240.0}
    return play(out, _script(case, program), program, task, limit=10**7, **more).folder


def _script(case: Case, program: Harness) -> Any:
    turns = iter([_turn(said, number, program) for number, said in enumerate(case.turns)])

    def script(got: Got) -> Turn:
        return next(turns, Turn(text="Done."))

    return script


def _turn(said: Said, number: int, program: Harness) -> Turn:
    asked = tuple(
        replace(call, id=f"call_{number}_{place}")
        for place, command in enumerate(said.commands)
        for call in _calls(command, program)
    )
    turn = Turn(text=said.text, calls=asked)
    return replace(turn, says=SAYS[said.server](turn)) if said.server else turn


def _calls(command: str | dict[str, Any], program: Harness) -> tuple[Call, ...]:
    if isinstance(command, str):
        return calls(program, command)
    (name, arguments), *none = command.items()
    assert not none, json.dumps(command)
    return (Call(name, arguments),)


@contextmanager
def _key() -> Iterator[None]:
    """The key that the gateway takes from its environment."""
    before = os.environ.get("HEADWAY_SCRIPTED_KEY")
    os.environ["HEADWAY_SCRIPTED_KEY"] = CANARY
    try:
        yield
    finally:
        if before is None:
            del os.environ["HEADWAY_SCRIPTED_KEY"]
        else:
            os.environ["HEADWAY_SCRIPTED_KEY"] = before


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """One process at a time."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
