"""Widening as text, rows and JSON."""

from __future__ import annotations

import math
from datetime import date
from typing import TYPE_CHECKING, Any

from headway.publish.table import Column, prose, table
from headway.publish.why_bridge import signed
from headway.publish.words import number, span

if TYPE_CHECKING:
    from headway.publish.listing import Row
    from headway.why.widening import Daily, Trend, Trends

EVERY = 3  # start dates between rows of the table for a person
WORDS = {
    "widening": "widening",
    "narrowing": "narrowing",
    "depends": "depends on the start",
    "unclear": "the data cannot say",
}
CAUTIONS = (
    (
        "The slope is that of a line through the daily lag from a start date to the last day, in "
        "months per year; its interval is over the joint draws, as days depend on each other. "
        "Days on which the followers had reached no record have no lag and are left out, which "
        "makes early gaps look smaller than they were."
    ),
    (
        "A verdict needs the whole 90% interval of every start date on one side of 0. Start dates "
        "share days, so they are no independent tests; late ones rest on few records. The lag is "
        "that of the lens's test; other parameters of its rule do not enter."
    ),
)


def widening_document(found: Trends, snapshot: str) -> dict[str, Any]:
    """The form of ``headway why widening --json``."""
    return {
        "level": 0.9,
        "answers": [_answer(trend) for trend in found.told],
        "unanswered": [{"lens": name, "reason": why} for name, why in found.untold],
        "snapshot": snapshot,
        "cautions": list(CAUTIONS),
    }


def _answer(trend: Trend) -> dict[str, Any]:
    slopes = trend.slopes
    return {
        "lens": trend.lens.name,
        "leaders": trend.lens.groups.leaders,
        "followers": trend.lens.groups.followers,
        "verdict": slopes.verdict,
        "sentence": slopes.sentence,
        "slopes": [
            {"start": _day(start), "median": _plain(m), "low": _plain(lo), "high": _plain(hi)}
            for start, m, lo, hi in zip(
                slopes.starts.tolist(),
                slopes.median.tolist(),
                slopes.low.tolist(),
                slopes.high.tolist(),
                strict=True,
            )
        ],
        "daily": _daily(trend.daily),
    }


def _daily(daily: Daily) -> list[Row]:
    """The days on which there is something to tell; a bound that is not known is null."""
    columns = (daily.days, daily.median, daily.low, daily.high)
    return [
        {"date": _day(day), "median": _plain(m), "low": _plain(lo), "high": _plain(hi)}
        for day, m, lo, hi in zip(*(c.tolist() for c in columns), strict=True)
        if not math.isnan(m)
    ]


def _day(ordinal: int) -> str:
    return date.fromordinal(ordinal).isoformat()


def _plain(value: float) -> float | None:
    return round(value, 4) if math.isfinite(value) else None


def widening_rows(document: dict[str, Any]) -> list[Row]:
    """One row per lens and start date, for CSV."""
    return [
        {"lens": answer["lens"], "verdict": answer["verdict"], **row}
        for answer in document["answers"]
        for row in answer["slopes"]
    ]


def widening_text(document: dict[str, Any]) -> str:
    """Verdicts of all lenses, the slopes of the first, and what to know."""
    answers = document["answers"]
    first = answers[0]
    parts = [
        prose(f"Lens {first['lens']}: {first['sentence']}"),
        _verdicts(answers) if len(answers) > 1 else "",
        _slopes(first),
        "\n".join(prose(a["sentence"], first=f"  {a['lens']}: ", rest="    ") for a in answers[1:]),
        "\n".join(
            prose(f"{row['lens']} gives no answer: {row['reason']}")
            for row in document["unanswered"]
        ),
        "\n".join(prose(text, first="  ") for text in document["cautions"]),
        prose(f"Snapshot {document['snapshot']}."),
    ]
    return "\n\n".join(part for part in parts if part)


def _verdicts(answers: list[dict[str, Any]]) -> str:
    columns = [
        Column("lens", wrap=True, least=14),
        Column("is the gap widening?"),
        Column("up", right=True),
        Column("down", right=True),
        Column("cannot\nsay", right=True),
        Column("starts", right=True),
    ]
    rows = []
    for answer in answers:
        known = [r for r in answer["slopes"] if r["median"] is not None]
        up = sum(r["low"] is not None and r["low"] > 0 for r in known)
        down = sum(r["high"] is not None and r["high"] < 0 for r in known)
        verdict = WORDS[answer["verdict"]]
        rows.append((answer["lens"], verdict, up, down, len(known) - up - down, len(known)))
    return table(columns, rows)


def _slopes(answer: dict[str, Any]) -> str:
    known = [row for row in answer["slopes"] if row["median"] is not None]
    if not known:
        return ""
    columns = [
        Column(f"{answer['lens']}:\nfrom"),
        Column("months\nper year", right=True),
        Column("90%", right=True),
        Column("daily gap\nthat day", right=True),
        Column("90%", right=True),
    ]
    daily = {row["date"]: row for row in answer["daily"]}
    rows = []
    for row in known[::EVERY]:
        day = daily.get(row["start"])
        rows.append(
            (
                row["start"],
                signed(row["median"]),
                span(row["low"], row["high"]),
                number(None if day is None else day["median"]),
                "–" if day is None else span(day["low"], day["high"]),
            )
        )
    return table(columns, rows)
