"""The picture of a scale: the most able models with their intervals."""

from __future__ import annotations

from typing import Any

from headway.publish.chart import AXIS, BODY, INK, foot, heading, sheet

SHOWN = 40
STEP = 17
# Blue and vermilion as in the picture of a gap; grey where the label is not known.
COLOURS = {"closed": "#0072B2", "open": "#D55E00", "unknown": "#767676"}
SHAPES = {"closed": "circle", "open": "diamond", "unknown": "square"}


def scale_spec(document: dict[str, Any]) -> dict[str, Any]:
    """The most able models with their intervals."""
    # Two models may share a name; the rank keeps their rows apart.
    rows = [
        {**row, "label": f"{k}. {row['name']}"}
        for k, row in enumerate(document["models"][:SHOWN], 1)
    ]
    unit = document["unit"]
    return sheet(
        width=520,
        height={"step": STEP},
        data={"values": rows},
        title=_title(document, len(rows)),
        layer=[
            {
                "mark": {"type": "rule", "strokeWidth": 2, "opacity": 0.5},
                "encoding": {
                    "y": _models(),
                    "x": _ability("low", unit),
                    "x2": {"field": "high"},
                    "color": _by_weights(COLOURS),
                },
            },
            {
                "mark": {"type": "point", "filled": True, "size": 55, "opacity": 1},
                "encoding": {
                    "y": _models(),
                    "x": _ability("value", unit),
                    "color": _by_weights(COLOURS),
                    "shape": _by_weights(SHAPES),
                },
            },
            foot(document["snapshot"], STEP * len(rows) + 40),
        ],
    )


def _title(document: dict[str, Any], shown: int) -> dict[str, Any]:
    return heading(
        f"The {shown} most able models",
        f"Scale {document['scale']}, {document['n_models']} models, "
        f"{document['n_scores']:,} scores; bars are {document['level']:.0%} intervals.",
    )


def _models() -> dict[str, Any]:
    axis = {"labelFontSize": BODY, "labelColor": INK, "labelLimit": 320}
    return {
        "field": "label",
        "type": "nominal",
        "sort": None,
        "axis": {**axis, "title": None, "ticks": False, "domain": False},
    }


def _ability(field: str, unit: str) -> dict[str, Any]:
    return {
        "field": field,
        "type": "quantitative",
        "scale": {"zero": False},
        "axis": {
            "title": f"Ability ({unit})",
            **AXIS,
            "tickCount": 8,
        },
    }


def _by_weights(values: dict[str, str]) -> dict[str, Any]:
    return {
        "field": "weights",
        "type": "nominal",
        "scale": {"domain": list(values), "range": list(values.values())},
        "legend": {"title": "weights", "orient": "bottom-right", "labelFontSize": BODY},
    }
