"""The sandbox of a run: the task's files, the harness and its settings, the way to the gateway."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from headway.elicit import install, standard
from headway.elicit.harness import Invocation, Setting
from headway.elicit.hashing import tree_hash
from headway.elicit.run.plan import Plan
from headway.elicit.sandbox import Mount, Seed, Spec
from headway.elicit.verify import room
from headway.errors import HarnessError

__all__ = ["HOME", "Ready", "prepare"]

HOME = PurePosixPath("/home/agent")
_PLACE = PurePosixPath("/opt/harness")
_PORT = 8080


@dataclass(frozen=True, slots=True)
class Ready:
    """A harness that is ready to be started: its sandbox, its command, and what it is."""

    spec: Spec
    invocation: Invocation
    version: str | None
    installed_digest: str | None


def prepare(plan: Plan, start: Path, folder: Path, socket: Path) -> Ready:
    """Put together what one run needs.

    Parameters
    ----------
    start : Path
        Folder with what the agent finds in its work folder.
    folder : Path
        Gets what the harness prints.
    socket : Path
        The gateway's.

    Raises
    ------
    HarnessError
        If the harness is not installed.
    """
    harness = plan.harness
    installed = install.find(harness, plan.installed) if harness.package else None
    if harness.package and installed is None:
        raise HarnessError(
            f"{harness.title} {harness.package.version} is not installed: "
            f"headway elicit install {harness.name}"
        )
    invocation = harness.fill(
        Setting(
            prompt=plan.task.instruction,
            model=plan.model,
            base_url=f"http://127.0.0.1:{_PORT}",
            format=plan.format,
            work=PurePosixPath("/work"),
            home=HOME,
            folder=_PLACE,
            max_turns=plan.max_turns,
            system=plan.prompts.system or "",
            addition=plan.prompts.addition or "",
        )
    )
    # A harness without a package is our own loop, or takes what the host has.
    program = installed.folder if installed else Path(standard.__file__).parent
    mounts = (Mount(program, str(_PLACE)),)
    spec = replace(
        room(plan.task, folder, plan.seconds, (Seed(start),), mounts),
        files={str(HOME / name): text for name, text in invocation.seed_files.items()},
        socket=socket,
        port=_PORT,
    )
    return Ready(
        spec,
        invocation,
        installed.version if installed else None,
        installed.sha256 if installed else tree_hash(program, _compiled(program)),
    )


def _compiled(folder: Path) -> tuple[str, ...]:
    """What Python writes beside its modules: no part of the program."""
    cache = folder / "__pycache__"
    return (cache.name, *(f"{cache.name}/{path.name}" for path in cache.glob("*")))
