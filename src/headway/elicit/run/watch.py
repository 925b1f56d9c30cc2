"""Watching one run: what the gateway tells, when the harness ends, and what is to be stopped."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty, Queue
from threading import Thread
from typing import Any

from headway.elicit.budget import Budget
from headway.elicit.sandbox import Ended, Sandbox
from headway.errors import SandboxError

__all__ = ["STOP_WITHIN", "Copied", "Tell", "Watch"]

Tell = Callable[[float, str], None]

# A harness has this long after its first 402: then it is asked to end, and killed at the end of it.
STOP_WITHIN = 10.0
_ASKED = 7.0


@dataclass(frozen=True, slots=True)
class Copied:
    """A copy of the work folder, made when the run had spent at least some levels."""

    levels: tuple[float, ...]
    spent: float
    at: float
    folder: Path


@dataclass
class Watch:
    """One run while it goes on.

    Attributes
    ----------
    events : Queue
        What the gateway tells, and the end of the harness.
    levels : tuple of float
        Spend levels at which the work folder is copied into ``folder``.
    stopped : bool
        Whether the harness had to be ended because the budget was spent.
    stop_seconds : float or None
        From the first request that found the budget spent to the end of the harness.
    fatal : str or None
        The kind of failure after which the run cannot count, with ``detail``.
    copies : list of Copied
    """

    box: Sandbox
    budget: Budget
    levels: tuple[float, ...]
    folder: Path
    tell: Tell
    events: Queue[dict[str, Any]] = field(default_factory=Queue)
    stopped: bool = False
    stop_seconds: float | None = None
    fatal: str | None = None
    detail: str = ""
    copies: list[Copied] = field(default_factory=list)
    _begun: float = field(default_factory=time.monotonic)
    _replies: int = 0
    _spent_at: float | None = None
    _stop_at: float | None = None
    _overtime: float | None = None
    _first: float | None = None

    def until_end(self) -> Ended:
        """Go on until the harness has ended, and return how.

        Raises
        ------
        SandboxError
            If the sandbox was lost.
        """
        Thread(target=self._wait, daemon=True).start()
        while True:
            try:
                event = self.events.get(timeout=self._patience())
            except Empty:
                self._stop("The budget was used up.")
                continue
            if event["event"] == "ended":
                ended: Ended = event["how"]
                if self._spent_at is not None:
                    self.stop_seconds = event["at"] - self._spent_at
                return ended
            if event["event"] == "lost":
                raise event["error"]
            self._hear(event)

    def _wait(self) -> None:
        """In a thread of its own: the end of the harness becomes one more event."""
        try:
            how = self.box.wait()
            self.events.put({"event": "ended", "how": how, "at": time.monotonic()})
        except SandboxError as error:
            self.events.put({"event": "lost", "error": error})

    def _hear(self, event: dict[str, Any]) -> None:
        kind = event["event"]
        if kind == "request" and self._first is None:
            self._first = time.monotonic()
            self._set_overtime(0.0)
        elif kind == "spent":
            self._spent(event)
        elif kind == "refused" and event["reason"] == "budget" and self._spent_at is None:
            self._spent_at = time.monotonic()
            self._stop_at = self._spent_at + _ASKED
        elif kind == "infra" and event.get("fatal"):
            self._give_up(event["kind"], event.get("detail") or "")
        elif kind == "gone":
            self._give_up("gateway_lost", "")

    def _spent(self, event: dict[str, Any]) -> None:
        self._replies += 1
        spent, limit = float(event["spent"]), float(event["limit"])
        self._set_overtime(float(event.get("back_off") or 0.0))
        self.tell(min(spent / limit, 1.0), f"{self._replies} replies")
        passed = tuple(level for level in self.levels if level <= spent)
        self.levels = self.levels[len(passed) :]
        if passed:
            self._copy(passed, spent)

    def _copy(self, levels: tuple[float, ...], spent: float) -> None:
        place = self.folder / f"{levels[-1]:g}"
        self.folder.mkdir(exist_ok=True)
        self.box.snapshot(place)
        self.copies.append(Copied(levels, spent, time.monotonic() - self._begun, place))

    def _set_overtime(self, back_off: float) -> None:
        """A budget of time ends a run whose harness asks for nothing more, too."""
        if self.budget.kind == "time" and self._first is not None:
            self._overtime = self._first + back_off + self.budget.limit + _ASKED

    def _patience(self) -> float | None:
        due = [moment for moment in (self._stop_at, self._overtime) if moment is not None]
        return max(min(due) - time.monotonic(), 0.0) if due else None

    def _stop(self, why: str) -> None:
        self._stop_at = self._overtime = None
        self.stopped = True
        self.box.kill(why, grace=STOP_WITHIN - _ASKED)

    def _give_up(self, kind: str, detail: str) -> None:
        if self.fatal is None:
            self.fatal, self.detail = kind, detail
            self.box.kill("The run cannot count.", grace=1.0)
