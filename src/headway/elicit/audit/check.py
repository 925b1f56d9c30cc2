"""The check that a task gives, run twice: as the folder was left, and with its tests as given."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path, PurePosixPath

from headway.elicit import toolchain
from headway.elicit.audit.evidence import Checked
from headway.elicit.audit.folder import Folder
from headway.elicit.audit.givens import CONFIGS, Tests
from headway.elicit.held import scratch
from headway.elicit.image import Image
from headway.elicit.room import environment, room
from headway.elicit.sandbox import Sandbox
from headway.elicit.task import Task
from headway.errors import SandboxError

__all__ = ["check", "restored"]

_SECONDS = 120.0


def check(
    task: Task, given: Path, left: Path, folder: Path, image: Image | None = None
) -> Checked | None:
    """Run the task's check both ways, in sandboxes like the agent's.

    Parameters
    ----------
    task : Task
    given, left : Path
        The work folder as the agent found it, and as it left it.
    folder : Path
        Made here; gets what both printed.
    image : Image or None
        Where the task brings one.

    Returns
    -------
    Checked or None
        None where the task gives no check, where no given test is other than it was (then both are
        one), or where no sandbox can be had.
    """
    command = task.config.headway.check
    if command is None:
        return None
    with scratch() as temporary:
        pristine = temporary / "pristine"
        if not restored(task, given, left, pristine):
            return None
        try:
            codes = [
                _code(task, command, place, folder / name, image)
                for name, place in (("in-place", left), ("pristine", pristine))
            ]
        except SandboxError:
            return None
    return Checked(*codes)


def restored(task: Task, given: Path, left: Path, into: Path) -> bool:
    """Copy what was left, with given tests and their settings as they were; whether any differs."""
    tests = Tests(task.config.headway.given_tests)
    before, after = Folder(given), Folder(left)
    wrong = [p for p in before if tests.holds(p) and before.sha256(p) != after.sha256(p)]
    strange = [p for p in after if p not in before and _governs(p, tests)]
    if not wrong and not strange:
        return False
    shutil.copytree(left, into, symlinks=True)
    for path in strange:
        (into / path).unlink()
    for path in wrong:
        place = into / path
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(before.paths[path], place)
    return True


def _governs(path: str, tests: Tests) -> bool:
    """Whether a file that was added belongs to the given tests: a new test elsewhere is none."""
    if PurePosixPath(path).name in CONFIGS:
        return True
    return bool(tests.stated) and tests.holds(path)


def _code(task: Task, command: str, work: Path, folder: Path, image: Image | None) -> int | None:
    folder.mkdir(parents=True)
    spec = room(task, image, folder, _SECONDS, work)
    spec = replace(spec, hidden=toolchain.for_agent(task))
    with Sandbox(spec) as box:
        box.start(["/bin/bash", "-c", command], environment(image) | task.config.environment.env)
        ended = box.wait()
    return ended.exit_code if ended is not None and ended.reason == "exit" else None
