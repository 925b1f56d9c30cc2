"""Claims beside what our data say: the document of ``headway why claims``, and its text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from headway.publish.table import Column, prose, table
from headway.publish.words import day, number, says_short, span

if TYPE_CHECKING:
    from headway.gap.result import Interval
    from headway.why.bridge import Step
    from headway.why.claims import Bench, Tested

Row = dict[str, Any]
SHORT = {
    "elo points": "Elo",
    "ECI points": "ECI",
    "ECI points per year": "ECI a year",
    "months per year": "months a year",
    "share of the Elo gap": "share",
}
DIGITS = {"elo points": 0, "ratio": 2, "share of the Elo gap": 2}
_LEGEND = (
    "they say: as published; an Elo with a free zero less another model's of the same source; "
    "~ the time since the release of the model that a claim names instead of months\n"
    "recipe: the same question under the nearest recipe, on the data here (90% interval)\n"
    "default: the same question under the lens {default}\n"
    "steps: the two choices that add most from the recipe to the default: shares of the "
    "difference, averaged over all orders (Shapley values; {draws} draws)"
)


def claims_document(bench: Bench, found: Sequence[Tested]) -> dict[str, Any]:
    """Everything that ``headway why claims --json`` gives."""
    return {
        "snapshot": bench.ledger.id,
        "default": bench.default.name,
        "draws_of_steps": bench.draws,
        "claims": [_row(test) for test in found],
    }


def _row(test: Tested) -> Row:
    claim, said = test.claim, test.said
    return {
        "id": claim.id,
        "who": claim.who,
        "date": claim.date.isoformat(),
        "kind": claim.kind,
        "unit": said.unit,
        "published": says_short(claim) if not said.sign else (claim.unit or ""),
        "said": {
            "value": said.value,
            "low": said.low,
            "high": said.high,
            "level": claim.level if said.ends and said.low is not None else None,
            "sign": said.sign or None,
            "inferred": said.ends is not None
            and (said.value, said.low) != (claim.value, claim.low),
        },
        "lens": test.lens.name if test.lens else None,
        "changes": list(test.lens.overrides) if test.lens else [],
        "ours": _interval(test.ours),
        "at_least": test.at_least,
        "difference": test.difference,
        "inside": test.inside,
        "default": _interval(test.default),
        "steps": [_step(step) for step in test.steps],
        "reason": test.why_not or None,
        "notes": list(test.notes),
        "rule": claim.rule,
        "source": claim.source,
    }


def _interval(of: Interval) -> Row:
    return {"median": of.median, "low": of.low, "high": of.high, "level": of.level}


def _step(step: Step) -> Row:
    return {
        "choice": step.choice,
        "words": step.words,
        "change": step.months.median,
        "low": step.months.low,
        "high": step.months.high,
        "least": step.least,
        "most": step.most,
        "depends_on_order": step.depends,
    }


def claims_rows(document: dict[str, Any]) -> list[Row]:
    """One flat row a claim, for CSV."""
    return [_flat(row) for row in document["claims"]]


def _flat(row: Row) -> Row:
    out = {k: row[k] for k in ("id", "who", "date", "kind", "unit", "published")}
    out |= {f"said_{k}": row["said"][k] for k in ("value", "low", "high", "sign")}
    out |= {"lens": row["lens"], "changes": "; ".join(row["changes"])}
    for name in ("ours", "default"):
        out |= {f"{name}_{k}": row[name][k] for k in ("median", "low", "high")}
    out |= {k: row[k] for k in ("at_least", "difference", "inside")}
    for k in (0, 1):
        step = row["steps"][k] if k < len(row["steps"]) else {}
        out |= {f"choice_{k + 1}": step.get("choice"), f"change_{k + 1}": step.get("change")}
    return out | {"reason": row["reason"], "source": row["source"]}


def claims_text(document: dict[str, Any]) -> str:
    """The same for a person, at most 80 columns wide."""
    rows = document["claims"]
    legend = _LEGEND.format(default=document["default"], draws=document["draws_of_steps"])
    parts = [
        _table(document),
        "\n".join(prose(line, first="  ") for line in legend.split("\n")),
        _nothing(rows),
        "\n\n".join(_told(row) for row in rows) if len(rows) <= 3 else "",
        "" if len(rows) <= 3 else prose("One claim in full: headway why claims NAME."),
        prose(
            "What is left between a claim and its recipe is no choice of a lens: the scores here "
            f"are a later copy, and some evidence is not public. Snapshot {document['snapshot']}."
        ),
    ]
    return "\n\n".join(part for part in parts if part)


def _table(document: dict[str, Any]) -> str:
    columns = [
        Column("claim", wrap=True, least=14),
        Column("they say", right=True, wrap=True, least=8),
        Column("recipe", right=True, wrap=True, least=13),
        Column("default", right=True, wrap=True, least=7),
        Column("unit", wrap=True, least=6),
        Column("largest\nsteps", wrap=True, least=11),
    ]
    rows = [
        (
            row["id"],
            they_say(row),
            we_find(row),
            number(row["default"]["median"], digits(row)),
            SHORT.get(row["unit"], row["unit"]),
            steps(row) or "–",
        )
        for row in document["claims"]
    ]
    return table(columns, rows)


def digits(row: Row) -> int:
    """Digits after the point that a number of this unit is given with."""
    return DIGITS.get(row["unit"], 1)


def they_say(row: Row) -> str:
    """What was published, in few characters."""
    said = row["said"]
    if said["sign"]:
        return "widening" if said["sign"] > 0 else "narrowing"
    if said["inferred"]:
        mark = "~" if row["kind"] == "gap_months" else ""
        return mark + number(said["value"], digits(row))
    return str(row["published"])


def we_find(row: Row) -> str:
    """Our number with its interval, in few characters."""
    ours, places = row["ours"], digits(row)
    if ours["median"] is None:
        bound = row["at_least"]
        return "–" if bound is None else f"≥ {number(bound, places)}"
    if ours["low"] is None and ours["high"] is None:
        return number(ours["median"], places)
    return f"{number(ours['median'], places)} ({span(ours['low'], ours['high'], places, '–')})"


def steps(row: Row) -> str:
    """The two largest steps, in few characters."""
    return ", ".join(f"{s['choice']} {signed(s['change'], digits(row))}" for s in row["steps"])


def signed(value: float | None, places: int = 1) -> str:
    """A number with its sign."""
    text = number(value, places)
    return text if text.startswith(("−", "–")) else f"+{text}"


def _nothing(rows: Sequence[Row]) -> str:
    lines = [
        prose(" ".join([row["reason"], *row["notes"]]), first=f"  {row['id']}: ", rest="    ")
        for row in rows
        if row["reason"]
    ]
    return "\n".join(["What the ledger cannot test:", *lines]) if lines else ""


def _told(row: Row) -> str:
    """One claim in full."""
    from datetime import date

    when = day(date.fromisoformat(row["date"]))
    lines = [prose(f"{row['who']}, {when}: {row['rule']}", first=f"{row['id']}: ", rest="  ")]
    if row["lens"]:
        changed = "; ".join(row["changes"]) or "none"
        lines.append(prose(f"{row['lens']}; changes: {changed}", first="  recipe: ", rest="    "))
    lines.append(prose(verdict(row), first="  ", rest="    "))
    lines += [
        prose(
            f"{signed(s['change'], digits(row))} ({span(s['low'], s['high'], digits(row))}): "
            f"{s['words']}"
            + (" (its sign depends on the order)" if s["depends_on_order"] else ""),
            first=f"  {s['choice']} ", rest="    ",
        )
        for s in row["steps"]
    ]  # fmt: skip
    lines += [prose(note, first="  ", rest="    ") for note in row["notes"] if not row["reason"]]
    return "\n".join([*lines, str(row["source"])])


def verdict(row: Row) -> str:
    """Whether the claim holds on our data under its recipe, in one sentence."""
    if row["reason"]:
        return "The ledger cannot test it."
    if row["inside"] is None:
        return "Whether it holds the data cannot say."
    if row["said"]["sign"]:
        return "The data say so too." if row["inside"] else "The data say the opposite."
    if row["ours"]["low"] is None and row["ours"]["high"] is None:
        return "It agrees." if row["inside"] else "It does not agree."
    where = "inside" if row["inside"] else "outside"
    apart = row["difference"]
    by = "" if apart is None else f" (ours is {signed(apart, digits(row))})"
    return f"The claim lies {where} our 90% interval{by}."
