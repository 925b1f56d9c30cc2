"""Leverage as text, rows and JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from headway.publish.table import Column, prose, table
from headway.publish.why_bridge import signed
from headway.publish.words import number, span

if TYPE_CHECKING:
    from headway.publish.listing import Row
    from headway.why.leverage import Lever, Leverage

KINDS = {
    "records": "if a model were not in the data",
    "dates": "if a model had another day",
    "labels": "if a model had another label",
}
NONE = {
    "records": "No single model moves the answer.",
    "dates": "No single date moves the answer.",
    "labels": "No single label moves the answer.",
}


def leverage_document(found: Leverage, snapshot: str) -> dict[str, Any]:
    """The form of ``headway why leverage --json``."""
    base = found.base.interval
    return {
        "lens": found.lens.name,
        "unit": "months",
        "draws": len(found.base.draws),
        "level": base.level,
        "base": {
            "value": base.median,
            "low": base.low,
            "high": base.high,
            "at_least": found.base.bound,
        },
        "looked_at": found.looked_at,
        "uncertain": {"dates": found.doubtful["date"], "labels": found.doubtful["label"]},
        **{kind: [_lever(lever) for lever in getattr(found, kind)] for kind in KINDS},
        "snapshot": snapshot,
        "cautions": _cautions(found),
    }


def _lever(lever: Lever) -> Row:
    return {
        "name": lever.name,
        "group": lever.group or None,
        "day": lever.day.isoformat(),
        "weights": lever.weights,
        "uncertain": bool(lever.doubts),
        "doubts": list(lever.doubts),
        "moves": lever.moves,
        "others": [
            {
                "what": other.what,
                "value": other.value,
                "change": other.change.median,
                "low": other.change.low,
                "high": other.change.high,
                "moves": other.moves,
                "at_point": other.at_point,
                "exact": other.exact,
                "why_not": other.why_not or None,
            }
            for other in lever.others
        ],
    }


def _cautions(found: Leverage) -> list[str]:
    from headway.why.leverage import SCREEN, WORTH

    said = [
        (
            f"{found.looked_at:,} facts were looked at with {SCREEN} draws; those shown were asked "
            f"with all {len(found.base.draws)}, paired, in the order of the mean size of the "
            "change. Without a model the lens is refitted; another day or label leaves the "
            "abilities as they are, which is exact as well. A month is 30 days."
        ),
        (
            "Facts are changed one at a time, and whether one is wrong is not said by what it "
            f"does: * marks those that are uncertain, shown if they move the answer by {WORTH} "
            "months or are among the first five."
        ),
    ]
    levers = (*found.records, *found.dates, *found.labels)
    if any(not other.exact for lever in levers for other in lever.others):
        said.append(
            "Not exact (~): the model fixes the unit of the lens's tolerance, so its scores stay "
            "on the scale and it leaves its group only."
        )
    return said


def leverage_rows(document: dict[str, Any]) -> list[Row]:
    """One row per fact and other value, for CSV."""
    return [
        {
            "kind": kind,
            **{k: lever[k] for k in ("name", "group", "day", "weights", "uncertain")},
            **other,
        }
        for kind in KINDS
        for lever in document[kind]
        for other in lever["others"]
    ]


def leverage_text(document: dict[str, Any]) -> str:
    """What single facts do, kind by kind, and what to know."""
    base = document["base"]
    value = f"≥ {number(base['at_least'])}" if base["value"] is None else number(base["value"])
    parts = [
        prose(
            f"The gap is {value} months (90% interval {span(base['low'], base['high'])}), lens "
            f"{document['lens']}. What single facts do to it:"
        ),
        *(_kind(document, kind) for kind in KINDS),
        _doubts(document),
        "\n".join(prose(text, first="  ") for text in document["cautions"]),
        prose(f"Snapshot {document['snapshot']}."),
    ]
    return "\n\n".join(part for part in parts if part)


def _kind(document: dict[str, Any], kind: str) -> str:
    levers: Sequence[Row] = document[kind]
    if not levers:
        return NONE[kind]
    columns = [
        Column(KINDS[kind], wrap=True, least=20),
        *([Column("then", wrap=True, least=12)] if kind != "records" else []),
        Column("months", right=True),
        Column("change", right=True),
        Column("90%", right=True),
        Column("at the\npoint", right=True),
    ]
    rows = []
    for lever in levers:
        for k, other in enumerate(lever["others"]):
            name = lever["name"] + ("*" if lever["uncertain"] else "") if k == 0 else ""
            rows.append(
                (
                    name,
                    *([_then(other)] if kind != "records" else []),
                    number(other["value"]) + ("" if other["exact"] else " ~"),
                    signed(other["change"]),
                    span(other["low"], other["high"]),
                    signed(other["at_point"]),
                )
            )
    return "\n".join([table(columns, rows), *_untold(levers)])


def _then(other: Row) -> str:
    what: str = other["what"]
    return what if other["why_not"] is None else f"{what} (no answer)"


def _untold(levers: Sequence[Row]) -> list[str]:
    return [
        prose(f"{lever['name']}, {other['what']}: {other['why_not']}", first="  ", rest="    ")
        for lever in levers
        for other in lever["others"]
        if other["why_not"]
    ]


def _doubts(document: dict[str, Any]) -> str:
    from headway.why.leverage import WORTH

    told = [
        prose(f"{lever['name']}: {'; '.join(lever['doubts'])}.", first="  ", rest="    ")
        for kind in KINDS
        for lever in document[kind]
        if lever["doubts"]
    ]
    count = document["uncertain"]
    rest = prose(
        f"Of {count['dates']} dates and {count['labels']} labels that are uncertain, those not "
        f"shown move the gap by less than {WORTH} months each."
    )
    return "\n".join([*(["* Uncertain:"] if told else []), *told, rest])
