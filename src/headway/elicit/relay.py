"""Inside a sandbox: make ``127.0.0.1:PORT`` reach the gateway's socket, then become the command.

Runs from a read-only file, with nothing but the standard library. It listens before the command
starts; the forwarding process is no child of the command and ends with the sandbox.

Arguments: file descriptor for errors, port or 0, socket, limits or ``-``, ``--``, command.
"""

from __future__ import annotations

import os
import sys

_CHUNK = 1 << 16
_FULL = 1 << 18  # a side that holds this much unsent stops reading from the other


class _Side:
    """One end of a connection, with the bytes that wait to be sent to it."""

    def __init__(self, sock: object) -> None:
        self.sock = sock
        self.waiting = bytearray()
        self.other: _Side
        self.read_end = False  # it will say no more
        self.shut = False  # we have told it that no more comes

    def wanted(self) -> int:
        """Selector mask: 1 to read from it, 2 to write to it."""
        reading = not self.read_end and len(self.other.waiting) < _FULL
        return int(reading) | (2 if self.waiting else 0)


def _forward(listener, path: str) -> None:
    import selectors
    import socket

    poll = selectors.DefaultSelector()
    listener.setblocking(False)
    poll.register(listener, selectors.EVENT_READ)

    def connect() -> None:
        try:
            near, _ = listener.accept()
        except OSError:
            return
        far = socket.socket(socket.AF_UNIX)
        try:
            far.connect(path)
        except OSError:
            near.close()
            far.close()
            return
        near.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        one, two = _Side(near), _Side(far)
        one.other, two.other = two, one
        for side in (one, two):
            side.sock.setblocking(False)
            poll.register(side.sock, selectors.EVENT_READ, side)

    def close(side: _Side) -> None:
        for each in (side, side.other):
            if each.sock.fileno() >= 0:
                if each.sock in poll.get_map():
                    poll.unregister(each.sock)
                each.sock.close()

    def settle(side: _Side) -> None:
        """After something happened: pass on the end of a stream, and say what to wait for."""
        if side.read_end and side.other.read_end and not side.waiting and not side.other.waiting:
            close(side)
            return
        for each in (side, side.other):
            if each.other.read_end and not each.waiting and not each.shut:
                each.shut = True
                each.sock.shutdown(socket.SHUT_WR)
            mask, known = each.wanted(), each.sock in poll.get_map()
            if mask and known:
                poll.modify(each.sock, mask, each)
            elif mask:
                poll.register(each.sock, mask, each)
            elif known:
                poll.unregister(each.sock)

    while True:
        for key, mask in poll.select():
            side = key.data
            if side is None:
                connect()
                continue
            if side.sock.fileno() < 0:
                continue  # closed by its other side a moment ago
            try:
                if mask & selectors.EVENT_READ:
                    data = side.sock.recv(_CHUNK)
                    side.read_end = not data
                    side.other.waiting += data
                    _send(side.other)
                if mask & selectors.EVENT_WRITE:
                    _send(side)
                settle(side)
            except OSError:
                close(side)


def _send(side: _Side) -> None:
    if side.waiting:
        try:
            del side.waiting[: side.sock.send(side.waiting)]
        except BlockingIOError:
            return


def _serve(port: int, path: str, status: int) -> None:
    """Listen, and forward in a process that is nobody's child but that of the sandbox's init."""
    import signal
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
        _forward(listener, path)
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
    import signal

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
