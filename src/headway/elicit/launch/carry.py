"""Carrying out one run in a worker process, and ending that when the launcher says so."""

from __future__ import annotations

import atexit
import json
import os
import select
import subprocess
import sys
import tempfile
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from threading import Lock
from typing import Any, Literal

from headway.elicit.design import Cell, Design
from headway.elicit.launch.line import Line

__all__ = ["Came", "Job", "carry_out", "dismiss"]

# Seconds between two looks at whether the run is to end.
_LOOK = 0.5


@dataclass(frozen=True, slots=True)
class Job:
    """One run to carry out; plain data that any executor can send."""

    design: Design
    cell: Cell
    out: str
    line: Line
    number: int
    installed: str | None = None


@dataclass(frozen=True, slots=True)
class Came:
    """What came of a job.

    Attributes
    ----------
    how : {'done', 'refused', 'lost', 'ended'}
        Its folder is there; it cannot begin, or not go on; its process was lost; it was told to
        end.
    why : str
    share : float or None
        Of the budget, as was last said; None where nothing is known.
    packed : Packed or None
        The run's folder, from a machine that shares no disk with the launcher.
    tokens : dict or None
        What an attempt that came to nothing elsewhere had spent, if that is known.
    """

    how: Literal["done", "refused", "lost", "ended"]
    why: str = ""
    share: float | None = 0.0
    packed: Any = None
    tokens: dict[str, Any] | None = None


def carry_out(job: Job, *, keep: bool = True) -> Came:
    """Carry out one run; whatever happens to its process, something is returned.

    ``keep`` has the process wait for the next run of this kind.
    """
    child = _borrowed()
    came = child.carry_out(job)
    if came.how in {"done", "refused"}:
        _give_back(child) if keep else child.dismiss()
    return came


@dataclass(eq=False)
class _Child:
    """A process that carries out runs."""

    process: subprocess.Popen[bytes]
    said: Any
    share: float = 0.0
    rest: bytes = b""
    words: list[dict[str, Any]] = field(default_factory=list)

    def carry_out(self, job: Job) -> Came:
        self.share = 0.0
        if not self._give(job):
            return self._lost("its process had ended")
        while True:
            word = self._hear()
            if word is None:
                return self._lost("its process ended")
            if "done" in word:
                return Came("done", share=self.share)
            if "refused" in word:
                return Came("refused", word["refused"], word["share"])
            if "share" in word:
                self.share = word["share"]
                job.line.tell(word["share"], word["text"])
            elif job.line.is_over():
                self.kill()
                return Came("ended", "It was told to end.", self.share)

    def _give(self, job: Job) -> bool:
        what = {
            "design": job.design.model_dump(mode="json"),
            "cell": asdict(job.cell),
            "out": job.out,
            "installed": job.installed,
        }
        assert self.process.stdin
        try:
            self.process.stdin.write(json.dumps(what).encode() + b"\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            return False
        return True

    def _hear(self) -> dict[str, Any] | None:
        """The next thing it says; empty when it says nothing for a while, None at its end."""
        assert self.process.stdout
        handle = self.process.stdout.fileno()
        waiting = select.poll()
        waiting.register(handle, select.POLLIN)
        while not self.words:
            if not waiting.poll(1e3 * _LOOK):
                return {}
            data = os.read(handle, 1 << 16)
            if not data:
                return None
            *lines, self.rest = (self.rest + data).split(b"\n")
            self.words += map(json.loads, lines)
        return self.words.pop(0)

    def _lost(self, what: str) -> Came:
        code, last = self.kill()
        how = f"by signal {-code}" if code < 0 else f"with code {code}"
        return Came("lost", f"{what} ({how}{': ' if last else ''}{last})", self.share)

    def kill(self) -> tuple[int, str]:
        """End it at once; gives its exit code and the last line that it printed."""
        self.process.kill()
        return self._over()

    def dismiss(self) -> None:
        """Let it end by itself: it has nothing to do."""
        assert self.process.stdin
        self.process.stdin.close()
        self._over()

    def _over(self) -> tuple[int, str]:
        code = self.process.wait()
        for stream in (self.process.stdin, self.process.stdout):
            assert stream
            with suppress(BrokenPipeError):
                stream.close()
        self.said.seek(0)
        last = self.said.read().decode("utf-8", "replace").strip().rpartition("\n")[2]
        self.said.close()
        return code, last


_idle: list[_Child] = []
_lock = Lock()


def _borrowed() -> _Child:
    """A process that has nothing to do, or a new one."""
    with _lock:
        while _idle:
            child = _idle.pop()
            if child.process.poll() is None:
                return child
    said = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the process
    process = subprocess.Popen(
        [sys.executable, "-m", "headway.elicit.launch.child"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=said,
        start_new_session=True,
    )
    return _Child(process, said)


def _give_back(child: _Child) -> None:
    with _lock:
        _idle.append(child)


def dismiss() -> None:
    """Let all processes go that have nothing to do."""
    with _lock:
        gone, _idle[:] = list(_idle), []
    for child in gone:
        child.dismiss()


atexit.register(dismiss)
