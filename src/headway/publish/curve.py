"""Curves over spend: the answer of ``headway elicit curve``, as a document and as text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from itertools import groupby
from typing import Any

from headway.elicit.home.curve import SCORE, Curve, middles
from headway.elicit.record import Run
from headway.publish.table import Column, prose, table
from headway.publish.words import clean, number

__all__ = ["curve_document", "curve_text"]

_MOST = 7  # columns of one curve in the text


def curve_document(of: str, runs: Iterable[Run], found: Sequence[Curve]) -> dict[str, Any]:
    """What ``--json`` prints (docs/schema/curve.json)."""
    flagged = [curve.run for curve in found if curve.findings]
    without = middles([curve for curve in found if not curve.findings])
    both = {"flagged": {"runs": flagged, "medians": list(map(asdict, without))}}
    return {
        "of": of,
        "curves": [asdict(curve) for curve in found],
        "medians": [asdict(median) for median in middles(found)],
        **(both if flagged else {}),
        "left_out": [{"run": run.id, "why": _why(run)} for run in runs if not run.counts],
        "without_snapshots": [curve.run for curve in found if len(curve.points) == 1],
    }


def _why(run: Run) -> str:
    return "no reply came" if run.ended != "infra_error" else f"infra_error: {run.reason}"


def curve_text(document: Mapping[str, Any]) -> str:
    """For a person: each run with its steps, then the medians, then what is missing."""
    what = f"{_said(document['of'])} of the work folder, by what the run had spent."
    page = [f"{what} Each holds until the next."]
    for task, curves in groupby(document["curves"], key=lambda c: c["task"]):
        page.append(f"Task {clean(task)}")
        page += [_run(document["of"], curve) for curve in curves]
    page += [_median(document["of"], each) for each in document["medians"]]
    page += _without(document)
    return "\n\n".join([*map(_wrapped, page), *_notes(document)])


def _without(document: Mapping[str, Any]) -> list[str]:
    """The medians without flagged runs, where they differ."""
    flagged = document.get("flagged")
    if flagged is None or flagged["medians"] == document["medians"]:
        return []
    count = len(flagged["runs"])
    said = f"Without the {count} run{'s' if count > 1 else ''} in which an audit found something"
    medians = [_median(document["of"], each) for each in flagged["medians"]]
    return [f"{said}:", *medians] if medians else [f"{said} there is no median."]


def _wrapped(part: str) -> str:
    return part if "\n" in part else prose(part)


def _said(of: str) -> str:
    return "Score" if of == SCORE else of


def _run(of: str, curve: Mapping[str, Any]) -> str:
    spent = curve["points"][-1]["spent"]
    head = (
        f"{curve['run']}: {curve['model']} in {curve['setup']}, {curve['status']}, ended as "
        f"{curve['ended']} after {amount(spent)} of {amount(curve['limit'])} {curve['unit']}."
    )
    points = _thinned(curve["points"])
    columns = [Column("Spent"), *(Column(amount(p["spent"]), right=True) for p in points)]
    rows = [[_said(of), *(number(p["value"], 2) for p in points)]]
    return f"{prose(clean(head), rest='  ')}\n{table(columns, rows)}"


def _median(of: str, median: Mapping[str, Any]) -> str:
    head = (
        f"Median of {median['runs']} runs of {median['model']} in {median['setup']} at "
        f"{median['task']} (below it the middle half, and how many have a value)."
    )
    bands = _thinned(median["bands"])
    columns = [Column("Spent"), *(Column(amount(b["spent"]), right=True) for b in bands)]
    rows = [
        [_said(of), *(number(b["median"], 2) for b in bands)],
        ["to", *(number(b["high"], 2) for b in bands)],
        ["from", *(number(b["low"], 2) for b in bands)],
        ["runs", *(b["n"] for b in bands)],
    ]
    return f"{prose(clean(head), rest='  ')}\n{table(columns, rows)}"


def _thinned(points: Sequence[Any]) -> list[Any]:
    """At most so many of them, spread evenly, the first and the last among them."""
    if len(points) <= _MOST:
        return list(points)
    places = {round(k * (len(points) - 1) / (_MOST - 1)) for k in range(_MOST)}
    return [point for place, point in enumerate(points) if place in places]


def _notes(document: Mapping[str, Any]) -> list[str]:
    notes = []
    if any(len(c["points"]) > _MOST for c in document["curves"]):
        notes.append("Where there are more points than columns, --json has all of them.")
    if bare := document["without_snapshots"]:
        notes.append(
            f"Without snapshots, so that only their end is known: {', '.join(bare[:5])}"
            f"{' and more' if len(bare) > 5 else ''} (headway elicit run --at-spend)."
        )
    if flagged := document.get("flagged"):
        told = {c["run"]: ", ".join(c["findings"]) for c in document["curves"]}
        names = [f"{run} ({told[run]})" for run in flagged["runs"]]
        more = f" and {len(names) - 5} more" if len(names) > 5 else ""
        notes.append(f"An audit found something in: {', '.join(names[:5])}{more}.")
    if tampered := sum(c["status"] == "tampered" for c in document["curves"]):
        notes.append(f"Tampered with, and not in any median: {tampered}.")
    notes += [f"Left out: {each['run']}: {each['why']}" for each in document["left_out"]]
    return [prose(clean(note)) for note in notes]


def amount(value: float) -> str:
    """Without digits that a spend does not need."""
    return f"{value:,.0f}" if value >= 100 or value == int(value) else f"{value:.3g}"
