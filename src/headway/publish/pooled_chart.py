"""The picture of a pooled scale: abilities with intervals, and below them the doubted results."""

from __future__ import annotations

from typing import Any

from headway.publish.chart import AXIS, BODY, INK, QUIET, heading, sheet

SHOWN, DOUBTED = 30, 12
STEP, WIDTH = 16, 460
ABLE, SEEN = "#0072B2", "#D55E00"


def pooled_spec(document: dict[str, Any]) -> dict[str, Any]:
    """A document of ``headway scale --scale pooled``."""
    parts = [_models(document)]
    if document["doubted"]:
        parts.append(_doubted(document))
    return sheet(
        title=heading("How able the models are, and which results are doubted", _words(document)),
        spacing=28,
        vconcat=parts,
    )


def _words(document: dict[str, Any]) -> list[str]:
    shown, total = min(SHOWN, document["n_models"]), document["n_models"]
    some = f"The {shown} most able of {total} models" if shown < total else f"{total} models"
    first = (
        f"{some} with {document['level']:.0%} intervals: {document['n_scores']:,} scores and "
        f"{document['n_responses']:,} cells of answers."
    )
    doubts = len(document["doubted"])
    if not doubts:
        return [first, "No result is doubted."]
    least = f", the {DOUBTED} least believed" if doubts > DOUBTED else ""
    return [first, f"Below: results that are more probably broken than ordinary{least}."]


def _models(document: dict[str, Any]) -> dict[str, Any]:
    rows = [
        {**row, "label": f"{k}. {row['name']}"}
        for k, row in enumerate(document["models"][:SHOWN], 1)
    ]
    y, title = _names("label"), f"Ability ({document['unit']})"
    return {
        "width": WIDTH,
        "height": {"step": STEP},
        "data": {"values": rows},
        "layer": [
            _rule(y, _amount("low", title), "high", ABLE),
            _point(y, _amount("value", title), ABLE, "circle"),
        ],
    }


def _doubted(document: dict[str, Any]) -> dict[str, Any]:
    rows = [
        {**cell, "label": f"{cell['model']} on {_where(cell)}"}
        for cell in document["doubted"][:DOUBTED]
    ]
    title = "Share solved: diamond observed, bar where 90% of ordinary results would lie"
    y = _names("label")
    return {
        "width": WIDTH,
        "height": {"step": STEP + 4},
        "data": {"values": rows},
        "layer": [
            _rule(y, _amount("low", title, share=True), "high", QUIET),
            _point(y, _amount("expected", title, share=True), QUIET, "stroke"),
            _point(y, _amount("observed", title, share=True), SEEN, "diamond"),
        ],
    }


def _where(cell: dict[str, Any]) -> str:
    harness = cell.get("harness")
    return f"{cell['benchmark']} ({harness})" if harness else str(cell["benchmark"])


def _names(field: str) -> dict[str, Any]:
    axis = {"labelFontSize": BODY - 1, "labelColor": INK, "labelLimit": 360}
    return {
        "field": field,
        "type": "nominal",
        "sort": None,
        "axis": {**axis, "title": None, "ticks": False, "domain": False},
    }


def _amount(field: str, title: str, *, share: bool = False) -> dict[str, Any]:
    axis = {"title": title, **AXIS, "tickCount": 8} | ({"format": ".0%"} if share else {})
    return {
        "field": field,
        "type": "quantitative",
        "scale": {"domain": [-0.02, 1.02], "nice": False} if share else {"zero": False},
        "axis": axis,
    }


def _rule(y: dict[str, Any], x: dict[str, Any], end: str, colour: str) -> dict[str, Any]:
    mark = {"type": "rule", "strokeWidth": 2, "opacity": 0.5, "color": colour}
    return {"mark": mark, "encoding": {"y": y, "x": x, "x2": {"field": end}}}


def _point(y: dict[str, Any], x: dict[str, Any], colour: str, shape: str) -> dict[str, Any]:
    if shape == "stroke":
        mark = {"type": "tick", "thickness": 2, "size": 12, "color": colour, "opacity": 1}
    else:
        mark = {"type": "point", "filled": True, "size": 55, "opacity": 1, "color": colour}
        mark["shape"] = shape
    return {"mark": mark, "encoding": {"y": y, "x": x}}
