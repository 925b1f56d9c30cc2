"""The line between a launcher and a run in progress: how far it is, and whether it is to end.

Whatever executor carries a run out, the line is polled by whoever watches over it: executors cannot
end what has begun.
"""

from __future__ import annotations

import json
import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

__all__ = ["FileLine", "Line", "heard"]


class Line(Protocol):
    """What a run in progress has to do with its launcher."""

    def is_over(self) -> bool:
        """Whether the run is to end now."""

    def tell(self, share: float, text: str) -> None:
        """Say which share of its budget is spent, and in what words."""


@dataclass(frozen=True, slots=True)
class FileLine:
    """A line through files, on this machine or a disk that is shared.

    Attributes
    ----------
    go : str
        A file that is there as long as runs may go on.
    now : str
        The file that says how far this run is.
    """

    go: str
    now: str

    def is_over(self) -> bool:
        """Whether the file is gone."""
        return not os.path.exists(self.go)  # noqa: PTH110 - asked twice a second

    def tell(self, share: float, text: str) -> None:
        """Write it down, for whoever looks."""
        # A disk that is full must not end a run over a word that only a person reads.
        with suppress(OSError):
            Path(self.now).write_text(json.dumps([share, text]), encoding="utf-8")


def heard(now: Path) -> dict[str, tuple[float, str]]:
    """What runs in progress said last, by run."""
    found: dict[str, tuple[float, str]] = {}
    for path in now.iterdir() if now.is_dir() else ():
        try:
            share, text = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            continue  # just being written, or just over
        found[path.name] = (float(share), str(text))
    return found
