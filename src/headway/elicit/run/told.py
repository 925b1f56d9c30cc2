"""Parts of a run record: which task, model and harness, what was spent, and which versions."""

from __future__ import annotations

import platform
import subprocess
import sys

import headway
from headway.elicit import toolchain
from headway.elicit.gateway.summary import Summary
from headway.elicit.image import Image
from headway.elicit.profile import Sampling
from headway.elicit.record import HarnessUsed, ModelUsed, SetupUsed, Spending, TaskUsed
from headway.elicit.run.plan import Plan, digest
from headway.elicit.run.room import Ready
from headway.elicit.task import Task
from headway.elicit.tokens import Tokens

__all__ = ["harness_used", "model_used", "setup_used", "spending", "task_used", "versions"]

_UNITS = {"tokens": "weighted tokens", "time": "seconds"}


def task_used(plan: Plan) -> TaskUsed:
    """Which task."""
    task = plan.task
    return TaskUsed(
        name=task.name,
        digest=task.digest,
        tests_digest=task.tests_digest,
        cases_seed=task.seed,
    )


def model_used(plan: Plan, summary: Summary | None) -> ModelUsed:
    """Which model, and whether it was as declared."""
    return ModelUsed(
        profile=plan.profile.name,
        digest=plan.profile_digest,
        formats=(plan.format,),
        asked=plan.model,
        sent=plan.profile.endpoints[plan.format].model,
        ran=summary.ran if summary else {},
        sampling=plan.sampling,
        as_declared=summary.as_declared if summary else False,
        marks=summary.marks if summary else {},
    )


def harness_used(plan: Plan, ready: Ready) -> HarnessUsed:
    """Which harness; what it told the model stands in the log of the wire, not here once more."""
    texts = {
        "{prompt}": plan.task.instruction,
        "{system}": plan.prompts.system,
        "{addition}": plan.prompts.addition,
    }
    command = ready.invocation.argv
    for name, text in texts.items():
        if text:
            command = tuple(word.replace(text, name) for word in command)
    return HarnessUsed(
        name=plan.harness.name,
        version=ready.version,
        digest=digest(plan.harness),
        installed_digest=ready.installed_digest,
        command=command,
    )


def setup_used(plan: Plan) -> SetupUsed:
    """How a design calls this setup, and what it changed in the harness's own."""
    sent = plan.profile.sampling if plan.sampling == "profile" else Sampling()
    return SetupUsed(
        design=plan.named.design,
        name=plan.named.setup,
        prompts=plan.named.prompts,
        prompts_digest=plan.prompts_digest,
        effort=sent.effort,
        temperature=sent.temperature,
        max_tokens=sent.max_tokens,
        budget=plan.named.budget,
        seed=plan.seed,
    )


def spending(plan: Plan, summary: Summary | None) -> Spending:
    """What was spent; money also where the budget is of another kind, at the profile's prices."""
    tokens = summary.tokens if summary else Tokens()
    prices = plan.budget.prices or plan.profile.prices
    unit = _UNITS.get(plan.budget.kind) or (prices.currency if prices else "")
    return Spending(
        tokens=tokens,
        unit=unit,
        spent=summary.spent if summary else 0.0,
        limit=plan.budget.limit,
        overshoot=summary.overshoot if summary else 0.0,
        money=prices.of(tokens) if prices else None,
        currency=prices.currency if prices else None,
        priced=prices.date if prices else None,
    )


def versions(task: Task, image: Image | None = None) -> dict[str, str]:
    """Programs that a run's result may hang on."""
    from headway.elicit.sandbox import bwrap

    found = {
        **toolchain.versions(task),
        "headway": headway.__version__,
        "python": platform.python_version(),
        "kernel": platform.release(),
        "machine": platform.machine(),
    }
    if image:
        found["image"] = image.id
    program = bwrap.find(sys.path)
    if program:
        said = subprocess.run(  # noqa: S603 - the sandbox's own program
            [program, "--version"], capture_output=True, text=True, check=False
        )
        found["bubblewrap"] = said.stdout.strip().rpartition(" ")[2]
    return found
