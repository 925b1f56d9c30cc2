"""The sandbox of a run: the task's files, the harness and its settings, the way to the gateway."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from headway.elicit import install, standard, toolchain
from headway.elicit.harness import Invocation, Setting
from headway.elicit.hashing import tree_hash
from headway.elicit.image import Image
from headway.elicit.room import room
from headway.elicit.run.plan import Plan
from headway.elicit.sandbox import PYTHON, Mount, Spec
from headway.elicit.task.config import WORK
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


def prepare(
    plan: Plan, start: Path, folder: Path, socket: Path, image: Image | None = None
) -> Ready:
    """Put together what one run needs.

    Parameters
    ----------
    start : Path
        Folder with what the agent finds in its work folder.
    folder : Path
        Gets what the harness prints.
    socket : Path
        The gateway's.
    image : Image or None
        Where the task brings one.

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
            work=PurePosixPath(image.work if image else WORK),
            home=HOME,
            folder=_PLACE,
            max_turns=plan.max_turns,
            system=plan.prompts.system or "",
            addition=plan.prompts.addition or "",
        )
    )
    if image:
        invocation = _inside(invocation, image)
    # A harness without a package is our own loop, or takes what the host has.
    program = installed.folder if installed else Path(standard.__file__).parent
    mounts = (Mount(program, str(_PLACE)),)
    spec = replace(
        room(plan.task, image, folder, plan.seconds, start, mounts),
        files={str(HOME / name): text for name, text in invocation.seed_files.items()},
        socket=socket,
        port=_PORT,
        hidden=toolchain.for_agent(plan.task),
    )
    return Ready(
        spec,
        invocation,
        installed.version if installed else None,
        installed.sha256 if installed else tree_hash(program, _compiled(program)),
    )


def _inside(invocation: Invocation, image: Image) -> Invocation:
    """The same in an image: with its variables, and our own Python, which it may not have."""
    own = invocation.environment
    path = image.env.get("PATH", own.get("PATH", ""))
    first, *rest = invocation.argv
    program = PYTHON if first == "python3" else first
    return replace(
        invocation, argv=(program, *rest), environment={**image.env, **own, "PATH": path}
    )


def _compiled(folder: Path) -> tuple[str, ...]:
    """What Python writes beside its modules: no part of the program."""
    cache = folder / "__pycache__"
    return (cache.name, *(f"{cache.name}/{path.name}" for path in cache.glob("*")))
