"""A whole run: up to three tries, the verifier, and the record."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

from headway.elicit import toolchain
from headway.elicit.audit import ended
from headway.elicit.cases import prepared
from headway.elicit.held import scratch
from headway.elicit.image import Image, image_of, lay_out
from headway.elicit.record import Collected as Kept
from headway.elicit.record import Run, Snapshot, Verdict
from headway.elicit.record import Try as Earlier
from headway.elicit.record.folder import drafted, finish
from headway.elicit.run.attempt import Tried, attempt
from headway.elicit.run.changes import changes
from headway.elicit.run.plan import Plan
from headway.elicit.run.told import (
    harness_used,
    model_used,
    setup_used,
    spending,
    task_used,
    versions,
)
from headway.elicit.run.watch import Copied, Tell
from headway.elicit.sandbox import Collected
from headway.elicit.tokens import Tokens
from headway.elicit.verify import verify

__all__ = ["run"]

_MOST_TRIES = 3


def _silent(share: float, text: str) -> None:
    del share, text


def run(plan: Plan, tell: Tell = _silent) -> Path:
    """Run a model in a harness at a task, and return the folder of the record.

    A failure of a server or of our machine is tried again, at most twice; what such a try cost and
    said stays in the record. The folder appears whole, by one rename, or not at all.

    Raises
    ------
    HeadwayError
        If the run cannot begin: a task whose image is not here or that needs a program which this
        machine lacks or whose cases cannot be made, a harness that is not installed,
        a key that is not set, no common wire format, no sandbox on this machine, a place that is
        taken.
    """
    image = image_of(plan.task)
    toolchain.check(plan.task)
    if plan.task.config.headway.stages:
        prepared(plan.task)  # before anything is spent
    with (
        drafted(plan.out, plan.id) as draft,
        scratch() as temporary,
    ):
        start = temporary / "start"
        start.mkdir()
        lay_out(plan.task, image, start)
        tries = _tries(plan, start, draft, tell, image)
        last = tries[-1]
        for path in last.folder.iterdir():
            path.rename(draft / path.name)
        last.folder.rmdir()
        tell(1.0, "verifying")
        made = _record(plan, start, draft, tries, image)
        return finish(draft, _audited(plan, made, start, draft, image))


def _tries(plan: Plan, start: Path, draft: Path, tell: Tell, image: Image | None) -> list[Tried]:
    tries: list[Tried] = []
    for pause in (0.0, *plan.pauses[: _MOST_TRIES - 1]):
        time.sleep(pause)
        tries.append(attempt(plan, start, draft / f"try-{len(tries) + 1}", tell, image))
        if tries[-1].ended != "infra_error":
            break
    return tries


def _record(plan: Plan, start: Path, draft: Path, tries: list[Tried], image: Image | None) -> Run:
    last, summary = tries[-1], tries[-1].summary
    work = draft / "work"
    verdict = (
        verify(plan.task, work, draft / "verifier", image)
        if last.collected
        else Verdict(score=None, reason="The work folder could not be collected.")
    )
    return Run(
        id=plan.id,
        task=task_used(plan),
        model=model_used(plan, summary),
        harness=harness_used(plan, last.ready),
        setup=setup_used(plan),
        budget=plan.budget,
        attempt=plan.attempt,
        started=last.started,
        seconds=last.seconds,
        ended=last.ended,
        reason=last.reason,
        exchanges=summary.exchanges if summary else 0,
        replies=summary.replies if summary else 0,
        refusals=summary.refusals if summary else {},
        failures=summary.failures if summary else {},
        spending=spending(plan, summary),
        score=verdict.score,
        verifier=verdict,
        collected=_collected(last.collected) if last.collected else None,
        changed=changes(start, work) if last.collected else (),
        snapshots=tuple(
            scored for copy in last.copies for scored in _snapshots(plan, start, draft, copy, image)
        ),
        notes=_notes(plan, last),
        stop_seconds=last.stop_seconds,
        peak_memory=last.box.peak_memory if last.box else None,
        exit_code=last.box.exit_code if last.box else None,
        versions=versions(plan.task, image),
        tries=tuple(_earlier(tried) for tried in tries[:-1]),
    )


def _audited(plan: Plan, run: Run, start: Path, draft: Path, image: Image | None) -> Run:
    """The record with what an audit finds, and with a note of what it could not look at."""
    found = ended(draft, run, plan.task, start, draft / "check", image)
    notes = (*run.notes, *(f"{why[0].upper()}{why[1:]}" for why in found.unseen))
    return run.model_copy(update={"findings": found.findings, "notes": notes})


def _snapshots(
    plan: Plan, start: Path, draft: Path, copy: Copied, image: Image | None
) -> list[Snapshot]:
    """A copy of the work folder, scored as if the run had ended there; one for each level."""
    place = draft / "snapshots" / copy.folder.name
    verdict = verify(plan.task, place, draft / "verifier-snapshots" / copy.folder.name, image)
    changed = len(changes(start, place))
    return [
        Snapshot(
            level=level,
            spent=copy.spent,
            at=copy.at,
            changed=changed,
            score=verdict.score,
            reason=verdict.reason,
            rewards=verdict.rewards,
        )
        for level in copy.levels
    ]


def _collected(found: Collected) -> Kept:
    left_out = {item.path: f"{item.kind}: {item.why}" for item in found.skipped}
    left_out |= {path: f"link to {target}" for path, target in found.links.items()}
    return Kept(files=found.files, bytes=found.apparent, left_out=left_out)


def _notes(plan: Plan, last: Tried) -> tuple[str, ...]:
    """What a reader of the record should know, and no field says."""
    notes = []
    if plan.task.config.environment.network_mode != "no-network":
        notes.append("The task allows a network; the sandbox has none but the way to the model.")
    if last.box and last.box.oom_kills and last.box.reason != "oom":
        notes.append(f"{last.box.oom_kills} processes were ended for memory.")
    for name in ("stdout", "stderr"):
        printed = getattr(last.box, name, None)
        if printed is not None and printed.cut:
            notes.append(f"Of {printed.seen:,} bytes on {name}, {printed.kept:,} were kept.")
    if last.ended == "harness_error" and last.summary and last.summary.replies:
        notes.append("Counts as an attempt of the model; without such runs it would be missing.")
    return tuple(notes)


def _earlier(tried: Tried) -> Earlier:
    # Its files of work tell nothing that the log of the wire does not.
    for name in ("work", "snapshots"):
        shutil.rmtree(tried.folder / name, ignore_errors=True)
    return Earlier(
        ended=tried.ended,
        reason=tried.reason,
        seconds=tried.seconds,
        tokens=tried.summary.tokens if tried.summary else Tokens(),
        folder=tried.folder.name,
    )
