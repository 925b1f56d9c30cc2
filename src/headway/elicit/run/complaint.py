"""What a harness's own log gives as its error, or as the limit that it reached."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple

from headway.elicit.harness import Log

__all__ = ["Said", "last_word"]

_LONGEST = 300
_TAIL = 4 << 20


class Said(NamedTuple):
    """An error, or a limit of turns; None where it is not what was said last."""

    error: str | None = None
    limit: str | None = None


def last_word(log: Log, path: Path) -> Said:
    """What stands last in a log; neither where an answer came after it, or there is no log.

    Parameters
    ----------
    log : Log
        How the harness's log is read.
    path : Path
        What it printed, or the copy of the log from its home.
    """
    if log.error is None and log.limit is None:
        return Said()
    for line in reversed(_lines(path)):
        if log.answer and log.answer.last([line]) is not None:
            return Said()
        if log.limit and (found := log.limit.last([line])) is not None:
            return Said(limit=_text(found))
        if log.error and (found := log.error.last([line])) is not None:
            return Said(error=_text(found))
    return Said()


def _text(found: Any) -> str:
    text = found if isinstance(found, str) else json.dumps(found)
    return " ".join(text.split())[:_LONGEST]


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
