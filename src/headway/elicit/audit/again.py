"""A finished run audited anew, from its folder and its task; the folder is not written to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from headway.elicit.audit.check import check
from headway.elicit.audit.gather import gather
from headway.elicit.audit.look import Audit, look
from headway.elicit.held import scratch
from headway.elicit.image import Image, image_of, lay_out
from headway.elicit.record import Finding, Run
from headway.elicit.record.folder import read
from headway.elicit.task import Task, find
from headway.errors import HeadwayError

__all__ = ["Known", "audit", "ended", "examined"]


def audit(folder: Path, task: Task | None = None) -> tuple[Finding, ...]:
    """What is found in a finished run.

    Parameters
    ----------
    folder : Path
        Of the run.
    task : Task or None
        None where it is not at hand: then less can be seen.

    Raises
    ------
    RunError
        If the folder holds no run.
    """
    return examined(folder, read(folder), task).findings


def examined(folder: Path, run: Run, task: Task | None = None) -> Audit:
    """The same with what could not be looked at.

    A task whose image is not on this machine is not at hand.
    """
    try:
        image = image_of(task) if task else None
    except HeadwayError:
        task = image = None
    if task is None:
        return look(gather(run, folder))
    with scratch() as temporary:
        start = temporary / "start"
        start.mkdir()
        lay_out(task, image, start)
        return ended(folder, run, task, start, temporary / "checked", image)


def ended(
    folder: Path, run: Run, task: Task, start: Path, checked: Path, image: Image | None = None
) -> Audit:
    """Audit a run whose folder is there, while what the task gives is laid out.

    Parameters
    ----------
    folder : Path
        Of the run.
    run : Run
    task : Task
    start : Path
        What the agent found in its work folder.
    checked : Path
        Made where the given check is run both ways; gets what it printed.
    image : Image or None
        Where the task brings one.
    """
    left = folder / "work"
    told = check(task, start, left, checked, image) if left.is_dir() else None
    work = image.work if image else None
    return look(gather(run, folder, task=task, given=start, checked=told, work=work))


@dataclass(frozen=True)
class Known:
    """Tasks by which runs are audited anew: those that ship, and more by their folders."""

    more: tuple[Task, ...] = ()

    @classmethod
    def at(cls, folders: Iterable[str | Path]) -> Known:
        """With the tasks in these folders.

        Raises
        ------
        HeadwayError
            If one is no task.
        """
        return cls(tuple(find(folder) for folder in folders))

    def of(self, run: Run) -> Task | None:
        """The task of a run, if it is here as it was when it was run; else None."""
        for task in (*self.more, *_shipped(run.task.name)):
            if task.digest == run.task.digest:
                seed = run.task.cases_seed
                return task if seed is None or task.seed is None else task.with_seed(seed)
        return None


def _shipped(name: str) -> tuple[Task, ...]:
    try:
        return (find(name.rpartition("/")[2]),)
    except HeadwayError:
        return ()
