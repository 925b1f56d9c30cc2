"""Validation as JSON and rows."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from headway.publish.listing import Row
    from headway.why.foresee import Foreseen
    from headway.why.heldout import HeldOut, Method
    from headway.why.later import Later
    from headway.why.validate import Validation


def validate_document(found: Validation, snapshot: str) -> dict[str, Any]:
    """The document of ``headway why validate --json``."""
    table, cells = found.table, found.cells
    return {
        "lens": found.lens.name,
        "snapshot": snapshot,
        "n_models": len(table.models),
        "n_benchmarks": len(table.benchmarks),
        "n_scores": table.n_scores,
        "folds": cells.folds,
        "seed": cells.seed,
        "baseline": cells.baseline,
        "methods": [_method(m) for m in cells.methods],
        "benchmarks": _benchmarks(cells),
        "later": [_later(one) for one in found.later],
        "gap": None if found.gap is None else _gap(found.gap),
        "cautions": list(found.cautions),
    }


def _method(method: Method) -> Row:
    from headway.why.noise import LEVELS

    return {
        "name": method.name,
        "kind": "baseline" if method.beats is None else "scale",
        "rmse": method.rmse,
        "rmse_low": method.rmse_low,
        "rmse_high": method.rmse_high,
        "r2": method.r2,
        "mae": method.mae,
        "log_score": method.log_score,
        "better_by": method.better_by,
        "beats_additive": method.beats,
        "coverage": [
            {"level": level, "share": share}
            for level, share in zip(LEVELS, method.coverage, strict=True)
        ],
        "histogram": list(method.histogram),
    }


def _benchmarks(cells: HeldOut) -> list[Row]:
    """The error of the best method on each benchmark, the hardest to predict first."""
    best = cells.methods[0]
    return [
        {"name": name, "n_scores": count, "method": best.name, "rmse": rmse}
        for name, count, rmse in cells.by_benchmark(best)
    ]


def _later(one: Later) -> Row:
    row = asdict(one)
    row["by_origin"] = [
        {"day": day.isoformat(), "n_scores": count, "rmse": rmse}
        for day, count, rmse in one.by_origin
    ]
    return row


def _gap(gap: Foreseen) -> Row:
    row = asdict(gap)
    row["origins"] = [{**asdict(o), "day": o.day.isoformat()} for o in gap.origins]
    return row


def validate_rows(document: dict[str, Any]) -> list[Row]:
    """One row per way to predict: held-out scores, then later models from few of theirs."""
    later = {(row["name"], row["ties"]): row["rmse"] for row in document["later"]}
    ties = sorted({row["ties"] for row in document["later"]})
    return [
        {
            **{k: v for k, v in method.items() if k not in {"coverage", "histogram"}},
            **{f"inside_{100 * c['level']:.0f}": c["share"] for c in method["coverage"]},
            **{f"later_rmse_{k}": later.get((method["name"], k)) for k in ties},
        }
        for method in document["methods"]
    ]
