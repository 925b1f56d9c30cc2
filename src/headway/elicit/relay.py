"""Makes ``127.0.0.1:PORT`` of a sandbox's own network reach the gateway's socket.

A process of its own, made by the supervisor and outside of the sandbox: it listens in the network
that only the sandbox sees, as the sandbox's own user, and passes bytes on without reading them.
What it holds counts among the sandbox's limits.
"""

from __future__ import annotations

# The public modules load enum and more, which takes longer than a sandbox takes to start.
import _socket
import select

__all__ = ["forward", "listening"]

_CHUNK = 1 << 16
_FULL = 1 << 18  # a side that holds this much unsent stops reading from the other
_READ, _WRITE = select.EPOLLIN, select.EPOLLOUT


class _Side:
    """One end of a connection, with the bytes that wait to be sent to it."""

    other: _Side

    def __init__(self, sock: _socket.socket) -> None:
        sock.setblocking(False)
        self.sock = sock
        self.waiting = bytearray()
        self.said_all = False  # nothing more comes from it
        self.told_all = False  # it knows that nothing more comes to it
        self.watched = 0

    def wanted(self) -> int:
        """What to wait for."""
        reading = not self.said_all and len(self.other.waiting) < _FULL
        return (_READ if reading else 0) | (_WRITE if self.waiting else 0)

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
            self.sock.shutdown(_socket.SHUT_WR)


class _Relay:
    """All connections of a listener, each passed on to the same unix socket."""

    def __init__(self, listener: _socket.socket, path: str) -> None:
        self.listener, self.path = listener, path
        self.sides: dict[int, _Side] = {}
        self.poll = select.epoll()
        self.poll.register(listener.fileno(), _READ)

    def forward(self) -> None:
        """For ever."""
        while True:
            for handle, mask in self.poll.poll():
                if handle == self.listener.fileno():
                    self.connect()
                elif side := self.sides.get(handle):  # else its other side has closed it just now
                    self.serve(side, mask)

    def connect(self) -> None:
        """Take a connection; without a gateway it is closed at once."""
        try:
            handle, _ = self.listener._accept()  # type: ignore[attr-defined]  # noqa: SLF001
        except OSError:  # it has left already, or there are too many
            return
        near = _socket.socket(fileno=handle)
        far = _socket.socket(_socket.AF_UNIX, _socket.SOCK_STREAM)
        try:
            far.connect(self.path)
            near.setsockopt(_socket.IPPROTO_TCP, _socket.TCP_NODELAY, 1)
        except OSError:
            near.close()
            far.close()
            return
        one, two = _Side(near), _Side(far)
        one.other, two.other = two, one
        for side in (one, two):
            self.sides[side.sock.fileno()] = side
            self.watch(side)

    def serve(self, side: _Side, mask: int) -> None:
        try:
            if mask & _WRITE:
                side.send()
            if mask & ~_WRITE and not side.said_all:  # an end or an error is read, too
                side.receive()
        except OSError:
            self.close(side)
            return
        if side.told_all and side.other.told_all:
            self.close(side)
        else:
            self.watch(side)
            self.watch(side.other)

    def watch(self, side: _Side) -> None:
        mask, handle = side.wanted(), side.sock.fileno()
        if mask == side.watched:
            return
        if not mask:
            self.poll.unregister(handle)
        elif side.watched:
            self.poll.modify(handle, mask)
        else:
            self.poll.register(handle, mask)
        side.watched = mask

    def close(self, side: _Side) -> None:
        for each in (side, side.other):
            del self.sides[each.sock.fileno()]
            each.sock.close()


def listening(port: int) -> _socket.socket:
    """A listener in the network of this process; it takes connections from now on."""
    listener = _socket.socket(_socket.AF_INET, _socket.SOCK_STREAM)
    listener.bind(("127.0.0.1", port))
    listener.listen(128)
    return listener


def forward(listener: _socket.socket, path: str) -> None:
    """Pass on what comes to the listener to a unix socket, and back; never returns."""
    _Relay(listener, path).forward()
