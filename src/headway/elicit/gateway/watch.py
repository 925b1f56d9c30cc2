"""Reads a reply while it passes, and says what it was at its end."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from headway.elicit.gateway import sse
from headway.elicit.gateway.replies import READERS, Seen
from headway.elicit.gateway.replies.chat import is_usage_alone
from headway.elicit.profile import Format
from headway.elicit.tokens import Tokens

__all__ = ["Watch"]

# Ends a stream of chat completions; no JSON.
_DONE = "[DONE]"


@dataclass(slots=True)
class Watch:
    """One reply of a wire format.

    Attributes
    ----------
    hide_usage : bool
        Take the chunk of a stream that only holds its usage out of what passes.
    on_usage : callable
        Told the tokens as soon as the usage of the whole reply is seen.
    malformed : str or None
        Why a part of the reply could not be read.
    """

    format: Format
    hide_usage: bool
    on_usage: Callable[[Tokens], None]
    seen: Seen = field(default_factory=Seen)
    malformed: str | None = None
    _events: sse.Reader = field(default_factory=sse.Reader)

    def feed(self, chunk: bytes) -> bytes:
        """Read a piece of a stream; gives what of it passes."""
        events = self._events.feed(chunk)
        shown = [event.raw for event in events if not self._read(event)]
        return b"".join(shown) if self.hide_usage else chunk

    def close(self, *, cut: bool = False) -> bytes:
        """The end of a stream; gives what still passes. Half an event of a cut one is not read."""
        rest = self._events.close()
        shown = [event.raw for event in rest if cut or not self._read(event)]
        return b"".join(shown) if self.hide_usage else b""

    def whole(self, body: bytes) -> None:
        """Read a reply that is no stream."""
        self.seen.done = True
        document = self._parsed(body)
        if document is not None:
            self._take(lambda: READERS[self.format].whole(self.seen, document))

    def tokens(self) -> Tokens | None:
        """The tokens of the usage that was seen; None where there is none that can be read."""
        if not self.seen.usage:
            return None
        try:
            return READERS[self.format].tokens(self.seen.usage)
        except ValueError as error:
            self.malformed = self.malformed or f"usage: {error}"
            return None

    def _read(self, event: sse.Event) -> bool:
        """Read one event; whether it is hidden."""
        if not event.data:
            return False
        if event.data.strip() == _DONE:
            self.seen.done = True
            return False
        document = self._parsed(event.data)
        if document is None:
            return False
        self._take(lambda: READERS[self.format].event(self.seen, event.name, document))
        return self.hide_usage and is_usage_alone(document)

    def _parsed(self, text: str | bytes) -> dict[str, Any] | None:
        try:
            document = json.loads(text)
        except (ValueError, RecursionError):
            self.malformed = self.malformed or "not JSON"
            return None
        if not isinstance(document, dict):
            self.malformed = self.malformed or "no JSON object"
            return None
        return document

    def _take(self, read: Callable[[], None]) -> None:
        try:
            read()
        except (TypeError, AttributeError, KeyError, IndexError):
            # A list where an object should be, and the like.
            self.malformed = self.malformed or "not in the shape of its wire format"
            return
        if self.seen.final:
            tokens = self.tokens()
            if tokens is not None:
                self.on_usage(tokens)
