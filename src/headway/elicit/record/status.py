"""What a run comes to: whether it counts, and as what. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from headway.elicit.record.model import Ended, Status

__all__ = ["counts", "status"]


def counts(ended: Ended, replies: int) -> bool:
    """Whether a run is an attempt of the model.

    A failure of a server or of our machine is missing data, and a run without a single reply (a
    harness that is missing, crashes at once or hangs) tells nothing about the model. A harness
    that fails after the first reply does: the model may have led it there. (Analyses show the
    answer without such runs too.)
    """
    return ended != "infra_error" and replies > 0


def status(ended: Ended, replies: int, score: float | None, *, tampered: bool = False) -> Status:
    """*Tampered* outranks all; then *missing*; then what the verifier said.

    A run that its budget or its time ended keeps its score.
    """
    if tampered:
        return "tampered"
    if score is None or not counts(ended, replies):
        return "missing"
    if score >= 1:
        return "solved"
    return "partial" if score > 0 else "unsolved"
