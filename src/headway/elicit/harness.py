"""A harness: one agent program, how it is installed, and how it is run; all of it data.

Shipped harnesses are ``elicit/harnesses/NAME.toml``; a user's own is given by its path. Texts hold
placeholders from a closed list (:data:`PLACEHOLDERS`), which are replaced as texts: no shell reads
them, and the task's prompt stands in elements of the command or is all of a seed file.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path, PurePosixPath
from typing import Annotated, Any, Literal

from pydantic import Field, field_validator, model_validator

from headway.elicit.package import Licence, Package, Part, with_lock
from headway.elicit.profile import Format
from headway.errors import HarnessError
from headway.ledger.shelf import Shelf

__all__ = [
    "PLACEHOLDERS",
    "TEXTS",
    "UNPASSED",
    "Harness",
    "Invocation",
    "Log",
    "Observed",
    "Package",
    "Passing",
    "Setting",
    "Where",
    "load",
    "names",
]

PLACEHOLDERS = (
    "prompt",  # the task's instruction: in elements of the command, or as all of a seed file
    "model",  # the model name that the gateway lets pass
    "base_url",  # where the gateway listens, as the harness sees it: no /v1, no slash at the end
    "format",  # the wire format of this run: messages, chat, responses or gemini
    "work",  # folder of the task
    "home",  # home folder of the run, writable, outside of the task's folder
    "folder",  # where the installed harness is mounted, read-only
    "program",  # its program, in that folder
    "runtime",  # the interpreter in that folder, where the package needs one
    "max_turns",
)
# Texts for the model beside the task's; a harness that can be given one says how.
TEXTS = ("system", "addition")
UNPASSED = {
    "system": "its file does not say how its system prompt is replaced ([system]).",
    "addition": "its file does not say how something is added to its prompt ([addition]).",
}
_INDEX = re.compile(r"-?[0-9]{1,6}")
_HELD = re.compile(r"\{([A-Za-z_]+)\}")
_PLACES = {f"{{{name}}}": name for name in TEXTS}
# One argument of a program, as Linux limits it (MAX_ARG_STRLEN), with the byte that ends it.
_LONGEST = 128 * 1024 - 1

Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$")]


class Where(Part):
    """A field in the lines of a log: those in which each of ``where`` holds, by dotted path.

    A number in a path is a place in a list, from its end where it is negative.
    """

    where: dict[str, str]
    field: str

    def last(self, lines: list[dict[str, Any]]) -> Any:
        """Value in the last line that matches, or None."""
        for line in reversed(lines):
            if all(_at(line, path) == value for path, value in self.where.items()):
                found = _at(line, self.field)
                if found is not None:
                    return found
        return None


class Log(Part):
    """The harness's own log: JSON lines on its output, or in a file in its home.

    ``answer``, ``error`` and ``limit`` (of turns, which it was told) are left out where it says no
    such thing in such lines.
    """

    kind: Literal["jsonl"] = "jsonl"
    file: str | None = None
    answer: Where | None = None
    error: Where | None = None
    limit: Where | None = None


class Observed(Part):
    """What was seen on the wire when this version was tried; for people and for tests.

    ``write_file`` is the call with which a model runs a command here, and ``finish`` the call that
    ends its work, where a reply without a call does not.
    """

    date: dt.date
    requests_per_turn: int
    tools: tuple[str, ...]
    write_file: tuple[str, dict[str, str]] | None = None
    finish: tuple[str, dict[str, str]] | None = None
    auxiliary: tuple[str, ...] = ()
    on_402: str
    notes: tuple[str, ...] = ()


class Passing(Part):
    """How a text for the model is given to a harness; used in runs that have one.

    Attributes
    ----------
    command : tuple of str
        Elements that take the place of the element ``{system}`` or ``{addition}`` of the command.
    seed_files : dict of str to str
        Files in the home; the text may only be all of one.
    """

    command: tuple[str, ...] = ()
    seed_files: dict[str, str] = Field(default_factory=dict)


class Setting(Part):
    """What one run fills in; ``system`` and ``addition`` are empty where nothing is given."""

    prompt: str = Field(min_length=1)
    model: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:-]*$")
    base_url: str = Field(pattern=r"^https?://[A-Za-z0-9.:\[\]-]+$")
    format: Format
    work: PurePosixPath
    home: PurePosixPath
    folder: PurePosixPath
    max_turns: int = Field(default=200, ge=1)
    system: str = ""
    addition: str = ""

    @field_validator("prompt", "system", "addition")
    @classmethod
    def _short(cls, prompt: str) -> str:
        if "\0" in prompt or len(prompt.encode()) > _LONGEST:
            raise ValueError(f"an instruction is text of at most {_LONGEST} bytes without NUL")
        return prompt


@dataclass(frozen=True, slots=True)
class Invocation:
    """How one run starts: what to write into its home, its whole environment, its command."""

    argv: tuple[str, ...]
    environment: dict[str, str]
    seed_files: dict[str, str]


class Harness(Part):
    """One agent program as it is run.

    Attributes
    ----------
    name, title, source : str
    package : Package or None
        None for our own loop, which needs no installation.
    formats : tuple of Format
        Wire formats it speaks, the preferred one first.
    command : tuple of str
        Elements of the command line, with placeholders.
    environment : dict of str to str
        The whole environment besides ``HOME`` and ``PATH``, with placeholders.
    seed_files : dict of str to str
        Files that are written into the home before the start: relative path to text, both with
        placeholders; the prompt may only be all of a file.
    system, addition : Passing or None
        How its system prompt is replaced, and how something is added to it; None where it cannot
        be, or nobody tried.
    version_command : tuple of str
        Prints the version; empty for our own loop.
    log : Log
    licence : Licence
    observed : Observed
    """

    name: Name
    title: str
    source: str
    package: Package | None = None
    formats: tuple[Format, ...] = Field(min_length=1)
    command: tuple[str, ...] = Field(min_length=1)
    environment: dict[str, str] = Field(default_factory=dict)
    seed_files: dict[str, str] = Field(default_factory=dict)
    system: Passing | None = None
    addition: Passing | None = None
    version_command: tuple[str, ...] = ()
    log: Log
    licence: Licence
    observed: Observed

    @field_validator("command")
    @classmethod
    def _known(cls, command: tuple[str, ...]) -> tuple[str, ...]:
        _check(tuple(text for text in command if text not in _PLACES), PLACEHOLDERS)
        return command

    @model_validator(mode="after")
    def _placed(self) -> Harness:
        """Each text that can be given has its place, and no place is without a text."""
        for name in TEXTS:
            passing: Passing | None = getattr(self, name)
            if bool(passing and passing.command) != (f"{{{name}}}" in self.command):
                raise ValueError(
                    f"the element {{{name}}} of the command and the table [{name}] with a command "
                    "go together"
                )
            if passing:
                _check(passing.command, (*PLACEHOLDERS[1:], name))
                held = (text for text in passing.seed_files.values() if text != f"{{{name}}}")
                _check((*passing.seed_files, *held), PLACEHOLDERS[1:])
                self._inside(passing.seed_files)
        return self

    @field_validator("environment", "seed_files")
    @classmethod
    def _quiet(cls, texts: dict[str, str]) -> dict[str, str]:
        # The prompt would be read as JSON or TOML there, and could say more than a prompt should;
        # a file that is the prompt and nothing else is read as what it is.
        held = (text for text in texts.values() if text != "{prompt}")
        _check((*texts, *held), PLACEHOLDERS[1:])
        return texts

    @field_validator("environment")
    @classmethod
    def _promptless(cls, texts: dict[str, str]) -> dict[str, str]:
        _check(tuple(texts.values()), PLACEHOLDERS[1:])
        return texts

    @field_validator("seed_files")
    @classmethod
    def _inside(cls, texts: dict[str, str]) -> dict[str, str]:
        for name in texts:
            path = PurePosixPath(name)
            if path.is_absolute() or ".." in path.parts or not path.parts:
                raise ValueError(f"{name!r} is not a path inside the home")
        return texts

    def program(self, platform: str | None = None) -> str:
        """Path of the program in the installed folder; the folder itself for our own loop."""
        return self.package.on(self.package.program, platform) if self.package else "."

    def runtime(self) -> str:
        """Path of the interpreter in the installed folder; the folder itself without one."""
        held = self.package.runtime if self.package else None
        return held.program if held else "."

    def fill(self, setting: Setting) -> Invocation:
        """The command, environment and seed files of one run.

        Raises
        ------
        HarnessError
            If it is given a text that its file does not say how to pass on.
        """
        values = {name: str(getattr(setting, name, "")) for name in (*PLACEHOLDERS, *TEXTS)}
        values["program"] = str(setting.folder / self.program())
        values["runtime"] = str(setting.folder / self.runtime())
        inside = {"HOME": values["home"], "PATH": "/usr/local/bin:/usr/bin:/bin"}
        given = {name: self._passing(name) for name in TEXTS if values[name]}
        files = dict(self.seed_files)
        words: list[str] = []
        for text in self.command:
            if text not in _PLACES:
                words.append(text)
            elif passing := given.get(_PLACES[text]):
                words += passing.command
        for passing in given.values():
            files |= passing.seed_files
        return Invocation(
            argv=tuple(_filled(text, values) for text in words),
            environment=inside | {k: _filled(v, values) for k, v in self.environment.items()},
            seed_files={
                _filled(name, values): _filled(text, values) for name, text in files.items()
            },
        )

    def _passing(self, name: str) -> Passing:
        passing: Passing | None = getattr(self, name)
        if passing is None:
            raise HarnessError(f"{self.title}: {UNPASSED[name]}")
        return passing


def _check(texts: tuple[str, ...], allowed: tuple[str, ...]) -> None:
    for text in texts:
        for name in _HELD.findall(text):
            if name not in allowed:
                raise ValueError(f"{{{name}}} is no placeholder here: {', '.join(allowed)} are")


def _filled(text: str, values: dict[str, str]) -> str:
    return _HELD.sub(lambda found: values[found[1]], text)


def _at(line: Any, path: str) -> Any:
    for part in path.split("."):
        if isinstance(line, dict):
            line = line.get(part)
        elif isinstance(line, list) and _INDEX.fullmatch(part):
            line = next(iter(line[int(part) :][:1]), None)
        else:
            return None
    return line


_SHELF = Shelf("harness", "headway.elicit", "harnesses", Harness, HarnessError)


def names() -> tuple[str, ...]:
    """Names of the shipped harnesses."""
    return _SHELF.names


def load(name: str | Path) -> Harness:
    """Read a harness by name, or a user's own by path (anything ending in ``.toml``).

    Raises
    ------
    UnknownNameError
        If no shipped harness has this name; the nearest are offered.
    HarnessError
        If a file cannot be read, is not TOML, or has a field that a harness does not have.
    """
    harness = _SHELF.load(name)
    if harness.package is None or not harness.package.lock:
        return harness
    own = str(name).endswith(".toml")
    folder = Path(name).parent if own else Path(str(files("headway.elicit"))) / "harnesses"
    return harness.model_copy(update={"package": with_lock(harness.package, folder, str(name))})
