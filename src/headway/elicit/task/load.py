"""A task: its instruction, settings and files."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import Literal, TypeAlias

from pydantic import ValidationError

from headway.elicit.task import folder as disk
from headway.elicit.task.config import TaskConfig
from headway.elicit.task.folder import TaskFile
from headway.errors import TaskError

__all__ = ["Needs", "Task", "load"]

Needs: TypeAlias = Literal["nothing", "image"]

_COMPOSE = ("docker-compose.yaml", "docker-compose.yml", "compose.yaml", "compose.yml")


@dataclass(frozen=True)
class Task:
    """A task folder that was read and checked.

    Attributes
    ----------
    name : str
        Name of the folder, or the one that ``[task]`` states.
    folder : Path
    instruction : str
        What the agent is told, as it stands in ``instruction.md``.
    config : TaskConfig
    files : tuple of TaskFile
        Everything in the folder.
    """

    name: str
    folder: Path
    instruction: str
    config: TaskConfig
    files: tuple[TaskFile, ...]

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the whole folder: two runs with one digest had the same task."""
        return disk.digest(self.files)

    @cached_property
    def tests_digest(self) -> str:
        """SHA-256 of ``tests/`` alone."""
        return disk.digest(self.files, "tests/")

    @cached_property
    def environment_digest(self) -> str:
        """SHA-256 of ``environment/`` alone: what an image of the task is built from."""
        return disk.digest(self.files, "environment/")

    @property
    def seed(self) -> int | None:
        """Seed of the hidden cases; None where the tests are the same every time."""
        return self.config.headway.seed if self.config.headway.stages else None

    def with_seed(self, seed: int) -> Task:
        """The same task with other hidden cases, drawn by this seed.

        Raises
        ------
        TaskError
            If its tests are the same every time.
        """
        if self.config.headway.stages is None:
            raise TaskError(f"The task {self.name} makes no cases: its tests are always the same.")
        own = self.config.headway.model_copy(update={"seed": seed})
        return replace(self, config=self.config.model_copy(update={"headway": own}))

    @property
    def needs(self) -> Needs:
        """Whether the sandbox must be an image, or any Linux with the usual tools will do."""
        return "nothing" if self.config.headway.root == "host" else "image"

    def lay_out(self, into: Path) -> None:
        """Write what the agent finds in its work folder."""
        disk.copy(self.folder, self.files, f"environment/{self.config.headway.files}/", into)

    def lay_tests(self, into: Path) -> None:
        """Write the pristine tests, for the verifier's sandbox alone."""
        disk.copy(self.folder, self.files, "tests/", into)

    def lay_solution(self, into: Path, script: str = "solve.sh") -> None:
        """Write the reference solution, for the oracle's sandbox alone.

        Raises
        ------
        TaskError
            If the task has none.
        """
        if not self.has(f"solution/{script}"):
            raise TaskError(f"The task {self.name} has no solution/{script}.")
        disk.copy(self.folder, self.files, "solution/", into)

    def lay_whole(self, into: Path) -> None:
        """Write all of the task into an empty folder, as a harness that knows only Harbor reads it.

        What the task shares with others lies in its own folders then, and is not named any more.
        """
        disk.copy(self.folder, self.files, "", into)
        stated = into / "task.toml"
        text = stated.read_text(encoding="utf-8")
        stated.write_text(_without_shared(text), encoding="utf-8")

    def has(self, path: str) -> bool:
        """Whether the folder has this file."""
        return any(file.path == path for file in self.files)


def load(folder: Path) -> Task:
    """Read and check a task folder.

    Raises
    ------
    TaskError
        Naming file and field: a link or special file, a path that is absolute or leads out, a
        missing file, a field that the format does not have, or a need that no sandbox here meets
        (compose, accelerators, several steps, variables of the host).
    """
    if not folder.is_dir():
        raise TaskError(f"{folder} is no folder; a task is a folder with a task.toml.")
    # The folder itself may be reached by a link; what lies in it may not be one.
    folder = folder.resolve()
    found = disk.scan(folder)
    texts = {file.path: file for file in found}
    for needed in ("task.toml", "instruction.md", "tests/test.sh"):
        if needed not in texts:
            raise TaskError(f"{folder}: {needed} is missing; Harbor's task folder needs it.")
    config = _config(folder, _text(folder, texts["task.toml"]))
    instruction = _text(folder, texts["instruction.md"]).strip()
    if not instruction:
        raise TaskError(f"{folder / 'instruction.md'} is empty: the agent would be told nothing.")
    found = disk.laid(folder, found, config.headway.shared)
    _refuse_compose(folder, {file.path for file in found})
    _check_stages(folder, config, {file.path for file in found})
    name = str(config.task.get("name") or folder.name)
    return Task(name, folder, instruction, config, found)


def _without_shared(text: str) -> str:
    """The same settings but for the table of what is shared."""
    table = "[metadata.headway.shared]"
    kept, inside = [], False
    for line in text.splitlines(keepends=True):
        inside = line.strip() == table or (inside and not line.startswith("["))
        if not inside:
            kept.append(line)
    return "".join(kept)


def _check_stages(folder: Path, config: TaskConfig, paths: set[str]) -> None:
    if config.headway.stages is None:
        return
    for stage, script in config.headway.stages:
        if script is not None and f"tests/{script}" not in paths:
            raise TaskError(
                f"{folder / 'task.toml'}, metadata.headway.stages.{stage}: there is no "
                f"tests/{script} in the task, nor in what it shares."
            )


def _refuse_compose(folder: Path, paths: set[str]) -> None:
    for path in sorted(paths):
        place = PurePosixPath(path)
        if place.parts[0] in {"environment", "tests"} and place.name.lower() in _COMPOSE:
            raise TaskError(
                f"{folder / path}: tasks of several containers (compose) are not run; "
                "put what the task needs into one image or into plain files."
            )


def _config(folder: Path, text: str) -> TaskConfig:
    where = folder / "task.toml"
    try:
        config = TaskConfig.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise TaskError(f"{where} is not valid TOML: {error}.") from None
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        field = ".".join(str(part) for part in first["loc"]) or "the file"
        raise TaskError(f"{where}, {field}: {_reason(first['type'], first['msg'])}.") from None
    if refusal := config.refusal():
        raise TaskError(f"{where}, {refusal}.")
    return config


def _reason(kind: str, message: str) -> str:
    if kind == "extra_forbidden":
        return "Harbor's format has no such field; take it out or put it under [metadata]"
    return message.removeprefix("Value error, ").rstrip(".")


def _text(folder: Path, file: TaskFile) -> str:
    try:
        return disk.read(folder, file).decode("utf-8")
    except UnicodeDecodeError:
        raise TaskError(f"{folder / file.path} is not UTF-8 text; save it as UTF-8.") from None
