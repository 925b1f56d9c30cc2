"""What runs had reached by what they had spent."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from headway.cli.options import Flag, Json, check_plot

Runs = Annotated[list[Path], Parameter(name="RUNS", show_default=False)]


def curve(
    runs: Runs,
    /,
    *,
    of: str = "score",
    plot: Path | None = None,
    keep_altered: Flag = False,
    as_json: Json = False,
) -> str:
    """Show what runs had reached by what they had spent, from the snapshots of their work folders.

    Example: headway elicit curve runs --of ratio --plot curve.png

    Snapshots are taken with headway elicit run --at-spend, or with the levels of a design. Of
    several runs of one model in one setup at one task there is a median with the middle half.

    Parameters
    ----------
    runs
        Folders of runs, or folders that hold them.
    of
        score, or another number that the verifier tells: ratio is the speed-up of the suite
        optimise.
    plot
        Draw the curves: FILE.svg, .png, .pdf or .html.
    keep_altered
        Take folders that were changed since their run ended.
    as_json
        Print JSON (its form: docs/schema/curve.json).
    """
    check_plot(plot)
    from headway.elicit.home.brought import bring
    from headway.elicit.home.curve import curves
    from headway.publish.curve import curve_document, curve_text
    from headway.publish.listing import to_json

    brought = bring(runs, keep_altered=keep_altered)
    found = curves(brought.runs, of)
    document = curve_document(of, brought.runs, found)
    if plot:
        from headway.publish.chart import save
        from headway.publish.curve_plot import curve_spec

        save(curve_spec(document), plot)
    return to_json(document) if as_json else curve_text(document)
