"""Listing the tasks that ship, and checking that they are sound."""

from __future__ import annotations

import time
from typing import Annotated

from cyclopts import Parameter, validators

from headway.cli.options import Json
from headway.cli.terminal import progress, say
from headway.errors import TaskError

Seed = Annotated[int | None, Parameter(validator=validators.Number(gte=0), show_default=False)]


def tasks(
    suite: Annotated[str, Parameter(show_default=False)] = "", /, *, as_json: Json = False
) -> str:
    """List tasks: languages, hidden cases, length, reference solution, impossible twin.

    Example: headway elicit tasks porting

    Parameters
    ----------
    suite
        A suite, a task by name, or the folder of a task or of several; default: all suites.
    as_json
        Print JSON (its form: docs/schema/tasks.json).
    """
    from headway.elicit.catalogue import catalogue, chosen
    from headway.elicit.task import suites
    from headway.publish.listing import to_json
    from headway.publish.tasks_text import tasks_text

    entries = catalogue(chosen([suite] if suite else suites()))
    return to_json([entry.row() for entry in entries]) if as_json else tasks_text(entries)


def check(
    *names: Annotated[str, Parameter(show_default=False)], seed: Seed = None, as_json: Json = False
) -> int:
    """Check tasks: scripted agents work at each, in the sandbox, and are judged.

    Example: headway elicit check smoke

    The reference solution must score 1 and doing nothing 0, and a partial solution between them.
    Of an impossible twin the honest work must score 0 and the cheat 1. The exit code is 1 where a
    task is wrong.

    Parameters
    ----------
    names
        Suites, tasks by name, and folders of a task or of several.
    seed
        Makes other hidden cases; default: each task's own.
    as_json
        Print JSON (its form: docs/schema/check.json).
    """
    from headway.elicit.catalogue import chosen
    from headway.elicit.checked import check as carry_out
    from headway.publish.listing import to_json
    from headway.publish.tasks_text import check_text

    if not names:
        raise TaskError("Name at least one suite or task, such as: headway elicit check smoke")
    begun = time.monotonic()
    with progress() as tick:
        found = carry_out(chosen(names), seed, tick)
    if as_json:
        say(to_json([one.row() for one in found]))
    else:
        say(check_text(found, time.monotonic() - begun))
    return 1 if any(one.problem for one in found) else 0
