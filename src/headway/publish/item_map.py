"""The item map (Wright map): models at their ability above items at their difficulty, one axis."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from headway.publish.chart import AXIS, BODY, INK, heading, sheet

if TYPE_CHECKING:
    from headway.publish.listing import Row

SHOWN = 40
STEP = 15
WIDTH = 540
BINS = 36
LOW = 90  # pixels of the histogram
MODEL, ITEM = "#0072B2", "#D55E00"


def map_spec(document: dict[str, Any]) -> dict[str, Any]:
    """The item map of a document of ``headway scale``."""
    ranked = [{**r, "label": f"{k}. {r['name']}"} for k, r in enumerate(document["models"], 1)]
    rows = spread_out(ranked, SHOWN)
    left, right = span_of(document)
    bars = histogram([item["b"] for item in document["items"]], left, right)
    scale = {"domain": [left, right], "nice": False, "zero": False}
    return sheet(
        title=_title(document, len(rows)),
        spacing=8,
        vconcat=[_models(rows, scale), _items(bars, scale, document["unit"])],
    )


def spread_out(rows: list[Row], most: int) -> list[Row]:
    """At most so many rows, evenly over the ranks, the first and the last among them."""
    if len(rows) <= most:
        return rows
    return [rows[round(k * (len(rows) - 1) / (most - 1))] for k in range(most)]


def span_of(document: dict[str, Any]) -> tuple[float, float]:
    """Ends of the axis: all models, and all items but the 2% that lie furthest out."""
    b = sorted(item["b"] for item in document["items"])
    cut = len(b) // 100
    ends = [b[cut], b[-1 - cut]]
    ends += [row[key] for row in document["models"] for key in ("low", "high")]
    room = 0.02 * (max(ends) - min(ends)) or 1.0
    return min(ends) - room, max(ends) + room


def histogram(values: list[float], left: float, right: float) -> list[Row]:
    """Counts in bins of equal width; what lies beyond an end counts in the last bin."""
    step = (right - left) / BINS
    counts = [0] * BINS
    for value in values:
        counts[min(max(int((value - left) / step), 0), BINS - 1)] += 1
    return [
        {"from": left + k * step, "to": left + (k + 1) * step, "items": count}
        for k, count in enumerate(counts)
        if count
    ]


def _models(rows: list[Row], scale: dict[str, Any]) -> dict[str, Any]:
    y = {
        "field": "label",
        "type": "nominal",
        "sort": None,
        "axis": {
            "title": None,
            "labelFontSize": BODY - 1,
            "labelColor": INK,
            "labelLimit": 300,
            "ticks": False,
            "domain": False,
        },
    }
    axis = {
        "labels": False,
        "title": None,
        "ticks": False,
        "domain": False,
        "gridColor": "#EEEEEE",
        "tickCount": 8,
    }
    x = {"type": "quantitative", "scale": scale, "axis": axis}
    return {
        "width": WIDTH,
        "height": {"step": STEP},
        "data": {"values": rows},
        "layer": [
            {
                "mark": {"type": "rule", "strokeWidth": 2, "opacity": 0.5, "color": MODEL},
                "encoding": {"y": y, "x": {"field": "low", **x}, "x2": {"field": "high"}},
            },
            {
                "mark": {"type": "point", "filled": True, "size": 50, "opacity": 1, "color": MODEL},
                "encoding": {"y": y, "x": {"field": "value", **x}},
            },
        ],
    }


def _items(bars: list[Row], scale: dict[str, Any], unit: str) -> dict[str, Any]:
    return {
        "width": WIDTH,
        "height": LOW,
        "data": {"values": bars},
        "mark": {"type": "rect", "color": ITEM, "stroke": "white", "strokeWidth": 1},
        "encoding": {
            "x": {
                "field": "from",
                "type": "quantitative",
                "scale": scale,
                "axis": {
                    **AXIS,
                    "title": f"Ability, and difficulty ({unit}); items beyond an end stand at it",
                    "tickCount": 8,
                },
            },
            "x2": {"field": "to"},
            "y2": {"datum": 0},
            "y": {
                "field": "items",
                "type": "quantitative",
                "axis": {
                    **AXIS,
                    "title": "items",
                    "tickCount": 3,
                    "domain": False,
                    "format": "d",
                },
            },
        },
    }


def _title(document: dict[str, Any], shown: int) -> dict[str, Any]:
    total = document["n_models"]
    some = f"{shown} of {total} models, evenly by rank" if shown < total else f"{total} models"
    above = f"Above: {some}, with {document['level']:.0%} intervals."
    below = (
        f"Below: {document['n_items']:,} items; a model right of an item solves it more often than "
        f"not. Scale {document['scale']}."
    )
    return heading("What the models can, and what the items ask", [above, below])
