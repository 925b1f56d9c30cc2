"""``python -m headway.elicit.launch.child``: carries out runs, one after the other.

Jobs come on standard input and answers go to standard output, as JSON lines. Runs are carried out
in a process of their own because that can be ended at any moment, by any cause, and what it began
ends with it: the end of its standard input while it works is its own end, at once.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from pathlib import Path
from queue import SimpleQueue
from threading import Thread
from typing import Any, TextIO

from headway.elicit.design import Cell, Design, plan_of
from headway.elicit.run import run
from headway.errors import HeadwayError

# A person who looks on needs no more.
_PAUSE = 0.5


class _Ear:
    """Takes jobs from standard input, in a thread of its own."""

    def __init__(self) -> None:
        self.jobs: SimpleQueue[dict[str, Any] | None] = SimpleQueue()
        self.is_busy = False
        Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        for line in sys.stdin.buffer:
            self.is_busy = True
            self.jobs.put(json.loads(line))
        if self.is_busy:
            os.kill(os.getpid(), signal.SIGKILL)
        self.jobs.put(None)


class _Mouth:
    """Says how far a run is, not too often."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._next = 0.0

    def tell(self, share: float, text: str) -> None:
        if time.monotonic() >= self._next:
            self._next = time.monotonic() + _PAUSE
            self.say(share=share, text=text)

    def say(self, **what: Any) -> None:
        self._stream.write(json.dumps(what) + "\n")
        self._stream.flush()


def main() -> None:
    """Carry out runs until standard input ends."""
    mouth = _Mouth(os.fdopen(os.dup(1), "w", encoding="utf-8"))
    os.dup2(2, 1)  # nothing else is to speak on it
    ear = _Ear()
    while (job := ear.jobs.get()) is not None:
        answer = _done(job, mouth)
        ear.is_busy = False
        mouth.say(**answer)


def _done(job: dict[str, Any], mouth: _Mouth) -> dict[str, Any]:
    share = [0.0]

    def tell(now: float, text: str) -> None:
        # The last word, "verifying", counts for the whole bar and not for the budget.
        if text != "verifying":
            share[0] = now
        mouth.tell(share[0], text)

    try:
        cell = Cell(**{**job["cell"], "also": tuple(job["cell"]["also"])})
        installed = Path(job["installed"]) if job["installed"] else None
        design = Design.model_validate(job["design"])
        plan = plan_of(design, cell, Path(job["out"]), installed)
        return {"done": run(plan, tell).name}
    except HeadwayError as error:
        return {"refused": str(error), "share": share[0]}


if __name__ == "__main__":
    main()
