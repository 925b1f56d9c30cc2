"""Curves over spend as a picture: a panel for each task, a line for each run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from headway.elicit.home.curve import SCORE
from headway.publish.chart import AXIS, BODY, FOOT, INK, QUIET, heading, sheet, wrap

__all__ = ["curve_spec"]

WIDTH, HEIGHT = 620, 240
# Okabe and Ito's colours, told apart with every common colour blindness; the eighth is grey.
HUES = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#333333", "#767676")
SHAPES = {
    "completed": "circle",
    "budget": "square",
    "timeout": "triangle-up",
    "refused": "diamond",
    "harness_error": "cross",
}
Row = Mapping[str, Any]


def curve_spec(document: Row) -> dict[str, Any]:
    """A Vega-Lite specification of what :func:`headway.publish.curve.curve_document` found.

    One panel for each task and unit of spend. Each run is a line of steps with a mark at its end,
    whose shape says how it ended; of several runs of one model in one setup the median is a thick
    line in a band, the middle half. A speed-up has a logarithmic axis.
    """
    setups = sorted({_label(each) for each in document["curves"]})
    panels = sorted({(each["task"], each["unit"]) for each in document["curves"]})
    title = "What was reached by what was spent"
    lines = [
        "Each line is a run: its work folder at each snapshot, judged as if it had ended there.",
        "The mark is the end of the run.",
    ]
    if document["medians"]:
        lines.append("Thick: median of the runs, with their middle half.")
    return sheet(
        title=heading(title, wrap(" ".join(lines), 100), subtitlePadding=6),
        spacing=22,
        vconcat=[_panel(document, task, unit, setups) for task, unit in panels],
    )


def _label(each: Row) -> str:
    return f"{each['model']} in {each['setup']}"


def _panel(document: Row, task: str, unit: str, setups: Sequence[str]) -> dict[str, Any]:
    here = [c for c in document["curves"] if (c["task"], c["unit"]) == (task, unit)]
    medians = [m for m in document["medians"] if (m["task"], m["unit"]) == (task, unit)]
    far = max(curve["points"][-1]["spent"] for curve in here)
    ended = [name for name in SHAPES if any(c["ended"] == name for c in here)]
    axes = _Axes(document["of"], unit, far, setups, ended)
    layers = [
        {"data": {"values": _bands(medians)}, **axes.band()},
        {"data": {"values": _steps(here)}, **axes.runs(thin=bool(medians))},
        {"data": {"values": _middle(medians)}, **axes.median()},
        {"data": {"values": _ends(here)}, **axes.ends()},
    ]
    return {
        "width": WIDTH,
        "height": HEIGHT,
        "title": {
            "text": task,
            "anchor": "start",
            "frame": "group",
            "fontSize": BODY + 1,
            "color": INK,
            "offset": 6,
        },
        "layer": layers,
    }


class _Axes:
    """The marks of a panel, on its axes."""

    def __init__(
        self, of: str, unit: str, far: float, setups: Sequence[str], ended: Sequence[str]
    ) -> None:
        self.of, self.unit, self.far = of, unit, far
        self.setups, self.ended = setups, ended

    def _x(self) -> dict[str, Any]:
        return {
            "field": "spent",
            "type": "quantitative",
            "scale": {"domain": [0, self.far * 1.03], "nice": False},
            "axis": {**AXIS, "title": f"Spent ({self.unit})", "tickCount": 6, "grid": False},
        }

    def _y(self, field: str = "value") -> dict[str, Any]:
        scale: dict[str, Any] = {"domain": [0, 1]}
        title = "Score"
        if self.of == "ratio":
            scale, title = {"type": "log", "nice": False}, "Times fewer instructions"
        elif self.of != SCORE:
            scale, title = {"zero": False}, self.of
        axis = {**AXIS, "title": title, "tickCount": 5, "domain": False}
        return {"field": field, "type": "quantitative", "scale": scale, "axis": axis}

    def _colour(self) -> dict[str, Any]:
        hues = [HUES[k % len(HUES)] for k in range(len(self.setups))]
        return {
            "field": "setup",
            "type": "nominal",
            "scale": {"domain": list(self.setups), "range": hues},
            "legend": {
                "title": None,
                "orient": "bottom",
                "direction": "vertical",
                "labelFontSize": BODY,
                "labelLimit": WIDTH,
                "symbolType": "stroke",
                "symbolOpacity": 1,
                "symbolStrokeWidth": 3,
            },
        }

    def runs(self, *, thin: bool) -> dict[str, Any]:
        """Lines of steps, which break where there is no value."""
        dash = {"condition": {"test": "datum.tampered", "value": [4, 3]}, "value": [1, 0]}
        return {
            "mark": {
                "type": "line",
                "interpolate": "step-after",
                "strokeWidth": 1.2 if thin else 2,
                "opacity": 0.55 if thin else 1,
                "invalid": "break-paths-show-domains",
            },
            "encoding": {
                "x": self._x(),
                "y": self._y(),
                "detail": {"field": "run", "type": "nominal"},
                "strokeDash": dash,
                "color": self._colour(),
            },
        }

    def ends(self) -> dict[str, Any]:
        """Where each run ended, and how."""
        return {
            "mark": {"type": "point", "filled": True, "size": 70, "opacity": 1},
            "encoding": {
                "x": self._x(),
                "y": self._y(),
                "color": self._colour(),
                "shape": {
                    "field": "ended",
                    "type": "nominal",
                    "scale": {
                        "domain": list(self.ended),
                        "range": [SHAPES[name] for name in self.ended],
                    },
                    "legend": {
                        "title": "ended",
                        "orient": "right",
                        "labelFontSize": BODY,
                        "titleFontSize": BODY,
                        "titleFontWeight": "normal",
                        "titleColor": QUIET,
                        "symbolSize": FOOT * 6,
                    },
                },
            },
        }

    def median(self) -> dict[str, Any]:
        """The median of several runs."""
        return {
            "mark": {"type": "line", "interpolate": "step-after", "strokeWidth": 3.5},
            "encoding": {"x": self._x(), "y": self._y(), "color": self._colour()},
        }

    def band(self) -> dict[str, Any]:
        """The middle half of several runs."""
        return {
            "mark": {"type": "area", "interpolate": "step-after", "opacity": 0.16},
            "encoding": {
                "x": self._x(),
                "y": self._y("low"),
                "y2": {"field": "high"},
                "color": self._colour(),
            },
        }


def _steps(curves: Sequence[Row]) -> list[dict[str, Any]]:
    return [
        {
            "run": curve["run"],
            "setup": _label(curve),
            "tampered": curve["status"] == "tampered",
            **point,
        }
        for curve in curves
        for point in curve["points"]
    ]


def _ends(curves: Sequence[Row]) -> list[dict[str, Any]]:
    ends = [
        {"setup": _label(curve), "ended": curve["ended"], **curve["points"][-1]} for curve in curves
    ]
    return [end for end in ends if end["value"] is not None]


def _middle(medians: Sequence[Row]) -> list[dict[str, Any]]:
    return [
        {"setup": _label(each), "spent": band["spent"], "value": band["median"]}
        for each in medians
        for band in each["bands"]
    ]


def _bands(medians: Sequence[Row]) -> list[dict[str, Any]]:
    return [{"setup": _label(each), **band} for each in medians for band in each["bands"]]
