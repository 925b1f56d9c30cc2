"""A scale for people and programs: abilities of models and difficulties of benchmarks."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from headway.publish.table import Column, prose, table
from headway.publish.words import number, span

if TYPE_CHECKING:
    from headway.publish.listing import Row
    from headway.records import Model
    from headway.scale import Scale
    from headway.scale.ranked import Normal

LEVEL = 0.9
SHOWN = 40
DIGITS = {"Elo": 0, "logit": 2, "SD": 2}


def scale_document(scale: Scale, facts: Sequence[Model], snapshot: str) -> dict[str, Any]:
    """The scale as ``headway scale --json`` gives it (``docs/schema/scale.json``).

    Parameters
    ----------
    scale
        M models and B benchmarks.
    facts
        The records of the M models, in the order of ``scale.models``.
    snapshot
        Id of the evidence.
    """
    return {
        "snapshot": snapshot,
        "scale": scale.name,
        "unit": scale.unit,
        "level": LEVEL,
        "gradient": _finite(scale.gradient),
        "n_models": len(scale.models),
        "n_benchmarks": len(scale.benchmarks),
        "n_scores": scale.n_scores,
        "models": _models(scale, facts),
        "benchmarks": _benchmarks(scale),
        "cautions": list(scale.cautions),
    }


def scale_text(document: dict[str, Any]) -> str:
    """The most able models with their intervals, and what to know before reading them."""
    facts = [(row["released"] or "–", row["weights"]) for row in document["models"][:SHOWN]]
    ranked = ability_table(document, (Column("released"), Column("weights")), facts)
    return "\n\n".join(
        part for part in (ranked, notes(document), prose(_closing(document))) if part
    )


def ability_table(
    document: dict[str, Any], columns: Sequence[Column] = (), facts: Sequence[tuple[str, ...]] = ()
) -> str:
    """The most able models with their intervals, and further columns with their facts."""
    digits = DIGITS.get(document["unit"], 1)
    shown = document["models"][:SHOWN]
    first = [
        Column("", right=True),
        Column("model", wrap=True, least=20),
        Column(document["unit"], right=True),
        Column(f"{document['level']:.0%} interval", right=True),
    ]
    rows = [
        (
            k,
            row["name"],
            number(row["value"], digits),
            span(row["low"], row["high"], digits, join="–"),
            *fact,
        )
        for k, (row, fact) in enumerate(zip(shown, facts or [()] * len(shown), strict=True), 1)
    ]
    return table([*first, *columns], rows)


def notes(document: dict[str, Any]) -> str:
    """What a reader must know, one sentence each."""
    return "\n".join(prose(text, first="  ") for text in document["cautions"])


def unshown(document: dict[str, Any]) -> str:
    """How many models the table leaves out."""
    rest = len(document["models"]) - SHOWN
    return f"{rest} more models with --json or --csv. " if rest > 0 else ""


def model_rows(scale: Normal) -> list[Row]:
    """One row per model, most able first: name, value, low, high."""
    low, high = scale.interval(LEVEL)
    order = sorted(range(len(scale.models)), key=lambda k: (-scale.ability[k], scale.models[k]))
    return [
        {
            "name": scale.models[k],
            "value": float(scale.ability[k]),
            "low": float(low[k]),
            "high": float(high[k]),
        }
        for k in order
    ]


def _closing(document: dict[str, Any]) -> str:
    return (
        f"{unshown(document)}Scale {document['scale']}: {document['n_models']} models, "
        f"{document['n_benchmarks']} benchmarks, {document['n_scores']:,} scores. "
        f"Snapshot {document['snapshot']}."
    )


def _models(scale: Scale, facts: Sequence[Model]) -> list[Row]:
    low, high = scale.interval(LEVEL)
    order = sorted(range(len(scale.models)), key=lambda k: (-scale.ability[k], scale.models[k]))
    return [
        {
            "name": facts[k].name,
            "value": float(scale.ability[k]),
            "low": _finite(float(low[k])),
            "high": _finite(float(high[k])),
            "released": _iso(facts[k].released),
            "weights": facts[k].weights,
        }
        for k in order
    ]


def _benchmarks(scale: Scale) -> list[Row]:
    rows = zip(scale.benchmarks, scale.difficulty, scale.slope, strict=True)
    return [{"name": name, "difficulty": float(d), "slope": float(s)} for name, d, s in rows]


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
