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

import asyncio
import contextlib
import json
import time
from typing import Any, TextIO

__all__ = ["Events"]


class Events:
    """Events of a run as JSON lines on a stream; a stream that was closed is survived.

    What happens in one turn of the loop is written at once, after it: telling delays no request.
    """

    def __init__(self, stream: TextIO, run: str) -> None:
        self._stream = stream
        self._run = run
        self._lines: list[str] = []

    def __call__(self, event: str, **fields: Any) -> None:
        """Tell one event."""
        if not self._lines:
            asyncio.get_running_loop().call_soon(self.flush)
        line = {"event": event, "run": self._run, "time": time.time(), **fields}
        self._lines.append(json.dumps(line) + "\n")

    def flush(self) -> None:
        """Write what was told."""
        lines, self._lines = self._lines, []
        # The supervisor may be gone: the log and the summary are still written.
        with contextlib.suppress(BrokenPipeError, ValueError):
            self._stream.write("".join(lines))
            self._stream.flush()
