"""The caller's side of a sandbox: a supervisor process of its own, spoken to through pipes."""

from __future__ import annotations

import marshal
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Thread
from types import TracebackType
from typing import IO, Any, Self

from headway.elicit.sandbox import bwrap, nursery
from headway.elicit.sandbox.spec import Captured, Collected, Ended, Skipped, Spec
from headway.errors import SandboxError

__all__ = ["Sandbox"]

_EVENTS = ("ready", "started", "copied", "ended")
_LOST = "The supervisor of this sandbox was lost; the kernel has ended what ran in it."


class Sandbox:
    """One sandbox; its supervisor lives from :meth:`open` to :meth:`close`.

    When this process dies, the supervisor ends the command and clears up; when the supervisor
    dies, the kernel ends the command.

    Parameters
    ----------
    spec : Spec
        What is asked for.

    Raises
    ------
    SandboxError
        From every method, when the sandbox cannot be had or its supervisor was lost.
    """

    def __init__(self, spec: Spec) -> None:
        self.spec = spec
        self._process: nursery.Supervised | None = None
        self._events = {name: SimpleQueue[Any]() for name in _EVENTS}
        self._listener: Thread | None = None
        self._ready: dict[str, Any] | None = None
        self._started = False
        self._ended: Ended | None = None

    def __enter__(self) -> Self:
        return self.open()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.close()

    def open(self) -> Self:
        """Begin to make the sandbox; returns before it is made, so that other things can start."""
        if sys.platform != "linux":
            raise SandboxError(bwrap.ELSEWHERE)
        program = bwrap.find(sys.path)
        if program is None:
            raise SandboxError(bwrap.MISSING)
        self._process = nursery.supervisor()
        self._listener = Thread(target=self._listen, args=[self._process.stdout], daemon=True)
        self._listener.start()
        self._say({"bwrap": program, **self.spec.plain()})
        return self

    def ready(self) -> dict[str, Any]:
        """What was made: ``uid`` on the host, ``name``, ``limits``.

        The limits are job -> version of the cgroup that does it; a job without one is missing.

        Waits until the sandbox is made.
        """
        if self._ready is None:
            self._ready = self._hear("ready")
        return self._ready

    def start(self, argv: Sequence[str], env: Mapping[str, str], cwd: str = "/work") -> None:
        """Run a command, with exactly these environment variables, and return once it runs.

        A command that cannot be run ends at once with the reason ``not_started``.
        """
        self.ready()
        if self._started:
            raise SandboxError("This sandbox has had its command: each is for one.")
        self._started = True
        self._say({"do": "start", "argv": list(argv), "env": dict(env), "cwd": cwd})
        self._hear("started")

    def wait(self, timeout: float | None = None) -> Ended | None:
        """How the command ended, and no process of it is left; None if it goes on that long."""
        if self._ended is None:
            try:
                self._ended = _ended(self._hear("ended", timeout))
            except Empty:
                return None
        return self._ended

    def kill(self, why: str, grace: float | None = None) -> None:
        """End the command: SIGTERM, and SIGKILL after `grace` seconds; may be called by any thread.

        The reason becomes ``killed`` and its text is `why`.
        """
        self._say({"do": "kill", "why": why, "grace": self.spec.grace if grace is None else grace})

    def snapshot(self, to: Path, folder: str = "/work") -> Collected:
        """Copy a folder as it is at one moment: while it is copied, all processes stand still."""
        return self._copied("snapshot", to, folder)

    def collect(self, to: Path, folder: str = "/work") -> Collected:
        """Copy a folder once the command has ended; `to` must not exist, and is whole or absent."""
        return self._copied("collect", to, folder)

    def close(self) -> None:
        """End what still runs and remove every trace but the run's own folder."""
        process, self._process = self._process, None
        if process is None:
            return
        assert self._listener
        process.close()
        self._listener.join()
        process.stdout.close()

    def _copied(self, do: str, to: Path, folder: str) -> Collected:
        self._say({"do": do, "to": str(to.absolute()), "folder": folder})
        said = self._hear("copied")
        skipped = tuple(Skipped(*item) for item in said.pop("skipped"))
        return Collected(path=to, skipped=skipped, **said)

    def _say(self, message: dict[str, Any]) -> None:
        if self._process is None:
            raise SandboxError("This sandbox is not open.")
        try:
            data = marshal.dumps(message)
            self._process.stdin.write(len(data).to_bytes(4, "little") + data)
            self._process.stdin.flush()
        except BrokenPipeError as error:
            raise SandboxError(_LOST) from error

    def _hear(self, event: str, timeout: float | None = None) -> dict[str, Any]:
        """The next event of this kind; other threads may wait for other kinds."""
        said: dict[str, Any] = self._events[event].get(timeout=timeout)
        if "error" in said:
            if said.get("lost"):  # for whoever asks next, too
                self._events[event].put(said)
            raise SandboxError(said["error"])
        return said

    def _listen(self, stream: IO[bytes]) -> None:
        """Sort what the supervisor says; in a thread of its own."""
        while head := stream.read(4):
            said = marshal.loads(stream.read(int.from_bytes(head, "little")))  # noqa: S302
            event = said.pop("event")
            if event != "fault":
                self._events[event].put(said)
                continue
            for waiting in self._events.values():
                waiting.put(said)
        for waiting in self._events.values():
            waiting.put({"error": _LOST, "lost": True})


def _ended(said: dict[str, Any]) -> Ended:
    for name in ("stdout", "stderr"):
        path, kept, seen = said[name]
        said[name] = Captured(Path(path), kept, seen)
    return Ended(**said)
