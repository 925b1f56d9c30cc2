"""Processes of a sandbox as they are forked from its supervisor: bubblewrap, and the relay."""

from __future__ import annotations

import marshal
import os
import resource
import select
import time

from headway.elicit import relay
from headway.elicit.sandbox import linux, seccomp, tree

try:  # the public module loads enum, which takes longer than all that is left here
    import _signal as signal  # type: ignore[import-not-found]
except ImportError:
    import signal

TYPE_CHECKING = False  # what typing says, without loading it
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import NoReturn

    from headway.elicit.sandbox.cgroups import Group

__all__ = ["Forks", "Runner"]

_FILES = 16_384
_SOON = 0.001
_STUCK = 30.0


class Forks:
    """Forks processes that belong to one sandbox: its cgroups, its user, the supervisor's life.

    Parameters
    ----------
    group : Group
    user : int
        On the host.
    """

    def __init__(self, group: Group, user: int) -> None:
        self.group, self.user = group, user

    def relay(self, port: int, socket: str) -> None:
        """Pass connections to a port of this network on to the gateway's socket, from now on."""
        listener = relay.listening(port)

        def run() -> None:
            kept = listener.fileno()
            os.closerange(3, kept)
            os.closerange(kept + 1, 1024)  # more than a supervisor opens
            relay.forward(listener, socket)

        null = os.open("/dev/null", os.O_WRONLY | os.O_CLOEXEC)
        self.fork(run, (null, null))
        os.close(null)
        listener.close()

    def fork(self, run: Callable[[], None], streams: tuple[int, int]) -> int:
        """Have a child do something with these as its output and errors; gives its id."""
        supervisor = os.getpid()
        pid = os.fork()
        if not pid:
            self._become(run, streams, supervisor)
        return pid

    def _become(
        self, run: Callable[[], None], streams: tuple[int, int], supervisor: int
    ) -> NoReturn:
        """In the child: take streams, limits and user, then go on as what it is to be."""
        try:
            null = os.open("/dev/null", os.O_RDONLY)
            for place, handle in enumerate((null, *streams)):
                os.dup2(handle, place)
            self.group.join()
            if not os.getuid():
                os.setgroups([])
                os.setresgid(self.user, self.user, self.user)
                os.setresuid(self.user, self.user, self.user)
            linux.die_with(supervisor)
            # Python ignores these two; a command expects them as they are by default.
            for number in (signal.SIGPIPE, signal.SIGXFSZ, signal.SIGTERM):
                signal.signal(number, signal.SIG_DFL)
            _process_limits()
            run()
        except OSError as error:
            os.write(2, f"bwrap: {error}\n".encode())
        finally:
            os._exit(126)


class Runner:
    """Bubblewrap's process, forked before it is known what to run.

    To enter a cgroup takes the kernel some milliseconds, in which others are made ready.

    Attributes
    ----------
    pid : int
    end : int
        Becomes readable when the process has ended.
    """

    def __init__(self, forks: Forks, binary: int, streams: tuple[int, int]) -> None:
        self.held = forks.group.folders
        self._status, told = os.pipe()
        os.set_blocking(self._status, False)
        asked, self._ask = os.pipe()
        wait, self._go = os.pipe()
        self._options = os.memfd_create("options", 0)
        self._words = ["--json-status-fd", str(told), "--block-fd", str(wait)]
        passed = [told, wait, self._options]
        if filters := seccomp.program():
            passed.append(os.memfd_create("filters", 0))
            _fill(passed[-1], filters)
            self._words += ["--seccomp", str(passed[-1])]

        def run() -> None:
            with os.fdopen(asked, "rb") as file:
                os.close(self._ask)
                data = file.read()
            if data:
                for handle in passed:
                    os.set_inheritable(handle, True)
                os.execve(binary, marshal.loads(data), {})  # noqa: S302, S606 - our own

        self.pid = forks.fork(run, streams)
        self.end = os.pidfd_open(self.pid)
        for handle in {asked, *passed} - {self._options}:
            os.close(handle)

    def start(self, argv: list[str], options: list[str]) -> None:
        """Run a command behind these options of bubblewrap."""
        words = [*options, *self._words]
        _fill(self._options, b"".join(os.fsencode(word) + b"\0" for word in words))
        argv = ["bwrap", "--args", str(self._options), "--", *argv]
        with os.fdopen(self._ask, "wb") as file:
            file.write(marshal.dumps(argv))
        os.close(self._options)

    def go(self, pids: int, memory: int) -> None:
        """Let it go on, with limits of each process where there is no cgroup.

        Raises
        ------
        TimeoutError
            When it is stuck.
        """
        if not {"pids", "memory"} <= self.held.keys():
            self._until(lambda: tree.first(self.pid))
            _limit(
                tree.first(self.pid),
                0 if "pids" in self.held else pids,
                0 if "memory" in self.held else memory,
            )
        os.close(self._go)
        # Only then may the supervisor die: until then bubblewrap cannot follow it for certain.
        self._until(lambda: tree.runs(self.pid))

    def _until(self, happens: Callable[[], object]) -> None:
        """Wait for something, or for the end of the process."""
        until = time.monotonic() + _STUCK
        while not happens() and not select.select([self.end], [], [], _SOON)[0]:
            if time.monotonic() > until:
                raise TimeoutError("bubblewrap does not come to an end")

    def ran(self) -> bool:
        """Of one that has ended: whether the command had begun."""
        try:
            return b'"exit-code"' in os.read(self._status, 1 << 16)
        except BlockingIOError:
            return False


def _limit(pid: int, pids: int, memory: int) -> None:
    if not pid:
        return
    if pids:
        resource.prlimit(pid, resource.RLIMIT_NPROC, (pids, pids))
    if memory:
        resource.prlimit(pid, resource.RLIMIT_DATA, (memory, memory))


def _fill(handle: int, data: bytes) -> None:
    """Write into a file without a name, which is then read from its beginning."""
    while data:
        data = data[os.write(handle, data) :]
    os.lseek(handle, 0, os.SEEK_SET)


def _process_limits() -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    files = min(_FILES, resource.getrlimit(resource.RLIMIT_NOFILE)[1])
    resource.setrlimit(resource.RLIMIT_NOFILE, (files, files))
