"""The picture of a bridge: a waterfall from one published answer to another."""

from __future__ import annotations

from typing import Any

from headway.publish.chart import (
    AXIS,
    BODY,
    FOOT,
    INK,
    QUIET,
    foot,
    heading,
    sheet,
    wrap,
)
from headway.publish.listing import Row
from headway.publish.why_bridge import in_words, levels, signed
from headway.publish.words import number, span

STEP = 46
WIDTH = 640
COLOURS = {"answer": "#444444", "adds": "#D55E00", "takes away": "#0072B2"}


def bridge_spec(document: dict[str, Any]) -> dict[str, Any]:
    """The waterfall."""
    rows = _rows(document)
    far = document["to"]["months"] - document["from"]["months"]
    return sheet(
        width=WIDTH,
        height={"step": STEP},
        data={"values": rows},
        title=heading(
            wrap(
                f"From {document['from']['lens']} to {document['to']['lens']}: "
                f"{signed(far)} months, choice by choice",
                74,
            ),
            wrap(
                "Each bar: what the printed answer does when one choice is changed, averaged over "
                "all orders; the bars add up. Thin lines: 90% of the draws.",
                104,
            ),
            subtitlePadding=6,
        ),
        layer=[
            _bars(),
            _whiskers(rows),
            _labels("text", {"dx": 8, "align": "left"}, "right", INK),
            _labels("words", {"dy": 17, "align": "left", "fontSize": FOOT}, "zero", QUIET),
            foot(document["snapshot"], STEP * len(rows) + 44),
        ],
    )


def _rows(document: dict[str, Any]) -> list[Row]:
    steps = [None, *document["steps"], None]
    rows = []
    for k, ((name, start, end), step) in enumerate(zip(levels(document), steps, strict=True)):
        kind = "answer" if step is None else "adds" if end >= start else "takes away"
        low, high = (None, None) if step is None else (step["low"], step["high"])
        rows.append(
            {
                "label": f"{k:02d}{name}",
                "start": start,
                "end": end,
                "kind": kind,
                "zero": 0.0,
                "low": None if low is None else start + low,
                "high": None if high is None else start + high,
                "right": max(v for v in (start, end, *(() if high is None else (start + high,)))),
                "text": number(end)
                if step is None
                else f"{signed(end - start)} ({span(low, high)})",
                "words": "" if step is None else _short(in_words(step)),
            }
        )
    return rows


def _short(words: str) -> str:
    lines = wrap(words, 110)
    return lines[0] + ("" if len(lines) == 1 else " ...")


def _y() -> dict[str, Any]:
    return {
        "field": "label",
        "type": "nominal",
        "sort": None,
        "axis": {
            "title": None,
            "labelExpr": "substring(datum.value, 2)",
            "labelFontSize": BODY,
            "labelColor": INK,
            "labelLimit": 200,
            "ticks": False,
            "domain": False,
        },
    }


def _x(field: str) -> dict[str, Any]:
    return {
        "field": field,
        "type": "quantitative",
        "scale": {"nice": True},
        "axis": {"title": "Months behind", **AXIS, "domain": False, "tickCount": 8},
    }


def _bars() -> dict[str, Any]:
    return {
        "mark": {"type": "bar", "height": 18},
        "encoding": {
            "y": _y(),
            "x": _x("start"),
            "x2": {"field": "end"},
            "color": {
                "field": "kind",
                "type": "nominal",
                "scale": {"domain": list(COLOURS), "range": list(COLOURS.values())},
                "legend": None,
            },
        },
    }


def _whiskers(rows: list[Row]) -> dict[str, Any]:
    known = [row for row in rows if row["low"] is not None and row["high"] is not None]
    return {
        "data": {"values": known},
        "mark": {"type": "rule", "strokeWidth": 1.2, "color": INK},
        "encoding": {"y": _y(), "x": _x("low"), "x2": {"field": "high"}},
    }


def _labels(field: str, mark: dict[str, Any], at: str, colour: str) -> dict[str, Any]:
    return {
        "mark": {"type": "text", "fontSize": BODY, "color": colour, "limit": WIDTH, **mark},
        "encoding": {"y": _y(), "x": _x(at), "text": {"field": field}},
    }
