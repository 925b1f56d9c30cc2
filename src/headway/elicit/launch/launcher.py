"""The launcher: does what is missing of a design, in the order of its runs."""

from __future__ import annotations

import math
import shutil
import time
from collections import Counter, deque
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Future, wait
from dataclasses import dataclass, field
from typing import Any

from headway.elicit.design import Cell, Design, plan_of
from headway.elicit.launch.account import Account, cost, most
from headway.elicit.launch.backend import Backend
from headway.elicit.launch.carry import Came
from headway.elicit.launch.clearing import bury, missed
from headway.elicit.launch.folder import Folder
from headway.elicit.launch.log import Log
from headway.elicit.launch.packed import unpack
from headway.elicit.launch.stopping import Stopping
from headway.elicit.launch.tally import prices_of
from headway.elicit.record import Run
from headway.elicit.record.folder import read
from headway.elicit.tokens import Tokens
from headway.errors import HeadwayError, LaunchError, RunError

__all__ = ["Launcher", "State"]

# A run is begun while so much of the disk is free: some record a lot of what they print.
_ROOM = 32 << 20
# How often a run is begun again whose process was lost.
_AGAIN = 2
# Seconds between two looks at requests to stop, and two words to whoever looks on.
_TICK = 0.5
# Seconds within which what is told to end has ended.
_PATIENCE = 60.0


@dataclass(frozen=True, slots=True)
class State:
    """How far a launch is.

    Attributes
    ----------
    total : int
        Runs of the design.
    by_status : dict of str to int
        Of the finished ones.
    running : dict of str to (float, str)
        Share of the budget and a word, by run.
    failed : dict of str to str
        Runs that cannot begin or were lost too often, with the reason.
    news : tuple of Run
        What finished since the last word.
    left : float or None
        Seconds that the rest takes at the pace so far.
    stopping : bool
    """

    total: int
    by_status: dict[str, int]
    running: dict[str, tuple[float, str]]
    failed: dict[str, str]
    account: Account
    news: tuple[Run, ...]
    left: float | None
    stopping: bool

    @property
    def done(self) -> int:
        """Finished runs."""
        return sum(self.by_status.values())


