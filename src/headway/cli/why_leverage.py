"""What single facts, missing scores and start dates do to the answer."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter, validators

from headway.cli.options import Csv, Folder, Json, Words, check_plot, one_form
from headway.cli.terminal import progress
from headway.cli.why import question
from headway.errors import HeadwayError

Some = Annotated[int | None, Parameter(validator=validators.Number(gte=20, lte=100_000))]
Positive = Annotated[float, Parameter(validator=validators.Number(gt=0, lte=10))]


def leverage(
    *,
    lens: str = "headway",
    draws: Some = None,
    data: Path | None = None,
    ledger: Folder = None,
    as_json: Json = False,
    as_csv: Csv = False,
    plot: Path | None = None,
) -> str:
    """Find the single models, release dates and labels that move the gap most.

    Example: headway why leverage --lens epoch-2026-05

    Parameters
    ----------
    lens
        A recipe by name or by the path of a TOML file.
    draws
        Joint draws; default: those of the lens.
    data
        A table of your own: columns model, benchmark, score, released, weights, ...
    ledger
        Folder of another ledger: a snapshot, a store or text tables.
    as_json
        Print JSON (its form: docs/schema/leverage.json).
    as_csv
        Print CSV, one row per fact and what else it could be.
    plot
        Draw the changes: FILE.svg, .png, .pdf or .html.
    """
    from headway.publish.leverage_plot import leverage_chart
    from headway.publish.listing import to_csv, to_json
    from headway.publish.why_leverage import leverage_document, leverage_rows, leverage_text
    from headway.why.leverage import leverage as levers
    from headway.why.value import with_draws

    one_form(as_json=as_json, as_csv=as_csv)
    check_plot(plot)
    evidence, recipe, asker = question(lens, data, ledger)
    recipe = recipe if draws is None else with_draws(recipe, draws)
    with progress() as tick:
        found = levers(asker, recipe, evidence.read, progress=tick)
    document = leverage_document(found, evidence.id)
    if plot:
        leverage_chart(document, plot)
    if as_json:
        return to_json(document)
    return to_csv(leverage_rows(document)) if as_csv else leverage_text(document)


def selection(
    *,
    lens: str = "headway",
    setup_sd: Positive = 0.4,
    draws: Some = None,
    data: Path | None = None,
    ledger: Folder = None,
    as_json: Json = False,
    as_csv: Csv = False,
    plot: Path | None = None,
) -> str:
    """Bound what missing scores and the best of many setups could do to the gap.

    Example: headway why selection --lens headway

    Parameters
    ----------
    lens
        A recipe by name or by the path of a TOML file.
    setup_sd
        SD over the setups of one model, in logits (0.4: harnesses on Terminal-Bench 2.0).
    draws
        Joint draws; default: those of the lens.
    data
        A table of your own: columns model, benchmark, score, released, weights, ...
    ledger
        Folder of another ledger: a snapshot, a store or text tables.
    as_json
        Print JSON (its form: docs/schema/selection.json).
    as_csv
        Print CSV, one row per case.
    plot
        Draw the changes: FILE.svg, .png, .pdf or .html.
    """
    from headway.publish.listing import to_csv, to_json
    from headway.publish.selection_plot import selection_chart
    from headway.publish.why_selection import selection_document, selection_rows, selection_text
    from headway.why.selection import selection as cases
    from headway.why.value import with_draws

    one_form(as_json=as_json, as_csv=as_csv)
    check_plot(plot)
    evidence, recipe, asker = question(lens, data, ledger)
    recipe = recipe if draws is None else with_draws(recipe, draws)
    with progress() as tick:
        found = cases(asker, recipe, evidence.read, setup_sd=setup_sd, progress=tick)
    document = selection_document(found, evidence.id)
    if plot:
        selection_chart(document, plot)
    if as_json:
        return to_json(document)
    return to_csv(selection_rows(document)) if as_csv else selection_text(document)


def widening(
    *,
    lens: Words = None,
    draws: Some = None,
    data: Path | None = None,
    ledger: Folder = None,
    as_json: Json = False,
    as_csv: Csv = False,
    plot: Path | None = None,
) -> str:
    """Ask whether the gap widens: the slope of the daily gap, by start date.

    Example: headway why widening --lens headway

    Parameters
    ----------
    lens
        A recipe by name or by the path of a TOML file; repeat for several; default: all.
    draws
        Joint draws; default: those of the lens.
    data
        A table of your own: columns model, benchmark, score, released, weights, ...
    ledger
        Folder of another ledger: a snapshot, a store or text tables.
    as_json
        Print JSON (its form: docs/schema/widening.json).
    as_csv
        Print CSV, one row per lens and start date.
    plot
        Draw slopes and daily gap of the first lens: FILE.svg, .png, .pdf or .html.
    """
    from headway.lens import load, names
    from headway.publish.listing import to_csv, to_json
    from headway.publish.why_widening import widening_document, widening_rows, widening_text
    from headway.publish.widening_plot import widening_chart
    from headway.why.value import with_draws
    from headway.why.widening import trends

    one_form(as_json=as_json, as_csv=as_csv)
    check_plot(plot)
    chosen = lens or names()
    evidence, _, asker = question(chosen[0], data, ledger)
    recipes = [load(name) for name in chosen]
    if draws is not None:
        recipes = [with_draws(recipe, draws) for recipe in recipes]
    with progress() as tick:
        found = trends(asker, recipes, evidence.read, own=evidence.own_for, progress=tick)
    if lens and found.untold:
        raise HeadwayError("{}: {}".format(*found.untold[0]))
    document = widening_document(found, evidence.id)
    if plot:
        widening_chart(document, plot)
    if as_json:
        return to_json(document)
    return to_csv(widening_rows(document)) if as_csv else widening_text(document)
