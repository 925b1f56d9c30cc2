"""Validation in words and tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from headway.publish.table import Column, prose, table
from headway.publish.words import number, span

if TYPE_CHECKING:
    from headway.publish.listing import Row

WORDS = {
    "eci": "Epoch's curve (eci)",
    "eci-similar": "Epoch's curve moved by similar cells (eci-similar)",
    "rasch": "one parameter a benchmark (rasch)",
}


def validate_text(document: dict[str, Any]) -> str:
    """The report of ``headway why validate``."""
    parts = [
        prose(lead(document)),
        prose(_calibrated(document)),
        _methods(document["methods"]),
        *_later(document["later"]),
        *_gap(document["gap"]),
        _cautions(document["cautions"]),
    ]
    return "\n\n".join(part for part in parts if part)


def lead(document: dict[str, Any]) -> str:
    """What a held-out score can be told to, in one or two sentences."""
    by_name = {m["name"]: m for m in document["methods"]}
    best = document["methods"][0]
    base = by_name[document["baseline"]]
    first = (
        f"Hide a score, and {WORDS.get(best['name'], best['name'])} predicts it with a typical "
        f"error (root mean square) of {points(best['rmse'])} points of 100 "
        f"({points(best['rmse_low'])} to {points(best['rmse_high'])})"
    )
    others = [m for m in document["methods"] if m["kind"] == "scale" and m is not best]
    more = [f"{m['name']} alone with {points(m['rmse'])}" for m in others]
    more.append(f"a plain sum of model and benchmark with {points(base['rmse'])}")
    return (
        f"{first}; {', '.join(more)}. Every one of the {document['n_scores']:,} scores of "
        f"{document['n_models']} models on {document['n_benchmarks']} benchmarks (lens "
        f"{document['lens']}) was hidden once, in {document['folds']} parts."
    )


def _calibrated(document: dict[str, Any]) -> str:
    best = document["methods"][0]
    inside = ", ".join(
        f"{100 * c['share']:.0f}% inside the {100 * c['level']:.0f}%" for c in best["coverage"]
    )
    return (
        f"Of the hidden scores {inside} intervals of {best['name']}; their width was learnt from "
        "other hidden scores."
    )


def points(share: float) -> str:
    """A share in 0..1 as points of 100."""
    return number(100 * share)


def _methods(methods: list[Row]) -> str:
    columns = [
        Column("predicted by"),
        Column("RMSE", right=True),
        Column("90%\ninterval", right=True),
        Column("R2", right=True),
        Column("mean abs.\nerror", right=True),
        Column("log\nscore", right=True),
        Column("inside\n50%", right=True),
        Column("inside\n90%", right=True),
    ]
    rows = [
        (
            m["name"],
            number(m["rmse"], 4),
            span(m["rmse_low"], m["rmse_high"], 3, join="–"),
            number(m["r2"], 2),
            number(m["mae"], 3),
            number(m["log_score"], 2),
            *(f"{100 * c['share']:.0f}%" for c in m["coverage"] if c["level"] in {0.5, 0.9}),
        )
        for m in methods
    ]
    return "Hidden scores:\n" + table(columns, rows)


def _later(later: list[Row]) -> list[str]:
    if not later:
        return []
    ties = sorted({row["ties"] for row in later})
    at = {(row["name"], row["ties"]): row for row in later}
    names = list(dict.fromkeys(row["name"] for row in later))
    names.sort(key=lambda name: float(at[name, ties[-1]]["rmse"]))
    columns = [Column("predicted by")]
    for k in ties:
        columns += [Column(f"RMSE,\n{k} known", right=True), Column("inside\n90%", right=True)]
    rows = [(name, *(cell for k in ties for cell in _later_cells(at[name, k]))) for name in names]
    about = "; ".join(
        f"{k} known: {at[names[0], k]['n_scores']:,} scores of {at[names[0], k]['n_models']} models"
        for k in ties
    )
    days = [row["day"] for row in at[names[0], ties[0]]["by_origin"]]
    head = (
        f"Models of the half-year after each of {len(days)} dates ({days[0]} to {days[-1]}), from "
        f"all earlier models and a few of their own scores ({about}):"
    )
    return [prose(head) + "\n" + table(columns, rows)]


def _later_cells(row: Row) -> tuple[str, str]:
    share = row["coverage"]
    return number(row["rmse"], 3), "–" if share is None else f"{100 * share:.0f}%"


def _gap(gap: Row | None) -> list[str]:
    if gap is None:
        return []
    columns = [
        Column("gap as of"),
        Column("known\nthen", right=True),
        Column("90%\ninterval", right=True),
        Column("known\nnow", right=True),
        Column("half a year\nlater", right=True),
        Column("trend\nsaid", right=True),
    ]
    rows = [
        (
            o["day"],
            number(o["then"]),
            span(o["low"], o["high"], join="–"),
            number(o["now"]),
            number(o["ahead"]),
            number(o["trend"]),
        )
        for o in gap["origins"]
        if o["then"] is not None or o["low"] is not None
    ]
    body = "The gap in months, asked in the past:\n" + table(columns, rows) if rows else ""
    return [part for part in (body, prose(gap_words(gap))) if part]


def gap_words(gap: Row) -> str:
    """Forecasts and old answers of the gap, in sentences."""
    out = []
    if gap["n_forecasts"]:
        kept = round(gap["next_inside"] * gap["n_forecasts"])
        out.append(
            f"Over {gap['n_forecasts']} half-years “as now” missed the next gap by "
            f"{number(gap['persistence'])} months (root mean square), a line through the half-year "
            f"before by {number(gap['trend'])}; {kept} of {gap['n_forecasts']} intervals held "
            "the gap of half a year later: they say what was known of their day, "
            "not what comes next."
        )
    if gap["n_inside"]:
        held = round(gap["inside"] * gap["n_inside"])
        moved = number(gap["moved"])
        out.append(
            f"Of {gap['n_inside']} past answers {held} held, in their 90% interval, what all "
            f"evidence says now of the same day; the answer moved by {moved} months (root mean "
            "square)."
        )
    return " ".join(out) or "The gap could not be asked in the past."


def _cautions(cautions: list[str]) -> str:
    lines = [prose(text, first=f"{k:3d}. ") for k, text in enumerate(cautions, 1)]
    return "\n".join(["What this cannot say:", *lines]) if lines else ""
