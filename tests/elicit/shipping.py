"""Tasks that ship, and what tests make of them."""

from __future__ import annotations

import shutil
from pathlib import Path

from headway.elicit.task import Task, find, load

CANARY = "headway-canary 5f3c9a52-7d0e-4c58-9a41-0b6e2d8f7a13"


def like(name: str, folder: Path) -> Path:
    """A copy of a task's folder, with what its suite shares beside it, to be changed."""
    found = find(name)
    for beside in found.folder.parent.glob("_*"):
        shutil.copytree(beside, folder / beside.name, ignore=shutil.ignore_patterns("__pycache__"))
    return Path(shutil.copytree(found.folder, folder / found.folder.name))


def left(task: Task, folder: Path, port: bytes | str, name: str) -> Path:
    """A work folder as an agent leaves it that wrote one port."""
    folder.mkdir()
    task.lay_out(folder)
    place = folder / "port" / name
    place.parent.mkdir(exist_ok=True)
    place.write_bytes(port if isinstance(port, bytes) else port.encode())
    return folder


def oracle(name: str) -> str:
    """The text of a task's reference port."""
    (path,) = (find(name).folder / "solution/port").iterdir()
    return path.read_text(encoding="utf-8")


__all__ = ["CANARY", "left", "like", "load", "oracle"]
