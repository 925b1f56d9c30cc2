"""Server-sent events, read as they come (WHATWG HTML, section 9.2, "Server-sent events")."""

from __future__ import annotations

from dataclasses import dataclass, field

__all__ = ["Event", "Reader"]

# One event beyond this many bytes is not read: it would hold a whole stream in memory.
_LARGEST = 16 << 20


@dataclass(frozen=True, slots=True)
class Event:
    """One event: its name, its data, and its bytes as they came, blank line included."""

    name: str
    data: str
    raw: bytes


@dataclass(slots=True)
class Reader:
    """Reads a stream in chunks cut anywhere; the raw bytes of all events join to the stream.

    Once one event was too large to be held, the rest passes as events without data (``dead``).
    Differs from the standard in one way: an event that lacks its blank line at the end of the
    stream is given by :meth:`close`, since some servers leave it out after the last one.
    """

    dead: bool = False
    _rest: bytes = b""
    _raw: list[bytes] = field(default_factory=list)
    _data: list[bytes] = field(default_factory=list)
    _name: bytes = b""
    _size: int = 0
    _started: bool = False
    _after_cr: bool = False

    def feed(self, chunk: bytes) -> list[Event]:
        """Events that these bytes complete."""
        if self.dead:
            return [Event("", "", chunk)]
        found: list[Event] = []
        self._size += len(chunk)
        *lines, self._rest = self._lines(chunk)
        for line in lines:
            self._line(line, found)
        if self._size > _LARGEST:
            self.dead = True
            found.append(Event("", "", b"".join(self._raw) + self._rest))
            self._rest, self._raw, self._data = b"", [], []
        return found

    def close(self) -> list[Event]:
        """The event that is left at the end of the stream, if there is one, and loose bytes."""
        found: list[Event] = []
        if self._rest:
            self._line(self._rest, found)
            self._rest = b""
        if self._raw and not self.dead:
            found.append(self._event())
        return found

    def _lines(self, chunk: bytes) -> list[bytes]:
        """Complete lines with their ends, and last what is not yet complete."""
        if self._after_cr and chunk.startswith(b"\n"):
            # The second half of a line end that was taken for a whole one.
            self._raw.append(b"\n")
            chunk = chunk[1:]
        self._after_cr = False
        if not chunk:
            return [self._rest]
        if b"\n" not in chunk and b"\r" not in chunk:
            return [self._rest + chunk]
        lines = (self._rest + chunk).splitlines(keepends=True)
        self._after_cr = lines[-1].endswith(b"\r")
        return lines if not lines[-1].endswith((b"\n", b"\r")) else [*lines, b""]

    def _line(self, line: bytes, found: list[Event]) -> None:
        self._raw.append(line)
        bare = line.rstrip(b"\r\n")
        if not self._started:
            self._started = True
            bare = bare.removeprefix(b"\xef\xbb\xbf")
        if bare:
            self._field(bare)
        elif self._data or self._name or len(self._raw) > 1:
            found.append(self._event())

    def _field(self, line: bytes) -> None:
        name, _, value = line.partition(b":")
        value = value.removeprefix(b" ")
        if name == b"data":
            self._data.append(value)
        elif name == b"event":
            self._name = value

    def _event(self) -> Event:
        event = Event(
            self._name.decode("utf-8", "replace"),
            b"\n".join(self._data).decode("utf-8", "replace"),
            b"".join(self._raw),
        )
        self._raw, self._data, self._name, self._size = [], [], b"", len(self._rest)
        return event
