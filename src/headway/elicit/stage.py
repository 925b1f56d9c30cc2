"""One script of a task's tests in a sandbox of its own."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from headway.elicit.held import scratch
from headway.elicit.room import ENVIRONMENT, room
from headway.elicit.sandbox import Ended, Mount, Sandbox, Seed
from headway.elicit.task import Task

__all__ = ["LOGS", "Stage", "carry_out"]

LOGS = "/logs"


@dataclass(frozen=True, slots=True)
class Stage:
    """A script, and what it finds.

    Attributes
    ----------
    script : str
        Path inside.
    work : Path
        What the work folder holds at first.
    mounts : tuple of Mount
    folders : tuple of str
        Folders that there are in ``/logs``.
    hidden : tuple of str
        Paths of the host that are not there.
    output : int
        Bytes kept of what it prints.
    language : str
        That the agent's work is written in, as the script is told.
    """

    script: str
    work: Path
    mounts: tuple[Mount, ...]
    folders: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()
    output: int = 16 * 2**20
    language: str = ""


def carry_out(task: Task, stage: Stage, folder: Path, logs: Path) -> Ended:
    """Run a stage; what it prints goes to ``folder``, what it leaves to ``logs``, made here.

    Raises
    ------
    SandboxError
        If no sandbox can be had.
    """
    own = task.config.headway
    folder.mkdir(parents=True, exist_ok=True)
    with scratch() as temporary:
        for name in stage.folders:
            (temporary / name).mkdir()
        spec = room(task, None, folder, task.config.verifier.timeout_sec, stage.work, stage.mounts)
        spec = replace(
            spec,
            seeds=(*spec.seeds, Seed(temporary, LOGS)),
            hidden=stage.hidden,
            output=stage.output,
        )
        env = ENVIRONMENT | task.config.environment.env | task.config.verifier.env
        env |= {"HEADWAY_SEED": str(own.seed), "HEADWAY_LANGUAGE": stage.language}
        with Sandbox(spec) as box:
            box.start(["/bin/bash", stage.script], env)
            ended = box.wait()
            assert ended is not None  # no time limit was given
            box.collect(logs, LOGS)
    return ended
