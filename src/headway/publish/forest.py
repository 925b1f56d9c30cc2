"""Forest plots: what effects are, with their intervals, and rows of which nothing is known."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from headway.publish.chart import AXIS, BODY, FONT, FOOT, INK, QUIET, heading, sheet
from headway.publish.listing import Row
from headway.publish.ranking import COLOURS, SHAPES
from headway.publish.words import number

STEP, WIDTH = 18, 460
SHOWN = 40
_PLAIN = "all"  # group of rows where weights are not known


def fit_spec(document: dict[str, Any], source: str, term: str | None = None) -> dict[str, Any]:
    """SDs of a crossed fit, and the levels of one term, as a Vega-Lite specification.

    Parameters
    ----------
    document
        As ``headway fit --json`` has it.
    source
        What the data are, for the foot.
    term
        The term whose levels are drawn; by default the first of the formula that is not the item.

    Raises
    ------
    UnknownNameError
        If the fit has no such term.
    """
    chosen = term or next((t for t in document["levels"] if t != "item"), "item")
    if chosen not in document["levels"]:
        from headway.errors import UnknownNameError

        raise UnknownNameError(
            f"The fit has no random effect {chosen!r}; it has {', '.join(document['levels'])}."
        )
    level = f"{document['level']:.0%}"
    spreads = [_spread(v) for v in document["variance"]]
    rows = _levels(document, chosen)
    left = len(document["levels"][chosen]) - len(rows)
    more = f", {left} in the middle left out" if left else ""
    return stacked(
        [
            panel(spreads, "SD of effects (logits)", titled("How much each varies", level)),
            panel(
                rows,
                "Effect (logits), around the mean of the term",
                titled(f"Levels of {chosen}{more}", level),
            ),
        ],
        f"{document['formula']}. {document['n_cells']:,} cells of {source}. Headway.",
    )


def _spread(one: Row) -> Row:
    row = {**one, "label": one["term"], "value": one["sd"]}
    if one["high"] is None:
        row |= {"value": None, "low": None, "note": f"{number(one['low'], 2)} or more"}
    return row


def _levels(document: dict[str, Any], term: str) -> list[Row]:
    rows = document["levels"][term]
    shown = rows if len(rows) <= SHOWN else [*rows[: SHOWN // 2], *rows[-SHOWN // 2 :]]
    return [
        {"label": row["level"], "value": row["mean"], "low": row["low"], "high": row["high"]}
        for row in shown
    ]


def setups_spec(document: dict[str, Any], source: str) -> dict[str, Any]:
    """Paired differences of harnesses from the common one, of ``headway setups --json``."""
    common = document["common"]
    title = titled(f"Harnesses against {common}", f"{document['level']:.0%}")
    title["subtitle"] = [
        "Difference in per cent of the same items solved, models in both harnesses (how many",
        f"in brackets). {title['subtitle']}",
    ]
    drawn = panel(harness_rows(document), f"Points above {common}", title)
    return stacked([drawn], f"{document['n_items']:,} items of {source}. Headway.")


def harness_rows(document: dict[str, Any]) -> list[Row]:
    """One row a harness and group of models, with a note where nothing can be said."""
    groups = sorted({side for h in document["harnesses"] for side in h["by_openness"]})
    names = [row["model"] for row in document["models"]]
    if len(names) <= 4:  # so few are worth a row each
        groups = names
    rows = [
        {**_harness_row(document, harness, group), "group": k}
        for harness in document["harnesses"]
        if harness["harness"] != document["common"]
        for k, group in enumerate(groups or [_PLAIN])
    ]
    return sorted(rows, key=lambda r: (r.pop("group"), "value" not in r, -r.get("value", 0.0)))


def _harness_row(document: dict[str, Any], harness: Row, group: str) -> Row:
    name, common = harness["harness"], document["common"]
    of = "" if group == _PLAIN else f", {group}"
    known = group if group in COLOURS else "unknown"
    row: dict[str, Any] = {"label": f"{name}{of}", "weights": known, "note": ""}
    pair = next(
        (
            p
            for p in document["pairs"]
            if {p["one"], p["other"]} == {name, common} and p["group"] == group
        ),
        None,
    )
    if pair is None:
        return {**row, "note": f"not identified: {_absent(harness, group)}"}
    if pair["ceiling"]:
        return {**row, "note": "both at the ceiling: no room for a difference"}
    sign = 1 if pair["other"] == common else -1
    ends = sorted((100 * sign * pair["low"], 100 * sign * pair["high"]))
    count = f" ({len(pair['models'])})" if [group] != pair["models"] else ""
    return {
        **row,
        "label": f"{name}{of}{count}",
        "value": 100 * sign * pair["difference"],
        "low": ends[0],
        "high": ends[1],
    }


def _absent(harness: Row, group: str) -> str:
    if group in COLOURS:
        ran = harness["by_openness"].get(group, 0)
        return f"no {group} model ran in {'both' if ran else 'it'}"
    if group == _PLAIN:
        return "no model ran in both"
    return f"{group} did not run in {'both' if group in harness['models'] else 'it'}"


def titled(text: str, level: str) -> dict[str, Any]:
    """A heading that says what the bars are."""
    return heading(text, f"Bars are {level} intervals.", offset=10)


def panel(rows: Sequence[Row], axis: str, title: dict[str, Any]) -> dict[str, Any]:
    """Rows with a label, a value and its interval, or a note where there is none."""
    # Two rows may have the same label; invisible marks keep them apart.
    marked = [{"weights": "unknown", "note": "", **row, "row": k} for k, row in enumerate(rows)]
    groups = [name for name in COLOURS if name in {row["weights"] for row in marked}]
    bars = {"x": _x("low", axis), "x2": {"field": "high"}}
    colour = {"color": _by(COLOURS, groups)}
    return {
        "width": WIDTH,
        "height": {"step": STEP},
        "title": title,
        "data": {"values": marked},
        "layer": [
            {
                "mark": {"type": "rule", "color": QUIET, "strokeDash": [3, 3]},
                "encoding": {"x": {"datum": 0, "type": "quantitative"}},
            },
            {
                "transform": [{"filter": "isValid(datum.low)"}],
                "mark": {"type": "rule", "strokeWidth": 2, "opacity": 0.5},
                "encoding": {"y": _y(marked), **bars, **colour},
            },
            {
                "transform": [{"filter": "isValid(datum.value)"}],
                "mark": {"type": "point", "filled": True, "size": 55, "opacity": 1},
                "encoding": {
                    "y": _y(marked),
                    "x": _x("value", axis),
                    "shape": _by(SHAPES if len(groups) > 1 else {groups[0]: "circle"}, groups),
                    **colour,
                },
            },
            {
                "transform": [{"filter": "datum.note != ''"}],
                "mark": {
                    "type": "text",
                    "align": "left",
                    "dx": 6,
                    "fontSize": FOOT + 1,
                    "fontStyle": "italic",
                    "color": QUIET,
                },
                "encoding": {
                    "y": _y(marked),
                    "x": {"datum": 0, "type": "quantitative"},
                    "text": {"field": "note"},
                },
            },
        ],
    }


def _y(rows: Sequence[Row]) -> dict[str, Any]:
    labels = [str(row["label"]) for row in rows]
    return {
        "field": "row",
        "type": "ordinal",
        "scale": {"domain": list(range(len(rows)))},
        "axis": {
            "labelExpr": f"{_list(labels)}[datum.value]",
            "labelFontSize": BODY,
            "labelColor": INK,
            "labelLimit": 320,
            "labelPadding": 8,
            "title": None,
            "ticks": False,
            "domain": False,
        },
    }


def _list(labels: Sequence[str]) -> str:
    import json

    return json.dumps(labels)


def _x(field: str, title: str) -> dict[str, Any]:
    return {
        "field": field,
        "type": "quantitative",
        "axis": {
            "title": title,
            **AXIS,
            "tickCount": 8,
        },
    }


def _by(values: dict[str, str], groups: Sequence[str]) -> dict[str, Any]:
    legend = {"title": "weights", "orient": "right", "labelFontSize": BODY, "symbolOpacity": 1}
    return {
        "field": "weights",
        "type": "nominal",
        "scale": {"domain": list(groups), "range": [values[name] for name in groups]},
        "legend": legend if len(groups) > 1 else None,
    }


def stacked(panels: Sequence[dict[str, Any]], foot: str) -> dict[str, Any]:
    """Panels one below the other, with a line at the foot."""
    return sheet(
        config={
            "view": {"stroke": None},
            "font": FONT,
            "background": "white",
            "concat": {"spacing": 28},
        },
        title={
            "text": foot,
            "orient": "bottom",
            "anchor": "start",
            "fontSize": FOOT,
            "fontWeight": "normal",
            "color": QUIET,
            "offset": 12,
        },
        vconcat=list(panels),
    )


def changes_spec(document: dict[str, Any]) -> dict[str, Any]:
    """Changes on leaving the standard harness, as ``headway why harness --json`` has them."""
    title = titled("Leaving the standard harness", f"{document['level']:.0%}")
    title["subtitle"] = [
        "Change in per cent of the same items solved, each model against itself; the gap is closed",
        f"less open (how many models in brackets). {title['subtitle']}",
    ]
    rows = [
        _side_row(one["name"], change, side)
        for one in document["sets"]
        for change in one["changes"]
        if change["pairs"]
        for side in ("closed", "open", "all", "gap")
        if side != "all" or any(p["openness"] is None for p in change["pairs"])
    ]
    drawn = panel(rows, "Points", title)
    return stacked([drawn], f"{len(document['sets'])} sets. Not randomised. Headway.")


def _side_row(name: str, change: Row, side: str) -> Row:
    what = {"gap": "gap", "all": "all, some unknown"}.get(side, side)
    row: Row = {
        "label": f"{name}, {change['kind']}: {what}",
        "weights": side if side in COLOURS else "unknown",
    }
    found = change[side]
    if found is None:
        return {**row, "note": "not identified"}
    ends = {key: 100 * found[key] for key in ("value", "low", "high")}
    count = "+".join(map(str, found["models"]))
    return {**row, **ends, "label": f"{row['label']} ({count})"}
