"""Programs that a task needs of the machine, and the files of languages that it hides."""

from __future__ import annotations

import fnmatch
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from headway.elicit.sandbox.interpreter import FOLDER
from headway.elicit.task import Task
from headway.errors import TaskError

__all__ = [
    "Program",
    "check",
    "for_agent",
    "for_work",
    "hidden",
    "installed",
    "lack",
    "languages",
    "versions",
]


_ROOTS = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")
_DATA = {"/usr/share", "/usr/include", "/usr/src"}  # neither programs nor libraries


@dataclass(frozen=True, slots=True)
class Program:
    """A program of the machine that tasks call.

    Attributes
    ----------
    name, path : str
    packages : tuple of str
        Debian's packages that bring it.
    version : tuple of str
        Arguments with which it tells its version.
    oldest : str
        Version that tasks are written for.
    """

    name: str
    path: str
    packages: tuple[str, ...]
    version: tuple[str, ...]
    oldest: str


@dataclass(frozen=True, slots=True)
class _Language:
    files: re.Pattern[str]
    folders: re.Pattern[str]
    marks: tuple[str, ...]
    makes: bool


def check(task: Task) -> None:
    """See that the machine has the programs that a task needs.

    Raises
    ------
    TaskError
        Naming the program that is missing or too old, and the Debian packages that bring it.
    """
    known, where = _programs(), task.folder / "task.toml"
    for name in task.config.headway.needs:
        if name not in known:
            raise TaskError(
                f"{where}, metadata.headway.needs: nothing is known of {name!r}; there are "
                f"{', '.join(known)}."
            )
        if lacking := lack(known[name]):
            raise TaskError(f"The task {task.name}: {lacking}")
    own = task.config.headway
    for language in (*own.hides, *((own.language,) if own.language else ())):
        if language not in languages():
            raise TaskError(
                f"{where}, metadata.headway: nothing is known of the language {language!r}; there "
                f"are {', '.join(languages())}."
            )


def lack(program: Program) -> str:
    """What is wrong with a program on this machine, in a sentence; empty for nothing."""
    found = _version(program)
    install = f"apt-get install {' '.join(program.packages)} (Debian)."
    wanted = f"{program.name} {program.oldest} or newer is needed as {program.path}, and"
    if found is None:
        return f"{wanted} is not on this machine: {install}"
    if _number(found) < _number(program.oldest):
        return f"{wanted} it is {found}: {install}"
    return ""


def versions(task: Task) -> dict[str, str]:
    """Version of each program that the task needs and this machine has."""
    known = _programs()
    found = {name: _version(known[name]) for name in task.config.headway.needs if name in known}
    return {name: version for name, version in found.items() if version}


def languages() -> tuple[str, ...]:
    """Languages whose files can be hidden."""
    return tuple(_languages())


def for_agent(task: Task) -> tuple[str, ...]:
    """Paths that the agent does not see: compilers of the language it is to port from."""
    known = _languages()
    return hidden(tuple(name for name in task.config.headway.hides if known[name].makes))


def for_work(task: Task) -> tuple[str, ...]:
    """Paths that are not there when the agent's work is run."""
    own = task.config.headway
    others = () if own.language is None else tuple(n for n in languages() if n != own.language)
    return hidden(tuple(dict.fromkeys((*own.hides, *others))))


def hidden(names: tuple[str, ...]) -> tuple[str, ...]:
    """Files and folders of these languages on this machine, none below another.

    They are looked for by name in all that a sandbox shows of the host. Hiding Python hides the
    sandbox's own, too.
    """
    if not names:
        return ()
    found = {path for name, path in _scan() if name in names}
    own = (FOLDER,) if "python" in names else ()
    return (*own, *sorted(path for path in found if not found & set(_above(path))))


def installed() -> list[tuple[str, int, int]]:
    """What tells one installation of the programs from another: paths, sizes and times."""
    found = []
    for program in _programs().values():
        path = os.path.realpath(program.path)
        if os.path.exists(path):
            seen = os.stat(path)
            found.append((path, seen.st_size, seen.st_mtime_ns))
    return found


def _above(path: str) -> Iterator[str]:
    while path := path.rpartition("/")[0]:
        yield path


@cache
def _roots() -> tuple[str, ...]:
    return tuple(root for root in _ROOTS if os.path.isdir(root) and not os.path.islink(root))


@cache
def _scan() -> tuple[tuple[str, str], ...]:
    """Language and path of all that belongs to one: the host's programs are walked through once."""
    return tuple(found for root in _roots() for found in _below(root))


def _below(root: str) -> Iterator[tuple[str, str]]:
    waiting = [root]
    while waiting:
        folder = waiting.pop()
        try:
            with os.scandir(folder) as listed:
                entries = list(listed)
        except OSError:
            continue
        names = {entry.name for entry in entries}
        for name, language in _languages().items():
            if any(_marked(folder, names, mark) for mark in language.marks):
                yield name, folder
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                yield from _called(entry.name, entry.path, "folders")
                if entry.path not in _DATA:
                    waiting.append(entry.path)
            else:
                yield from _programs_of(entry)


def _marked(folder: str, names: set[str], mark: str) -> bool:
    return mark.partition("/")[0] in names and os.path.exists(f"{folder}/{mark}")


def _called(name: str, path: str, kind: Literal["files", "folders"]) -> Iterator[tuple[str, str]]:
    for known, language in _languages().items():
        if getattr(language, kind).fullmatch(name):
            yield known, path


def _programs_of(entry: os.DirEntry[str]) -> Iterator[tuple[str, str]]:
    """The file itself: a link is no place to hide something, what it leads to is."""
    for name, path in _called(entry.name, entry.path, "files"):
        real = os.path.realpath(path)
        inside = any(real.startswith(f"{root}/") for root in _roots())
        if inside and os.path.isfile(real) and (".so" in entry.name or os.access(real, os.X_OK)):
            yield name, real


@cache
def _read() -> dict[str, dict[str, dict[str, object]]]:
    with Path(__file__).with_name("toolchains.toml").open("rb") as file:
        return tomllib.load(file)


@cache
def _programs() -> dict[str, Program]:
    def made(name: str, path: str, packages: list[str], version: list[str], oldest: str) -> Program:
        return Program(name, path, tuple(packages), tuple(version), oldest)

    return {name: made(name, **fields) for name, fields in _read()["programs"].items()}  # type: ignore[arg-type]


@cache
def _languages() -> dict[str, _Language]:
    def made(files: list[str], folders: list[str], marks: list[str], makes: bool) -> _Language:
        return _Language(_any(files), _any(folders), tuple(marks), makes)

    return {name: made(**fields) for name, fields in _read()["languages"].items()}  # type: ignore[arg-type]


def _any(patterns: list[str]) -> re.Pattern[str]:
    return re.compile("|".join(fnmatch.translate(pattern) for pattern in patterns) or r"(?!)")


@cache
def _version(program: Program) -> str | None:
    """What a program says its version is; None where it is missing or does not run."""
    if sys.platform != "linux" or not os.access(program.path, os.X_OK):
        return None
    said = subprocess.run(  # noqa: S603 - one of the programs of our own list
        [program.path, *program.version],
        capture_output=True,
        text=True,
        check=False,
        env={"PATH": "/usr/bin:/bin", "HOME": "/nonexistent"},
    )
    number = re.search(r"\d+(\.\d+)+|\d+", said.stdout + said.stderr)
    return number.group() if number and not said.returncode else None


def _number(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))
