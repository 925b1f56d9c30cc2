"""The picture of leverage: what single facts do to the gap."""

from __future__ import annotations

from typing import Any

from headway.publish.changes_plot import changes_spec
from headway.publish.why_leverage import KINDS
from headway.publish.words import number, span


def leverage_spec(document: dict[str, Any]) -> dict[str, Any]:
    """What every record, day and label that is shown does."""
    base = document["base"]
    return changes_spec(
        "Which single facts the gap hangs on",
        f"Change from {number(base['value'])} months ({span(base['low'], base['high'])}), lens "
        f"{document['lens']}; one fact at a time, bars are 90% of {document['draws']} paired "
        "draws; each panel has its own axis; hollow: an uncertain fact.",
        {
            words[:1].upper() + words[1:]: [
                {
                    "label": lever["name"] + ("" if kind == "records" else f": {other['what']}"),
                    "change": other["change"],
                    "low": other["low"],
                    "high": other["high"],
                    "group": lever["group"] or "neither",
                    "hollow": lever["uncertain"],
                }
                for lever in document[kind]
                for other in lever["others"]
            ]
            for kind, words in KINDS.items()
        },
        document["snapshot"],
        legend="the model is of",
        # A label does ten times what a day does.
        one_axis=False,
    )
