"""A bridge between two lenses as text, rows and JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from headway.publish.table import Column, prose, table
from headway.publish.words import number, span

if TYPE_CHECKING:
    from headway.publish.listing import Row
    from headway.why.bridge import Bridge

ABOUT = {
    "evidence": "which scores count",
    "access": "public or private benchmarks",
    "reporter": "who reported the scores",
    "date": "up to which day, and which day of a model",
    "labels": "how far labels are trusted",
    "scale": "how scores become abilities",
    "groups": "who leads and who follows",
    "rule": "how months are read off",
    "scale and rule": "how months are read off scores",
}
BAR = 26
DOWN, UP = "░", "█"


def bridge_document(found: Bridge, snapshot: str) -> dict[str, Any]:
    """The form of ``headway why bridge --json``."""
    return {
        "from": {"lens": found.start.name, "months": found.first.middle},
        "to": {"lens": found.end.name, "months": found.last.middle},
        "steps": [
            {
                "choice": step.choice,
                "months": step.months.median,
                "low": step.months.low,
                "high": step.months.high,
                "least": step.least,
                "most": step.most,
                "words": step.words,
            }
            for step in found.steps
        ],
        "level": 0.9,
        "hybrids": found.hybrids,
        "orders": found.orders,
        "impossible": [{"choices": list(choices), "why": why} for choices, why in found.impossible],
        "snapshot": snapshot,
        "cautions": _cautions(found),
    }


def bridge_rows(document: dict[str, Any]) -> list[Row]:
    """One row per step, for CSV."""
    rows: list[Row] = document["steps"]
    return rows


def bridge_text(document: dict[str, Any]) -> str:
    """The waterfall with its steps in words, and what to know before reading it."""
    parts = [
        prose(_headline(document)),
        _waterfall(document),
        *([_changes(document)] if document["steps"] else []),
        "\n".join(prose(text, first="  ") for text in document["cautions"]),
        prose(f"Snapshot {document['snapshot']}."),
    ]
    return "\n\n".join(part for part in parts if part)


def _headline(document: dict[str, Any]) -> str:
    start, end = document["from"], document["to"]
    far = end["months"] - start["months"]
    return (
        f"{start['lens']} says {number(start['months'])} months, {end['lens']} "
        f"{number(end['months'])}: {signed(far)} months, choice by choice."
    )


def signed(value: float | None) -> str:
    """A change with its sign."""
    if value is None:
        return "–"
    text = number(value)
    return text if value <= 0 or text == "0.0" else f"+{text}"


def levels(document: dict[str, Any]) -> list[tuple[str, float, float]]:
    """Name, from and to of every bar: the two ends start at 0, the steps where the last ended."""
    at = document["from"]["months"]
    bars = [(document["from"]["lens"], 0.0, at)]
    for step in document["steps"]:
        bars.append((step["choice"], at, at + step["months"]))
        at += step["months"]
    return [*bars, (document["to"]["lens"], 0.0, document["to"]["months"])]


def _waterfall(document: dict[str, Any]) -> str:
    bars = levels(document)
    reach = [value for bar in bars for value in bar[1:]]
    low, high = min(reach), max(reach)
    columns = [
        Column("", wrap=True, least=13),
        Column("months", right=True),
        Column(""),
        Column("90%", right=True),
        Column("in any order", right=True),
    ]
    rows = []
    steps = [None, *document["steps"], None]
    for (name, start, end), step in zip(bars, steps, strict=True):
        drawn = _bar(start, end, low, high)
        if step is None:
            rows.append((name, number(end), drawn, "", ""))
        else:
            order = span(step["least"], step["most"])
            rows.append(
                (f"  {name}", signed(end - start), drawn, span(step["low"], step["high"]), order)
            )
    return table(columns, rows)


def _bar(start: float, end: float, low: float, high: float) -> str:
    """A bar from start to end on a line of ``BAR`` places between low and high."""
    scale = (BAR - 1) / max(high - low, 1e-9)
    left, right = sorted(round((v - low) * scale) for v in (start, end))
    return " " * left + (UP if end >= start else DOWN) * (right - left + 1)


def _changes(document: dict[str, Any]) -> str:
    return "\n".join(
        prose(in_words(step), first=f"  {step['choice']}: ", rest="    ")
        for step in document["steps"]
    )


def in_words(step: Row) -> str:
    """What a choice is about, and what it was and becomes."""
    return f"{ABOUT[step['choice']]}: {step['words']}"


def _cautions(found: Bridge) -> list[str]:
    said = [
        (
            "A step is the average, over all orders in which the choices can be made, of what the "
            "printed answer does when that one is made (Shapley value); the steps add up to the "
            "difference before rounding. It is arithmetic on answers, not a cause."
        )
    ]
    said += [
        f"Whether {step.choice} adds or takes away depends on what else was changed before: from "
        f"{number(step.least)} to {number(step.most)} months."
        for step in found.steps
        if step.depends
    ]
    said += [f"Without an answer: {' and '.join(names)}. {why}" for names, why in found.impossible]
    if not found.all_orders:
        said.append(f"The average runs over the {found.orders} orders that avoid these.")
    return said
