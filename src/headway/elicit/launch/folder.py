"""The folder of a design's runs: ``OUT/<run>/``, complete or absent, and what the launcher keeps.

========================  ======================================================================
``design.toml``           the design as it was begun with
``.headway/launch.json``  form of the folder, where the design came from, ids of its runs
``.headway/lock``         held by the one launcher that works here
``.headway/log.jsonl``    what happened (:mod:`headway.elicit.launch.log`)
``.headway/now/``         how far the runs in progress are; means nothing without a launcher
``.headway/stop``         a request to stop: ``finish`` or ``now``
``.headway/earlier/``     records of runs that a server or a machine spoiled and that are done again
``.draft-...``            runs in progress
========================  ======================================================================
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from headway.elicit.design import Cell, Design, Expanded, expand, load
from headway.elicit.record import Run
from headway.elicit.record.folder import RECORD, read
from headway.errors import LaunchError
from headway.ledger.disk import replace_file

__all__ = ["FORMAT", "Folder"]

FORMAT = "headway-launch/1"


@dataclass(frozen=True, slots=True)
class Folder:
    """Where a design's runs are."""

    path: Path

    @property
    def hidden(self) -> Path:
        """What is the launcher's own."""
        return self.path / ".headway"

    @property
    def design(self) -> Path:
        """The design as it was begun with."""
        return self.path / "design.toml"

    @property
    def lock(self) -> Path:
        """Held by the one launcher that works here."""
        return self.hidden / "lock"

    @property
    def log(self) -> Path:
        """What happened."""
        return self.hidden / "log.jsonl"

    @property
    def now(self) -> Path:
        """How far the runs in progress are."""
        return self.hidden / "now"

    @property
    def stop(self) -> Path:
        """A request to stop."""
        return self.hidden / "stop"

    @property
    def earlier(self) -> Path:
        """Records of runs that are done again."""
        return self.hidden / "earlier"

    @property
    def _state(self) -> Path:
        return self.hidden / "launch.json"

    def made(self) -> Folder:
        """Make what is missing.

        Raises
        ------
        LaunchError
            If it cannot be made.
        """
        try:
            for folder in (self.path, self.hidden, self.now, self.earlier):
                folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise LaunchError(
                f"{self.path}: no runs can be written there: {error.strerror}."
            ) from None
        return self

    def state(self) -> dict[str, Any] | None:
        """What the folder was begun with; None where it was not.

        Raises
        ------
        LaunchError
            If a newer version of this program wrote it, or it cannot be read.
        """
        path = self._state
        try:
            found = json.loads(path.read_text(encoding="utf-8"))
        except (FileNotFoundError, NotADirectoryError):
            return None
        except (OSError, ValueError):
            found = None
        kind, _, version = str((found or {}).get("format")).partition("/")
        if kind != "headway-launch" or not version.isdecimal():
            raise LaunchError(f"{path} cannot be read: it was not written by a launcher.")
        if int(version) > int(FORMAT.partition("/")[2]):
            raise LaunchError(
                f"{self.path} was written by a newer Headway (form {version} of such folders, and "
                f"this one knows {FORMAT.partition('/')[2]}): update Headway."
            )
        assert found is not None
        return dict(found)

    def begin(self, source: Path, design: Design, cells: Sequence[Cell]) -> None:
        """Keep the design, so that ``status`` needs no other file.

        Raises
        ------
        LedgerError
            If the disk refuses.
        """
        state = {
            "format": FORMAT,
            "name": design.name,
            "base": str(source.parent.resolve()),
            "runs": [cell.id for cell in cells],
        }
        replace_file(self.design, source.read_bytes())
        replace_file(self._state, (json.dumps(state, indent=1) + "\n").encode())

    def begun(self) -> tuple[Design, Expanded]:
        """The design that the folder was begun with, and its runs.

        Raises
        ------
        LaunchError
            If the folder holds none.
        """
        state = self.state()
        if state is None or not self.design.exists():
            raise LaunchError(
                f"{self.path} holds no runs of a design; begin with headway elicit run design.toml."
            )
        design = load(self.design, Path(state["base"]))
        return design, expand(design)

    def has(self, run: str) -> bool:
        """Whether a run is finished."""
        return (self.path / run / RECORD).exists()

    def finished(self, cells: Sequence[Cell]) -> Iterator[tuple[Cell, Run]]:
        """The runs that are finished.

        Raises
        ------
        RunError
            If one cannot be read.
        """
        for cell in cells:
            if self.has(cell.id):
                yield cell, read(self.path / cell.id)

    def spoiled(self) -> Iterator[Run]:
        """Records that were put aside, since their runs are done again."""
        if self.earlier.is_dir():
            for folder in sorted(self.earlier.iterdir()):
                yield read(folder)

    def put_aside(self, run: str) -> None:
        """Make room for a run that is done again."""
        number = sum(1 for _ in self.earlier.glob(f"{run}.*")) + 1
        (self.path / run).rename(self.earlier / f"{run}.{number}")

    def drafts(self, runs: Sequence[str]) -> list[tuple[str, Path]]:
        """Unfinished folders of these runs, with the run."""
        known = set(runs)
        found = []
        for path in sorted(self.path.glob(".draft-*")):
            run = path.name.removeprefix(".draft-").rpartition("-")[0]
            if run in known:
                found.append((run, path))
        return found