@dataclass(eq=False)
class Launcher:
    """One launch, from what is waiting to nothing in progress.

    Attributes
    ----------
    waiting : deque of Cell
        What is to be done, in its order.
    numbers : Counter of str
        Our attempts at each run so far.
    ended : str
        Why it ended: ``all``, ``stop``, ``cap`` or ``disk``.
    """

    folder: Folder
    design: Design
    total: int
    waiting: deque[Cell]
    account: Account
    statuses: Counter[str]
    backend: Backend
    stopping: Stopping
    log: Log
    tell: Callable[[State], None]
    dearest: dict[str, float] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)
    ended: str = "all"
    numbers: Counter[str] = field(default_factory=Counter)
    _running: dict[Future[Came], Cell] = field(default_factory=dict)
    _begun: float = field(default_factory=time.monotonic)
    _done: int = 0
    _news: list[Run] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._prices = prices_of(self.design, self.waiting)

    def run(self) -> None:
        """Do what is missing, until it is done, stopped, or cannot go on.

        Raises
        ------
        HeadwayError
            If the folder cannot be written to, or the executor was lost; what is in progress then
            is ended first.
        """
        try:
            while True:
                self._look()
                self._start()
                if not self._running:
                    break
                over, _ = wait(self._running, timeout=_TICK, return_when=FIRST_COMPLETED)
                for future in over:
                    self._settle(future)
                self._say()
        finally:
            self._end_all()
        self._say()

    def state(self) -> State:
        """How far it is."""
        heard = self.backend.heard()
        cells = self._running.values()
        return State(
            total=self.total,
            by_status=dict(self.statuses),
            running={cell.id: heard.get(cell.id, (0.0, "")) for cell in cells},
            failed=dict(self.failed),
            account=self.account,
            news=tuple(self._news),
            left=self._left(),
            stopping=self.stopping.soon,
        )

    def _say(self) -> None:
        self.tell(self.state())
        self._news.clear()

    def _left(self) -> float | None:
        if not self._done:
            return None
        # Of a clock that only goes forward: one that is set meanwhile changes nothing.
        pace = (time.monotonic() - self._begun) / self._done
        return pace * (len(self.waiting) + len(self._running))

    def _look(self) -> None:
        self.stopping.look()
        if self.stopping.now:
            self.backend.end()
        for run, share in self.backend.twice():
            cell = next((held for held in self._running.values() if held.id == run), None)
            why = "its worker was lost"
            self._count(missed(self.design, cell, run, self.log, why=why, share=share))

    # ------------------------------------------------------------------ starting

    def _start(self) -> None:
        """Begin what may begin now."""
        self.ended = "all"
        while self.waiting and not self.stopping.soon:
            cell = self._next()
            if cell is None:
                return
            if not self.account.admits():
                self.ended = "cap" if self.account.is_spent else self.ended
                return
            if self._is_full():
                self.ended = "disk"
                return
            self.waiting.remove(cell)
            self._begin(cell)
        if self.waiting and self.stopping.soon:
            self.ended = "stop"

    def _next(self) -> Cell | None:
        """The first run whose server has room for one more."""
        allowed = self.design.concurrency
        if len(self._running) >= allowed.runs:
            return None
        busy = Counter(cell.upstream for cell in self._running.values())
        return next((c for c in self.waiting if busy[c.upstream] < allowed.at(c.upstream)), None)

    def _begin(self, cell: Cell) -> None:
        try:
            plan = plan_of(self.design, cell, self.folder.path)
        except HeadwayError as error:
            self.failed[cell.id] = str(error)
            return
        if self.folder.has(cell.id):
            self.statuses[read(self.folder.path / cell.id).status] -= 1
            self.folder.put_aside(cell.id)
        self.numbers[cell.id] += 1
        reserve = most(plan.budget, plan.profile.prices)
        if math.isinf(reserve):
            # Nothing bounds it: as much as the dearest so far, and the first of all goes alone.
            reserve = self.dearest.get(cell.model, reserve)
        self.account = self.account.begun(cell.id, reserve)
        self.log("began", run=cell.id, n=self.numbers[cell.id], where=self.backend.where)
        try:
            future = self.backend.submit(self.design, cell, self.numbers[cell.id])
        except BrokenExecutor as error:
            raise LaunchError(
                f"The executor was lost ({error}): begin anew with another one; what was finished "
                "is kept."
            ) from None
        self._running[future] = cell

    # ------------------------------------------------------------------ ending

    def _settle(self, future: Future[Came]) -> None:
        """Take in what came of a run."""
        cell = self._running.pop(future)
        heard = self.backend.heard().get(cell.id)
        self.account = self.account.ended(cell.id)
        self.backend.forget(cell.id)
        if future.cancelled() or (error := future.exception()) is not None:
            why = "it was cancelled" if future.cancelled() else f"its executor lost it ({error!r})"
            self._lost(cell, Came("lost", why, heard[0] if heard else None))
            return
        came = future.result()
        if came.how == "done":
            self._take(cell, came)
        elif came.how == "refused":
            self._refused(cell, came)
        else:
            self._lost(cell, came)

    def _take(self, cell: Cell, came: Came) -> None:
        """A run that is whole: where it came from elsewhere, it is put in its place."""
        try:
            if came.packed is not None and not unpack(came.packed, self.folder.path, cell.id):
                # Another of our attempts was whole before: that one is the run.
                self._lost(cell, Came("lost", "another attempt at it was first"))
                return
        except RunError as error:
            self._lost(cell, Came("lost", str(error).rstrip(".")))
            return
        run, prices = read(self.folder.path / cell.id), self._prices[cell.model]
        self.account = self.account.kept(run, prices)
        self.dearest[cell.model] = max(cost(run, prices) or 0.0, self.dearest.get(cell.model, 0.0))
        self.statuses[run.status] += 1
        self._news.append(run)
        self._done += 1
        self.log("done", run=cell.id, n=self.numbers[cell.id])

    def _refused(self, cell: Cell, came: Came) -> None:
        """It could not begin, or its record could not be written."""
        if came.share:
            # Something was asked of a server before it failed, and its log went with its folder.
            lost = missed(self.design, cell, cell.id, self.log, why=came.why, share=came.share)
            self._count(lost)
        self.log("refused", run=cell.id, n=self.numbers[cell.id], why=came.why)
        if self._is_full():
            self.waiting.appendleft(cell)
        else:
            self.failed[cell.id] = came.why

    def _lost(self, cell: Cell, came: Came) -> None:
        """An attempt came to nothing: what it had spent counts, and it is made again."""
        run, design = cell.id, self.design
        if self.backend.where == "here":
            self._count(*bury(self.folder, design, cell, run, self.log, why=came.why))
        else:
            tokens = Tokens.from_dict(came.tokens) if came.tokens else None
            self._count(
                missed(design, cell, run, self.log, why=came.why, share=came.share, tokens=tokens)
            )
        if self.folder.has(run):
            return
        if self.numbers[run] > _AGAIN and came.how == "lost":
            self.failed[run] = f"Given up after {_AGAIN + 1} attempts: {came.why}."
        else:
            self.waiting.appendleft(cell)

    def _count(self, *lines: dict[str, Any]) -> None:
        for line in lines:
            self.account = self.account.lost_as(line)

    def _is_full(self) -> bool:
        return shutil.disk_usage(self.folder.path).free < _ROOM

    def _end_all(self) -> None:
        """Whatever the reason: nothing is left in progress."""
        if not self._running:
            return
        self.backend.end()
        over, _ = wait(self._running, timeout=_PATIENCE)
        for future in over:
            self._settle(future)
        for cell in self._running.values():
            why = "its worker does not answer"
            self._count(missed(self.design, cell, cell.id, self.log, why=why))
