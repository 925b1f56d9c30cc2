"""The verifier in stages: no answer lies in a sandbox in which an agent's work runs.

Each stage is a script of ``tests/`` in a sandbox of its own. What one may see is at ``/tests``,
what it leaves is in ``/logs``:

``prepare`` (once for a task and a seed, kept in the user's cache)
    has all of ``tests/`` at ``/tests``, and in the work folder what the agent is given. It leaves
    ``/logs/open`` (what may be seen while the work runs) and ``/logs/closed`` (what is right).
``build`` (where there is one)
    has ``open`` and the agent's work folder. What it leaves is at ``/built`` for the next.
``run``
    has ``open``, and the agent's work folder, or an empty one where something was built. Of other
    languages than the task's nothing is there, in neither of the two.
``score``
    has ``closed``, and at ``/outputs`` what the run printed (``stdout``) and left (``logs/``).

Whatever the agent's work does in ``build`` and ``run``, it is judged by what it left: it cannot
make its own score missing.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from headway.elicit import toolchain
from headway.elicit.cases import Prepared, prepared
from headway.elicit.held import scratch
from headway.elicit.image import Image
from headway.elicit.sandbox import Ended, Mount
from headway.elicit.stage import Stage, carry_out
from headway.elicit.task import Task

__all__ = ["judge"]

_LARGEST = 512 * 2**20  # of what the run prints: the programs' outputs


def judge(
    task: Task, work: Path, folder: Path, image: Image | None = None, cache: Path | None = None
) -> Ended:
    """Judge a work folder in stages; leaves ``logs/`` in ``folder``, and what each stage printed.

    Parameters
    ----------
    task : Task
        With ``[metadata.headway.stages]``.
    work : Path
        Collected work folder.
    folder : Path
        Gets ``stdout``, ``stderr`` and ``logs/`` of the last stage, and a folder for each other.
    image : None
        Tasks in stages run on the host's programs.
    cache : Path or None
        Where cases are kept; None is the user's cache.

    Returns
    -------
    Ended
        Of the last stage.

    Raises
    ------
    TaskError
        If a program is missing that the task needs, or its cases cannot be made.
    SandboxError
        If no sandbox can be had.
    """
    stages = task.config.headway.stages
    assert stages is not None
    assert image is None
    cases = prepared(task, cache)
    with scratch() as temporary:
        outputs, built = temporary / "outputs", temporary / "built"
        outputs.mkdir()
        empty = temporary / "empty"
        empty.mkdir()
        whole = True
        if stages.build is not None:
            ended = _stage(task, cases, folder / "build", stages.build, work, built)
            whole = ended.reason == "exit" and ended.exit_code == 0
        if whole:
            mounts = (Mount(built, "/built"),) if stages.build is not None else ()
            start = empty if stages.build is not None else work
            _stage(task, cases, outputs, stages.run, start, outputs / "logs", mounts)
            _keep(outputs, folder / "run")
        stage = Stage(
            f"/tests/{stages.score}",
            empty,
            (Mount(cases.closed, "/tests"), Mount(outputs, "/outputs")),
            ("verifier",),
        )
        return carry_out(task, stage, folder, folder / "logs")


def _stage(
    task: Task,
    cases: Prepared,
    folder: Path,
    script: str,
    work: Path,
    logs: Path,
    mounts: tuple[Mount, ...] = (),
) -> Ended:
    """A stage in which the agent's work runs."""
    stage = Stage(
        f"/tests/{script}",
        work,
        (Mount(cases.open, "/tests"), *mounts),
        hidden=toolchain.for_work(task),
        output=_LARGEST,
        language=task.config.headway.language or "",
    )
    return carry_out(task, stage, folder, logs)


def _keep(outputs: Path, folder: Path) -> None:
    """Of the run, what it said on stderr: its outputs are large, and scored."""
    folder.mkdir(parents=True)
    shutil.copy(outputs / "stderr", folder / "stderr")
