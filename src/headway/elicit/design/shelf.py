"""The profiles, harnesses and tasks that a design names, each read once."""

from __future__ import annotations

from pathlib import Path

from headway.elicit import harness as harnesses
from headway.elicit import profile as profiles
from headway.elicit import task as tasks
from headway.elicit.design.model import Design
from headway.elicit.harness import Harness
from headway.elicit.profile import Profile
from headway.elicit.task import TWIN, Task
from headway.errors import DesignError, UnknownNameError
from headway.ledger.shelf import unknown

__all__ = ["Shelf"]


class Shelf:
    """What was read so far, by the name that a design gives it."""

    def __init__(self) -> None:
        self._profiles: dict[str, Profile] = {}
        self._harnesses: dict[str, Harness] = {}
        self._tasks: dict[str, Task] = {}
        self._lists: dict[tuple[str, ...], tuple[str, ...]] = {}

    @classmethod
    def of(cls, design: Design) -> Shelf:
        """A shelf on which all names of a design were looked up, even those that nothing uses.

        Raises
        ------
        UnknownNameError, ProfileError, HarnessError, TaskError, DesignError
            For the first name that is not known or whose file is wrong.
        """
        shelf = cls()
        words = {"common", "own", "each"}
        for model in design.models:
            shelf.profile(model)
        named = (setup.harness for setup in design.setups.values())
        for name in (*design.harnesses, design.common, *named):
            if name not in words:
                shelf.harness(name)
        shelf.tasks(design)
        return shelf

    def profile(self, name: str) -> Profile:
        """A profile by name or path."""
        if name not in self._profiles:
            self._profiles[name] = profiles.load(name)
        return self._profiles[name]

    def harness(self, name: str) -> Harness:
        """A harness by name or path."""
        if name not in self._harnesses:
            self._harnesses[name] = harnesses.load(name)
        return self._harnesses[name]

    def task(self, name: str) -> Task:
        """A task by the path of its folder, or by the name of one that ships."""
        if name not in self._tasks:
            self._tasks[name] = tasks.find(name)
        return self._tasks[name]

    def tasks(self, design: Design) -> tuple[str, ...]:
        """Names or paths of all tasks, suites and folders of several replaced by what they hold.

        Raises
        ------
        DesignError
            If a folder holds no task, or two tasks have the same name.
        """
        if design.tasks in self._lists:
            return self._lists[design.tasks]
        found = dict.fromkeys(name for given in design.tasks for name in _held(given))
        titles: dict[str, str] = {}
        for name in found:
            title = self.task(name).name
            if title in titles:
                raise DesignError(
                    f"The design {design.name}: {titles[title]} and {name} are two tasks of the "
                    f"name {title}; rename one."
                )
            titles[title] = name
        return self._lists.setdefault(design.tasks, tuple(found))


def _held(name: str) -> tuple[str, ...]:
    path = Path(name)
    if path.is_absolute():
        if not path.is_dir():
            raise UnknownNameError(f"There is no folder {name!r} of a task, or of tasks.")
        return (name,) if (path / "task.toml").exists() else _inside(path, name)
    if name in tasks.shipped():
        return (name,)
    # To pass an impossible twin is no success: a suite leaves them out, and they have a name.
    held: dict[str, list[str]] = {}
    for suite in tasks.suites():
        for task in tasks.shipped(suite):
            held.setdefault(suite + TWIN if task.endswith(TWIN) else suite, []).append(task)
    if name not in held:
        raise unknown("suite or task", name, (*held, *tasks.shipped()), "the path of its folder")
    return tuple(held[name])


def _inside(folder: Path, name: str) -> tuple[str, ...]:
    held = sorted(path for path in folder.iterdir() if (path / "task.toml").exists())
    if not held:
        raise DesignError(f"The folder {name} holds no task: a task is a folder with a task.toml.")
    return tuple(map(str, held))
