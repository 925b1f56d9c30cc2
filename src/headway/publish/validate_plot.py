"""The picture of a validation: how large errors are, and whether intervals hold what they say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

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
from headway.publish.validate_text import points

if TYPE_CHECKING:
    from headway.publish.listing import Row

WIDTH, SIDE, STEP = 320, 230, 33
SCALE, BASELINE = "#0072B2", "#999999"
# Told apart with every common colour blindness; each has a dash of its own as well.
LINES = ("#0072B2", "#D55E00", "#009E73", "#999999")
DASHES = ([1, 0], [6, 3], [2, 2], [8, 2, 2, 2])


def validate_spec(document: dict[str, Any]) -> dict[str, Any]:
    """The error of every way to predict, and nominal against observed coverage."""
    best = document["methods"][0]
    return sheet(
        title=heading(
            f"A hidden score is predicted to {points(best['rmse'])} points of 100",
            wrap(
                f"Every one of {document['n_scores']:,} scores hidden once, in "
                f"{document['folds']} parts; lens {document['lens']}. Left: root mean squared "
                "error, bars are 90% with models resampled. Right: how many hidden scores lie in "
                "their intervals; on the line, intervals are right.",
                100,
            ),
            subtitlePadding=6,
        ),
        vconcat=[
            {"hconcat": [_errors(document), _coverage(document)], "spacing": 36},
            {"width": WIDTH, "height": 14, **foot(document["snapshot"])},
        ],
        spacing=4,
    )


def _errors(document: dict[str, Any]) -> dict[str, Any]:
    rows = [
        {"name": m["name"], "kind": m["kind"]}
        | {key: 100 * m[key] for key in ("rmse", "rmse_low", "rmse_high")}
        for m in document["methods"]
    ]
    y = {
        "field": "name",
        "type": "nominal",
        "sort": None,
        "axis": {
            "title": None,
            "ticks": False,
            "domain": False,
            "labelFontSize": BODY,
            "labelColor": INK,
        },
    }
    x = {
        "type": "quantitative",
        "scale": {"zero": True},
        "axis": {"title": "Typical error (points of 100)", **AXIS, "tickCount": 6, "domain": False},
    }
    hue = {"condition": {"test": "datum.kind === 'scale'", "value": SCALE}, "value": BASELINE}
    return {
        "width": WIDTH,
        "height": {"step": STEP},
        "data": {"values": rows},
        "layer": [
            {
                "mark": {"type": "rule", "strokeWidth": 2},
                "encoding": {
                    "y": y,
                    "x": {"field": "rmse_low", **x},
                    "x2": {"field": "rmse_high"},
                    "color": hue,
                },
            },
            {
                "mark": {"type": "point", "filled": True, "size": 70, "opacity": 1},
                "encoding": {"y": y, "x": {"field": "rmse", **x}, "color": hue},
            },
        ],
    }


def _coverage(document: dict[str, Any]) -> dict[str, Any]:
    # The trivial ways would crowd the picture: the scales and the additive baseline are compared.
    shown = [
        m for m in document["methods"] if m["kind"] == "scale" or m["name"] == document["baseline"]
    ]
    rows: list[Row] = [
        {"name": m["name"], "level": 100 * c["level"], "share": 100 * c["share"]}
        for m in shown
        for c in m["coverage"]
    ]
    names = [m["name"] for m in shown]
    legend = {
        "title": None,
        "labelFontSize": BODY,
        "orient": "right",
        "symbolType": "stroke",
        "symbolSize": 700,
        "symbolStrokeWidth": 2,
    }
    lines = {
        "x": _percent("level", "Interval (%)"),
        "y": _percent("share", "Hidden scores inside (%)"),
        "color": {
            "field": "name",
            "type": "nominal",
            "scale": {"domain": names, "range": list(LINES[: len(names)])},
            "legend": legend,
        },
        "strokeDash": {
            "field": "name",
            "type": "nominal",
            "scale": {"domain": names, "range": list(DASHES[: len(names)])},
            "legend": legend,
        },
    }
    ideal = {
        "data": {"values": [{"level": 40, "share": 40}, {"level": 100, "share": 100}]},
        "mark": {"type": "line", "color": QUIET, "strokeWidth": 1},
        "encoding": {key: lines[key] for key in ("x", "y")},
    }
    return {
        "width": SIDE,
        "height": SIDE,
        "data": {"values": rows},
        "layer": [
            ideal,
            {"mark": {"type": "line", "strokeWidth": 2}, "encoding": lines},
            {
                "mark": {"type": "point", "filled": True, "size": 40, "opacity": 1},
                "encoding": {key: lines[key] for key in ("x", "y", "color")},
            },
        ],
    }


def _percent(field: str, title: str) -> dict[str, Any]:
    return {
        "field": field,
        "type": "quantitative",
        "scale": {"domain": [40, 100]},
        "axis": {"title": title, **AXIS, "tickCount": 6, "domain": False},
    }
