"""Tasks by path, or by the name of one that ships: a suite is a folder of tasks."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from headway.elicit.task.load import Task, load
from headway.errors import TaskError
from headway.ledger.shelf import unknown

__all__ = ["TWIN", "find", "place", "shipped", "suites"]

TWIN = "-impossible"  # how the name of an impossible twin ends


def suites() -> tuple[str, ...]:
    """Names of the suites that ship."""
    return tuple(sorted(p.name for p in _shelf().iterdir() if p.is_dir() and p.name[0] not in "._"))


def shipped(suite: str | None = None) -> tuple[str, ...]:
    """Names of the tasks of a suite, or of all that ship.

    Raises
    ------
    UnknownNameError
        If there is no such suite.
    """
    if suite is None:
        return tuple(name for known in suites() for name in shipped(known))
    if suite not in suites():
        raise unknown("suite", suite, suites(), "the path of a folder of tasks")
    held = (_shelf() / suite).iterdir()
    return tuple(sorted(path.name for path in held if (path / "task.toml").is_file()))


def place(suite: str, task: str) -> Path:
    """Folder of a task that ships."""
    return _shelf() / suite / task


def find(name: str | Path) -> Task:
    """Read a task by the path of its folder, or by the name of one that ships.

    ``wordcount-c`` and ``porting/wordcount-c`` are the same.

    Raises
    ------
    UnknownNameError
        If it is neither a folder nor a name of ours.
    TaskError
        As :func:`headway.elicit.task.load`, or if several suites have a task of the name.
    """
    text = str(name)
    if Path(text).is_dir():
        return load(Path(text))
    suite, _, short = text.rpartition("/")
    held = [known for known in suites() if suite in {"", known} and short in shipped(known)]
    if not held:
        raise unknown("task", text, shipped(), "the path of its folder")
    if len(held) > 1:
        names = " or ".join(f"{known}/{short}" for known in held)
        raise TaskError(f"There are several tasks {short}: say {names}.")
    return load(place(held[0], short))


def _shelf() -> Path:
    return Path(str(files("headway.elicit").joinpath("tasks")))
