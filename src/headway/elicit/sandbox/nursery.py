"""Where supervisors come from: one process for each program that opens sandboxes forks them.

To start Python takes longer than to make a sandbox, so it is started once. That process has one
thread, no environment and no other job: a fork of it is as good as a new one.
"""

from __future__ import annotations

import os
import select
import socket
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import IO

import headway
from headway.errors import SandboxError

__all__ = ["Supervised", "supervisor", "warm"]

# The shortest way in: no site packages, which take longer than all the rest.
_START = (
    "import sys; sys.path.insert(0, {!r}); from headway.elicit.supervisor import breed; breed()"
)
_SOURCE = str(Path(headway.__file__).parents[1])


@dataclass(frozen=True, slots=True)
class Supervised:
    """A supervisor: its number, its end of life (a handle), and the pipes to it and from it."""

    pid: int
    end: int
    stdin: IO[bytes]
    stdout: IO[bytes]

    def close(self) -> None:
        """Tell it to end, and wait until it has."""
        with suppress(BrokenPipeError):  # it is gone already
            self.stdin.close()
        self.wait()
        os.close(self.end)

    def wait(self) -> None:
        """Wait until it has ended."""
        select.select([self.end], [], [])


class _Nursery:
    """The process that forks, and the socket to it."""

    def __init__(self) -> None:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self.process = subprocess.Popen(  # noqa: S603
                [sys.executable, "-I", "-S", "-c", _START.format(_SOURCE)],
                stdin=theirs.fileno(),
                env={},
                cwd="/",
                start_new_session=True,
            )
        self.owner, self.socket = os.getpid(), ours

    def fork(self) -> Supervised:
        """One more supervisor."""
        (asked, ask), (answer, tell) = os.pipe(), os.pipe()
        try:
            socket.send_fds(self.socket, [b"+"], [asked, tell])
            said, (end,), _, _ = socket.recv_fds(self.socket, 8, 1)
        except (OSError, ValueError):
            os.close(ask)
            os.close(answer)
            raise
        finally:
            os.close(asked)
            os.close(tell)
        return Supervised(
            int.from_bytes(said, "little"), end, os.fdopen(ask, "wb"), os.fdopen(answer, "rb")
        )


_lock = Lock()
_nursery: _Nursery | None = None


def _ready() -> _Nursery:
    # One that was forked along with this process belongs to the other one.
    global _nursery  # noqa: PLW0603 - there is one for the whole program
    if _nursery is None or _nursery.owner != os.getpid() or _nursery.process.poll() is not None:
        _nursery = _Nursery()
    return _nursery


def warm() -> None:
    """Start what forks supervisors ahead of need; returns at once."""
    if sys.platform == "linux":
        with _lock:
            _ready()


def supervisor() -> Supervised:
    """A new supervisor.

    Raises
    ------
    SandboxError
        When none can be had.
    """
    with _lock:
        for _ in range(2):  # the process may have been killed a moment ago
            try:
                return _ready().fork()
            except (OSError, ValueError) as error:
                why = error
                if _nursery is not None:
                    _nursery.process.kill()
                    _nursery.process.wait()
    raise SandboxError(f"No supervisor can be started: {why}.")
