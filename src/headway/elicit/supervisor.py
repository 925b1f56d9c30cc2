"""The process that makes one sandbox, watches its command, and ends everything that it started.

What is wanted comes on stdin, and what happened goes to stdout, as dictionaries in the form of
``marshal`` behind their length in four bytes: both ends are the same interpreter, and to load JSON
takes longer than to make a sandbox. The end of stdin is the end of the sandbox.
"""

from __future__ import annotations

import _socket
import marshal
import os
import select
import sys
import time
from array import array

from headway.elicit.sandbox import bwrap, cgroups, forking, linux, names, tree
from headway.elicit.sandbox.copying import Copy, copy_tree
from headway.elicit.sandbox.stage import Stage, host_user

try:  # the public module loads enum, which takes longer than all that is left here
    import _signal as signal  # type: ignore[import-not-found]
except ImportError:
    import signal

TYPE_CHECKING = False  # what typing says, without loading it
if TYPE_CHECKING:
    from typing import Any, NoReturn

__all__ = ["breed", "main"]

_CHUNK = 1 << 16
_STUCK = 30.0  # seconds until processes that SIGKILL does not end are a fault of the machine


class _Output:
    """What one stream of the command says, its first bytes in a file."""

    def __init__(self, path: str, cap: int) -> None:
        self.path, self.cap, self.kept, self.seen = path, cap, 0, 0
        self.file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o644)
        self.read, self.write = os.pipe()

    def take(self) -> bool:
        """Read a piece; False at the end."""
        data = os.read(self.read, _CHUNK)
        self.seen += len(data)
        keep = memoryview(data)[: self.cap - self.kept]
        while keep:
            written = os.write(self.file, keep)
            self.kept += written
            keep = keep[written:]
        return bool(data)

    def told(self) -> tuple[str, int, int]:
        return self.path, self.kept, self.seen


class _FaultError(Exception):
    """The sandbox cannot be had; the sentence goes to the caller."""


