"""The picture of splits: the gap on both sides of every split that can be told."""

from __future__ import annotations

from typing import Any

from headway.publish.changes_plot import changes_spec
from headway.publish.listing import Row
from headway.publish.why_splits import difference


def splits_spec(document: dict[str, Any]) -> dict[str, Any]:
    """The months of both sides with their intervals, and the difference in words."""
    told = [s for s in document["splits"] if s["difference"]["median"] is not None]
    return changes_spec(
        "The gap on parts of the evidence",
        f"Months behind on either side, lens {document['lens']}; bars are 90% of "
        f"{document['draws']} draws. In brackets: 90% of the paired differences. "
        f"{_untold(document)}",
        {
            f"{split['name']}: {difference(split['difference'])}": [_row(s) for s in split["sides"]]
            for split in told
        },
        document["snapshot"],
        legend=None,
        axis="Months behind",
    )


def _untold(document: dict[str, Any]) -> str:
    names = [s["name"] for s in document["splits"] if s["difference"]["median"] is None]
    return f"Not drawn, as a side has no one answer: {', '.join(names)}." if names else ""


def _row(side: Row) -> Row:
    months = side["months"]
    return {
        "label": f"{side['name']} ({side['n_models']} models)",
        "change": months["median"],
        "low": months["low"],
        "high": months["high"],
        "group": "both",
        "hollow": False,
    }
