"""What a model would score where it has not run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from headway.cli.options import TEXT, Data, Form, rows_of

if TYPE_CHECKING:
    from headway.sources.responses import ResponseTable


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
    form: Form = TEXT,
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
        Say how many items more until the interval of the ability is ± this much, in the unit that
        the answer names.
    against
        Another model: the width is then of the difference of the two.
    scale
        The scale that is fitted.
    level
        Level of the intervals.
    form.as_json
        Print JSON (its form: docs/schema/predict.json).
    form.as_csv
        Print CSV, one row per item.
    """
    from headway.publish.flagged import both, both_text
    from headway.publish.predict import predict_document, predict_text
    from headway.sources.responses import read_responses

    def answer(table: ResponseTable) -> dict[str, Any]:
        return predict_document(
            table, scale, model, benchmark=benchmark, against=against, width=width, level=level
        )

    document = both(read_responses(data), answer)
    return form.say(document, rows_of("cells"), both_text(predict_text))
