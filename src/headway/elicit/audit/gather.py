"""The evidence of a run, from its folder and the task."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from headway.elicit.audit.calls import calls
from headway.elicit.audit.evidence import Checked, Evidence
from headway.elicit.audit.folder import Folder
from headway.elicit.audit.guard import Guard
from headway.elicit.audit.unfold import actions
from headway.elicit.audit.wire import Watch
from headway.elicit.record import Run
from headway.elicit.task import Task
from headway.elicit.task.config import WORK
from headway.elicit.transcript import Entry, entries, parse, steps

__all__ = ["gather"]


def gather(
    run: Run,
    folder: Path,
    *,
    task: Task | None = None,
    given: Path | None = None,
    checked: Checked | None = None,
    work: str | None = None,
) -> Evidence:
    """Read a run's folder once.

    Parameters
    ----------
    run : Run
    folder : Path
        Of the run; ``wire.jsonl.zst`` and ``work/`` in it are read where they are there.
    task : Task or None
        None where it is not at hand.
    given : Path or None
        A folder with what the agent found in its work folder.
    checked : Checked or None
        What became of the check that the task gives.
    work : str or None
        The work folder as it is called inside; None takes the task's own.
    """
    watch = Watch()
    guard = Guard()
    made = calls(_entries(run, folder, watch))
    inside = work or (task.config.workdir if task else None) or WORK
    left = folder / "work"
    return Evidence(
        run=run,
        calls=tuple(made),
        actions=actions(made, inside, run.harness.name, guard),
        served=watch.served(),
        task=task,
        given=Folder(given) if given else None,
        left=Folder(left) if left.is_dir() else None,
        checked=checked,
        work=inside,
        faults=tuple(guard.faults),
    )


def _entries(run: Run, folder: Path, watch: Watch) -> Iterator[Entry]:
    from headway.elicit.gateway.wire import NAME, read

    if (folder / NAME).exists():
        lines = watch.over(read(folder / NAME))
        yield from entries(steps(map(parse, lines)), run.started)
