"""Selection as text, rows and JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from headway.publish.table import Column, prose, table
from headway.publish.why_bridge import signed
from headway.publish.words import number, span

if TYPE_CHECKING:
    from headway.gap.result import Interval
    from headway.publish.listing import Row
    from headway.why.selection import Selection

SOURCE = (
    "Terminal-Bench 2.0 counts: SD of harnesses 0.24 and of model × harness 0.33 logits, together "
    "about 0.4"
)


def selection_document(found: Selection, snapshot: str) -> dict[str, Any]:
    """The form of ``headway why selection --json``."""
    from headway.why.missing import AT

    base = found.base.interval
    return {
        "lens": found.lens.name,
        "unit": "months",
        "draws": len(found.base.draws),
        "level": base.level,
        "base": {**_bounds(base), "at_least": found.base.bound},
        "shared": [
            {
                "name": case.name,
                "rule": case.rule,
                "months": _bounds(case.months),
                "at_least": case.at_least,
                "change": _bounds(case.change),
                "n_benchmarks": case.n_benchmarks,
                "n_models": case.n_models,
                "n_scores": case.n_scores,
                "why_not": case.why_not or None,
            }
            for case in found.shared
        ],
        "missing": {
            "cells": found.missing,
            "residual_sd": found.unit_sd,
            "bounds": [_case(case) for case in found.bounds],
            "estimated": [
                {
                    "group": group.group,
                    "run": [
                        {"expected": e, "chance": c} for e, c in zip(AT, group.run, strict=True)
                    ],
                    "correlation": group.slope,
                    "error": group.error,
                    "clear": group.clear,
                }
                for group in found.estimated
            ],
            "corrected": [_case(case) for case in found.corrected],
        },
        "best_of": {
            "setup_sd": found.setup_sd,
            "source": SOURCE,
            "unit": found.scale_unit,
            "cases": [
                {
                    "group": case.group,
                    "k": case.k,
                    "logits": case.logits,
                    "points": case.points,
                    "value": case.value,
                    "change": _bounds(case.change),
                }
                for case in found.best_of
            ],
        },
        "snapshot": snapshot,
        "cautions": _cautions(found),
    }


def _bounds(of: Interval) -> Row:
    return {"median": of.median, "low": of.low, "high": of.high}


def _case(case: Any) -> Row:
    return {
        "name": case.name,
        "value": case.value,
        "change": _bounds(case.change),
        "why_not": case.why_not or None,
    }


def _cautions(found: Selection) -> list[str]:
    said = [
        (
            "Why scores are missing, and over how many setups the best was taken, is not in the "
            "data: these are answers under assumptions, no causes. Changes are of paired draws."
        ),
        (
            "The shared cells are refitted in full. Filled cells, corrected scores and lowered "
            "scores move each ability as a fit of the point estimate says, in every draw alike."
        ),
    ]
    if found.unit_sd is None:
        said.append("This lens reads scores as they are: nothing predicts the missing ones.")
    elif not found.estimated:
        said.append("The selection model is asked of least-squares scales (eci) only.")
    else:
        said.append(
            "The correlation is Heckman's (1979): it rests on normal errors and on the number of "
            "runs of a model and of a benchmark saying nothing about the residual. Its error takes "
            "the chances of a run as known."
        )
    return said


def selection_rows(document: dict[str, Any]) -> list[Row]:
    """One row per case, for CSV."""
    missing, best = document["missing"], document["best_of"]
    cases = [
        *(("shared", c["name"], c["months"]["median"], c["change"]) for c in document["shared"]),
        *(("bound", c["name"], c["value"], c["change"]) for c in missing["bounds"]),
        *(("corrected", c["name"], c["value"], c["change"]) for c in missing["corrected"]),
        *(
            ("best of", f"{c['group']}, best of {c['k']}", c["value"], c["change"])
            for c in best["cases"]
        ),
    ]
    return [
        {
            "kind": kind,
            "case": name,
            "months": value,
            "change": change["median"],
            "low": change["low"],
            "high": change["high"],
        }
        for kind, name, value, change in cases
    ]


def selection_text(document: dict[str, Any]) -> str:
    """Shared cells, missing scores, best of many setups, and what to know."""
    base = document["base"]
    value = f"≥ {number(base['at_least'])}" if base["median"] is None else number(base["median"])
    parts = [
        prose(
            f"The gap is {value} months (90% interval {span(base['low'], base['high'])}), lens "
            f"{document['lens']}. What selection could do to it:"
        ),
        _shared(document["shared"]),
        _missing(document["missing"]),
        _best(document["best_of"]),
        "\n".join(prose(text, first="  ") for text in document["cautions"]),
        prose(f"Snapshot {document['snapshot']}."),
    ]
    return "\n\n".join(part for part in parts if part)


def _change(row: Row) -> tuple[str, str]:
    change = row["change"]
    return signed(change["median"]), span(change["low"], change["high"])


def _shared(cases: Sequence[Row]) -> str:
    columns = [
        Column("on the cells that both groups have", wrap=True, least=20),
        Column("months", right=True),
        Column("change", right=True),
        Column("90%", right=True),
        Column("models", right=True),
        Column("scores", right=True),
    ]
    rows = [
        (
            case["name"],
            number(case["months"]["median"])
            if case["at_least"] is None
            else f"≥ {number(case['at_least'])}",
            *(_change(case) if k else ("", "")),
            "–" if case["n_models"] is None else case["n_models"],
            "–" if case["n_scores"] is None else f"{case['n_scores']:,}",
        )
        for k, case in enumerate(cases)
    ]
    notes = [
        prose(f"{case['name']}: {case['rule']}", first="  ", rest="    ") for case in cases[1:]
    ]
    notes += [
        prose(f"{case['name']}: {case['why_not']}", first="  ", rest="    ")
        for case in cases
        if case["why_not"]
    ]
    return "\n".join([table(columns, rows), *notes])


def _missing(missing: dict[str, Any]) -> str:
    if missing["residual_sd"] is None:
        return ""
    cells = missing["cells"]
    cases = [*missing["bounds"], *missing["corrected"]]
    parts = [
        prose(
            f"Missing: {cells['leaders']:,} cells of the leaders and {cells['followers']:,} of the "
            f"followers. If each were one residual SD ({number(missing['residual_sd'], 2)} "
            f"√(p(1−p)), so {number(50 * missing['residual_sd'], 0)} points of 100 where p = 0.5) "
            "better or worse than the scale expects (a worst case), or if scores are taken to be "
            "there for a reason:"
        ),
        _cases("if", cases),
        *(_estimated(row) for row in missing["estimated"]),
    ]
    return "\n".join(parts)


def _cases(header: str, cases: Sequence[Row]) -> str:
    columns = [
        Column(header, wrap=True, least=24),
        Column("months", right=True),
        Column("change", right=True),
        Column("90%", right=True),
    ]
    return table(columns, [(c["name"], number(c["value"]), *_change(c)) for c in cases])


def _estimated(row: Row) -> str:
    runs = ", ".join(f"{r['chance']:.0%} where {r['expected']:.0%}" for r in row["run"])
    low, high = (row["correlation"] + s * 2 * row["error"] for s in (-1, 1))
    if not row["clear"]:
        said = "so whether runs were chosen for their outcome is not told"
    elif row["correlation"] > 0:
        said = "so what was run came out better than the rest would have"
    else:
        said = "so what was run came out worse than the rest would have"
    return prose(
        f"{row['group']}: a cell has a score with a chance of {runs} is expected to be solved; "
        f"correlation of being run with the residual {number(row['correlation'], 2)} (± 2 errors: "
        f"{span(low, high, 2)}), {said}.",
        first="  ",
        rest="    ",
    )


def _best(best: dict[str, Any]) -> str:
    unit = best["unit"]
    columns = [
        Column("if only the scores of", wrap=True, least=10),
        Column("are the\nbest of", right=True),
        Column("that adds\n(logits)", right=True),
        *([Column(f"points\n({unit})", right=True)] if unit else []),
        Column("without it\n(months)", right=True),
        Column("change", right=True),
        Column("90%", right=True),
    ]
    digits = 0 if unit == "Elo" else 1
    rows = [
        (
            f"the {case['group']}",
            case["k"],
            number(case["logits"], 2),
            *([number(case["points"], digits)] if unit else []),
            number(case["value"]),
            *_change(case),
        )
        for case in best["cases"]
    ]
    note = prose(
        f"SD over the setups of one model {best['setup_sd']:g} logits ({best['source']}); the best "
        "of k adds that times the mean of the largest of k normals. Epoch's scores are the best "
        "over versions, efforts and sources, of how many is not recorded. Where both groups take "
        "the best of as many, the two cases cancel.",
        first="  ",
    )
    return "\n".join([table(columns, rows), note])
