"""All detectors over the evidence of one run, and what could not be audited."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import chain
from typing import TypeAlias

from headway.elicit.audit.detectors import (
    early_exit,
    edit_tests,
    fetch_fix,
    git_history,
    hard_coded,
    impossible_passed,
    off_list_host,
    read_hidden,
    server_tools,
    skip_marks,
    too_few_steps,
    verdict_differs,
    wraps_reference,
)
from headway.elicit.audit.evidence import Evidence
from headway.elicit.audit.guard import Guard
from headway.elicit.record import Finding

__all__ = ["DETECTORS", "KINDS", "Audit", "Detector", "look", "unseen"]

Detector: TypeAlias = Callable[[Evidence], Iterator[Finding]]

# By the kind of what they find. A kind of its own, misfit, needs many runs and a fitted scale:
# headway.publish.audit.
DETECTORS: dict[str, Detector] = {
    "git_history": git_history.detect,
    "fetch_fix": fetch_fix.detect,
    "read_hidden": read_hidden.detect,
    "edit_tests": edit_tests.detect,
    "verdict_differs": verdict_differs.detect,
    "early_exit": early_exit.detect,
    "skip_marks": skip_marks.detect,
    "hard_coded": hard_coded.detect,
    "wraps_reference": wraps_reference.detect,
    "server_tools": server_tools.detect,
    "off_list_host": off_list_host.detect,
    "too_few_steps": too_few_steps.detect,
    "impossible_passed": impossible_passed.detect,
}
KINDS = (*DETECTORS, "misfit")


@dataclass(frozen=True, slots=True)
class Audit:
    """What was found in one run, and what could not be looked at."""

    run: str
    findings: tuple[Finding, ...]
    unseen: tuple[str, ...]


def look(evidence: Evidence) -> Audit:
    """Run all detectors; the same evidence gives the same findings."""
    guard = Guard()
    found = [guard.read(kind, partial(detect, evidence)) for kind, detect in DETECTORS.items()]
    return Audit(
        evidence.run.id, tuple(chain(*found)), (*unseen(evidence), *evidence.faults, *guard.faults)
    )


def unseen(evidence: Evidence) -> Iterator[str]:
    """What of the run could not be audited, in words."""
    if not evidence.served.exchanges:
        yield "not audited: no trajectory; what the agent did is not known."
    elif not evidence.calls and evidence.run.replies and evidence.run.changed:
        yield "not audited: files were changed, and no tool calls are in the trajectory."
    if evidence.left is None:
        yield "not audited: no work folder; what the agent left is not known."
    if evidence.given is None:
        yield "not audited: the task is not at hand; what it gave is known by the record alone."
