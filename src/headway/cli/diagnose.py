"""Does an item scale fit? A short report, its numbers, and a picture of the residuals."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from headway.cli.options import Csv, Json, Words, one_form

Data = Annotated[Path, Parameter(name="DATA", show_default=False)]


def diagnose(
    data: Data,
    /,
    *,
    scale: Literal["two_pl", "rasch", "three_pl"] = "two_pl",
    by: Words = None,
    level: float = 0.9,
    as_json: Json = False,
    as_csv: Csv = False,
    plot: Path | None = None,
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
    as_json
        Print JSON (its form: docs/schema/diagnose.json).
    as_csv
        Print CSV, one row per item.
    plot
        Draw the residuals of models on items: FILE.svg, .png, .pdf or .html.
    """
    from headway.publish.chart import check_path
    from headway.publish.diagnose import diagnose_document
    from headway.publish.diagnosis import diagnose_text
    from headway.publish.fitted import fitted
    from headway.publish.heatmap import heat_chart
    from headway.publish.listing import to_csv, to_json
    from headway.scale.diagnose import diagnose as check

    one_form(as_json=as_json, as_csv=as_csv)
    if plot:
        check_path(plot)
    fit, responses = fitted(data, scale, draws=0)
    found = check(fit, responses, by=by or (), level=level)
    if plot:
        heat_chart(found.look, responses, plot)
    document = diagnose_document(found, level=level)
    if as_json:
        return to_json(document)
    return to_csv(document["items"]) if as_csv else diagnose_text(document)
