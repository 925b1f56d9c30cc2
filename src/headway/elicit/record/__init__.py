"""What one run leaves behind: a folder that is complete or absent, with ``run.json`` in it."""

from headway.elicit.record.model import (
    ENDED,
    Change,
    Collected,
    Ended,
    Finding,
    HarnessUsed,
    ModelUsed,
    Run,
    SetupUsed,
    Snapshot,
    Spending,
    Status,
    TaskUsed,
    Try,
    Verdict,
)
from headway.elicit.record.status import counts, status

__all__ = [
    "ENDED",
    "Change",
    "Collected",
    "Ended",
    "Finding",
    "HarnessUsed",
    "ModelUsed",
    "Run",
    "SetupUsed",
    "Snapshot",
    "Spending",
    "Status",
    "TaskUsed",
    "Try",
    "Verdict",
    "counts",
    "status",
]
