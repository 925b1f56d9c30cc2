"""The picture of many abilities: one panel a domain, and the matrix of their correlations."""

from __future__ import annotations

from typing import Any

from headway.publish.chart import AXIS, BODY, INK, QUIET, heading, sheet, wrap

SHOWN = 30
STEP, PANEL, CELL = 16, 150, 64
ABLE = "#0072B2"


def domains_spec(document: dict[str, Any]) -> dict[str, Any]:
    """A document of ``headway scale --domains``."""
    names = [d["name"] for d in document["domains"]]
    panels = [_panel(document, k, name) for k, name in enumerate(names)]
    parts = [{"hconcat": panels, "spacing": 14}]
    if len(names) > 1:
        parts.append(_matrix(document, names))
    return sheet(
        title=heading("How able the models are in each domain", _words(document)),
        spacing=26,
        vconcat=parts,
    )


def _words(document: dict[str, Any]) -> list[str]:
    shown, total = min(SHOWN, document["n_models"]), document["n_models"]
    some = f"All {total} models by their sum"
    if shown < total:
        some = f"The {shown} of {total} models with the highest sum"
    first = (
        f"{some}; bars are {document['level']:.0%} intervals. No mark: the model "
        "has no answers there."
    )
    return [
        first,
        f"Scale {document['scale']} per domain, {document['n_items']:,} items.",
    ]


def _panel(document: dict[str, Any], k: int, name: str) -> dict[str, Any]:
    models = [row["name"] for row in document["models"][:SHOWN]]
    rows = [{"name": row["name"], **row["domains"][k]} for row in document["models"][:SHOWN]]
    shown = [row for row in rows if row["answered"]]
    y = {
        "field": "name",
        "type": "nominal",
        "sort": None,
        "scale": {"domain": models},
        "axis": _name_axis() if k == 0 else None,
    }
    title = wrap(name, 17)
    return {
        "width": PANEL,
        "height": {"step": STEP},
        "title": {"text": title, "fontSize": BODY, "color": INK, "anchor": "start"},
        "data": {"values": shown},
        "layer": [
            {
                "mark": {"type": "rule", "strokeWidth": 2, "opacity": 0.5, "color": ABLE},
                "encoding": {"y": y, "x": _ability(document, "low"), "x2": {"field": "high"}},
            },
            {
                "mark": {"type": "point", "filled": True, "size": 45, "opacity": 1, "color": ABLE},
                "encoding": {"y": y, "x": _ability(document, "value")},
            },
        ],
    }


def _name_axis() -> dict[str, Any]:
    text = {"labelFontSize": BODY - 1, "labelColor": INK, "labelLimit": 260}
    return {**text, "title": None, "ticks": False, "domain": False}


def _ability(document: dict[str, Any], field: str) -> dict[str, Any]:
    rows = [d for m in document["models"][:SHOWN] for d in m["domains"] if d["answered"]]
    ends = [min(d["low"] for d in rows), max(d["high"] for d in rows)]
    return {
        "field": field,
        "type": "quantitative",
        "scale": {"domain": ends, "zero": False},
        "axis": {"title": f"Ability ({document['unit']})", **AXIS, "tickCount": 4},
    }


def _matrix(document: dict[str, Any], names: list[str]) -> dict[str, Any]:
    pairs = [
        {**c, "said": f"{c['value']:.2f}", "range": f"{c['low']:.2f} to {c['high']:.2f}"}
        for c in document["correlations"]
    ]
    rows = pairs + [{**c, "a": c["b"], "b": c["a"]} for c in pairs]
    x = {"field": "a", "type": "nominal", "scale": {"domain": names}, "axis": _matrix_axis(-30)}
    y = {"field": "b", "type": "nominal", "scale": {"domain": names}, "axis": _matrix_axis(0)}
    colour = {
        "field": "value",
        "type": "quantitative",
        "scale": {"domain": [-1, 0, 1], "range": ["#D55E00", "#FFFFFF", "#56B4E9"]},
        "legend": None,
    }
    text = {"type": "text", "color": INK}
    return {
        "width": {"step": CELL + 20},
        "height": {"step": CELL - 20},
        "title": {
            "text": f"Correlations of abilities, with {document['level']:.0%} intervals",
            "fontSize": BODY,
            "color": INK,
            "anchor": "start",
        },
        "data": {"values": rows},
        "encoding": {"x": x, "y": y},
        "layer": [
            {"mark": {"type": "rect", "stroke": "white"}, "encoding": {"color": colour}},
            {
                "mark": {**text, "fontSize": BODY, "dy": -6},
                "encoding": {"text": {"field": "said"}},
            },
            {
                "mark": {**text, "fontSize": BODY - 2, "dy": 9},
                "encoding": {"text": {"field": "range"}},
            },
        ],
    }


def _matrix_axis(angle: int) -> dict[str, Any]:
    return {
        "title": None,
        "labelFontSize": BODY - 1,
        "labelColor": QUIET,
        "labelLimit": 200,
        "labelAngle": angle,
        "ticks": False,
        "domain": False,
    }
