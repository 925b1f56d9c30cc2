"""The verifier: pristine tests on a collected work folder, in a sandbox that nobody used before.

As in Harbor's format, ``tests/test.sh`` runs in the work folder with its tests at ``/tests``, and
leaves a number in ``/logs/verifier/reward.txt`` or an object in ``/logs/verifier/reward.json``.
Unlike there, the agent's own sandbox is gone by then: of it only the regular files of the work
folder are left. What the work folder holds still runs beside the tests where these start it,
unless the task has its verifier in stages (:mod:`headway.elicit.staged`).
"""

from __future__ import annotations

import json
import math
import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from headway.elicit import toolchain
from headway.elicit.held import scratch
from headway.elicit.image import Image, lay_out
from headway.elicit.record import Verdict
from headway.elicit.room import environment, room
from headway.elicit.sandbox import Ended, Mount, Sandbox, Seed
from headway.elicit.staged import judge
from headway.elicit.task import Task
from headway.errors import SandboxError, TaskError

__all__ = ["reward", "solve", "verify"]

_LOGS = "/logs"
_LARGEST = 1 << 16
_REWARDS = ("reward.txt", "reward.json")


def verify(task: Task, work: Path, folder: Path, image: Image | None = None) -> Verdict:
    """Score a work folder, and leave what the verifier printed and wrote in ``folder``.

    Parameters
    ----------
    task : Task
    work : Path
        A collected work folder: plain files only. It is copied, never changed.
    folder : Path
        Made here; gets ``stdout``, ``stderr`` and ``logs/``.
    image : Image or None
        Where the task brings one.

    Returns
    -------
    Verdict
        ``score`` is None, with the reason, where the tests ran out of time or memory, crashed, or
        left no readable number from 0 to 1.
    """
    folder.mkdir(parents=True)
    try:
        run = judge if task.config.headway.stages else _run
        ended = run(task, work, folder, image)
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


def solve(
    task: Task,
    work: Path,
    folder: Path,
    image: Image | None = None,
    script: str = "solve.sh",
) -> Ended:
    """Run the reference solution as an agent would, and collect its work folder into ``work``.

    Parameters
    ----------
    task : Task
    work, folder : Path
        As of :func:`verify`; both are made here.
    image : Image or None
    script : str
        In ``solution/``; another than the reference is one that solves the task in part.

    Raises
    ------
    TaskError
        If the task has no such solution, or needs a program that this machine lacks.
    SandboxError
        If no sandbox can be had.
    """
    toolchain.check(task)
    folder.mkdir(parents=True)
    with scratch() as temporary:
        start, solution = temporary / "start", temporary / "solution"
        start.mkdir()
        solution.mkdir()
        lay_out(task, image, start)
        task.lay_solution(solution, script)
        (solution / script).chmod(0o755)
        seconds = task.config.agent.timeout_sec or 600.0
        spec = room(task, image, folder, seconds, start, (Mount(solution, "/solution"),))
        spec = replace(spec, hidden=toolchain.for_agent(task))
        with Sandbox(spec) as box:
            env = task.config.environment.env | task.config.solution.env
            box.start(_script(f"/solution/{script}"), environment(image) | env)
            ended = _waited(box)
            box.collect(work)
    return ended


def reward(folder: Path) -> tuple[dict[str, float], str]:
    """What the tests left in their folder, and what is wrong with it (empty for nothing).

    Of an object with several numbers, ``reward`` is the score; an object with one number gives
    that. Two files that disagree give none: the format does not say which one counts.
    """
    found = [_read(folder / name) for name in _REWARDS if os.path.lexists(folder / name)]
    if not found:
        return {}, "The verifier left no reward file."
    for _, wrong in found:
        if wrong:
            return {}, wrong
    rewards = {name: value for numbers, _ in found for name, value in numbers.items()}
    scores = {numbers["reward"] for numbers, _ in found if "reward" in numbers}
    if len(scores) > 1:
        return rewards, "The verifier left two reward files that disagree."
    if not scores:
        return rewards, "The verifier left several numbers and none is called reward."
    score = scores.pop()
    if not 0 <= score <= 1:
        return rewards, f"The verifier left {score:g}, which is not between 0 and 1."
    return rewards, ""


def _run(task: Task, work: Path, folder: Path, image: Image | None) -> Ended:
    with scratch() as temporary:
        tests, logs = temporary / "tests", temporary / "logs"
        tests.mkdir()
        task.lay_tests(tests)
        (tests / "test.sh").chmod(0o755)
        (logs / "verifier").mkdir(parents=True)
        seconds = task.config.verifier.timeout_sec
        spec = room(task, image, folder, seconds, work, (Mount(tests, "/tests"),))
        spec = replace(spec, seeds=(*spec.seeds, Seed(logs, _LOGS)))
        with Sandbox(spec) as box:
            env = task.config.environment.env | task.config.verifier.env
            box.start(_script("/tests/test.sh"), environment(image) | env)
            ended = _waited(box)
            box.collect(folder / "logs", _LOGS)
    return ended


def _waited(box: Sandbox) -> Ended:
    ended = box.wait()
    assert ended is not None  # no time limit was given
    return ended


def _script(path: str) -> list[str]:
    # As Harbor starts it: a script without a first line that names its shell runs too.
    return ["/bin/bash", "-c", path]


def _read(path: Path) -> tuple[Mapping[str, float], str]:
    """Numbers by name, and what is wrong."""
    if path.is_symlink() or not path.is_file() or path.stat().st_size > _LARGEST:
        return {}, f"The verifier's {path.name} is no small plain file."
    text = path.read_text(encoding="utf-8", errors="replace").strip()
    if not text:
        return {}, f"The verifier left an empty {path.name}."
    try:
        found = json.loads(text) if path.suffix == ".json" else {"reward": float(text)}
    except (ValueError, RecursionError):
        return {}, f"The verifier's {path.name} cannot be read: {text[:60]!r}."
    if not isinstance(found, dict):
        found = {"reward": found}
    numbers = {name: float(value) for name, value in found.items() if _is_number(value)}
    if "reward" not in numbers and len(numbers) == 1:
        numbers = {"reward": next(iter(numbers.values())), **numbers}
    if not numbers:
        return {}, f"The verifier's {path.name} holds no number."
    return numbers, ""


def _is_number(value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return False
    return math.isfinite(value)
