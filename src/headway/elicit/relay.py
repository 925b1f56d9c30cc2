"""Inside a sandbox: make ``127.0.0.1:PORT`` reach the gateway's socket, then become the command.

Runs from a read-only file, with nothing but the standard library. It listens before the command
starts; the forwarding process is no child of the command and ends with the sandbox.

Arguments: file descriptor for errors, port or 0, socket, limits or ``-``, ``--``, command.
"""

from __future__ import annotations

import os
import sys

try:  # the public module loads enum, which takes longer than all that is left here
    import _signal as signal  # type: ignore[import-not-found]
except ImportError:
    import signal

TYPE_CHECKING = False  # what typing says, without loading it
if TYPE_CHECKING:
    import socket

_CHUNK = 1 << 16
_WRITE = 1  # socket.SHUT_WR
_FULL = 1 << 18  # a side that holds this much unsent stops reading from the other


class _Side:
    """One end of a connection, with the bytes that wait to be sent to it."""

    other: _Side

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self.waiting = bytearray()
        self.said_all = False  # nothing more comes from it
        self.told_all = False  # it knows that nothing more comes to it

    def wanted(self) -> int:
        """What to wait for: 1 to read from it, 2 to write to it."""
        reading = not self.said_all and len(self.other.waiting) < _FULL
        return int(reading) | (2 if self.waiting else 0)

    def receive(self) -> None:
        data = self.sock.recv(_CHUNK)
        self.said_all = not data
        self.other.waiting += data
        self.other.send()

    def send(self) -> None:
        """Send what can be sent at once; after the last of it, the end of the stream."""
        if self.waiting:
            try:
                del self.waiting[: self.sock.send(self.waiting)]
            except BlockingIOError:
                return
        if self.other.said_all and not self.waiting and not self.told_all:
            self.told_all = True
            self.sock.shutdown(_WRITE)


class _Relay:
    """All connections of a listener, each passed on to the same unix socket."""

    def __init__(self, listener: socket.socket, path: str) -> None:
        import selectors  # with the socket, the half of our start: only where there is a gateway

        self.listener, self.path = listener, path
        self.poll = selectors.DefaultSelector()
        self.poll.register(listener, 1)

    def forward(self) -> None:
        """For ever."""
        while True:
            for key, mask in self.poll.select():
                side = key.data
                if side is None:
                    self.connect()
                elif side.sock.fileno() >= 0:  # else its other side has closed it a moment ago
                    self.serve(side, mask)

    def connect(self) -> None:
        """Take a connection; without a gateway it is closed at once."""
        import socket

        near, _ = self.listener.accept()
        far = socket.socket(socket.AF_UNIX)
        try:
            far.connect(self.path)
        except OSError:
            near.close()
            far.close()
            return
        near.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        one, two = _Side(near), _Side(far)
        one.other, two.other = two, one
        for side in (one, two):
            side.sock.setblocking(False)
            self.poll.register(side.sock, 1, side)

    def serve(self, side: _Side, mask: int) -> None:
        try:
            if mask & 1:
                side.receive()
            if mask & 2:
                side.send()
        except OSError:
            self.close(side)
            return
        if side.told_all and side.other.told_all:
            self.close(side)
        else:
            self.watch(side)
            self.watch(side.other)

    def watch(self, side: _Side) -> None:
        mask, known = side.wanted(), side.sock in self.poll.get_map()
        if not mask:
            if known:
                self.poll.unregister(side.sock)
        elif known:
            self.poll.modify(side.sock, mask, side)
        else:
            self.poll.register(side.sock, mask, side)

    def close(self, side: _Side) -> None:
        for each in (side, side.other):
            if each.sock in self.poll.get_map():
                self.poll.unregister(each.sock)
            each.sock.close()


def _serve(port: int, path: str, status: int) -> None:
    """Listen, and forward in a process that is nobody's child but that of the sandbox's init."""
    import socket

    listener = socket.create_server(("127.0.0.1", port), backlog=128)
    first = os.fork()
    if first:
        os.waitpid(first, 0)
        listener.close()
        return
    os.setsid()
    if os.fork():
        os._exit(0)
    # The command is asked to end before it is killed; it may need us until then.
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    os.close(status)
    null = os.open("/dev/null", os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(null, stream)
    try:
        _Relay(listener, path).forward()
    finally:
        os._exit(1)


def _limit(text: str) -> None:
    """Limits by process, where no cgroup could be made: ``PROCESSES,BYTES``."""
    import resource

    pids, memory = (int(part) for part in text.split(","))
    if pids:
        resource.setrlimit(resource.RLIMIT_NPROC, (pids, pids))
    if memory:
        resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))


def main() -> None:
    """Become the command; an error goes to the status descriptor."""
    status, port, path, limits, _, *command = sys.argv[1:]
    try:
        if port != "0":
            _serve(int(port), path, int(status))
        if limits != "-":
            _limit(limits)
        os.set_inheritable(int(status), False)
        # Python ignores these two; a command expects them as they are by default.
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
        signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
        os.write(int(status), b"+")
        os.execvp(command[0], command)
    except OSError as error:
        os.write(int(status), f"{command[0]}: {error.strerror}".encode())
        os._exit(127)


if __name__ == "__main__":
    main()
