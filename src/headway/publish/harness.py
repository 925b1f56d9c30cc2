"""The harness question for people and programs: what each set says, and what none can."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from headway.publish.table import Column, prose, table
from headway.publish.words import number, span

if TYPE_CHECKING:
    from headway.publish.listing import Row
    from headway.why.answer import Answer
    from headway.why.contrast import Estimate
    from headway.why.crossed import Logits
    from headway.why.harness import Change, Finding
    from headway.why.settings import Matched

PATTERNS = {
    "large": "large",
    "near zero": "near zero",
    "time": "confounded with time",
    "open": "not told from zero",
    "silent": "says nothing",
}
FINE = 0.05
TARGETS = (0.10, 0.08, 0.06, 0.05, 0.04)


def harness_document(answer: Answer) -> dict[str, Any]:
    """What ``headway why harness --json`` gives.

    Returns
    -------
    dict
        ``level``, ``sentences``, ``sets`` (gaps and changes in share, logits apart) and
        ``design`` (null where no set has repeated attempts in three harnesses).
    """
    sets = [_finding(f) for f in answer.findings]
    return {
        "level": answer.level,
        "sentences": _answer_sentences(sets),
        "sets": sets,
        "design": _design(answer),
    }


def _finding(one: Finding) -> Row:
    return {
        "name": one.name,
        "source": one.source,
        "note": one.note,
        "pattern": one.pattern,
        "standard": list(one.standard),
        "models": dict(one.models),
        "harnesses": one.harnesses,
        "items": one.items,
        "gap": {name: _estimate(value) for name, value in one.views.items()},
        "changes": [_change(c) for c in one.changes],
        "drifts": [
            {"model": d.model, "harness": d.harness, "months": d.months, "change": d.change}
            for d in one.drifts
        ],
    }


def _estimate(one: Estimate | None) -> Row | None:
    if one is None:
        return None
    return {
        "value": one.value,
        "low": one.low,
        "high": one.high,
        "models": list(one.models),
        "items": one.items,
        "beyond_these_models": one.beyond,
    }


def _change(one: Change) -> Row:
    return {
        "kind": one.kind,
        "all": _estimate(one.every),
        "closed": _estimate(one.closed),
        "open": _estimate(one.open),
        "gap": _estimate(one.gap),
        "not_identified": one.reason or None,
        "months_later": None if math.isnan(one.later) else one.later,
        "logits": _logits(one.logits),
        "pairs": [_pair(p) for p in one.pairs],
    }


def _pair(one: Matched) -> Row:
    return {
        "model": one.model,
        "openness": one.side,
        "harnesses": list(one.harnesses),
        "standard_share": one.before,
        "share": one.after,
        "months_later": None if math.isnan(one.later) else one.later,
        "ceiling": one.ceiling,
    }


def _logits(one: Logits | None) -> Row | None:
    if one is None:
        return None
    named = {
        "gap": one.gap,
        "change": one.change,
        "change_with_date": one.dated,
        "per_month": one.per_month,
    }
    return {
        name: {"value": e.value, "low": e.low, "high": e.high} if e else None
        for name, e in named.items()
    }


def _design(answer: Answer) -> Row | None:
    from headway.why.power import cheapest, half_width

    parts = answer.components
    if parts is None:
        return None
    found = [(target, cheapest(answer.plans, target)) for target in TARGETS]
    floors = [
        {"developers": d, "models": k, "half": half_width(parts, d, k, 10**9, answer.level)}
        for d, k in ((4, 1), (4, 2), (8, 1), (8, 2))
    ]
    return {
        "basis": answer.basis,
        "sd_harness": parts.harness,
        "sd_model_harness": parts.model_harness,
        "sd_item": parts.item,
        "slope": parts.slope,
        "sd_seen": None if math.isnan(answer.seen) else answer.seen,
        "sd_expected": parts.slope * math.sqrt(parts.harness**2 + 2 * parts.model_harness**2),
        "cheapest": [
            {
                "target": target,
                "developers": plan.developers if plan else None,
                "models": plan.models if plan else None,
                "items": plan.items if plan else None,
                "half": plan.half if plan else None,
                "attempts": plan.attempts if plan else None,
            }
            for target, plan in found
        ],
        "floors": floors,
    }


def _answer_sentences(sets: list[Row]) -> list[str]:
    own = [(s, c) for s in sets for c in s["changes"] if c["kind"] == "own"]
    seen = [s["name"] for s, c in own if c["gap"]]
    other = [
        (s, c) for s in sets for c in s["changes"] if c["kind"] == "other" and c["gap"] is not None
    ]
    count = len(sets)
    if seen:
        first = (
            f"{_joined(seen)}: open and closed models both ran in a standard harness and in their "
            "developers' own, so the change of the gap can be seen there."
        )
    elif count == 1:
        first = (
            "These data cannot say whether the gap changes when each model runs in its own "
            "developer's harness."
        )
    else:
        first = (
            "Nobody can say yet from these data whether the gap changes when each model runs in "
            f"its own developer's harness: in none of {count} sets did models of both sides run "
            "in both with room for a difference."
        )
    out = [first, *(_other_sentence(s, c) for s, c in other)]
    for word, start in (("large", "Large"), ("near zero", "Near zero"), ("time", "With time")):
        out += [f"{start}: {_pattern_sentence(s)}" for s in sets if s["pattern"] == word]
    return out


def _joined(names: list[str]) -> str:
    return " and ".join(names)


def _other_sentence(one: Row, change: Row) -> str:
    gap = change["gap"]
    told = "told" if gap["low"] * gap["high"] > 0 else "not told"
    closed, opened = gap["models"]
    later = change["months_later"]
    late = (
        f" The other runs came {number(later)} months later on average, which is in this figure."
        if later is not None and later > 1
        else ""
    )
    return (
        f"{one['name']}: between {_joined(one['standard'])} and other harnesses the gap "
        f"changes by {points(gap)} ({closed} closed and {opened} open models, each against itself "
        f"on the same items): {told} from zero.{late}"
    )


def _pattern_sentence(one: Row) -> str:
    change = next(c for c in one["changes"] if c["all"])
    pairs = [p for p in change["pairs"] if not p["ceiling"]]
    sides = sorted({p["openness"] or "unknown" for p in pairs})
    which = f"openness {sides[0]}" if len(sides) == 1 else "open and closed"
    what = "their developers' own harness" if change["kind"] == "own" else "other harnesses"
    text = (
        f"in {one['name']} the share solved changes by {points(change['all'])} between the "
        f"standard harness and {what} (models: {len(pairs)}, {which})."
    )
    if one["pattern"] == "time":
        text += (
            f" But these runs came {number(change['months_later'])} months later on average"
            f"{_drift(one)}."
        )
    return text


def _drift(one: Row) -> str:
    far = max(one["drifts"], key=lambda d: d["change"], default=None)
    if far is None:
        return ""
    return (
        f", and {far['model']} in {far['harness']} alone gained {number(100 * far['change'], 0)} "
        f"points in {number(far['months'], 0)} months under one and the same name"
    )


def points(one: Row) -> str:
    """``+1.7 points (90% interval ...)`` with the digits that a share of items has."""
    digits = 1 if (one["high"] - one["low"]) < 0.06 else 0
    value, low, high = (100 * one[k] for k in ("value", "low", "high"))
    sign = "+" if value > 0 else ""
    return f"{sign}{number(value, digits)} points ({span(low, high, digits)})"


def short(one: Row | None) -> str:
    """The same for a table: a dash where there is none."""
    return points(one).replace(" points", "") if one else "–"


def harness_text(document: dict[str, Any]) -> str:
    """Sentences, a table of sets, what is not identified, and the design; 80 columns."""
    columns = [
        Column("set", wrap=True, least=10),
        Column("harness"),
        Column("closed", right=True),
        Column("open", right=True),
        Column("gap", right=True),
    ]
    rows = [
        (s["name"], c["kind"], short(c["closed"]), short(c["open"]), short(c["gap"]))
        for s in document["sets"]
        for c in s["changes"]
        if c["pairs"]
    ]
    reasons = [
        prose(f"{s['name']}, {c['kind']}: {c['not_identified']}", first="  ")
        for s in document["sets"]
        for c in s["changes"]
        if c["not_identified"]
    ]
    level = f"{document['level']:.0%}"
    parts = [
        *(prose(text) for text in document["sentences"]),
        "Change in points on leaving the standard harness, with "
        f"{level} intervals:\n\n{table(columns, rows)}"
        if rows
        else "",
        "\n".join(["What is not identified:", *reasons]) if reasons else "",
        *(prose(text) for text in design_sentences(document)),
    ]
    return "\n\n".join(part for part in parts if part)


def design_sentences(document: dict[str, Any]) -> list[str]:
    """What would settle it, in words."""
    design = document["design"]
    if design is None:
        return []
    good = [p for p in design["cheapest"] if p["developers"]]
    chosen = good[:1] + [p for p in good[1:] if p["target"] == FINE]
    out = [_planned(plan) for plan in chosen]
    floor = design["floors"][0]
    out.append(
        f"More items do not replace developers: with {floor['developers']} a side and one model "
        f"of each, endless items leave ± {number(100 * floor['half'], 0)} points."
    )
    return out


def _planned(plan: Row) -> str:
    return (
        f"To know the change of the gap to ± {100 * plan['target']:.0f} points: "
        f"{plan['developers']} developers on each side, {plan['models']} "
        f"model{'s' if plan['models'] > 1 else ''} of each, every model in the standard harness "
        f"and in its developer's own, on the same {plan['items']} items, once: "
        f"{plan['attempts']:,} attempts."
    )
