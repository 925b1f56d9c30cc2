"""Running models in setups on tasks: harnesses, and what this machine can run."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import App, Parameter

from headway.cli import (
    elicit_audit,
    elicit_curve,
    elicit_home,
    elicit_launch,
    elicit_plan,
    elicit_run,
    elicit_tasks,
)
from headway.cli.options import Json
from headway.cli.terminal import note, say

if TYPE_CHECKING:
    from headway.elicit.harness import Harness

elicit = App(name="elicit", help="Run models in setups on tasks, in a sandbox, within a budget.")
elicit.command(elicit_tasks.tasks)
elicit.command(elicit_tasks.check)
elicit.command(elicit_plan.plan)
elicit.command(elicit_run.run)
elicit.command(elicit_run.show)
elicit.command(elicit_audit.audit)
elicit.command(elicit_curve.curve)
elicit.command(elicit_home.export)
elicit.command(elicit_launch.status)
elicit.command(elicit_launch.stop)

Shelf = Annotated[Path | None, Parameter(name="--folder")]
Accepted = Annotated[list[str] | None, Parameter(name="--accept-licence", negative=())]


@elicit.command
def install(
    *names: Annotated[str, Parameter(show_default=False)],
    folder: Shelf = None,
    accept_licence: Accepted = None,
) -> None:
    """Install harnesses at their pinned versions, into a folder of their own.

    Example: headway elicit install opencode codex

    Packages come from the npm registry or from PyPI, none of their scripts is run, and what came
    is checked against pinned hashes. What is already there and unaltered is kept.

    Parameters
    ----------
    names
        Harnesses as headway elicit doctor lists them, or the path of a TOML file.
    folder
        Where they go, in place of your user data folder.
    accept_licence
        A harness whose proprietary terms you accept; repeat for more. Without it you are shown
        the terms and asked; no answer means no, and nothing is installed.
    """
    from headway.elicit.harness import load
    from headway.elicit.install import find
    from headway.elicit.install import install as put
    from headway.errors import HarnessError
    from headway.publish.table import prose

    if not names:
        raise HarnessError("Name at least one harness, such as: headway elicit install opencode")
    accepted = set(accept_licence or ())

    def accept(harness: Harness, terms: str) -> bool:
        note(f"{harness.title} is proprietary. Its package says:\n\n{terms}\n")
        return harness.name in accepted or _yes(f"Install {harness.title} under these terms?")

    for harness in [load(name) for name in names]:
        package = harness.package
        if package and find(harness, folder) is None:
            note(f"{harness.title} {package.version}: {package.megabytes} MB ...")
        done = put(harness, folder, accept=accept)
        say(prose(f"{harness.title} {done.version} ({done.sha256[:12]}): {done.folder}", rest="  "))


@elicit.command
def doctor(*, folder: Shelf = None, as_json: Json = False) -> str:
    """Say what this machine can run: sandbox, gateway, harnesses, suites and profiles.

    Example: headway elicit doctor

    Parameters
    ----------
    folder
        Where harnesses are, in place of your user data folder.
    as_json
        Print JSON (its form: docs/schema/doctor.json).
    """
    from headway.elicit.doctor import doctor as look
    from headway.publish.doctor import doctor_text
    from headway.publish.listing import to_json

    document = look(folder)
    return to_json(document) if as_json else doctor_text(document)


def _yes(question: str) -> bool:
    """Ask a person; without one, the answer is no."""
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        return False
    note(f"{question} [y/N] ")
    return sys.stdin.readline().strip().lower() in {"y", "yes"}
