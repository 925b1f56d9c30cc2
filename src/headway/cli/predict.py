"""What a model would score where it has not run."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from headway.cli.options import Csv, Json, one_form

Data = Annotated[Path, Parameter(name="DATA", show_default=False)]


def predict(
    data: Data,
    /,
    *,
    model: str,
    benchmark: str | None = None,
    width: float | None = None,
    against: str | None = None,
    scale: Literal["two_pl", "rasch", "three_pl"] = "two_pl",
    level: float = 0.9,
    as_json: Json = False,
    as_csv: Csv = False,
) -> str:
    """Say what a model would score where it has not run, and how many items are still needed.

    Example: headway predict runs.csv --model kimi-k3 --benchmark gso --width 0.1

    Parameters
    ----------
    data
        Responses: columns model, item, successes, trials, and benchmark where there are several.
    model
        The model that is predicted.
    benchmark
        Impute the score on this benchmark from the items that were run; default: on each.
    width
        Say how many items more until the interval of the ability is ± this many logits.
    against
        Another model: the width is then of the difference of the two.
    scale
        The scale that is fitted.
    level
        Level of the intervals.
    as_json
        Print JSON (its form: docs/schema/predict.json).
    as_csv
        Print CSV, one row per item.
    """
    from headway.publish.listing import to_csv, to_json
    from headway.publish.predict import predict_document, predict_text

    one_form(as_json=as_json, as_csv=as_csv)
    document = predict_document(
        data, scale, model, benchmark=benchmark, against=against, width=width, level=level
    )
    if as_json:
        return to_json(document)
    return to_csv(document["cells"]) if as_csv else predict_text(document)
