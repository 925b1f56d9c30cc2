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

LEVEL = 0.9
SHOWN = 40


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
    digits = {"Elo": 0, "logit": 2}.get(document["unit"], 1)
    rows = [
        (
            k,
            row["name"],
            number(row["value"], digits),
            span(row["low"], row["high"], digits, join="–"),
            row["released"] or "–",
            row["weights"],
        )
        for k, row in enumerate(document["models"][:SHOWN], 1)
    ]
    columns = [
        Column("", right=True),
        Column("model", wrap=True, least=20),
        Column(document["unit"], right=True),
        Column(f"{document['level']:.0%} interval", right=True),
        Column("released"),
        Column("weights"),
    ]
    notes = [prose(text, first="  ") for text in document["cautions"]]
    return "\n\n".join(
        part for part in (table(columns, rows), "\n".join(notes), prose(_closing(document))) if part
    )


def _closing(document: dict[str, Any]) -> str:
    rest = len(document["models"]) - SHOWN
    more = f"{rest} more models with --json or --csv. " if rest > 0 else ""
    return (
        f"{more}Scale {document['scale']}: {document['n_models']} models, "
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
