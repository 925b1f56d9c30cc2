"""Does an item scale fit? A short report, its numbers, and a picture of the residuals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from headway.cli.options import SHOWN, Data, Drawn, Words, rows_of

if TYPE_CHECKING:
    from headway.sources.responses import ResponseTable


def diagnose(
    data: Data,
    /,
    *,
    scale: Literal["two_pl", "rasch", "three_pl"] = "two_pl",
    by: Words = None,
    level: float = 0.9,
    form: Drawn = SHOWN,
) -> str:
    """Say whether single answers bear one scale: misfit, group shifts, dimensions, leverage.

    Example: headway diagnose runs.csv --scale two_pl --by openness --by harness

    Parameters
    ----------
    data
        Responses: columns model, item, successes, trials, and any of benchmark, harness, effort,
        run, cluster, openness, ...
    scale
        The scale that is fitted and checked.
    by
        A label whose levels should meet the same items (openness, harness, ...); repeat for
        several.
    level
        Level of the intervals.
    form.as_json
        Print JSON (its form: docs/schema/diagnose.json).
    form.as_csv
        Print CSV, one row per item.
    form.plot
        Draw the residuals of models on items: FILE.svg, .png, .pdf or .html.
    """
    from headway.publish.diagnose import diagnose_document
    from headway.publish.diagnosis import diagnose_text
    from headway.publish.fitted import fit_items, labelled
    from headway.publish.flagged import both, both_text
    from headway.publish.heatmap import heat_spec
    from headway.scale.diagnose import diagnose as check
    from headway.sources.responses import read_responses

    def answer(table: ResponseTable) -> dict[str, Any]:
        responses = labelled(table)
        found = check(fit_items(responses, scale, draws=0), responses, by=by or (), level=level)
        if table is whole:
            form.draw(heat_spec, found.look, responses)
        return diagnose_document(found, level=level)

    whole = read_responses(data)
    return form.say(both(whole, answer), rows_of("items"), both_text(diagnose_text))
