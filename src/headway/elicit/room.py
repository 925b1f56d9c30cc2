"""The sandbox of a task: its size, its work folder, and the variables inside."""

from __future__ import annotations

from pathlib import Path

from headway.elicit.image import Image
from headway.elicit.sandbox import Mount, Seed, Spec
from headway.elicit.task import Task
from headway.elicit.task.config import WORK

__all__ = ["ENVIRONMENT", "environment", "room"]

ENVIRONMENT = {
    "HOME": "/home/agent",
    "LANG": "C.UTF-8",
    "PATH": "/usr/local/bin:/usr/bin:/bin",
    "TMPDIR": "/tmp",  # noqa: S108 - the sandbox's own
}
_MB = 2**20


def room(
    task: Task,
    image: Image | None,
    folder: Path,
    seconds: float,
    start: Path,
    mounts: tuple[Mount, ...] = (),
) -> Spec:
    """A sandbox of the size that a task states (2 GB of memory, 1 GB of disk where it does not)."""
    wanted = task.config.environment
    work = image.work if image else WORK
    return Spec(
        folder,
        mounts=mounts,
        seeds=(Seed(start, work),),
        root=image.root if image else None,
        work=work,
        memory=(wanted.memory_mb or 2048) * _MB,
        disk=(wanted.storage_mb or 1024) * _MB,
        cpus=wanted.cpus,
        seconds=seconds,
    )


def environment(image: Image | None) -> dict[str, str]:
    """Variables in a sandbox: ours, under those that an image sets (but for the home)."""
    set_by_image = {} if image is None else image.env
    return {**ENVIRONMENT, **set_by_image, "HOME": ENVIRONMENT["HOME"]}
