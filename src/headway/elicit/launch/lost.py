"""Attempts that came to nothing: what they had spent, and the removal of what they left."""

from __future__ import annotations

import os
import time
from pathlib import Path

from pydantic import ValidationError

from headway.elicit.gateway.summary import Summary
from headway.elicit.tokens import Tokens

__all__ = ["holders", "spent_in", "wait_for"]

_PATIENCE = 30.0


def spent_in(draft: Path) -> Tokens | None:
    """Tokens of an unfinished run, from what its gateways wrote; None where that cannot be read.

    A gateway whose run was killed still writes its sum. Of one that was killed itself, the log
    holds every exchange that had ended.
    """
    whole = Tokens()
    # Tries that a failure ended lie beside the last one, and each has a log of its own.
    for folder in (draft, *sorted(draft.glob("try-*"))):
        found = _spent(folder)
        if found is None:
            return None
        whole = whole + found
    return whole


def _spent(folder: Path) -> Tokens | None:
    from headway.elicit.gateway.wire import NAME, read

    try:
        text = (folder / "gateway.json").read_text(encoding="utf-8")
        return Summary.model_validate_json(text).tokens
    except (OSError, ValidationError):
        pass
    if not (folder / NAME).exists():
        return Tokens()
    try:
        lines = list(read(folder / NAME))
    except (OSError, ValueError):
        return None
    counted = (Tokens.from_dict(line["tokens"]) for line in lines if line.get("tokens"))
    return sum(counted, Tokens())


def wait_for(folders: list[Path], seconds: float = _PATIENCE) -> bool:
    """Wait until no process has a file in these folders open; False when the time is up.

    Those of a killed run end by themselves: a supervisor and a gateway see that nobody is left at
    the other end of their pipes.
    """
    until = time.monotonic() + seconds
    while holders(folders):
        if time.monotonic() > until:
            return False
        time.sleep(0.05)
    return True


def holders(folders: list[Path]) -> set[int]:
    """Processes, other than this one, that have a file below one of these folders open."""
    tops = tuple(f"{folder.resolve()}/" for folder in folders)
    found: set[int] = set()
    for process in Path("/proc").iterdir() if tops else ():
        pid = process.name
        if pid.isdecimal() and int(pid) != os.getpid() and _has_open(process, tops):
            found.add(int(pid))
    return found


def _has_open(process: Path, tops: tuple[str, ...]) -> bool:
    try:
        return any(str(handle.readlink()).startswith(tops) for handle in (process / "fd").iterdir())
    except OSError:
        return False  # it is gone, or another user's
