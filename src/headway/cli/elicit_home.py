"""Bringing finished runs home: as responses, as trajectories, as results in others' formats."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter, validators

from headway.cli.options import Flag, Json, Words
from headway.errors import RunError

Runs = Annotated[list[Path], Parameter(name="RUNS", show_default=False)]
Share = Annotated[float, Parameter(validator=validators.Number(gt=0, lte=1))]


def import_(
    runs: Runs,
    /,
    *,
    out: Path = Path("responses.csv"),
    benchmark: str | None = None,
    threshold: Share = 1.0,
    cases: Flag = False,
    harness_errors: Literal["attempts", "missing"] = "attempts",
    flagged: Literal["counted", "missing", "believed"] = "counted",
    again: Flag = False,
    task: Words = None,
    keep_altered: Flag = False,
    as_json: Json = False,
) -> str:
    """Make responses of finished runs, for headway fit, setups and the scales of items.

    Example: headway import runs --out responses.csv

    A run is one trial, and a success if its score reaches the threshold. A run that was tampered
    with is no success; one that its budget or time ended keeps its score; one that a server or the
    machine spoiled, or that has no reply or no score, is missing.

    Parameters
    ----------
    runs
        Folders of runs, or folders that hold them.
    out
        The table: .csv, .parquet or .json.
    benchmark
        Name of the benchmark that the tasks are items of.
    threshold
        Score from which on a run is a success.
    cases
        Where the verifier tells cases and passed: these as trials and successes. Cases of one run
        share its luck, so that intervals come out too narrow.
    harness_errors
        What a run is whose harness failed after the model's first reply.
    flagged
        What a run is in which the audit found something: counted (tampered with is no success,
        any other as scored), missing, or believed (as the verifier scored it).
    again
        Audit the runs anew, and take what is found beside what is recorded.
    task
        With --again: folder of a task that does not ship; repeat for more.
    keep_altered
        Take folders that were changed since their run ended; they are marked.
    as_json
        Print JSON (its form: docs/schema/import.json).
    """
    from headway.elicit.home.brought import bring
    from headway.elicit.home.responses import Rules, rows, summary
    from headway.ledger.exporting import check_ending, write_rows
    from headway.publish.home_text import import_text
    from headway.publish.listing import to_json

    check_ending(out)
    rules = Rules(threshold, cases, harness_errors, benchmark, flagged)
    brought = bring(runs, keep_altered=keep_altered)
    if again:
        from headway.publish.audit import audited_again

        brought = audited_again(brought, task or ())
    found = rows(brought, rules)
    write_rows(found, out, list(found[0]))
    document = {"file": str(out), **summary(brought, found, rules)}
    return to_json(document) if as_json else import_text(document)


def export(
    runs: Runs,
    /,
    *,
    to: Literal["atif", "every-eval-ever"],
    out: Path,
    name: str = "headway",
    organization: str = "unknown",
    keep_altered: Flag = False,
    as_json: Json = False,
) -> str:
    """Write finished runs in another format: ATIF trajectories or Every Eval Ever results.

    Example: headway elicit export runs --to atif --out trajectories

    Parameters
    ----------
    runs
        Folders of runs, or folders that hold them.
    to
        atif: one trajectory a run (ATIF-v1.7). every-eval-ever: one evaluation a model and setup,
        with its samples (schema 0.3.0).
    out
        A new folder; it is there whole, or not at all.
    name
        For every-eval-ever: what the tasks are called together.
    organization
        For every-eval-ever: who ran them.
    keep_altered
        Take folders that were changed since their run ended.
    as_json
        Print JSON (its form: docs/schema/export.json).
    """
    from headway.elicit.home.brought import bring
    from headway.elicit.home.every_eval import About
    from headway.elicit.home.export import export as write
    from headway.publish.home_text import export_text
    from headway.publish.listing import to_json

    if not name.strip():
        raise RunError("The name of the evaluation is empty; give one with --name.")
    brought = bring(runs, keep_altered=keep_altered)
    about = About(name, organization, int(time.time()))
    document = {"out": str(out), "to": to, **write(brought, to, out, about)}
    return to_json(document) if as_json else export_text(document)
