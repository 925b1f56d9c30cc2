"""The picture of claims in months: what was published against what the recipe says here."""

from __future__ import annotations

from typing import Any

from headway.errors import DataError
from headway.publish.chart import AXIS, BODY, INK, QUIET, foot, heading, sheet

STEP = 22
# Blue and vermilion as in the other pictures; the shapes differ as well.
COLOURS = {"published": "#0072B2", "same recipe, data here": "#D55E00"}
SHAPES = {"published": "diamond", "same recipe, data here": "circle"}
Row = dict[str, Any]


def claims_spec(document: dict[str, Any]) -> dict[str, Any]:
    """The claims in months.

    Raises
    ------
    DataError
        If no claim in months has a number on both sides.
    """
    rows = _rows(document)
    if not rows:
        raise DataError("A plot shows claims in months, and none of these has two numbers.")
    order = list(dict.fromkeys(row["label"] for row in rows))
    x = _months()
    colour = {"color": _by(COLOURS)}
    return sheet(
        width=520,
        height={"step": STEP, "for": "position"},
        data={"values": rows},
        title=heading(
            "Published, and the same recipe on the data here",
            [
                "Months behind. Bars: the published range, and the 90% interval of the recipe.",
                f"Dashed: what the lens {document['default']} says today.",
            ],
        ),
        layer=[
            {
                "data": {"values": [_default(document)]},
                "mark": {"type": "rule", "color": QUIET, "strokeDash": [4, 3]},
                "encoding": {"x": {**x, "field": "value"}},
            },
            {
                "transform": [{"filter": "isValid(datum.low) && isValid(datum.high)"}],
                "mark": {"type": "rule", "strokeWidth": 2.5, "opacity": 0.45},
                "encoding": {
                    "y": _labels(order), "yOffset": _offset(), **colour,
                    "x": {**x, "field": "low"}, "x2": {"field": "high"},
                },
            },
            {
                "transform": [{"filter": "isValid(datum.value)"}],
                "mark": {"type": "point", "filled": True, "size": 50, "opacity": 1},
                "encoding": {
                    "y": _labels(order), "yOffset": _offset(), "x": {**x, "field": "value"},
                    **colour, "shape": _by(SHAPES),
                },
            },
            foot(document["snapshot"], STEP * len(order) + 42),
        ],
    )  # fmt: skip


def _rows(document: dict[str, Any]) -> list[Row]:
    out = []
    shown = [
        r for r in document["claims"]
        if r["kind"] == "gap_months" and r["ours"]["median"] is not None
        and (r["said"]["value"], r["said"]["low"]) != (None, None)
    ]  # fmt: skip
    for row in sorted(shown, key=lambda r: (r["date"], r["id"])):
        label = f"{row['id']}, {row['date'][:7]}"
        names, ours = tuple(COLOURS), row["ours"]
        out += [
            {"label": label, "what": names[0], **{k: row["said"][k] for k in _ENDS}},
            {"label": label, "what": names[1], "value": ours["median"], **_ends(ours)},
        ]
    return out


_ENDS = ("value", "low", "high")


def _ends(of: Row) -> Row:
    return {"low": of["low"], "high": of["high"]}


def _default(document: dict[str, Any]) -> Row:
    """The default lens asks the same question for every claim in months."""
    months = (r for r in document["claims"] if r["kind"] == "gap_months")
    return {"value": next((r["default"]["median"] for r in months if r["default"]["median"]), None)}


def _months() -> dict[str, Any]:
    return {
        "type": "quantitative",
        "axis": {"title": "Months", **AXIS, "tickCount": 10},
        "scale": {"zero": True},
    }


def _labels(order: list[str]) -> dict[str, Any]:
    return {
        "field": "label",
        "type": "nominal",
        "sort": order,
        "axis": {
            "title": None, "labelFontSize": BODY - 1, "labelColor": INK, "labelLimit": 320,
            "labelPadding": 8, "ticks": False, "domain": False,
        },
    }  # fmt: skip


def _offset() -> dict[str, Any]:
    names = list(COLOURS)
    return {"field": "what", "type": "nominal", "scale": {"domain": names}}


def _by(values: dict[str, str]) -> dict[str, Any]:
    return {
        "field": "what",
        "type": "nominal",
        "scale": {"domain": list(values), "range": list(values.values())},
        "legend": {"title": None, "orient": "top", "labelFontSize": BODY, "symbolOpacity": 1},
    }
