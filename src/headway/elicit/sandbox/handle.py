"""The caller's side of a sandbox: a supervisor process of its own, spoken to in JSON lines."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

import headway
from headway.elicit.sandbox.spec import Captured, Collected, Ended, Skipped, Spec
from headway.errors import SandboxError

__all__ = ["Sandbox"]

# The shortest way into the supervisor: no site packages, which take longer than all the rest.
_START = "import sys; sys.path.insert(0, {!r}); from headway.elicit.supervisor import main; main()"
_SOURCE = str(Path(headway.__file__).parents[1])


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
        self._process: subprocess.Popen[bytes] | None = None
        self._ready: dict[str, Any] | None = None
        self._ended: Ended | None = None

    def __enter__(self) -> Sandbox:
        return self.open()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.close()

    def open(self) -> Sandbox:
        """Begin to make the sandbox; returns before it is made, so that other things can start."""
        if sys.platform != "linux":
            raise SandboxError(
                "A sandbox needs Linux (bubblewrap, namespaces): on macOS run it in a Linux VM."
            )
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-S", "-c", _START.format(_SOURCE)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={},
            cwd="/",
            start_new_session=True,
        )
        self._say({"site": [path for path in sys.path if path], **self.spec.plain()})
        return self

    def ready(self) -> dict[str, Any]:
        """What was made: ``uid`` on the host, ``name``, ``limits`` (how each is held).

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
        self._say({"do": "start", "argv": list(argv), "env": dict(env), "cwd": cwd})
        self._hear("started")

    def wait(self) -> Ended:
        """How the command ended. Blocks until then; no process of it is left."""
        if self._ended is None:
            self._ended = _ended(self._hear("ended"))
        return self._ended

    def kill(self, why: str, grace: float | None = None) -> None:
        """End the command: SIGTERM, and SIGKILL after `grace` seconds; may be called by any thread.

        The reason becomes ``killed`` and its text is `why`.
        """
        self._say({"do": "kill", "why": why, "grace": self.spec.grace if grace is None else grace})

    def snapshot(self, to: Path, folder: str = "/work") -> Collected:
        """Copy a folder as it is at one moment while the command runs; all processes stand still.

        Not while another thread is in :meth:`wait`.
        """
        return self._copied("snapshot", to, folder)

    def collect(self, to: Path, folder: str = "/work") -> Collected:
        """Copy a folder after the command has ended; `to` must not exist, and is whole or absent."""
        return self._copied("collect", to, folder)

    def close(self) -> None:
        """End what still runs and remove every trace but the run's own folder."""
        process, self._process = self._process, None
        if process is None:
            return
        assert process.stdin
        assert process.stdout
        process.stdin.close()
        process.wait()
        process.stdout.close()

    def _copied(self, do: str, to: Path, folder: str) -> Collected:
        self._say({"do": do, "to": str(to.absolute()), "folder": folder})
        said = self._hear("copied")
        skipped = tuple(Skipped(*item) for item in said.pop("skipped"))
        return Collected(path=to, skipped=skipped, **said)

    def _say(self, message: dict[str, Any]) -> None:
        if self._process is None or self._process.stdin is None:
            raise SandboxError("This sandbox is not open.")
        try:
            self._process.stdin.write(json.dumps(message).encode() + b"\n")
            self._process.stdin.flush()
        except BrokenPipeError as error:
            raise SandboxError("The supervisor of this sandbox was lost.") from error

    def _hear(self, event: str) -> dict[str, Any]:
        """The next event of this kind."""
        raise SandboxError("The supervisor of this sandbox was lost.")


def _ended(said: dict[str, Any]) -> Ended:
    streams = {name: Captured(Path(path), kept, seen) for name, (path, kept, seen) in said.items()}
    return Ended(**{**said, **streams})
