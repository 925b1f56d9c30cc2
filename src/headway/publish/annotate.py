"""Names of records and months of matched pairs, where they fit on the picture of a gap."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from headway.publish.axes import COLOURS, HEIGHT, WIDTH, Axes, FrontierData, Row
from headway.publish.chart import BODY, INK
from headway.publish.labels import Box, Label, place

_LEGEND: Box = (0, 0, 190, 50)


def text_layers(data: FrontierData, axes: Axes) -> list[dict[str, Any]]:
    """Text layers: the latest come first, and what finds no room is left out."""
    wanted = [*_months(data, axes), *_names(data, axes)]
    placed = place(wanted, WIDTH, HEIGHT, [_LEGEND, *_marks(data, axes), *_lines(data, axes)])
    return [layer for label in placed for layer in (_text(label, halo=True), _text(label))]


def records(data: FrontierData, group: str) -> list[Row]:
    """Records of one group, oldest first."""
    rows = (m for m in data.models if m["group"] == group and m["record"])
    return sorted(rows, key=lambda m: (m["date"], m["ability"]))


def _text(label: Label, *, halo: bool = False) -> dict[str, Any]:
    # Drawn twice: a white outline first, so that the text can be read on top of points and lines.
    outline = {"stroke": "white", "strokeWidth": 3, "strokeJoin": "round", "color": "white"}
    return {
        "data": {"values": [{"text": label.text}]},
        "mark": {
            "type": "text",
            "align": label.align,
            "baseline": "middle",
            "fontSize": label.size,
            "fontWeight": "bold" if label.bold else "normal",
            **(outline if halo else {"color": label.colour}),
        },
        "encoding": {
            "text": {"field": "text"},
            "x": {"value": round(label.x, 1)},
            "y": {"value": round(label.y, 1)},
        },
    }


def _months(data: FrontierData, axes: Axes) -> Iterator[Label]:
    """Months of each pair, in the part of its connector that no step hides."""
    pairs = sorted(data.pairs, key=lambda p: (p["follower_date"], p["leader_date"]), reverse=True)
    days = [r["date"] for r in records(data, "leaders")]
    for pair in pairs:
        later = next((d for d in days if d > pair["leader_date"]), pair["leader_date"])
        left, right = axes.x(max(later, data.start)), axes.x(pair["follower_date"])
        label = Label(
            f"{pair['months']:.1f} mo",
            (left + right) / 2,
            axes.y(pair["level"]),
            INK,
            "center",
            BODY - 1,
            bold=True,
        )
        if math.isfinite(pair["months"]) and label.box[2] - label.box[0] < right - left - 8:
            yield label


def _names(data: FrontierData, axes: Axes) -> Iterator[Label]:
    rows = [m for m in data.models if m["record"] and m["date"] >= data.start]
    for model in sorted(rows, key=lambda m: str(m["date"]), reverse=True):
        x, y = axes.x(model["date"]), axes.y(model["ability"])
        # Leaders are the upper line: their free side is up and left, followers' down and right.
        if model["group"] == "leaders":
            yield Label(model["name"], x - 7, y - 7, COLOURS["leaders"], "right", BODY - 1)
        else:
            yield Label(model["name"], x + 7, y + 9, COLOURS["followers"], "left", BODY - 1)


def _marks(data: FrontierData, axes: Axes) -> Iterator[Box]:
    for model in data.models:
        if model["record"]:
            x, y = axes.x(model["date"]), axes.y(model["ability"])
            yield x - 5, y - 5, x + 5, y + 5


def _lines(data: FrontierData, axes: Axes) -> Iterator[Box]:
    """The steps of both frontiers as thin boxes."""
    for group in COLOURS:
        rows = records(data, group)
        ends = [(r["date"], r["ability"]) for r in rows[1:]]
        ends += [(data.end, rows[-1]["ability"])] if rows else []
        for row, (day, ability) in zip(rows, ends, strict=True):
            left, right = axes.x(row["date"]), axes.x(day)
            y, above = axes.y(row["ability"]), axes.y(ability)
            yield left, y - 2, right, y + 2
            yield right - 2, above, right + 2, y
