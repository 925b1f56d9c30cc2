"""The verifier: pristine tests on a collected work folder, in a sandbox that nobody used before.

As in Harbor's format, ``tests/test.sh`` runs in the work folder with its tests at ``/tests``, and
leaves a number in ``/logs/verifier/reward.txt`` or an object in ``/logs/verifier/reward.json``.
Unlike there, the agent's own sandbox is gone by then: of it only the regular files of the work
folder are left. What the work folder holds still runs beside the tests where these start it.
"""

from __future__ import annotations

import json
import math
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

from headway.elicit.record import Verdict
from headway.elicit.sandbox import Ended, Mount, Sandbox, Seed, Spec
from headway.elicit.task import Task
from headway.errors import SandboxError, TaskError

__all__ = ["ENVIRONMENT", "limits", "reward", "solve", "verify"]

ENVIRONMENT = {
    "HOME": "/home/agent",
    "LANG": "C.UTF-8",
    "PATH": "/usr/local/bin:/usr/bin:/bin",
    "TMPDIR": "/tmp",  # noqa: S108 - the sandbox's own
}
_LOGS = "/logs"
_MB = 2**20
_LARGEST = 1 << 16
_REWARDS = ("reward.txt", "reward.json")


def verify(task: Task, work: Path, folder: Path) -> Verdict:
    """Score a work folder, and leave what the verifier printed and wrote in ``folder``.

    Parameters
    ----------
    task : Task
    work : Path
        A collected work folder: plain files only. It is copied, never changed.
    folder : Path
        Made here; gets ``stdout``, ``stderr`` and ``logs/``.

    Returns
    -------
    Verdict
        ``score`` is None, with the reason, where the tests ran out of time or memory, crashed, or
        left no readable number from 0 to 1.
    """
    folder.mkdir(parents=True)
    try:
        ended = _run(task, work, folder)
    except (SandboxError, TaskError) as error:
        return Verdict(score=None, reason=str(error))
    rewards, reason = reward(folder / "logs/verifier")
    if ended.reason != "exit":
        reason = f"The verifier did not end by itself: {ended.text or ended.reason}"
    score = None if reason else rewards.get("reward")
    return Verdict(
        score=score,
        reason=reason,
        rewards=rewards,
        exit_code=ended.exit_code,
        seconds=ended.seconds,
    )


def solve(task: Task, work: Path, folder: Path) -> Ended:
    """Run the reference solution as an agent would, and collect its work folder into ``work``.

    Raises
    ------
    TaskError
        If the task has no solution.
    SandboxError
        If no sandbox can be had.
    """
    folder.mkdir(parents=True)
    with tempfile.TemporaryDirectory(prefix="headway-") as temporary:
        start, solution = Path(temporary, "start"), Path(temporary, "solution")
        for place, lay in ((start, task.lay_out), (solution, task.lay_solution)):
            place.mkdir()
            lay(place)
        spec = limits(task, folder, task.config.agent.timeout_sec or 600.0)(
            (Seed(start),), (Mount(solution, "/solution"),)
        )
        with Sandbox(spec) as box:
            env = task.config.environment.env | task.config.solution.env
            box.start(_script("/solution/solve.sh"), ENVIRONMENT | env)
            ended = box.wait()
            box.collect(work)
    return ended


class limits:  # noqa: N801 - a function that takes its arguments in two turns
    """What a task's sandbox may take: memory, disk and cores that it states, within our own.

    ::

        limits(task, folder, seconds)(seeds, mounts) -> Spec
    """
