"""Influence as text, rows and JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from headway.publish.table import Column, prose, table
from headway.publish.why_bridge import signed
from headway.publish.words import number, span

if TYPE_CHECKING:
    from headway.publish.listing import Row
    from headway.why.influence import Influence, Member
    from headway.why.shapley import Shares
    from headway.why.value import Quantity

SHOWN = 15


def influence_document(
    found: Influence,
    quantity: Quantity,
    snapshot: str,
    names: Sequence[str] = (),
    shapley: Shares | None = None,
) -> dict[str, Any]:
    """The form of ``headway why influence --json``; ``names`` are the members of ``shapley``."""
    base = found.base.interval
    return {
        "lens": found.lens.name,
        "quantity": _words(quantity),
        "unit": found.unit,
        "draws": len(found.base.draws),
        "level": base.level,
        "base": {
            "value": base.median,
            "low": base.low,
            "high": base.high,
            "at_least": found.base.bound,
        },
        "by": found.by,
        "members": [_member(m) for m in found.members],
        "sets": [_member(m) for m in found.sets],
        "shapley": None if shapley is None else _shares(names, shapley),
        "snapshot": snapshot,
        "cautions": _cautions(found, names, shapley),
    }


def _words(quantity: Quantity) -> str:
    if not quantity.models:
        return "gap"
    return " − ".join(quantity.models)


def _member(member: Member) -> Row:
    return {
        "name": member.name,
        "value": member.value,
        "change": member.change.median,
        "low": member.change.low,
        "high": member.change.high,
        "n_models": member.n_models,
        "n_scores": member.n_scores,
        "why_not": member.why_not or None,
    }


def _shares(names: Sequence[str], shapley: Shares) -> dict[str, Any]:
    rows = zip(
        names,
        shapley.share.tolist(),
        shapley.error.tolist(),
        shapley.low.tolist(),
        shapley.high.tolist(),
        strict=True,
    )
    return {
        "exact": shapley.exact,
        "orders": shapley.orders,
        "members": [
            {"name": n, "share": s, "error": e, "least": low, "most": high}
            for n, s, e, low, high in rows
        ],
    }


def _cautions(found: Influence, names: Sequence[str], shapley: Shares | None) -> list[str]:
    said = [
        (
            "Every line is the whole recipe refitted without the member (exact): a model that "
            "keeps too few benchmarks for the lens leaves with it. Changes are of paired draws. "
            "This is "
            "arithmetic on answers: no cause, and lines do not add up."
        )
    ]
    if found.unit == "months":
        said.append(
            f"Medians of {len(found.base.draws)} draws each; the lens's own answer has "
            "more and may differ in the last digit."
        )
    if names and shapley is None:
        said.append("No Shapley values: every order of the members meets a set without an answer.")
    if shapley is not None and not shapley.exact:
        said.append(
            f"Shapley values are averages over {shapley.orders} random orders, with their "
            "standard error."
        )
    return said


def influence_rows(document: dict[str, Any]) -> list[Row]:
    """One row per member and named set, for CSV."""
    return [{"kind": "member", **m} for m in document["members"]] + [
        {"kind": "set", **m} for m in document["sets"]
    ]


def digits(document: dict[str, Any]) -> int:
    """Decimals that the unit bears."""
    return {"Elo": 0, "logit": 2, "SD": 2}.get(document["unit"], 1)


def influence_text(document: dict[str, Any]) -> str:
    """What moves the answer most, the named sets and shares, and what to know."""
    parts = [
        prose(_headline(document)),
        _members(document["members"][:SHOWN], document, f"without {document['by']}"),
        _rest(document),
        _members(document["sets"], document, "without all of") if document["sets"] else "",
        _shapley_table(document),
        "\n".join(prose(text, first="  ") for text in document["cautions"]),
        prose(f"Lens {document['lens']}. Snapshot {document['snapshot']}."),
    ]
    return "\n\n".join(part for part in parts if part)


def _headline(document: dict[str, Any]) -> str:
    base, n = document["base"], digits(document)
    what = "The gap" if document["quantity"] == "gap" else document["quantity"]
    value = (
        f"≥ {number(base['at_least'], n)}" if base["value"] is None else number(base["value"], n)
    )
    return (
        f"{what}: {value} {document['unit']} "
        f"(90% interval {span(base['low'], base['high'], n)}) with everything."
    )


def _members(rows: Sequence[Row], document: dict[str, Any], header: str) -> str:
    n = digits(document)
    columns = [
        Column(header, wrap=True, least=24),
        Column(document["unit"], right=True),
        Column("change", right=True),
        Column("90%", right=True),
        Column("models", right=True),
    ]
    return table(
        columns,
        [
            (
                row["name"],
                number(row["value"], n),
                _signed(row["change"], n),
                span(row["low"], row["high"], n),
                "–" if row["n_models"] is None else row["n_models"],
            )
            for row in rows
        ],
    )


def _signed(value: float | None, n: int) -> str:
    if n == 1 or value is None:
        return signed(value)
    text = number(value, n)
    return text if value <= 0 or not text.strip("0.−") else f"+{text}"


def _rest(document: dict[str, Any]) -> str:
    rest = document["members"][SHOWN:]
    failed = [row for row in document["members"] if row["value"] is None]
    said = []
    moved = [abs(row["change"]) for row in rest if row["change"] is not None]
    if moved:
        n = digits(document)
        said.append(f"{len(rest)} more move it by at most {number(max(moved), n)} (--json, --csv).")
    said += [f"{row['name']}: {row['why_not']}" for row in failed[:3]]
    return prose(" ".join(said)) if said else ""


def _shapley_table(document: dict[str, Any]) -> str:
    found = document["shapley"]
    if found is None:
        return ""
    n = digits(document)
    columns = [
        Column("share of (Shapley)", wrap=True, least=24),
        Column(document["unit"], right=True),
        Column("in any order" if found["exact"] else "in the orders drawn", right=True),
        *([] if found["exact"] else [Column("± error", right=True)]),
    ]
    rows = [
        (
            row["name"],
            _signed(row["share"], n),
            span(row["least"], row["most"], n),
            *([] if found["exact"] else [number(row["error"], n)]),
        )
        for row in found["members"]
    ]
    total = sum(row["share"] for row in found["members"])
    rows.append(("all of them together", _signed(total, n), *([""] * (len(columns) - 2))))
    return table(columns, rows)
