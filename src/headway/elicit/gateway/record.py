"""One exchange as it becomes a line of the log."""

from __future__ import annotations

import json
import time
from dataclasses import asdict, dataclass, field
from typing import Any

from headway.elicit.gateway.change import Changes
from headway.elicit.gateway.checks import Refusal
from headway.elicit.gateway.formats import Kind
from headway.elicit.gateway.redact import Redactor
from headway.elicit.gateway.wire import Spool
from headway.elicit.profile import Format
from headway.elicit.tokens import Tokens

__all__ = ["Fault", "Record"]


@dataclass(frozen=True, slots=True)
class Fault:
    """What servers or the machine did wrong (``infra`` of the events); after a fatal one, no more.

    The text of ``detail`` is without keys.
    """

    kind: str
    detail: str
    fatal: bool = False


@dataclass(slots=True)
class Record:
    """What is known of one exchange so far; times in seconds since 1970.

    ``came`` is the body as it came, ``body`` the same unpacked; ``admitted`` is when it was sent.
    """

    exchange: int
    method: str
    path: str
    query: list[tuple[str, str]]
    headers: list[tuple[str, str]]
    start: float = field(default_factory=time.time)
    format: Format | None = None
    kind: Kind | None = None
    came: bytes = b""
    body: bytes = b""
    coding: str | None = None
    changes: Changes = field(default_factory=Changes)
    asked: dict[str, Any] = field(default_factory=dict)
    sent: dict[str, Any] = field(default_factory=dict)
    ran: dict[str, Any] = field(default_factory=dict)
    status: int | None = None
    reply_headers: list[tuple[str, str]] = field(default_factory=list)
    reply: Spool = field(default_factory=Spool)
    admitted: float | None = None
    first_byte: float | None = None
    end: float | None = None
    usage: dict[str, Any] | None = None
    tokens: Tokens | None = None
    marks: list[str] = field(default_factory=list)
    refused: Refusal | None = None
    faults: list[Fault] = field(default_factory=list)

    def mark(self, name: str) -> None:
        """Mark the exchange, once."""
        if name not in self.marks:
            self.marks.append(name)

    def fault(self, kind: str, detail: str, *, fatal: bool = False) -> None:
        """Note a fault."""
        self.faults.append(Fault(kind, detail, fatal))

    def head(self, run: str, redactor: Redactor) -> bytes:
        """The line of the log without the body of the reply; without keys."""
        line = {
            "exchange": self.exchange,
            "run": run,
            "kind": "refused" if self.refused else self.kind,
            "format": self.format,
            "request": self._request(redactor),
            "changed": self.changes.made,
            "declared": {"asked": self.asked, "sent": self.sent, "ran": self.ran},
            "status": self.status,
            "reply_headers": redactor.headers(self.reply_headers),
            "times": {
                "start": self.start,
                "admitted": self.admitted,
                "first_byte": self.first_byte,
                "end": self.end,
            },
            "usage": self.usage,
            "tokens": None if self.tokens is None else self.tokens.to_dict(),
            "marks": self.marks,
            "refused": self.refused
            and {"reason": self.refused.reason, "detail": self.refused.detail},
            "infra": [asdict(fault) for fault in self.faults],
        }
        # Once more over the whole line: no field is forgotten.
        return redactor.data(json.dumps(line).encode())

    def _request(self, redactor: Redactor) -> dict[str, Any]:
        return {
            "method": self.method,
            "path": self.path,
            "query": redactor.query(self.query),
            "headers": redactor.headers(self.headers),
            "body": redactor.data(self.body).decode("utf-8", "backslashreplace"),
            "coding": self.coding,
            "bytes": len(self.came),
        }
