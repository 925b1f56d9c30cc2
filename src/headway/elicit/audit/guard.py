"""What others wrote may be odder than any reader expects: a fault or a delay costs that part alone.

Texts that are audited were written by models. Where one of them makes a reader of ours fail, or
keeps it busy, the run is judged without that part, and it is said which. No part takes the time of
the others: there is enough in all for each kind of finding to run out of its own.
"""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import FrameType
from typing import TypeVar

__all__ = ["Guard"]

PART = 20.0  # seconds for one
ALL = 300.0
# What reading a text of an unexpected form can raise; what a machine lacks is none of them.
_FAULTS = (
    ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError,
)  # fmt: skip

T = TypeVar("T")


class _LateError(Exception):
    """No TimeoutError: that is an OSError, which readers of packed texts expect and pass over."""


@dataclass(slots=True)
class Guard:
    """Reads within a time, and keeps what could not be read.

    Attributes
    ----------
    part, left : float
        Seconds for one part, and for all that is still to come; only in a process's main thread,
        where a signal can interrupt.
    faults : list of str
        What was not read, and why.
    """

    part: float = PART
    left: float = ALL
    faults: list[str] = field(default_factory=list)

    def read(self, what: str, reader: Callable[[], Iterable[T]]) -> list[T]:
        """What a reader gives, up to its fault if it has one."""
        found: list[T] = []
        begun = time.monotonic()
        try:
            with _within(min(self.part, self.left)):
                found.extend(reader())
        except _FAULTS as error:
            self.faults.append(f"not audited: {what} ({type(error).__name__}, a fault of ours).")
        except _LateError:
            self.faults.append(f"not audited: {what} (reading takes too long).")
        self.left -= time.monotonic() - begun
        return found


@contextmanager
def _within(seconds: float) -> Iterator[None]:
    """Raise an error after so long, where a signal can."""
    able = hasattr(signal, "setitimer") and threading.current_thread() is threading.main_thread()
    if not able:
        yield
        return
    if seconds <= 0:
        raise _LateError
    before = signal.signal(signal.SIGALRM, _late)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _late(number: int, frame: FrameType | None) -> None:
    del number, frame
    raise _LateError
