"""Changes of an answer with their intervals, in panels below each other."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from headway.publish.chart import AXIS, BODY, INK, QUIET, foot, heading, sheet, wrap

STEP, WIDTH = 19, 470
LABELS = 330  # pixels for the names at the left, the same in every panel
# Blue, vermilion and grey as in the other pictures; a doubtful fact is hollow as well.
HUES = {"leaders": "#0072B2", "followers": "#D55E00", "both": "#333333", "neither": "#767676"}
Row = Mapping[str, Any]


def changes_spec(
    title: str,
    subtitle: str,
    panels: Mapping[str, Sequence[Row]],
    snapshot: str,
    legend: str | None = "group",
    *,
    one_axis: bool = True,
    axis: str = "Change of the gap (months)",
) -> dict[str, Any]:
    """A Vega-Lite specification of panels below each other.

    Parameters
    ----------
    title, subtitle
        What is seen, and how it was found.
    panels
        Rows by panel: ``label``, ``change``, ``low``, ``high`` (None where not bounded), ``group``
        (a key of ``HUES``) and ``hollow``.
    snapshot
        Id of the evidence.
    legend
        What the colours are; None for none.
    one_axis
        Panels share the axis of months; else each has its own.
    axis
        What the axis says.
    """
    every = [row for rows in panels.values() for row in rows]
    groups = [g for g in HUES if any(row["group"] == g for row in every)]
    shown = {name: [r for r in rows if r["change"] is not None] for name, rows in panels.items()}
    full = [(name, rows) for name, rows in shown.items() if rows]
    return sheet(
        title=heading(wrap(title, 70), wrap(subtitle, 96), subtitlePadding=6),
        spacing=18,
        vconcat=[
            _panel(
                name,
                rows,
                _domain(every if one_axis else rows),
                (groups, legend),
                snapshot if k == len(full) - 1 else None,
                axis,
                ticks=not one_axis or k == len(full) - 1,
            )
            for k, (name, rows) in enumerate(full)
        ],
    )


def _domain(rows: Sequence[Row]) -> list[float]:
    reach = [0.0, *(r[k] for r in rows for k in ("change", "low", "high") if r[k] is not None)]
    room = 0.04 * (max(reach) - min(reach)) or 1.0
    return [min(reach) - room, max(reach) + room]


def _panel(
    name: str,
    rows: Sequence[Row],
    domain: list[float],
    hues: tuple[list[str], str | None],
    snapshot: str | None,
    axis: str,
    *,
    ticks: bool,
) -> dict[str, Any]:
    title = None if snapshot is None else axis
    x = partial(_x, domain=domain, title=title, ticks=ticks)
    # Rows are told apart by their place: two may carry the same words.
    values = [
        {**row, "row": k, "low": _or(row["low"], domain[0]), "high": _or(row["high"], domain[1])}
        for k, row in enumerate(rows)
    ]
    colour = _colour(*hues)
    layers: list[dict[str, Any]] = [
        {
            "data": {"values": [{"zero": 0}]},
            "mark": {"type": "rule", "color": QUIET, "strokeDash": [3, 3]},
            "encoding": {"x": {"field": "zero", "type": "quantitative"}},
        },
        {
            "mark": {"type": "rule", "strokeWidth": 2, "opacity": 0.5},
            "encoding": {
                "y": _y(values),
                "x": x("low"),
                "x2": {"field": "high"},
                **colour,
            },
        },
        *(_points(values, x("change"), colour, hollow=hollow) for hollow in (False, True)),
    ]
    if snapshot is not None:
        layers.append(foot(snapshot, STEP * len(rows) + 44, -LABELS))
    return {
        "width": WIDTH,
        "height": {"step": STEP},
        "data": {"values": values},
        "title": {
            "text": name,
            "anchor": "start",
            "frame": "group",
            "fontSize": BODY + 1,
            "color": INK,
            "offset": 4,
        },
        "layer": layers,
    }


def _or(value: float | None, edge: float) -> float:
    return edge if value is None else value


def _points(
    values: Sequence[Row],
    x: dict[str, Any],
    colour: dict[str, Any],
    *,
    hollow: bool,
) -> dict[str, Any]:
    fill = {"filled": False, "fill": "white", "strokeWidth": 2} if hollow else {"filled": True}
    return {
        "transform": [{"filter": f"datum.hollow === {str(hollow).lower()}"}],
        "mark": {"type": "point", "size": 60, "opacity": 1, **fill},
        "encoding": {"y": _y(values), "x": x, **colour},
    }


def _y(values: Sequence[Row]) -> dict[str, Any]:
    names = [row["label"] for row in values]
    axis = {"labelFontSize": BODY, "labelColor": INK, "labelLimit": LABELS, "title": None}
    # The labels come from a list by place, so that equal ones keep rows of their own.
    return {
        "field": "row",
        "type": "ordinal",
        "scale": {"domain": list(range(len(names)))},
        "axis": {
            **axis,
            "ticks": False,
            "domain": False,
            "minExtent": LABELS,
            "labelExpr": f"{_listed(names)}[datum.value]",
        },
    }


def _listed(names: Sequence[str]) -> str:
    return json.dumps(list(names), ensure_ascii=False)


def _x(field: str, domain: list[float], title: str | None, *, ticks: bool) -> dict[str, Any]:
    return {
        "field": field,
        "type": "quantitative",
        "scale": {"domain": domain, "nice": False, "zero": False},
        "axis": {**AXIS, "title": title, "tickCount": 8, "labels": ticks},
    }


def _colour(groups: list[str], legend: str | None) -> dict[str, Any]:
    return {
        "color": {
            "field": "group",
            "type": "nominal",
            "scale": {"domain": groups, "range": [HUES[g] for g in groups]},
            "legend": legend
            and {
                "title": legend,
                "orient": "right",
                "labelFontSize": BODY,
                "titleFontSize": BODY,
                "titleFontWeight": "normal",
            },
        }
    }
