"""The picture of a gap: two frontiers over time, and who reached whose level when."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from headway.publish.annotate import records, text_layers
from headway.publish.axes import COLOURS, HEIGHT, WIDTH, Axes, FrontierData, Row
from headway.publish.chart import BODY, FOOT, INK, QUIET, foot, heading, sheet, wrap

SHAPES = {"leaders": "circle", "followers": "diamond"}
_TOOLTIP = [
    {"field": "name"},
    {"field": "date"},
    *({"field": field, "format": ".1f"} for field in ("ability", "low", "high")),
]


def frontier_spec(data: FrontierData) -> dict[str, Any]:
    """Both frontiers with their bands, all models, records and matched pairs."""
    axes = Axes.of(data)
    return sheet(
        width=WIDTH,
        height=HEIGHT,
        title=heading(wrap(data.title, 74), wrap(data.subtitle, 118), subtitlePadding=6, offset=10),
        layer=[
            *_window(data, axes),
            _band(data, axes),
            *_lines(data, axes),
            _cloud(data, axes),
            _connectors(data, axes),
            _records(data, axes),
            *text_layers(data, axes),
            foot(data.snapshot, HEIGHT + 34),
        ],
    )


def _names(data: FrontierData) -> dict[str, str]:
    return {"leaders": data.leaders, "followers": data.followers}


def _by_group(data: FrontierData, values: Mapping[str, str]) -> dict[str, Any]:
    """An encoding by group. Every layer carries the same legend, else Vega drops it."""
    names = _names(data)
    return {
        "field": "of",
        "type": "nominal",
        "scale": {"domain": list(names.values()), "range": [values[k] for k in names]},
        "legend": {
            "title": None,
            "orient": "top-left",
            "labelFontSize": BODY + 1,
            "labelColor": INK,
            "labelLimit": 300,
            "symbolSize": 90,
            "symbolOpacity": 1,
        },
    }


def _values(data: FrontierData, rows: Iterable[Row]) -> dict[str, Any]:
    names = _names(data)
    return {"values": [{**row, "of": names[row["group"]]} for row in rows]}


def _mark(kind: str, **style: Any) -> dict[str, Any]:
    return {"type": kind, "clip": True, **style}


def _band(data: FrontierData, axes: Axes) -> dict[str, Any]:
    return {
        "data": _values(data, data.bands),
        "mark": _mark("area", interpolate="step-after", opacity=0.16),
        "encoding": {
            "x": axes.days("date"),
            "y": axes.abilities("low"),
            "y2": {"field": "high"},
            "color": _by_group(data, COLOURS),
        },
    }


def _steps(data: FrontierData, group: str) -> list[Row]:
    """Records of one group in order, carried on to the last day."""
    rows = records(data, group)
    return [*rows, {**rows[-1], "date": data.end}] if rows else []


def _lines(data: FrontierData, axes: Axes) -> list[dict[str, Any]]:
    return [
        {
            "data": _values(data, _steps(data, group)),
            "mark": _mark("line", interpolate="step-after", strokeWidth=2.2),
            "encoding": {
                "x": axes.days("date"),
                "y": axes.abilities("ability"),
                "color": _by_group(data, COLOURS),
            },
        }
        for group in COLOURS
    ]


def _cloud(data: FrontierData, axes: Axes) -> dict[str, Any]:
    others = [m for m in data.models if not m["record"]]
    return {
        "data": _values(data, others),
        "mark": _mark("point", filled=True, size=18, opacity=0.3),
        "encoding": {
            "x": axes.days("date"),
            "y": axes.abilities("ability"),
            "color": _by_group(data, COLOURS),
            "shape": _by_group(data, SHAPES),
            "tooltip": _TOOLTIP,
        },
    }


def _records(data: FrontierData, axes: Axes) -> dict[str, Any]:
    return {
        "data": _values(data, [m for m in data.models if m["record"]]),
        "mark": _mark("point", filled=True, size=75, opacity=1, stroke="white", strokeWidth=0.8),
        "encoding": {
            "x": axes.days("date"),
            "y": axes.abilities("ability"),
            "color": _by_group(data, COLOURS),
            "shape": _by_group(data, SHAPES),
            "tooltip": [
                {"field": "name"},
                {"field": "date"},
                {"field": "ability", "format": ".1f"},
                {"field": "low", "format": ".1f"},
                {"field": "high", "format": ".1f"},
            ],
        },
    }


def _connectors(data: FrontierData, axes: Axes) -> dict[str, Any]:
    return {
        "data": {"values": [dict(p) for p in data.pairs if p["follower_date"] >= data.start]},
        "mark": _mark("rule", color=INK, strokeWidth=1, strokeDash=[3, 2], opacity=0.7),
        "encoding": {
            "x": axes.days("leader_date"),
            "x2": {"field": "follower_date"},
            "y": axes.abilities("level"),
        },
    }


def _window(data: FrontierData, axes: Axes) -> list[dict[str, Any]]:
    """Where the time begins that the answer is about, if that is not the whole picture."""
    if data.since <= data.start:
        return []
    place: dict[str, Any] = {"value": round(axes.x(data.since), 1)}
    line = {"type": "rule", "color": QUIET, "strokeDash": [1, 3]}
    text = {"type": "text", "align": "left", "dx": 5, "fontSize": FOOT, "color": QUIET}
    return [
        {"data": {"values": [{}]}, "mark": line, "encoding": {"x": place}},
        {
            "data": {"values": [{}]},
            "mark": {**text, "text": "the answer is about the time from here on"},
            "encoding": {"x": place, "y": {"value": HEIGHT - 10}},
        },
    ]
