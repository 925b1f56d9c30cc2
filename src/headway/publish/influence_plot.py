"""The picture of influence: what the answer does without each member."""

from __future__ import annotations

from typing import Any

from headway.publish.chart import (
    AXIS,
    BODY,
    INK,
    QUIET,
    foot,
    heading,
    sheet,
    wrap,
)
from headway.publish.why_influence import digits
from headway.publish.words import number, span

SHOWN = 25
STEP = 19
MORE, LESS = "#D55E00", "#0072B2"


def influence_spec(document: dict[str, Any]) -> dict[str, Any]:
    """The changes with their intervals, the largest first."""
    known = [m for m in (*document["sets"], *document["members"]) if m["change"] is not None]
    rows = [{**row, "up": row["change"] >= 0} for row in known[:SHOWN]]
    base, n = document["base"], digits(document)
    what = "the gap" if document["quantity"] == "gap" else document["quantity"]
    return sheet(
        width=520,
        height={"step": STEP},
        data={"values": rows},
        title=heading(
            wrap(f"What {what} hangs on: the answer without each {document['by']}", 56),
            wrap(
                f"Change from {number(base['value'], n)} {document['unit']} "
                f"({span(base['low'], base['high'], n)}), lens {document['lens']}; exact refits, "
                f"bars are 90% of {document['draws']} paired draws.",
                84,
            ),
            subtitlePadding=6,
        ),
        layer=[
            {
                "data": {"values": [{"zero": 0}]},
                "mark": {"type": "rule", "color": QUIET, "strokeDash": [3, 3]},
                "encoding": {"x": {"field": "zero", "type": "quantitative"}},
            },
            {
                "mark": {"type": "rule", "strokeWidth": 2, "opacity": 0.5},
                "encoding": {
                    "y": _y(),
                    "x": _x("low", document),
                    "x2": {"field": "high"},
                    **_hue(),
                },
            },
            {
                "mark": {"type": "point", "filled": True, "size": 60, "opacity": 1},
                "encoding": {"y": _y(), "x": _x("change", document), **_hue()},
            },
            foot(document["snapshot"], STEP * len(rows) + 44),
        ],
    )


def _y() -> dict[str, Any]:
    axis = {"labelFontSize": BODY, "labelColor": INK, "labelLimit": 320}
    return {
        "field": "name",
        "type": "nominal",
        "sort": None,
        "axis": {**axis, "title": None, "ticks": False, "domain": False},
    }


def _x(field: str, document: dict[str, Any]) -> dict[str, Any]:
    return {
        "field": field,
        "type": "quantitative",
        "axis": {"title": f"Change ({document['unit']})", **AXIS, "tickCount": 8},
    }


def _hue() -> dict[str, Any]:
    return {
        "color": {
            "field": "up",
            "type": "nominal",
            "scale": {"domain": [True, False], "range": [MORE, LESS]},
            "legend": None,
        }
    }
