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
Count = Annotated[int | None, Parameter(validator=validators.Number(gte=0), show_default=False)]


def run(
    task: str,
    /,
    *,
    model: Annotated[str | None, Parameter(show_default=False)] = None,
    harness: Annotated[str | None, Parameter(show_default=False)] = None,
    server: Annotated[str | None, Parameter(show_default=False)] = None,
    budget: str = "500000",
    weights: Annotated[str | None, Parameter(show_default=False)] = None,
    sampling: Annotated[Literal["profile", "harness"] | None, Parameter(show_default=False)] = None,
    seconds: Seconds = None,
    out: Annotated[Path | None, Parameter(show_default=False)] = None,
    attempt: Number = None,
    at_spend: Words = None,
    cases_seed: Count = None,
    harnesses: Path | None = None,
    executor: Annotated[str | None, Parameter(show_default=False)] = None,
    changed: Flag = False,
    as_json: Json = False,
) -> str | int:
    """Run a model in a harness at a task, or all runs of a design, and write a record of each.

    Example: headway elicit run lines --model smollm2-135m --harness standard

    Example: headway elicit run design.toml

    Of a design, what is missing is done: the same command goes on after any end. It states its
    models, setups, tasks and budgets itself: of the options, --out, --harnesses, --executor,
    --changed and --json go with it.

    Parameters
    ----------
    task
        A task that ships (lines, porting/wordcount-c, ...), the folder of one of your own in
        Harbor's format, or a design (a file that ends in .toml).
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
        Folder that the run's own folder goes into (default: runs), or folder of a design's runs
        (default: runs/NAME).
    attempt
        Number of the attempt; default: the next that is free.
    at_spend
        Copy and score the work folder when so much of the budget is spent; repeat for several.
    cases_seed
        Draw other hidden cases, for a task that makes them (porting); default: the task's seed.
    harnesses
        Folder of installed harnesses.
    executor
        Where the runs of a design are carried out: dask://HOST:PORT for a Dask cluster; default:
        processes of this machine.
    changed
        Go on with a design that was changed since its folder was begun.
    as_json
        Print the record as JSON (its form: docs/schema/run.json), of a design how far it is
        (docs/schema/status.json).
    """
    if task.endswith(".toml"):
        given = (model, harness, server, weights, sampling, seconds, attempt, at_spend, cases_seed)
        if any(value is not None for value in given):
            raise RunError(f"{task} is a design, which states models, setups and budgets itself.")
        from headway.cli.elicit_launch import carry_out as launch

        return launch(Path(task), out, executor, harnesses, changed=changed, as_json=as_json)
    if model is None or harness is None:
        raise RunError("Say which --model and which --harness; a design (.toml) states its own.")
    from headway.elicit.leftovers import clear
    from headway.elicit.run import run as carry_out

    into = out or Path("runs")
    plan = _plan(
        task, model, harness, server, budget, weights, sampling, seconds, into, attempt, at_spend,
        cases_seed, harnesses,
    )  # fmt: skip
    if drafts := clear(into).drafts:
        note(f"{len(drafts)} unfinished runs of killed programs were removed from {into}.")
    with progress() as tick:
        place = carry_out(plan, tick)
    return _record(place) if as_json else f"{_summary(place)}\nheadway elicit show {place}"


def show(
    run: str,
    /,
    *,
    out: Path = Path("runs"),
    full: Flag = False,
    trajectory: Flag = False,
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
    trajectory
        Only what was said and done; as JSON in one form for all harnesses
        (docs/schema/trajectory.json).
    as_json
        Print the record as JSON (its form: docs/schema/run.json).
    """
    from headway.elicit.run.opened import opened
    from headway.elicit.transcript.trajectory import document
    from headway.publish.run_text import run_text, trajectory_text

    folder = Path(run) if Path(run).is_dir() or "/" in run else out / run
    if as_json and not trajectory:
        return _record(folder)
    found, lines = opened(folder), None if full else 30
    if trajectory:
        if as_json:
            return json.dumps(document(found.trajectory()), indent=1)
        return trajectory_text(found.entries(), lines=lines)
    page = run_text(
        found.run,
        found.entries(),
        found.text("verifier/stdout", "verifier/stderr"),
        found.text("harness/stdout", "harness/stderr"),
        lines=lines,
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
    cases_seed: int | None,
    harnesses: Path | None,
) -> Plan:
    from headway.elicit import harness as shelf
    from headway.elicit import profile as profiles
    from headway.elicit.run import Plan
    from headway.elicit.run.asked import budget_of, default_sampling, levels_of
    from headway.elicit.task import find

    found, program, profile = find(task), shelf.load(harness), profiles.load(model)
    if cases_seed is not None:
        found = found.with_seed(cases_seed)
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
