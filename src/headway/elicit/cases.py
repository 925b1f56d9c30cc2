"""Hidden cases of a task, made once for a seed and kept: what may be seen, and what is right."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from headway.elicit import toolchain
from headway.elicit.hashing import tree_hash
from headway.elicit.held import scratch
from headway.elicit.sandbox import Mount
from headway.elicit.stage import Stage, carry_out
from headway.elicit.task import Task
from headway.elicit.task import folder as disk
from headway.errors import TaskError

__all__ = ["Prepared", "prepared"]

_FORM = 1  # of what is kept; another number makes all of it anew
_STATED = "whole.json"
_UNSEEN = {"tests/test.sh", "environment/Dockerfile"}  # they are for Harbor's own runner


@dataclass(frozen=True, slots=True)
class Prepared:
    """Folders on this machine: for the sandboxes of the agent's work, and for the one that scores.

    Attributes
    ----------
    open, closed : Path
    """

    open: Path
    closed: Path


def prepared(task: Task, cache: Path | None = None) -> Prepared:
    """The cases of a task and its seed, from the cache where they are whole.

    An entry appears whole, by one rename; its hash is looked at each time, and one that was
    changed is made anew. Processes that want the same wait for the one that makes it.

    Parameters
    ----------
    task : Task
        With ``[metadata.headway.stages]``.
    cache : Path or None
        Folder; None is the user's cache.

    Raises
    ------
    TaskError
        If a program is missing that the task needs, or its first stage fails.
    SandboxError
        If no sandbox can be had.
    """
    import fcntl

    toolchain.check(task)
    shelf = cache or _default()
    shelf.mkdir(parents=True, exist_ok=True, mode=0o700)
    place = shelf / _key(task)
    if not _whole(place):
        with place.with_suffix(".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not _whole(place):
                _make(task, place)
    return Prepared(place / "open", place / "closed")


def _default() -> Path:
    from platformdirs import user_cache_path

    return user_cache_path("headway", appauthor=False) / "cases"


def _key(task: Task) -> str:
    """Everything that the cases hang on; tasks that share it share them.

    That is what the first stage sees and the programs of the machine, not what is built and run
    later: the ports of one program into several languages are judged by the same cases.
    """
    config = task.config
    said = {
        "form": _FORM,
        "files": disk.digest(tuple(file for file in task.files if _is_seen(file.path))),
        "scripts": config.headway.stages.model_dump() if config.headway.stages else None,
        "env": config.environment.env | config.verifier.env,
        "seed": config.headway.seed,
        "programs": toolchain.installed(),
    }
    text = json.dumps(said, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _is_seen(path: str) -> bool:
    return path.startswith(("tests/", "environment/")) and path not in _UNSEEN


def _whole(place: Path) -> bool:
    try:
        stated = json.loads((place / _STATED).read_text(encoding="ascii"))
    except (OSError, ValueError):
        return False
    return bool(stated == _hashes(place))


def _hashes(place: Path) -> dict[str, str]:
    return {name: tree_hash(place / name) for name in ("open", "closed")}


def _make(task: Task, place: Path) -> None:
    stages = task.config.headway.stages
    assert stages is not None
    with scratch() as temporary:
        tests, given, out = (temporary / name for name in ("tests", "given", "out"))
        tests.mkdir()
        given.mkdir()
        task.lay_tests(tests)
        task.lay_out(given)
        stage = Stage(
            f"/tests/{stages.prepare}",
            given,
            (Mount(tests, "/tests"),),
            ("open", "closed"),
        )
        ended = carry_out(task, stage, out, out / "logs")
        if ended.reason != "exit" or ended.exit_code:
            raise TaskError(_failed(task, ended.text, out))
        for name, scripts in (("open", (stages.build, stages.run)), ("closed", (stages.score,))):
            for script in filter(None, scripts):
                shutil.copyfile(tests / script, out / "logs" / name / script)
        _put(out / "logs", place)


def _failed(task: Task, text: str, out: Path) -> str:
    said = (out / "stderr").read_text(encoding="utf-8", errors="replace").strip()
    last = said.rpartition("\n")[2][-300:]
    return f"The cases of the task {task.name} cannot be made: {last or text or 'no reason given'}"


def _put(made: Path, place: Path) -> None:
    """Give it its place, by one rename."""
    for left in place.parent.glob(f"{place.name}.*-*"):  # of one that was killed
        shutil.rmtree(left, ignore_errors=True)
    partial = place.with_suffix(f".partial-{os.getpid()}")
    shutil.copytree(made, partial)
    text = json.dumps(_hashes(partial))
    (partial / _STATED).write_text(text, encoding="ascii")
    old = place.with_suffix(f".old-{os.getpid()}")
    if place.exists():
        place.rename(old)
    partial.rename(place)
    shutil.rmtree(old, ignore_errors=True)
