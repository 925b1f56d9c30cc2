"""The picture of selection: what each assumption on missing scores and setups does to the gap."""

from __future__ import annotations

from typing import Any

from headway.publish.changes_plot import changes_spec
from headway.publish.listing import Row
from headway.publish.words import number, span


def selection_spec(document: dict[str, Any]) -> dict[str, Any]:
    """The change of the gap under every case."""
    base, missing, best = document["base"], document["missing"], document["best_of"]
    panels = {
        "Cells that both groups have": [_row(c["name"], c) for c in document["shared"][1:]],
        "Missing scores, worst cases": [_row(c["name"], c) for c in missing["bounds"]],
        "Missing for a reason, as estimated": [_row(c["name"], c) for c in missing["corrected"]],
        "Without the best of k setups in one group": [
            _row(f"{c['group']}: best of {c['k']}", c) for c in best["cases"]
        ],
    }
    return changes_spec(
        "What selection of scores and setups could do to the gap",
        f"Change from {number(base['median'])} months ({span(base['low'], base['high'])}), lens "
        f"{document['lens']}; answers under assumptions, bars are 90% of {document['draws']} "
        "paired draws.",
        panels,
        document["snapshot"],
        legend="scores of",
    )


def _row(label: str, case: Row) -> Row:
    change = case["change"]
    lead, follow = "leader" in label, "follower" in label
    return {
        "label": label,
        "change": change["median"],
        "low": change["low"],
        "high": change["high"],
        "group": "both" if lead == follow else "leaders" if lead else "followers",
        "hollow": False,
    }
