"""What single facts, missing scores and start dates do to the answer."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter, validators

from headway.cli.options import SHIPPED, SHOWN, Drawn, Draws, Given, Recipe, Words
from headway.cli.terminal import progress
from headway.cli.why import question
from headway.errors import HeadwayError

Positive = Annotated[float, Parameter(validator=validators.Number(gt=0, lte=10))]


def leverage(
    *,
    lens: Recipe = "headway",
    draws: Draws = None,
    given: Given = SHIPPED,
    form: Drawn = SHOWN,
) -> str:
    """Find the single models, release dates and labels that move the gap most.

    Example: headway why leverage --lens epoch-2026-05

    Parameters
    ----------
    form.as_json
        Print JSON (its form: docs/schema/leverage.json).
    form.as_csv
        Print CSV, one row per fact and what else it could be.
    form.plot
        Draw the changes: FILE.svg, .png, .pdf or .html.
    """
    from headway.publish.leverage_plot import leverage_spec
    from headway.publish.why_leverage import leverage_document, leverage_rows, leverage_text
    from headway.why.leverage import leverage as levers

    evidence, recipe, asker = question(lens, given, draws=draws)
    with progress() as tick:
        found = levers(asker, recipe, evidence.read, progress=tick)
    document = leverage_document(found, evidence.id)
    form.draw(leverage_spec, document)
    return form.say(document, leverage_rows, leverage_text)


def selection(
    *,
    lens: Recipe = "headway",
    setup_sd: Positive = 0.4,
    draws: Draws = None,
    given: Given = SHIPPED,
    form: Drawn = SHOWN,
) -> str:
    """Bound what missing scores and the best of many setups could do to the gap.

    Example: headway why selection --lens headway

    Parameters
    ----------
    setup_sd
        SD over the setups of one model, in logits (0.4: harnesses on Terminal-Bench 2.0).
    form.as_json
        Print JSON (its form: docs/schema/selection.json).
    form.as_csv
        Print CSV, one row per case.
    form.plot
        Draw the changes: FILE.svg, .png, .pdf or .html.
    """
    from headway.publish.selection_plot import selection_spec
    from headway.publish.why_selection import selection_document, selection_rows, selection_text
    from headway.why.selection import selection as cases

    evidence, recipe, asker = question(lens, given, draws=draws)
    with progress() as tick:
        found = cases(asker, recipe, evidence.read, setup_sd=setup_sd, progress=tick)
    document = selection_document(found, evidence.id)
    form.draw(selection_spec, document)
    return form.say(document, selection_rows, selection_text)


def widening(
    *,
    lens: Words = None,
    draws: Draws = None,
    given: Given = SHIPPED,
    form: Drawn = SHOWN,
) -> str:
    """Ask whether the gap widens: the slope of the daily gap, by start date.

    Example: headway why widening --lens headway

    Parameters
    ----------
    lens
        A recipe by name or by the path of a TOML file; repeat for several; default: all.
    form.as_json
        Print JSON (its form: docs/schema/widening.json).
    form.as_csv
        Print CSV, one row per lens and start date.
    form.plot
        Draw slopes and daily gap of the first lens: FILE.svg, .png, .pdf or .html.
    """
    from headway.lens import load, names
    from headway.publish.why_widening import widening_document, widening_rows, widening_text
    from headway.publish.widening_plot import widening_spec
    from headway.why.value import with_draws
    from headway.why.widening import trends

    chosen = lens or names()
    evidence, _, asker = question(chosen[0], given)
    recipes = [load(name) for name in chosen]
    if draws is not None:
        recipes = [with_draws(recipe, draws) for recipe in recipes]
    with progress() as tick:
        found = trends(asker, recipes, evidence.read, own=evidence.own_for, progress=tick)
    if lens and found.untold:
        raise HeadwayError("{}: {}".format(*found.untold[0]))
    document = widening_document(found, evidence.id)
    form.draw(widening_spec, document)
    return form.say(document, widening_rows, widening_text)
