"""docs/harness.md and the forest of changes: the answer first, the table, then the design."""

from __future__ import annotations

from typing import Any

from headway.publish.harness import PATTERNS, design_sentences, points, short
from headway.publish.words import number

HEADER = (
    "| set | gap, standard | gap, own | gap, best | harness | all pairs | closed | open | "
    "change of gap |"
)


def harness_page(document: dict[str, Any]) -> str:
    """The page in Markdown."""
    level = f"{document['level']:.0%}"
    lines = [
        "# Does the gap change with the harness?",
        "",
        "Written by `headway why harness --shared FOLDER --page docs/harness.md`; do not edit. A",
        "harness is the program around a model: its prompt, tools and loop. The *standard* one",
        "is where a set runs most models, and belongs to no developer of models; *own* is that of",
        "the model's developer; *other* is anybody else's. Points are per cent of items solved;",
        f"brackets are {level} intervals, for models and items like these.",
        "",
        "## What the public data say",
        "",
        *(f"- {text}" for text in document["sentences"]),
        "",
        "Each model is compared with itself on the same items. Nobody drew lots for who ran in",
        "which harness, so these are differences that went with the harness, not what it caused.",
        "",
        "## Set by set",
        "",
        HEADER,
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- |",
        *(line for one in document["sets"] for line in _rows(one)),
        "",
        *_reading(document),
        "",
        "## What is not identified, and why",
        "",
        *_unknown(document),
        "",
        "## Which is which, and how one can tell",
        "",
        *(_told(one) for one in document["sets"]),
        "",
        *_how_to_tell(),
        "",
        *_dates(document),
        "",
        "## The design that would settle it",
        "",
        *_design(document),
        "",
        "## Sources",
        "",
        *(f"- {one['name']}: {one['source']}. {one['note']}".strip() for one in document["sets"]),
    ]
    return "\n".join(lines) + "\n"


def _rows(one: dict[str, Any]) -> list[str]:
    gap = [short(one["gap"][name]) for name in ("common", "own", "best")]
    out: list[str] = []
    for change in one["changes"]:
        head = [one["name"], *gap] if not out else ["", "", "", ""]
        cells = [
            change["kind"],
            *(
                f"{short(change[side])}{_count(change[side])}" if change[side] else "–"
                for side in ("all", "closed", "open", "gap")
            ),
        ]
        out.append(f"| {' | '.join([*head, *cells])} |")
    return out


def _count(one: dict[str, Any]) -> str:
    return f", n = {'+'.join(map(str, one['models']))}"


def _reading(document: dict[str, Any]) -> list[str]:
    out = [
        "Gaps are closed less open and compare different models, over the items that most of them",
        "ran. In *best*, each model's harness was picked on half of the items and read on the",
        "other half; closed models ran in more harnesses, so there was more to pick from.",
        "Where a model",
        "solves 95% both ways there is no room for a difference, and it is in no estimate.",
    ]
    full = [
        f"{p['model']} in {one['name']} ({number(100 * p['standard_share'], 0)}% and "
        f"{number(100 * p['share'], 0)}%)"
        for one in document["sets"]
        for c in one["changes"]
        for p in c["pairs"]
        if p["ceiling"]
    ]
    return [*out, f"So it is with {' and '.join(full)}."] if full else out


def _unknown(document: dict[str, Any]) -> list[str]:
    return [
        f"- {one['name']}, {change['kind']} harness: {change['not_identified']}"
        for one in document["sets"]
        for change in one["changes"]
        if change["not_identified"]
    ]


def _told(one: dict[str, Any]) -> str:
    change = next((c for c in one["changes"] if c["all"]), None)
    if change is None:
        return f"- {one['name']}: {PATTERNS[one['pattern']]}. No model ran in two kinds of harness."
    ends = sorted(
        (p for p in change["pairs"] if not p["ceiling"]),
        key=lambda p: p["share"] - p["standard_share"],
    )
    low, high = ends[0], ends[-1]
    spread = (
        f" Single models go from {_gain(low)} ({low['model']}) to {_gain(high)} ({high['model']})."
        if len(ends) > 1
        else ""
    )
    later = change["months_later"]
    when = "dates are not given" if later is None else f"{number(later)} months later on average"
    return (
        f"- {one['name']}: **{PATTERNS[one['pattern']]}**. {change['kind'].capitalize()} harness, "
        f"all {len(ends)} pairs: {points(change['all'])}; {when}.{spread}"
    )