class _Supervisor:
    def __init__(self, spec: dict[str, Any]) -> None:
        self.spec = spec
        self.poll = select.poll()
        self.streams: dict[int, _Output] = {}  # those that have not ended
        self.top = 0  # process id of bubblewrap
        self.begun = 0.0
        self.deadline: float | None = None  # when it is asked to end
        self.still = 0.0  # seconds in which the command stood still for a snapshot
        self.why: tuple[str, str] | None = None  # we end it: reason and sentence
        self.kill_at: float | None = None  # when it is killed
        self.over = False
        self.binary = os.open(spec["bwrap"], os.O_RDONLY | os.O_CLOEXEC)
        self.user = host_user()
        self.outputs = [
            _Output(f"{spec['folder']}/{name}", spec["output"]) for name in ("stdout", "stderr")
        ]
        self.name = names.name_of(os.getpid())
        linux.own_room()
        self.stage = Stage(spec, self.user)
        self.group = cgroups.make(self.name)
        self.group.limit(spec["memory"], spec["pids"], spec["cpus"])
        forks = forking.Forks(self.group, self.user)
        if self.stage.socket:
            forks.relay(spec["port"], self.stage.socket)
        out, err = (output.write for output in self.outputs)
        self.runner = forking.Runner(forks, self.binary, (out, err))
        os.close(out)
        os.close(err)
        self.stage.build()

    # ------------------------------------------------------------------ the command

    def start(self, argv: list[str], env: dict[str, str], cwd: str) -> None:
        """Run the command and wait until it was executed, or could not be."""
        options = bwrap.arguments(self.stage.words, self.stage.disk, env, cwd)
        self.begun = time.monotonic()
        self.deadline = self.begun + self.spec["seconds"]
        self.runner.start(argv, options)
        self.top = self.runner.pid
        for output in self.outputs:
            self.poll.register(output.read, select.POLLIN)
            self.streams[output.read] = output
        self.poll.register(self.runner.end, select.POLLIN)
        self.runner.go(self.spec["pids"], self.spec["memory"])
        _tell("started")

    def _never_ran(self) -> str:
        """Why bubblewrap ended before the command began: its last words."""
        with open(self.outputs[1].path, "rb") as file:
            said = file.read(_CHUNK).decode("utf-8", "replace").strip()
        line = said.rpartition("\n")[2].removeprefix("bwrap: ").removeprefix("execvp ")
        return f"The command cannot be run: {line or 'bubblewrap does not say why'}."

    def finish(self) -> None:
        """After bubblewrap has ended: end all the rest, then tell how it went."""
        _, status = os.waitpid(self.top, 0)
        seconds = time.monotonic() - self.begun - self.still
        self.over, self.deadline, self.kill_at = True, None, None
        self.poll.unregister(self.runner.end)
        self.clear()
        for output in self.outputs:
            if self.streams.pop(output.read, None):
                self.poll.unregister(output.read)
            while output.take():
                pass
        code = os.waitstatus_to_exitcode(status)
        oom = self.group.oom_kills()
        if code > 0 and self.why is None and not self.runner.ran():
            self.why = "not_started", self._never_ran()
        reason, number, text = self._reason(code, oom)
        started = reason != "not_started"
        _tell(
            "ended",
            reason=reason,
            exit_code=code if started and number is None else None,
            signal=number,
            text=text,
            seconds=seconds,
            peak_memory=self.group.peak(),
            oom_kills=oom,
            stdout=self.outputs[0].told(),
            stderr=self.outputs[1].told(),
        )

    def _reason(self, code: int, oom: int | None) -> tuple[str, int | None, str]:
        # bubblewrap tells a signal as shells do.
        number = -code if code < 0 else code - 128 if 128 < code <= 192 else None
        if self.why:
            return self.why[0], number, self.why[1]
        if number == signal.SIGKILL and oom:
            return "oom", number, f"The kernel ended it: more than {self.spec['memory']} bytes."
        if number is not None:
            return "signal", number, f"It ended by signal {number}."
        return "exit", None, ""

    def clear(self) -> None:
        """SIGKILL to all that is left, and wait until it is gone."""
        self.group.kill()
        tree.end_children()
        if not tree.reap(_STUCK):
            raise _FaultError("Processes of this sandbox do not end: the machine is at fault.")

    # ------------------------------------------------------------------ what is asked

    def stop(self, reason: str, text: str, grace: float) -> None:
        """Ask all processes inside to end, and kill them `grace` seconds later."""
        if self.top and not self.over and self.why is None:
            self.why = (reason, text)
            self.deadline, self.kill_at = None, time.monotonic() + grace
            tree.send(self.top, signal.SIGTERM)

    def copy(self, to: str, folder: str) -> None:
        """Copy a folder while nothing in the sandbox moves."""
        begun = time.monotonic()
        running = bool(self.top) and not self.over
        if running and not self.group.freeze(still=True):
            tree.send(self.top, signal.SIGSTOP)
        try:
            told = self._copy(to, folder)
        except (OSError, ValueError) as error:
            told = {"error": f"{folder} of the sandbox cannot be copied to {to}: {error}"}
        finally:
            if running and not self.group.freeze(still=False):
                tree.send(self.top, signal.SIGCONT)
            if running:
                self.still += time.monotonic() - begun
                if self.deadline is not None:
                    self.deadline += time.monotonic() - begun
        _tell("copied", **told)

    def _copy(self, to: str, folder: str) -> dict[str, Any]:
        if os.path.lexists(to):
            raise FileExistsError("it exists")
        partial = f"{to}.partial-{os.getpid()}"
        copy = Copy(self.spec["caps"])
        source = self.stage.opened(folder)
        try:
            os.mkdir(partial, 0o755)
            copy_tree(source, partial, copy)
            os.rename(partial, to)
        except OSError:
            _remove(partial)
            raise
        finally:
            os.close(source)
        return copy.told()

    def obey(self, wanted: dict[str, Any]) -> None:
        """Do one thing that the caller asks for."""
        match wanted.pop("do"):
            case "start":
                self.start(**wanted)
            case "kill":
                self.stop("killed", wanted["why"], wanted["grace"])
            case "snapshot":
                self.copy(**wanted)
            case "collect" if self.over or not self.top:
                self.copy(**wanted)
            case "collect":
                _tell("copied", error="The command still runs: wait for it, or take a snapshot.")

    def run(self) -> None:
        """Watch until the caller goes."""
        self.poll.register(0, select.POLLIN)
        while True:
            due = self._next()
            for handle, _ in self.poll.poll(None if due is None else 1e3 * due + 1):
                if handle == 0:
                    wanted = _heard()
                    if wanted is None:
                        return
                    self.obey(wanted)
                elif handle == self.runner.end:
                    self.finish()
                elif (output := self.streams.get(handle)) and not output.take():
                    self.poll.unregister(handle)
                    del self.streams[handle]
            self._watch_time()

    def _next(self) -> float | None:
        """Seconds until something is due."""
        due = self.deadline if self.kill_at is None else self.kill_at
        return None if due is None else max(due - time.monotonic(), 0)

    def _watch_time(self) -> None:
        if self._next() != 0:
            return
        if self.kill_at is None:
            self.stop("timeout", f"It ran for {self.spec['seconds']:g} s.", self.spec["grace"])
        else:
            self.kill_at = None
            os.kill(self.top, signal.SIGKILL)
            self.group.kill()

    def close(self) -> None:
        """End what runs, and leave nothing behind; the mounts go with this process."""
        if not self.over:
            os.kill(self.runner.pid, signal.SIGKILL)
        self.clear()
        self.group.remove()


