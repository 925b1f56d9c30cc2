"""A finished run, opened to be read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from headway.elicit.record import Run
from headway.elicit.record.folder import altered, read
from headway.elicit.run.wire import exchanges
from headway.elicit.transcript import Entry, Trajectory, entries, steps

__all__ = ["Opened", "opened"]

_LARGEST = 1 << 20


@dataclass(frozen=True)
class Opened:
    """The record of a run and what lies beside it.

    ``altered`` names files that are not as they were when the run was written.
    """

    folder: Path
    run: Run
    altered: tuple[str, ...]

    def entries(self) -> Iterator[Entry]:
        """The log of the wire, exchange by exchange."""
        return entries(steps(exchanges(self.folder)), self.run.started)

    def trajectory(self) -> Trajectory:
        """The same as a whole."""
        return Trajectory(self.run.id, self.run.started, tuple(self.entries()))

    def text(self, *names: str) -> str:
        """What was printed into these files, the end of each where it is long."""
        found = []
        for name in names:
            path = self.folder / name
            if path.is_file():
                with path.open("rb") as file:
                    file.seek(max(path.stat().st_size - _LARGEST, 0))
                    found.append(file.read().decode("utf-8", "replace"))
        return "\n".join(text.rstrip("\n") for text in found if text.strip())


def opened(folder: Path) -> Opened:
    """Read a run's folder.

    Raises
    ------
    RunError
        If it is none.
    """
    run = read(folder)
    return Opened(folder, run, altered(folder, run))
