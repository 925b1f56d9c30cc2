"""Splits as text, rows and JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from headway.publish.table import Column, prose, table
from headway.publish.why_bridge import signed
from headway.publish.words import number, span

if TYPE_CHECKING:
    from headway.lens import Lens
    from headway.publish.listing import Row
    from headway.why.splits import Side, Split


def splits_document(found: Sequence[Split], lens: Lens, snapshot: str) -> dict[str, Any]:
    """The form of ``headway why splits --json``."""
    return {
        "lens": lens.name,
        "draws": lens.scale.draws,
        "level": 0.9,
        "splits": [
            {
                "name": split.name,
                "sides": [_side(side) for side in split.sides],
                "difference": {
                    "median": split.difference.median,
                    "low": split.difference.low,
                    "high": split.difference.high,
                },
                "p": split.p,
                "verdict": split.verdict,
            }
            for split in found
        ],
        "snapshot": snapshot,
        "cautions": [
            (
                "The sides hold different benchmarks, and so different models: a difference is "
                "between two answers, no cause. Draws are paired; p is two-sided, the share of "
                "paired draws on the other side of 0 doubled, and not corrected for the number "
                "of splits."
            ),
            (
                "The interval holds the uncertainty of measurement alone: other benchmarks of the "
                "same kind could differ more."
            ),
        ],
    }


def _side(side: Side) -> Row:
    return {
        "name": side.name,
        "months": {
            "median": side.months.median,
            "low": side.months.low,
            "high": side.months.high,
        },
        "at_least": side.at_least,
        "n_models": side.n_models,
        "n_scores": side.n_scores,
        "why_not": side.why_not or None,
    }


def splits_rows(document: dict[str, Any]) -> list[Row]:
    """One row per side, for CSV."""
    return [
        {
            "split": split["name"],
            "side": side["name"],
            **side["months"],
            "at_least": side["at_least"],
            "n_models": side["n_models"],
            "n_scores": side["n_scores"],
            "why_not": side["why_not"],
            "difference": split["difference"]["median"],
            "difference_low": split["difference"]["low"],
            "difference_high": split["difference"]["high"],
            "p": split["p"],
        }
        for split in document["splits"]
        for side in split["sides"]
    ]


def splits_text(document: dict[str, Any]) -> str:
    """Both sides of every split that can be told, the others in one list, and what to know."""
    told = [s for s in document["splits"] if all(x["why_not"] is None for x in s["sides"])]
    untold = [s for s in document["splits"] if s not in told]
    parts = [
        prose(f"The gap on parts of the evidence, lens {document['lens']}, in months."),
        _table(told) if told else "",
        "\n".join(_untold(split) for split in untold),
        "\n".join(prose(text, first="  ") for text in document["cautions"]),
        prose(f"Snapshot {document['snapshot']}."),
    ]
    return "\n\n".join(part for part in parts if part)


def _table(told: Sequence[Row]) -> str:
    columns = [
        Column("split"),
        Column("side", wrap=True, least=16),
        Column("months", right=True),
        Column("90%", right=True),
        Column("models", right=True),
        Column("difference", right=True),
        Column("p", right=True),
    ]
    rows = []
    for split in told:
        far = split["difference"]
        for k, side in enumerate(split["sides"]):
            months = side["months"]
            value = (
                f"≥ {number(side['at_least'])}"
                if months["median"] is None and side["at_least"] is not None
                else number(months["median"])
            )
            last = k == 1
            rows.append(
                (
                    "" if last else split["name"].partition(" ")[0],
                    side["name"],
                    value,
                    span(months["low"], months["high"]),
                    side["n_models"],
                    difference(far) if last else "",
                    _p(split["p"]) if last else "",
                )
            )
    return table(columns, rows)


def difference(far: Row) -> str:
    """A difference with its interval; a dash where a side has no one answer."""
    if far["median"] is None:
        return "–"
    return f"{signed(far['median'])} ({span(far['low'], far['high'])})"


def _p(p: float | None) -> str:
    if p is None:
        return "–"
    return "< 0.01" if p < 0.01 else f"{p:.2f}"


def _untold(split: Row) -> str:
    reasons = [f"{s['name']}: {s['why_not']}" for s in split["sides"] if s["why_not"]]
    return prose(
        f"{split['name']}: the data cannot say. {' '.join(reasons)}", first="  ", rest="    "
    )