def _heard() -> dict[str, Any] | None:
    """The next thing that is wanted; None at the end. What has begun to come comes whole."""
    head = _exactly(4)
    if not head:
        return None
    wanted: dict[str, Any] = marshal.loads(_exactly(int.from_bytes(head, "little")))  # noqa: S302
    return wanted


def _exactly(count: int) -> bytes:
    """So many bytes of stdin; fewer, which is none, at its end."""
    data = b""
    while len(data) < count:
        piece = os.read(0, count - len(data))
        if not piece:
            return b""
        data += piece
    return data


def _remove(folder: str) -> None:
    import shutil  # rarely needed, and slow to load

    shutil.rmtree(folder, ignore_errors=True)


def _tell(event: str, **what: Any) -> None:
    data = marshal.dumps({"event": event, **what})
    data = len(data).to_bytes(4, "little") + data
    while data:
        data = data[os.write(1, data) :]


def main() -> None:
    """Serve one sandbox, whose specification is the first thing on stdin."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    linux.reap_orphans()
    spec = _heard()
    if spec is None:
        return
    supervisor = None
    try:
        supervisor = _Supervisor(spec)
        _tell(
            "ready", uid=supervisor.user, name=supervisor.name, limits=supervisor.group.versions()
        )
        supervisor.run()
    except (OSError, ValueError, _FaultError) as error:
        _tell("fault", error=f"The sandbox failed: {error}", lost=True)
    finally:
        if supervisor:
            supervisor.close()


def breed() -> None:
    """Fork a supervisor for each pair of pipes that comes through the socket on stdin.

    Ends with the program at its other end; the supervisors then end by themselves.
    """
    control = _socket.socket(fileno=0)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # they are not waited for here
    size = array("i").itemsize
    while True:
        data, extra, _, _ = control.recvmsg(1, _socket.CMSG_SPACE(2 * size))
        if not data:
            return
        handles = array("i", extra[0][2])
        pid = os.fork()
        if not pid:
            _supervise(*handles)
        end = os.pidfd_open(pid)
        told = array("i", [end])
        message = [(_socket.SOL_SOCKET, _socket.SCM_RIGHTS, told)]
        control.sendmsg([pid.to_bytes(4, "little")], message)
        for handle in (end, *handles):
            os.close(handle)


def _supervise(asked: int, tell: int) -> NoReturn:
    """In the child: what one supervisor does, from its beginning to its end."""
    try:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.setsid()
        for place, handle in enumerate((asked, tell)):
            os.dup2(handle, place)
            os.close(handle)
        main()
    finally:
        os._exit(0)
