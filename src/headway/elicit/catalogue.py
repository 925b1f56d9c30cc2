"""Tasks by suite, by name or by folder, and what each is made of."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from headway.elicit.held import scratch
from headway.elicit.room import ENVIRONMENT, room
from headway.elicit.sandbox import Mount, Sandbox
from headway.elicit.task import TWIN, Task, find, load, shipped, suites
from headway.elicit.task.folder import TaskFile, read
from headway.errors import SandboxError, TaskError
from headway.ledger.shelf import unknown

__all__ = ["Entry", "catalogue", "chosen"]

# Where a port holds what is to be ported, and its oracle.
_REFERENCE, _PORT = "environment/files/reference/", "solution/port/main."
_LANGUAGES = {"c": "c", "go": "go", "js": "js", "py": "python", "rs": "rust", "sh": "shell"}
_CASES = "tests/cases.py"
_COUNT = """
import random, sys
sys.path.insert(0, "/tests")
import cases
print(sum(1 for _ in cases.cases(random.Random(int(sys.argv[1])))))
"""


@dataclass(frozen=True, slots=True)
class Entry:
    """A task in a list.

    Attributes
    ----------
    task : Task
    languages : tuple of str
        Of a port: from which, to which; else empty.
    cases : int or None
        Hidden cases; None where its tests make none, or no sandbox here can make them.
    lines : int or None
        Of the program that is ported.
    twin : str or None
        Name of its impossible twin.
    """

    task: Task
    languages: tuple[str, ...]
    cases: int | None
    lines: int | None
    twin: str | None

    def row(self) -> dict[str, Any]:
        """As in ``docs/schema/tasks.json``."""
        return {
            "suite": self.task.folder.parent.name,
            "task": self.task.folder.name,
            "languages": list(self.languages),
            "cases": self.cases,
            "lines": self.lines,
            "oracle": self.task.has("solution/solve.sh"),
            "twin": self.twin,
        }


def chosen(names: Sequence[str]) -> tuple[Task, ...]:
    """The tasks of suites, tasks by name, and folders of a task or of several; each once.

    Raises
    ------
    UnknownNameError
        If a name is neither that of a suite or a task that ships, nor the path of a folder.
    TaskError
        If a task cannot be read, or a folder holds none.
    """
    found = [task for name in names for task in _named(name)]
    return tuple({task.folder: task for task in found}.values())


def catalogue(tasks: Sequence[Task]) -> tuple[Entry, ...]:
    """What each of the tasks is made of, in their order.

    Cases are counted by making them, in a sandbox: nothing of a task is run outside of one.
    """
    makers = {task.tests_digest: task for task in tasks if task.has(_CASES)}
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        counts = dict(zip(makers, pool.map(_count, makers.values()), strict=True))
    return tuple(
        Entry(task, _languages(task), counts.get(task.tests_digest), _lines(task), _twin(task))
        for task in tasks
    )


def _named(name: str) -> list[Task]:
    if name in suites():
        return [find(f"{name}/{task}") for task in shipped(name)]
    folder = Path(name)
    if folder.is_dir() and not (folder / "task.toml").exists():
        held = sorted(path for path in folder.iterdir() if (path / "task.toml").exists())
        if not held:
            raise TaskError(
                f"The folder {name} holds no task: a task is a folder with a task.toml."
            )
        return [load(path) for path in held]
    if folder.is_dir() or name.rpartition("/")[2] in shipped():
        return [find(name)]
    raise unknown("suite or task", name, (*suites(), *shipped()), "the path of a folder")


def _languages(task: Task) -> tuple[str, ...]:
    ends = {PurePosixPath(file.path).suffix[1:] for file in _reference(task)}
    source = [_LANGUAGES[end] for end in sorted(ends) if end in _LANGUAGES]
    ports = [file.path.removeprefix(_PORT) for file in task.files if file.path.startswith(_PORT)]
    target = [_LANGUAGES[end] for end in ports if end in _LANGUAGES]
    return (source[0], target[0]) if source and target else ()


def _lines(task: Task) -> int | None:
    texts = [read(task.folder, file) for file in _reference(task)]
    return sum(text.count(b"\n") for text in texts) if texts else None


def _reference(task: Task) -> list[TaskFile]:
    return [file for file in task.files if file.path.startswith(_REFERENCE)]


def _twin(task: Task) -> str | None:
    name = task.folder.name + TWIN
    return name if (task.folder.parent / name / "task.toml").is_file() else None


def _count(task: Task) -> int | None:
    """How many cases the tests of a task make; None where that cannot be tried."""
    with scratch() as temporary:
        tests, empty, out = (temporary / name for name in ("tests", "empty", "out"))
        for folder in (tests, empty, out):
            folder.mkdir()
        task.lay_tests(tests)
        spec = room(task, None, out, 60.0, empty, (Mount(tests, "/tests"),))
        seed = str(task.config.headway.seed)
        try:
            with Sandbox(spec) as box:
                box.start(["python3", "-c", _COUNT, seed], ENVIRONMENT)
                ended = box.wait()
        except SandboxError:
            return None
        if ended is None or ended.exit_code != 0:
            return None
        return int((out / "stdout").read_text(encoding="ascii"))
