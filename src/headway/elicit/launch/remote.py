"""What happens on a worker of a Dask cluster: runs, and facts about the machine."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import headway
from headway.elicit import toolchain
from headway.elicit.design import Cell, Design, plan_of
from headway.elicit.held import scratch
from headway.elicit.launch.carry import Came, Job, carry_out
from headway.elicit.launch.lost import spent_in, wait_for
from headway.elicit.launch.packed import pack
from headway.elicit.leftovers import clear
from headway.elicit.sandbox import check
from headway.errors import HeadwayError, TaskError

__all__ = ["ClusterLine", "carry_out_there", "facts", "version"]


@dataclass(frozen=True, slots=True)
class ClusterLine:
    """A line through the cluster's scheduler.

    Attributes
    ----------
    topic : str
        Under which events go to the launcher; also the name of the event that ends all its runs.
    run : str
    number : int
    """

    topic: str
    run: str
    number: int

    def is_over(self) -> bool:
        """Whether the launcher said so, or is gone.

        To cancel a task that has begun takes it from the scheduler's list and leaves it running:
        it must look itself. When a launcher is lost, the scheduler lets go of its tasks.
        """
        from distributed import Event, get_client, get_worker

        worker = get_worker()
        task = worker.state.tasks.get(worker.get_current_task())
        if task is None or task.state == "cancelled":
            return True
        return bool(Event(self.topic, client=get_client()).is_set())

    def tell(self, share: float, text: str) -> None:
        """Send it to the launcher."""
        self.say("told", share=share, text=text)

    def say(self, event: str, **what: Any) -> None:
        """Send an event to the launcher."""
        from distributed import get_worker

        worker = get_worker()
        said = {"event": event, "run": self.run, "n": self.number, "worker": worker.address}
        worker.log_event(self.topic, {**said, **what})


def carry_out_there(job: Job, line: ClusterLine) -> Came:
    """Carry out one run on this machine, and give its folder as bytes."""
    if line.is_over():
        return Came("ended", "It was told to end.")
    line.say("began")
    with scratch() as out:
        # No process waits for more: a launcher that is lost could not send it away.
        came = carry_out(replace(job, out=str(out), line=line), keep=False)
        if came.how == "done":
            return replace(came, packed=pack(out / job.cell.id))
        return replace(came, tokens=_spent(out))


def _spent(out: Path) -> dict[str, Any] | None:
    """What an attempt had spent of which only a draft is left."""
    drafts = list(out.glob(".draft-*"))
    wait_for(drafts)
    for draft in drafts:
        tokens = spent_in(draft)
        return tokens.to_dict() if tokens else None
    return None


def version() -> str:
    """Version of Headway."""
    return headway.__version__


def facts(design: dict[str, Any], cells: Sequence[Cell], installed: str | None) -> dict[str, Any]:
    """What this machine has for these runs; names of keys, never their values.

    What runs left here that are long gone is cleared away first.
    """
    with scratch() as nothing:
        clear(nothing)
    missing: dict[str, None] = {}
    asked = Design.model_validate(design)
    memory = 0
    for cell in cells:
        try:
            plan = plan_of(asked, cell, Path(), Path(installed) if installed else None)
        except HeadwayError as error:
            missing[str(error)] = None
            continue
        memory = max(memory, (plan.task.config.environment.memory_mb or 2048) << 20)
        missing |= dict.fromkeys(_lacking(plan))
    has = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    if memory > has:
        missing[f"A task wants {memory >> 20:,} MB of memory, and there are {has >> 20:,}."] = None
    missing |= {found.text: None for found in check() if found.needed and not found.ok}
    return {
        "python": platform.python_version(),
        "machine": platform.machine(),
        "missing": list(missing),
    }


def _lacking(plan: Any) -> list[str]:
    """Keys and programs that one run needs and that are not here."""
    from headway.elicit.install import find

    found = [
        f"The profile {plan.profile.name} takes its key from ${name}, which is not set."
        for name in plan.profile.key_variables()
        if not os.environ.get(name)
    ]
    if plan.harness.package and find(plan.harness, plan.installed) is None:
        found.append(f"{plan.harness.title} {plan.harness.package.version} is not installed.")
    try:
        toolchain.check(plan.task)
    except TaskError as error:
        found.append(str(error))
    return found
