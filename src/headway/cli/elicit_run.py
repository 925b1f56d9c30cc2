"""Running a model in a harness at a task, and reading what happened."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter, validators

from headway.cli.options import Flag, Json, Words
from headway.cli.terminal import note, progress
from headway.errors import RunError

if TYPE_CHECKING:
    from headway.elicit.run import Plan

Seconds = Annotated[float | None, Parameter(validator=validators.Number(gt=0))]
Number = Annotated[int | None, Parameter(validator=validators.Number(gte=1))]


def run(
    task: str,
    /,
    *,
    model: str,
    harness: str,
    server: Annotated[str | None, Parameter(show_default=False)] = None,
    budget: str = "500000",
    weights: Annotated[str | None, Parameter(show_default=False)] = None,
    sampling: Annotated[Literal["profile", "harness"] | None, Parameter(show_default=False)] = None,
    seconds: Seconds = None,
    out: Path = Path("runs"),
    attempt: Number = None,
    at_spend: Words = None,
    harnesses: Path | None = None,
    as_json: Json = False,
) -> str:
    """Run a model in a harness at a task, in a sandbox, and write a record of it.

    Example: headway elicit run lines --model smollm2-135m --harness standard

    Parameters
    ----------
    task
        A task that ships (field, lines, sort, word), or the folder of one of your own in Harbor's
        format.
    model
        A profile by name, or the path of a TOML file.
    harness
        standard, claude-code, codex, opencode, or the path of a TOML file.
    server
        Address of the model's server, for profiles of models that one serves oneself.
    budget
        500000 (weighted tokens), 600s (seconds) or 2.5USD (money, at the profile's prices).
    weights
        What a token of each kind counts, e.g. cache_read=0.1,reasoning=1; default: 1 each.
    sampling
        Whose sampling is sent; default: the profile's for our own loop, else the harness's.
    seconds
        Longest time of the harness; default: the task's, else an hour.
    out
        Folder that the run's own folder goes into.
    attempt
        Number of the attempt; default: the next that is free.
    at_spend
        Copy and score the work folder when so much of the budget is spent; repeat for several.
    harnesses
        Folder of installed harnesses.
    as_json
        Print the record as JSON (its form: docs/schema/run.json).
    """
    from headway.elicit.leftovers import clear
    from headway.elicit.run import run as carry_out

    plan = _plan(
        task, model, harness, server, budget, weights, sampling, seconds, out, attempt, at_spend,
        harnesses,
    )  # fmt: skip
    if drafts := clear(out).drafts:
        note(f"{len(drafts)} unfinished runs of programs that were killed were removed from {out}.")
    with progress() as tick:
        place = carry_out(plan, tick)
    return _record(place) if as_json else f"{_summary(place)}\nheadway elicit show {place}"


def show(
    run: str,
    /,
    *,
    out: Path = Path("runs"),
    full: Flag = False,
    as_json: Json = False,
) -> str:
    """Show a run as a person reads it: what was said and done, what it cost, how it ended.

    Example: headway elicit show runs/lines-smollm2-135m-standard-3f2a97-1

    Parameters
    ----------
    run
        Folder of a run, or its name.
    out
        Folder that runs are looked for in.
    full
        Show long pieces whole.
    as_json
        Print the record as JSON (its form: docs/schema/run.json).
    """
    from headway.elicit.run.opened import opened
    from headway.publish.run_text import run_text

    folder = Path(run) if Path(run).is_dir() or "/" in run else out / run
    if as_json:
        return _record(folder)
    found = opened(folder)
    page = run_text(
        found.run,
        found.steps(),
        found.text("verifier/stdout", "verifier/stderr"),
        found.text("harness/stdout", "harness/stderr"),
        lines=None if full else 30,
    )
    if found.altered:
        names = ", ".join(found.altered[:5])
        page = f"NOT AS IT WAS WRITTEN: {names} changed since the run ended.\n\n{page}"
    return page


def _plan(
    task: str,
    model: str,
    harness: str,
    server: str | None,
    budget: str,
    weights: str | None,
    sampling: Literal["profile", "harness"] | None,
    seconds: float | None,
    out: Path,
    attempt: int | None,
    at_spend: list[str] | None,
    harnesses: Path | None,
) -> Plan:
    from headway.elicit import harness as shelf
    from headway.elicit import profile as profiles
    from headway.elicit.run import Plan
    from headway.elicit.run.asked import budget_of, default_sampling, levels_of
    from headway.elicit.task import find

    found, program, profile = find(task), shelf.load(harness), profiles.load(model)
    if server:
        profile = profile.at(server)
    elif any("{base}" in end.url for end in profile.endpoints.values()):
        raise RunError(f"{profile.title} is served by yourself: say where with --server.")
    return Plan(
        found,
        profile,
        program,
        budget_of(budget, weights, profile),
        out,
        sampling=sampling or default_sampling(program, profile),
        seconds=seconds or found.config.agent.timeout_sec or 3600.0,
        number=attempt,
        levels=levels_of(at_spend or ()),
        installed=harnesses,
    )


def _record(folder: Path) -> str:
    from headway.elicit.record.folder import read

    return json.dumps(read(folder).model_dump(mode="json"), indent=1, ensure_ascii=False)


def _summary(folder: Path) -> str:
    from headway.elicit.record.folder import read
    from headway.publish.run_text import run_line

    return run_line(read(folder))
