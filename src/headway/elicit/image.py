"""The image of a task: found on this machine, unpacked once, and read for how it is to be used."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from dataclasses import asdict, dataclass, field
from pathlib import Path, PurePosixPath

from headway.elicit.sandbox import Caps, unpack
from headway.elicit.task import Task
from headway.errors import SandboxError, TaskError

__all__ = ["Image", "image_lack", "image_of", "lay_out"]

# Places that are the sandbox's own.
_OURS = ("/proc", "/dev", "/run", "/tmp", "/logs", "/tests", "/solution", "/opt/harness")  # noqa: S108


@dataclass(frozen=True, slots=True)
class Image:
    """An image that was unpacked.

    Attributes
    ----------
    id : str
        Of the image, as podman has it.
    root : Path
        Its files.
    work : str
        Work folder inside.
    env : dict of str to str
        Variables that the image sets.
    """

    id: str
    root: Path
    work: str
    env: dict[str, str] = field(default_factory=dict)

    @property
    def start(self) -> Path:
        """The work folder as the image brings it, outside."""
        return self.root / self.work.lstrip("/")


def image_of(task: Task, shelf: Path | None = None) -> Image | None:
    """The image that a task needs; None for one that needs none.

    Nothing is downloaded or built here: that runs what others wrote, outside of a sandbox, and is
    left to whoever decides it.

    Parameters
    ----------
    task : Task
    shelf : Path or None
        Folder of unpacked images; None is the user's cache.

    Raises
    ------
    TaskError
        If the image is not on this machine, or its work folder cannot be one.
    SandboxError
        If neither podman nor docker is there, or the image cannot be unpacked.
    """
    if task.needs != "image":
        return None
    program, name = _program(), _name(task)
    said = _inspect(program, name)
    if said.returncode:
        raise TaskError(_absent(task, program, name))
    found = json.loads(said.stdout)[0]
    config, number = found.get("Config") or {}, found["Id"].removeprefix("sha256:")
    work = task.config.environment.workdir or config.get("WorkingDir") or "/"
    env = dict(pair.partition("=")[::2] for pair in config.get("Env") or ())
    image = Image(number, _unpacked(program, number, shelf or _default()), work, env)
    _check(task, image)
    return image


def image_lack(task: Task) -> str | None:
    """Why the image of a task cannot be had on this machine; nothing is unpacked to find out."""
    if task.needs != "image":
        return None
    try:
        program, name = _program(), _name(task)
    except SandboxError as error:
        return str(error)
    return _absent(task, program, name) if _inspect(program, name).returncode else None


def lay_out(task: Task, image: Image | None, start: Path) -> None:
    """Write into an empty folder what the agent finds in its work folder."""
    if image is None:
        task.lay_out(start)
    elif image.start.is_dir():
        from headway.elicit.sandbox.copying import Copy, copy_tree, open_below

        copy = Copy(asdict(Caps()))
        source = open_below(str(image.start), "")
        try:
            copy_tree(source, str(start), copy)
        finally:
            os.close(source)
        if copy.skips:
            path, kind, why = copy.skipped[0]
            raise TaskError(f"{task.name}: the {kind} {path} of its image's work folder {why}.")


def _program() -> str:
    for program in ("podman", "docker"):
        if shutil.which(program):
            return program
    raise SandboxError("This task brings an image: install podman (Debian's package podman).")


def _name(task: Task) -> str:
    return task.config.environment.docker_image or f"localhost/headway/{_tag(task)}"


def _inspect(program: str, name: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603
        [program, "image", "inspect", name], capture_output=True, text=True, check=False
    )


def _tag(task: Task) -> str:
    short = task.name.rpartition("/")[2].lower()
    return f"{short}:{task.environment_digest[:12]}"


def _absent(task: Task, program: str, name: str) -> str:
    if task.config.environment.docker_image:
        return f"The task {task.name} needs the image {name}: {program} pull {name}"
    folder = task.folder / "environment"
    return (
        f"The task {task.name} needs an image built from its Dockerfile, which runs what the task "
        f"brings, outside of a sandbox: {program} build -t {name} {folder}"
    )


def _unpacked(program: str, number: str, shelf: Path) -> Path:
    import fcntl

    shelf.mkdir(parents=True, exist_ok=True)
    place = shelf / number
    with (shelf / f"{number}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not place.exists():
            # What an unpacking that was killed left.
            shutil.rmtree(place.with_name(f"{number}.partial"), ignore_errors=True)
            unpack(number, place, [program])
    return place


def _default() -> Path:
    from platformdirs import user_cache_path

    return user_cache_path("headway", appauthor=False) / "images"


def _check(task: Task, image: Image) -> None:
    work = PurePosixPath(image.work)
    parts = work.parts[1:]
    if not work.is_absolute() or not parts or ".." in parts:
        raise TaskError(
            f"The task {task.name} works in {image.work} of its image: state a folder of its own "
            "as environment.workdir."
        )
    if any(work.is_relative_to(place) for place in _OURS):
        raise TaskError(f"The task {task.name} works in {work}, which is the sandbox's own.")
    place = image.root
    for part in parts:
        place /= part
        if place.is_symlink():
            raise TaskError(f"The task {task.name} works in {work}, which is a link in its image.")
