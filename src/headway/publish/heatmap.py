"""The picture of residuals: models by ability, items (or benchmarks) by difficulty."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from headway.publish.chart import BODY, FONT, FOOT, INK, QUIET, heading, sheet

if TYPE_CHECKING:
    from headway.publish.listing import Row
    from headway.scale.diagnose import Look
    from headway.scale.responses import Responses

MOST_ITEMS = 200  # columns; more items than this are gathered
BINS = 30
MOST_MODELS = 60
STEP = 13
LIMIT = 4.0
# Orange for fewer solved than expected, blue for more: told apart by every eye.
ABSENT = "#D5D5D5"
RANGE = ["#B35806", "#F1A340", "#F7F7F7", "#67A9CF", "#2166AC"]


def heat_spec(look: Look, responses: Responses) -> dict[str, Any]:
    """The residuals of models on items."""
    rows, models, columns, what = heat_rows(look, responses)
    named = what == "benchmark"
    each = 46 if named else STEP if len(columns) <= 2 * BINS else 4
    return sheet(
        # Grey shows through where nothing was run: missing is not "as expected".
        config={"view": {"stroke": None, "fill": ABSENT}, "font": FONT, "background": "white"},
        width=max(240, each * len(columns)),
        height={"step": STEP},
        data={"values": rows},
        title=_title(look, what, len(models)),
        mark={"type": "rect", "tooltip": True},
        encoding={
            "y": _axis("model", models, None, names_shown=True),
            "x": _axis("column", columns, _x_title(what), names_shown=named),
            "color": {
                "field": "residual",
                "type": "quantitative",
                "scale": {"domain": [-LIMIT, LIMIT], "range": RANGE, "clamp": True},
                "legend": {
                    "title": ["solved less (−) or more (+)", "than expected, in SDs"],
                    "titleFontSize": FOOT,
                    "titleFontWeight": "normal",
                    "labelFontSize": FOOT,
                    "values": [-4, -2, 0, 2, 4],
                },
            },
        },
    )


def heat_rows(look: Look, responses: Responses) -> tuple[list[Row], list[str], list[str], str]:
    """Cells of the picture, its models and columns in order, and what a column is."""
    import numpy as np

    scale = look.scale
    of_item, columns, what = _columns(look, responses)
    order = np.argsort(-scale.ability, kind="stable")
    chosen = order
    if len(order) > MOST_MODELS:  # evenly over the ranks, first and last included
        chosen = order[np.linspace(0, len(order) - 1, MOST_MODELS).round().astype(int)]
    key = look.model * len(columns) + of_item[look.item]
    size = len(scale.models) * len(columns)
    error = np.bincount(key, weights=look.error, minlength=size)
    spread = np.sqrt(np.bincount(key, weights=look.variance, minlength=size))
    rows = [
        {
            "model": scale.models[m],
            "column": columns[k],
            "residual": round(float(error[m * len(columns) + k] / at), 2),
        }
        for m in chosen.tolist()
        for k in range(len(columns))
        if (at := float(spread[m * len(columns) + k])) > 0
    ]
    return rows, [scale.models[m] for m in chosen], columns, what


def _columns(look: Look, responses: Responses) -> tuple[Any, list[str], str]:
    """Column of each item (J,), names in order of difficulty, and what they are."""
    import numpy as np

    scale = look.scale
    rank = np.argsort(np.argsort(scale.b, kind="stable"), kind="stable")
    j = len(scale.items)
    if j <= MOST_ITEMS:
        order = np.argsort(rank)
        return rank, [scale.items[k] for k in order], "item"
    if "benchmark" in responses.labels and len(responses.labels["benchmark"][0]) > 1:
        levels, code = responses.labels["benchmark"]
        of_item = np.zeros(j, dtype=np.int64)
        place = {name: k for k, name in enumerate(scale.items)}
        of_item[[place[responses.items[i]] for i in responses.item]] = code
        mean = [float(np.median(scale.b[of_item == k])) for k in range(len(levels))]
        order = np.argsort(mean, kind="stable")
        return np.argsort(order)[of_item], [levels[k] for k in order], "benchmark"
    return rank * BINS // j, [f"{k + 1}" for k in range(BINS)], "bin"


def _x_title(what: str) -> str:
    return {
        "item": "items, easiest to hardest",
        "benchmark": "benchmarks, easiest to hardest",
        "bin": f"items in {BINS} groups, easiest to hardest",
    }[what]


def _axis(field: str, names: list[str], title: str | None, *, names_shown: bool) -> dict[str, Any]:
    return {
        "field": field,
        "type": "nominal",
        "sort": names,
        "axis": {
            "title": title,
            "titleFontSize": BODY,
            "titleFontWeight": "normal",
            "titleColor": QUIET,
            "labels": names_shown,
            "labelFontSize": FOOT,
            "labelColor": INK,
            "labelLimit": 260,
            "labelAngle": -40 if field == "column" else 0,
            "ticks": False,
            "domain": False,
        },
    }


def _title(look: Look, what: str, shown: int) -> dict[str, Any]:
    each = {"item": "item", "benchmark": "benchmark", "bin": "group of items"}[what]
    some = "" if shown == look.n_models else f"; {shown} of {look.n_models} models, evenly by rank"
    about = f"Scale {look.scale.name}, {look.n_models} models, {look.n_items:,} items."
    return heading(
        "Where answers are not what ability and difficulty say",
        [
            f"Each row a model, most able on top; each column one {each}{some}.",
            f"{about} White: as expected; grey: not run.",
        ],
    )
