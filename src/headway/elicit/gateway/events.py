"""What the gateway tells its supervisor while it runs: one JSON line per event.

========== ========================================================================================
event      fields beside ``event``, ``run`` and ``time`` (seconds since 1970)
========== ========================================================================================
request    exchange, format, path: a request was admitted
reply      exchange, status, seconds, first_byte (seconds or null), marks, tokens or null
spent      exchange, spent, limit, unit, tokens, back_off (seconds)
refused    exchange, status, reason, detail, first (whether it is the run's first for this reason).
           Reasons: ``budget`` (402), ``path`` (404), ``model`` (404), ``server_tool`` (400),
           ``remote_url`` (400), ``body`` (400, 413), ``encoding`` (415), ``uncounted`` (400),
           ``upgrade`` (426), ``peer`` (403), ``fatal`` (402: after an infra event that is
           fatal)
infra      exchange or null, kind, detail: the servers or the machine failed, not the model.
           Kinds: ``upstream_down``, ``upstream_slow``, ``upstream_cut``, ``upstream_limit`` (429),
           ``upstream_error`` (5xx), ``upstream_refused`` (401, 403: the key or the account),
           ``malformed``, ``no_usage``, ``log``, ``gateway`` (a fault of its own). ``fatal`` is true
           where the run cannot count: a reply whose usage is missing or unreadable while the
           profile permits no estimates, a log that cannot be written, a fault of the gateway.
mark       exchange, mark: ``model_changed``, ``sampling_changed``, ``key_in_request``
========== ========================================================================================
"""

from __future__ import annotations

import json
import time
from typing import Any, Protocol, TextIO

__all__ = ["Emit", "to"]


class Emit(Protocol):
    """Tells one event."""

    def __call__(self, event: str, **fields: Any) -> None:
        """Tell one event, with its fields."""


def to(stream: TextIO, run: str) -> Emit:
    """Events of a run as JSON lines on a stream, each flushed; a closed stream is survived."""

    def emit(event: str, **fields: Any) -> None:
        line = json.dumps({"event": event, "run": run, "time": time.time(), **fields})
        try:
            stream.write(line + "\n")
            stream.flush()
        except (BrokenPipeError, ValueError):
            # The supervisor is gone: the log and the summary are still written.
            return

    return emit
