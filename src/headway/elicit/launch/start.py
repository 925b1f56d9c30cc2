"""Launching a design: checks, clearing away, the launch itself, and what came of it."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path

from headway.elicit.design import Cell, Design, Expanded, NotRunnable, expand, load
from headway.elicit.launch.backend import Backend, Here
from headway.elicit.launch.carry import dismiss
from headway.elicit.launch.clearing import clear
from headway.elicit.launch.folder import Folder
from headway.elicit.launch.launcher import Launcher, State
from headway.elicit.launch.lock import locked
from headway.elicit.launch.log import Log
from headway.elicit.launch.stopping import Stopping
from headway.elicit.launch.tally import Tally, tally
from headway.errors import LaunchError

__all__ = ["Outcome", "launch"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a launch.

    Attributes
    ----------
    folder : Path
    ended : str
        ``all`` (nothing is left to do), ``stop``, ``cap``, ``disk``, or ``failed`` (some runs
        cannot begin, or were lost too often).
    why : str
        A sentence; empty when all is done.
    state : State
    not_runnable : tuple of NotRunnable
    signal : int or None
        The signal that stopped it.
    """

    folder: Path
    ended: str
    why: str
    state: State
    not_runnable: tuple[NotRunnable, ...]
    signal: int | None


def _silent(state: State) -> None:
    del state


def launch(
    source: Path,
    out: Path,
    executor: Executor | str | None = None,
    tell: Callable[[State], None] = _silent,
    *,
    installed: Path | None = None,
    changed: bool = False,
    signals: bool = False,
) -> Outcome:
    """Do what is missing of a design's runs.

    Parameters
    ----------
    source : Path
        The design.
    out : Path
        Folder of its runs; the same design and folder go on where an earlier launch ended.
    executor : Executor, str or None
        What carries the runs out: any executor whose workers see this disk, the address of a Dask
        scheduler (``dask://host:port``), or None for processes of this machine.
    tell : callable
        Told how far it is, about twice a second.
    installed : Path or None
        Folder of installed harnesses; None is the user's own.
    changed : bool
        Go on although the folder was begun with other runs.
    signals : bool
        Let SIGINT and SIGTERM stop it in order (only in the main thread).

    Raises
    ------
    HeadwayError
        If the design is wrong, the folder is in use, of a newer version, or begun with other runs,
        the cap is spent, the disk is full, or the cluster does not fit. Nothing is lost then.
    """
    design = load(source)
    found = expand(design)
    folder = Folder(out)
    folder.state()
    with locked(folder.made().lock):
        _check_same(folder, found.cells, changed=changed)
        log, stopping = Log(folder.log), Stopping(folder.stop)
        with stopping.hearing() if signals else nullcontext():
            try:
                clear(folder, design, found.cells, log)
                had = tally(folder, design, found.cells)
                _check_cap(had, out)
                folder.begin(source, design, found.cells)
                with _placed(folder, design, found.cells, executor, installed) as backend:
                    log("launch", runs=len(found.cells), left=len(had.left), where=backend.where)
                    launcher = _launcher(folder, design, found, had, backend, stopping, log, tell)
                    launcher.run()
                    log("end", how=launcher.ended)
            finally:
                log.close()
    return _outcome(folder, launcher, found, stopping)


def _launcher(
    folder: Folder,
    design: Design,
    found: Expanded,
    had: Tally,
    backend: Backend,
    stopping: Stopping,
    log: Log,
    tell: Callable[[State], None],
) -> Launcher:
    return Launcher(
        folder, design, len(found.cells), deque(had.left), had.account, had.statuses.copy(),
        backend, stopping, log, tell, dict(had.dearest),
    )  # fmt: skip


@contextmanager
def _placed(
    folder: Folder,
    design: Design,
    cells: Sequence[Cell],
    executor: Executor | str | None,
    installed: Path | None,
) -> Iterator[Backend]:
    with ExitStack() as stack:
        if isinstance(executor, str):
            from headway.elicit.launch.cluster import Cluster

            yield stack.enter_context(Cluster(executor, design, cells, installed))
            return
        if executor is None:
            executor = stack.enter_context(ThreadPoolExecutor(design.concurrency.runs))
            stack.callback(dismiss)
        here = Here(folder, executor, installed)
        stack.callback(here.end)
        yield here


def _check_same(folder: Folder, cells: Sequence[Cell], *, changed: bool) -> None:
    state = folder.state()
    if state is None or changed:
        return
    before, now = set(state["runs"]), {cell.id for cell in cells}
    if before == now:
        return
    kept = sum(map(folder.has, now))
    left = sum(map(folder.has, before - now))
    raise LaunchError(
        f"The design, or what it names, was changed since {folder.path} was begun: of its "
        f"{len(now)} runs {len(now & before)} are as before ({kept} of them finished), and {left} "
        "finished ones are not in it any more; with --changed these stay where they are and the "
        "rest is done, or choose another --out."
    )


def _check_cap(had: Tally, out: Path) -> None:
    account = had.account
    if had.left and account.is_spent:
        lost = f", {account.lost:.2f} of it by attempts that were lost" if account.lost else ""
        raise LaunchError(
            f"The cap of {account.cap:g} {account.currency} is spent ({account.spent:.2f} "
            f"{account.currency}{lost}): {len(had.left)} runs of {out} are left; raise cap.limit "
            "in the design to go on."
        )


def _outcome(folder: Folder, launcher: Launcher, found: Expanded, stopping: Stopping) -> Outcome:
    state, left = launcher.state(), len(launcher.waiting)
    account, ended = launcher.account, launcher.ended
    why = ""
    if ended == "stop":
        why = f"Stopped with {left} runs left: the same command goes on."
    elif ended == "cap":
        why = (
            f"The cap of {account.cap:g} {account.currency} is reached ({account.spent:.2f} "
            f"{account.currency}) with {left} runs left: raise cap.limit in the design to go on."
        )
    elif ended == "disk":
        why = (
            f"The disk of {folder.path} is nearly full, with {left} runs left: make room, and give "
            "the same command again; what was finished is kept."
        )
    elif launcher.failed:
        ended, reasons = "failed", sorted(set(launcher.failed.values()))
        more = f" (and {len(reasons) - 1} other reasons)" if len(reasons) > 1 else ""
        why = f"{len(launcher.failed)} runs could not be made: {reasons[0].rstrip('.')}{more}."
    return Outcome(folder.path, ended, why, state, found.not_runnable, stopping.signal)
