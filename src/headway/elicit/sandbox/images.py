"""Tasks that bring an image: it is unpacked once, and bubblewrap runs in what was unpacked.

Podman or Docker unpacks (``create`` and ``export``, which start nothing); neither runs a task, so
every run has the same fences and limits, with an image or without.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from headway.errors import SandboxError

__all__ = ["refuse_compose", "unpack"]

_COMPOSE = ("docker-compose.yaml", "docker-compose.yml", "compose.yaml", "compose.yml")


def refuse_compose(environment: Path) -> None:
    """Say that a task of several containers is not run here.

    Parameters
    ----------
    environment : Path
        The task's ``environment`` folder.

    Raises
    ------
    SandboxError
        When there is a compose file in it.
    """
    for name in _COMPOSE:
        if (environment / name).exists():
            raise SandboxError(
                f"{environment / name}: this task needs several containers (compose), and a run"
                " here is one sandbox without a network: leave the task out."
            )


def unpack(image: str, to: Path, program: Sequence[str] = ("podman",)) -> Path:
    """Unpack an image that is already on this machine, for :attr:`Spec.root`.

    Parameters
    ----------
    image : str
        Name or number of it, as ``podman images`` tells.
    to : Path
        Folder to make; whole or absent.
    program : sequence of str
        ``podman`` or ``docker``, with options that come before their command.

    Returns
    -------
    Path
        `to`.

    Raises
    ------
    SandboxError
        When the program is missing, the image is, or `to` exists.
    """
    if shutil.which(program[0]) is None:
        raise SandboxError(f"{program[0]} is missing: install Debian's package, or unpack {image}.")
    if to.exists():
        raise SandboxError(f"{to} exists: remove it to unpack {image} again.")
    container = _said([*program, "create", "--network", "none", image, "true"])
    partial = to.with_name(f"{to.name}.partial")
    partial.mkdir(parents=True)
    try:
        _extract([*program, "export", container], partial)
        partial.rename(to)
    finally:
        _said([*program, "rm", container])
        shutil.rmtree(partial, ignore_errors=True)
    return to


def _said(command: list[str]) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        why = done.stderr.strip().splitlines()[-1:]
        raise SandboxError(f"{' '.join(command)}: {''.join(why) or 'it failed'}")
    return done.stdout.strip()


def _extract(command: list[str], to: Path) -> None:
    """Files of ours, without setuid bits and devices, whatever the image says."""
    tar = shutil.which("tar")
    if tar is None:
        raise SandboxError("tar is missing: an image cannot be unpacked.")
    keep = ["--no-same-owner", "--no-same-permissions", "--exclude=dev/*", "--exclude=./dev/*"]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as export:  # noqa: S603
        done = subprocess.run(  # noqa: S603
            [tar, "--extract", *keep, "-C", str(to)], stdin=export.stdout, check=False
        )
    if done.returncode or export.returncode:
        raise SandboxError(f"{' '.join(command)}: the image could not be unpacked.")
