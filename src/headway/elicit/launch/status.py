"""How far a design is, from its folder alone."""

from __future__ import annotations

from typing import Any, get_args

from headway.elicit.launch.folder import Folder
from headway.elicit.launch.lock import holder
from headway.elicit.launch.log import lines
from headway.elicit.launch.tally import Tally, tally
from headway.elicit.record import Status

__all__ = ["STATUSES", "document", "status"]

# In the order in which they are told.
STATUSES: tuple[str, ...] = get_args(Status)


def status(folder: Folder) -> dict[str, Any]:
    """The document of ``headway elicit status --json`` (docs/schema/status.json).

    Raises
    ------
    HeadwayError
        If the folder holds no runs of a design, or one of its records cannot be read.
    """
    design, expanded = folder.begun()
    return document(len(expanded.cells), tally(folder, design, expanded.cells), _running(folder))


def document(runs: int, found: Tally, running: int) -> dict[str, Any]:
    """The document for a tally."""
    account, finished = found.account, sum(found.statuses.values())
    by_status = {name: found.statuses[name] for name in STATUSES}
    by_status |= {"running": running, "waiting": runs - finished - running}
    priced = account.currency is not None
    return {
        "runs": runs,
        "by_status": by_status,
        "flagged": {
            "runs": sum(found.flagged.values()),
            "by_kind": dict(sorted(found.kinds.items())),
            "by_status_without": {
                name: found.statuses[name] - found.flagged[name] for name in STATUSES
            },
        },
        "spent": {
            "money": account.spent if priced else None,
            "currency": account.currency,
            "tokens": account.tokens.to_dict(),
            "lost": {
                "attempts": account.attempts,
                "estimated": account.unknown,
                "money": account.lost if priced else None,
            },
            "unpriced_runs": account.unpriced,
        },
        "remaining": {
            "runs": len(found.left),
            "money": account.remaining,
        },
    }


def _running(folder: Folder) -> int:
    """Runs that the launcher at work, if there is one, has in progress."""
    if holder(folder.lock) is None:
        return 0
    now: set[str] = set()
    for line in lines(folder.log):
        if line["event"] == "launch":
            now = set()
        elif line["event"] == "began":
            now.add(line["run"])
        elif line["event"] in {"done", "lost", "refused"}:
            now.discard(line["run"])
    return sum(not folder.has(run) for run in now)
