"""The picture of widening: slopes by start date, and the daily gap they are of."""

from __future__ import annotations

from collections.abc import Sequence
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
from headway.publish.listing import Row
from headway.publish.words import group

WIDTH, HEIGHT = 400, 300
BLUE = "#0072B2"


def widening_spec(document: dict[str, Any]) -> dict[str, Any]:
    """The slopes and the daily gap of the first lens."""
    answer = document["answers"][0]
    slopes = [r for r in answer["slopes"] if r["median"] is not None]
    daily = [r for r in answer["daily"] if r["median"] is not None]
    days = [r["start"] for r in slopes] + [r["date"] for r in daily]
    whole = [min(days), max(days)] if days else None
    who = f"{group(answer['followers'])} behind {group(answer['leaders'], other=True)}"
    return sheet(
        title=heading(
            wrap(answer["sentence"], 84),
            wrap(
                f"{who[0].upper()}{who[1:]}, lens {answer['lens']}; bands hold 90% of joint draws. "
                "Days on which no record was reached have no lag.",
                140,
            ),
            subtitlePadding=6,
        ),
        spacing=34,
        hconcat=[
            _panel(
                "Slope of the daily gap from a start date to the end (months per year)",
                _banded(slopes, "start", whole, zero=True),
            ),
            _panel(
                "Daily gap (months)",
                [
                    *_banded(daily, "date", whole, zero=False),
                    foot(document["snapshot"], HEIGHT + 34, WIDTH, "right"),
                ],
            ),
        ],
    )


def _panel(title: str, layers: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "width": WIDTH,
        "height": HEIGHT,
        "title": {
            "text": title,
            "anchor": "start",
            "frame": "group",
            "fontSize": BODY,
            "fontWeight": "normal",
            "color": INK,
            "offset": 8,
        },
        "layer": layers,
    }


def _banded(
    rows: Sequence[Row], field: str, whole: list[str] | None, *, zero: bool
) -> list[dict[str, Any]]:
    """A line in its band; where a bound is not known the band ends at the edge of the panel."""
    known = [v for r in rows for v in (r["low"], r["median"], r["high"]) if v is not None]
    low, high = min([0.0, *known]), max([1.0, *known])
    room = 0.05 * (high - low)
    domain = [low - (room if low < 0 else 0), high + room]
    values = [
        {
            **row,
            "low": domain[0] if row["low"] is None else row["low"],
            "high": domain[1] if row["high"] is None else row["high"],
        }
        for row in rows
    ]
    x = _time(field, whole)
    layers = [
        _layer(values, {"type": "area", "opacity": 0.18}, x, _y("low", domain), "high"),
        _layer(values, {"type": "line", "strokeWidth": 2}, x, _y("median", domain)),
    ]
    if zero:
        layers.append(
            {
                "data": {"values": [{"zero": 0}]},
                "mark": {"type": "rule", "color": QUIET, "strokeDash": [3, 3]},
                "encoding": {"y": _y("zero", domain)},
            }
        )
    return layers


def _layer(
    values: Sequence[Row],
    mark: dict[str, Any],
    x: dict[str, Any],
    y: dict[str, Any],
    other: str | None = None,
) -> dict[str, Any]:
    second = {} if other is None else {"y2": {"field": other}}
    return {
        "data": {"values": list(values)},
        "mark": {**mark, "color": BLUE, "clip": True},
        "encoding": {"x": x, "y": y, **second},
    }


def _time(field: str, whole: list[str] | None) -> dict[str, Any]:
    axis = {
        "title": None,
        "grid": False,
        "format": "%b %Y",
        "tickCount": 5,
        "labelFontSize": BODY,
        "labelColor": QUIET,
        "domainColor": QUIET,
        "tickColor": QUIET,
    }
    scale = {} if whole is None else {"scale": {"domain": whole}}
    return {"field": field, "type": "temporal", "axis": axis, **scale}


def _y(field: str, domain: list[float]) -> dict[str, Any]:
    return {
        "field": field,
        "type": "quantitative",
        "scale": {"domain": domain, "nice": False, "zero": False},
        "axis": {**AXIS, "title": None, "domain": False, "tickCount": 6},
    }
