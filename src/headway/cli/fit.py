"""Responses to effects: what the model does, what its setup does, and what cannot be said."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from headway.cli.options import SHOWN, Data, Drawn, rows_of

if TYPE_CHECKING:
    from headway.scale.bayes import SampledFacets
    from headway.scale.facets import Facets
    from headway.scale.responses import Responses
    from headway.sources.responses import ResponseTable


def fit(
    data: Data,
    /,
    *,
    formula: str = "resolved ~ (1|model) + (1|item)",
    method: Literal["laplace", "bayes"] = "laplace",
    level: float = 0.9,
    form: Drawn = SHOWN,
    term: str | None = None,
) -> str:
    """Say how much of success is the model, the harness, the item or the run.

    Example: headway fit runs.csv --formula 'resolved ~ (1|model) + (1|harness) + (1|item)'

    Parameters
    ----------
    data
        Responses: columns model, item, successes, trials, and any of benchmark, harness, prompts,
        effort, setup, budget, run, cluster, family, evaluator, openness.
    formula
        Fixed effects by name, random ones as (1|name) or (1|name:name), slopes as
        (0 + budget|model).
    method
        laplace, or bayes: samples the same model (slow; an extra).
    level
        Level of the intervals.
    form.as_json
        Print JSON (its form: docs/schema/fit.json).
    form.as_csv
        Print CSV, one row per level.
    form.plot
        Draw the SDs and the levels of one random effect: FILE.svg, .png, .pdf or .html.
    term
        The random effect whose levels are drawn; default: the first one that is not the item.
    """
    from headway.publish.effects import fit_document, fit_rows, fit_text
    from headway.publish.flagged import both, both_text
    from headway.publish.forest import fit_spec
    from headway.sources.responses import read_responses

    def answer(table: ResponseTable) -> dict[str, Any]:
        return fit_document(_crossed(_responses(table), formula, method, level), table.left_out)

    document = both(read_responses(data), answer)
    form.draw(fit_spec, document, data.name, term)
    return form.say(document, fit_rows, both_text(fit_text))


def setups(
    data: Data,
    /,
    *,
    harness: str | None = None,
    level: float = 0.9,
    form: Drawn = SHOWN,
) -> str:
    """Say what harnesses do to models, and what these data cannot say.

    Example: headway setups runs.csv --harness terminus-2

    Parameters
    ----------
    data
        Responses: columns model, item, harness, successes, trials, and any of benchmark, run,
        effort, openness, developer, harness_developer.
    harness
        The common harness in which all models are set side by side; default: the one that most
        models ran in.
    level
        Level of the intervals.
    form.as_json
        Print JSON (its form: docs/schema/setups.json).
    form.as_csv
        Print CSV, one row per model.
    form.plot
        Draw the harnesses against the common one: FILE.svg, .png, .pdf or .html.
    """
    from headway.publish.flagged import both, both_text
    from headway.publish.forest import setups_spec
    from headway.publish.setups import setups_document, setups_text
    from headway.scale.facets.setups import compare
    from headway.sources.responses import read_responses

    def answer(table: ResponseTable) -> dict[str, Any]:
        found = compare(_responses(table), common=harness, level=level)
        return setups_document(found, table.left_out)

    document = both(read_responses(data), answer)
    form.draw(setups_spec, document, data.name)
    return form.say(document, rows_of("models"), both_text(setups_text))


def _crossed(
    responses: Responses, formula: str, method: str, level: float
) -> Facets | SampledFacets:
    if method == "bayes":
        from headway.scale.bayes import bayes_facets

        return bayes_facets(responses, formula, level=level)
    from headway.scale.facets import facets

    return facets(responses, formula, level=level)


def _responses(table: ResponseTable) -> Responses:
    from headway.scale.responses import Responses

    return Responses.build(table.columns)
