"""What a harness's own log gives as its error."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from headway.elicit.harness import Log

__all__ = ["complaint"]

_LONGEST = 300
_TAIL = 4 << 20


def complaint(log: Log, path: Path) -> str | None:
    """The error of a log's last word; None where an answer came after it, or there is no log.

    Parameters
    ----------
    log : Log
        How the harness's log is read.
    path : Path
        What it printed, or the copy of the log from its home.
    """
    if log.error is None:
        return None
    for line in reversed(_lines(path)):
        if log.answer and log.answer.last([line]) is not None:
            return None
        if (found := log.error.last([line])) is not None:
            text = found if isinstance(found, str) else json.dumps(found)
            return " ".join(text.split())[:_LONGEST]
    return None


def _lines(path: Path) -> list[dict[str, Any]]:
    """Objects of a JSON Lines file, of its last megabytes; other lines are left out."""
    if not path.is_file():
        return []
    with path.open("rb") as file:
        file.seek(max(path.stat().st_size - _TAIL, 0))
        found = []
        for line in file:
            try:
                value = json.loads(line)
            except (ValueError, RecursionError):
                continue
            if isinstance(value, dict):
                found.append(value)
    return found
