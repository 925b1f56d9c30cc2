"""Harnesses in a folder of their own: pinned, checked, hashed, complete or absent."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from headway.elicit.harness import Harness

__all__ = ["Installed", "default_folder", "find", "install"]


@dataclass(frozen=True, slots=True)
class Installed:
    """A harness as it lies on this machine.

    Attributes
    ----------
    folder : Path
        What is mounted read-only into a sandbox.
    version : str
        What the program said when it was installed.
    packages : list of dict
        Name, version and integrity of each package, without addresses.
    sha256 : str
        Over paths, modes and contents (:func:`headway.elicit.tree.tree_hash`).
    """

    harness: str
    folder: Path
    version: str
    platform: str
    packages: list[dict[str, Any]]
    sha256: str


def default_folder() -> Path:
    """Where harnesses lie unless ``--folder`` says otherwise."""
    from platformdirs import user_data_path

    return user_data_path("headway") / "harnesses"


def find(harness: Harness, folder: Path | None = None) -> Installed | None:
    """The installed harness, or None where it is missing, incomplete or of another version."""


def install(
    harness: Harness, folder: Path | None = None, *, accepted: tuple[str, ...] = ()
) -> Installed:
    """Install the pinned version, or return it where it is installed and unaltered."""