def _gain(pair: dict[str, Any]) -> str:
    gain = 100 * (pair["share"] - pair["standard_share"])
    return f"{'+' if gain > 0 else ''}{number(gain, 0)}"


def _dates(document: dict[str, Any]) -> list[str]:
    """The unpaired estimate with and without the date, in logits."""
    rows = [
        f"| {one['name']} | {c['kind']} | {_logit(c['logits']['change'])} | "
        f"{_logit(c['logits']['change_with_date'])} | {_logit(c['logits']['per_month'])} |"
        for one in document["sets"]
        for c in one["changes"]
        if c["logits"]
    ]
    if not rows:
        return []
    return [
        "The last as figures: logits from crossed effects (a logit is at most 25 points). Where",
        "the table above has no change of gap, these rows compare different models, and",
        "show no more",
        "than how little that can tell:",
        "",
        "| set | harness | change of gap | with the date | per month |",
        "| --- | --- | --- | --- | --- |",
        *rows,
    ]


def _how_to_tell() -> list[str]:
    return [
        "One can tell by three signs. Pairs of one model on the same items need no assumption on",
        "how models differ; a difference between different models does. Runs of the same",
        "weeks do not",
        "differ in what was learnt or released meanwhile; runs months apart do, and a set in which",
        "the other harness always came later cannot part harness from date. And an estimate from",
        "all runs, paired or not, should not move when the date is let in.",
    ]


def _logit(one: dict[str, Any] | None) -> str:
    if one is None:
        return "–"
    low, high = number(one["low"], 1), number(one["high"], 1)
    return f"{number(one['value'], 1)} ({low} to {high})"


def _design(document: dict[str, Any]) -> list[str]:
    design = document["design"]
    if design is None:
        return [
            "No set has repeated attempts in three harnesses, so nothing can be planned from it."
        ]
    rows = [_plan(p) for p in design["cheapest"]]
    floors = "; ".join(
        f"{f['developers']} a side with {f['models']} model{'s' if f['models'] > 1 else ''} each "
        f"± {number(100 * f['half'], 0)}"
        for f in design["floors"]
    )
    return [
        *design_sentences(document),
        "",
        "| wanted, points | developers a side | models of each | items | expected | attempts |",
        "| --- | --- | --- | --- | --- | --- |",
        *rows,
        "",
        f"However many items: {floors} points.",
        "",
        _from(design),
    ]


def _plan(one: dict[str, Any]) -> str:
    wanted = f"± {100 * one['target']:.0f}"
    if not one["developers"]:
        return f"| {wanted} | more than 16 | – | – | – | – |"
    return (
        f"| {wanted} | {one['developers']} | {one['models']} | {one['items']} | "
        f"± {100 * one['half']:.1f} | {one['attempts']:,} |"
    )


def _from(design: dict[str, Any]) -> str:
    seen = design["sd_seen"]
    luck = (
        f"; the paired changes seen there have {number(100 * seen, 0)}, luck included"
        if seen is not None
        else ""
    )
    return (
        f"From {design['basis']}: harnesses differ by {number(design['sd_harness'], 2)} logits "
        f"(SD), one model with one harness by {number(design['sd_model_harness'], 2)}, and a logit "
        f"is worth {number(100 * design['slope'], 0)} points at the average model. So the change "
        f"of one model would have an SD of {number(100 * design['sd_expected'], 0)} points before "
        f"luck{luck}. Take the widths as the least to expect. The cells that are missing are open "
        "models in their developers' own harnesses, run on the same days and items as in the "
        "standard one, on tasks where neither solves nearly all."
    )
