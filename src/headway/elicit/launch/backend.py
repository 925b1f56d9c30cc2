"""Where runs are carried out: any executor on this machine, or a cluster."""

from __future__ import annotations

import secrets
from concurrent.futures import Executor, Future
from pathlib import Path
from typing import Protocol

from headway.elicit.design import Cell, Design
from headway.elicit.launch.carry import Came, Job, carry_out
from headway.elicit.launch.folder import Folder
from headway.elicit.launch.line import FileLine, heard

__all__ = ["Backend", "Here"]


class Backend(Protocol):
    """What a launcher asks of a place."""

    where: str

    def submit(self, design: Design, cell: Cell, number: int) -> Future[Came]:
        """Have a run carried out; ``number`` counts our attempts at it."""

    def heard(self) -> dict[str, tuple[float, str]]:
        """Share of the budget and a word of each run in progress, by run."""

    def twice(self) -> list[tuple[str, float | None]]:
        """Runs that the place itself began again since it was last asked.

        With the share of the budget that was lost, None where nothing is known.
        """

    def end(self) -> None:
        """Have all runs in progress end now."""

    def forget(self, run: str) -> None:
        """A run is over."""


class Here:
    """An executor whose workers see this machine's disk.

    Parameters
    ----------
    folder : Folder
    executor : Executor
        Threads do: each run has a process of its own anyway.
    installed : Path or None
        Folder of installed harnesses.
    """

    where = "here"

    def __init__(self, folder: Folder, executor: Executor, installed: Path | None) -> None:
        self._folder = folder
        self._executor = executor
        self._installed = str(installed.resolve()) if installed else None
        # A name of this launch: what an earlier one began does not go on. To take a file away is
        # possible on a full disk, too.
        for stale in folder.hidden.glob("go-*"):
            stale.unlink()
        self._go = folder.hidden / f"go-{secrets.token_hex(4)}"
        self._go.touch()

    def submit(self, design: Design, cell: Cell, number: int) -> Future[Came]:
        """Have a run carried out."""
        line = FileLine(str(self._go), str(self._folder.now / cell.id))
        out = str(self._folder.path.resolve())
        return self._executor.submit(
            carry_out, Job(design, cell, out, line, number, self._installed)
        )

    def heard(self) -> dict[str, tuple[float, str]]:
        """What runs in progress said last."""
        return heard(self._folder.now)

    def twice(self) -> list[tuple[str, float | None]]:
        """No executor here begins anything again by itself."""
        return []

    def end(self) -> None:
        """Have all runs in progress end now."""
        self._go.unlink(missing_ok=True)

    def forget(self, run: str) -> None:
        """Remove what it said."""
        (self._folder.now / run).unlink(missing_ok=True)
