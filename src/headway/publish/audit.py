"""Runs audited anew: what is found, by step and evidence, and what differs from the records."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from headway.publish.misfit import LEVEL, Misfits, misfits
from headway.publish.run_text import escaped
from headway.publish.table import Column, prose, table
from headway.publish.words import clean

if TYPE_CHECKING:
    from headway.elicit.audit import Audit
    from headway.elicit.home.brought import Brought
    from headway.elicit.record import Finding, Run
    from headway.elicit.run.opened import Opened

__all__ = ["audit_document", "audit_text", "audited_again"]

_TIMES = {True: "tampers", False: "hint"}


def audit_document(
    brought: Brought,
    tasks: Iterable[str] = (),
    tick: Callable[[float, str], None] | None = None,
) -> dict[str, Any]:
    """Audit runs anew (docs/schema/audit.json); nothing is written.

    Parameters
    ----------
    brought : Brought
        The runs.
    tasks : iterable of str
        Folders of tasks beside those that ship.
    tick : callable, optional
        Told how far it is.

    Raises
    ------
    HeadwayError
        If a folder of ``tasks`` holds no task.
    """
    audits = _audits(brought.opened, tasks, tick)
    fitted = misfits(brought.runs)
    rows = [_row(one.run, audit, fitted) for one, audit in zip(brought.opened, audits, strict=True)]
    flagged = [row for row in rows if row["findings"]]
    return {
        "runs": len(rows),
        "flagged": len(flagged),
        "tampered": sum(row["status"] == "tampered" for row in rows),
        "by_kind": _kinds(flagged),
        "by_status": {
            "with": _counts(row["status"] for row in rows),
            "without": _counts(row["status"] for row in rows if not row["findings"]),
            "as_scored": _counts(row["as_scored"] for row in rows),
        },
        "misfit": _fitted(fitted),
        "differs": [row["run"] for row in rows if row["new"] or row["gone"]],
        "altered": list(brought.altered),
        "audits": rows,
    }


def audited_again(brought: Brought, tasks: Iterable[str] = ()) -> Brought:
    """Runs with what is found now beside what is recorded; their folders stay as they are."""
    audits = _audits(brought.opened, tasks, None)
    fitted = misfits(brought.runs)
    opened = []
    for one, audit in zip(brought.opened, audits, strict=True):
        found = dict.fromkeys((*one.run.findings, *_all(one.run, audit, fitted)))
        run = one.run.model_copy(update={"findings": tuple(found)})
        opened.append(replace(one, run=run))
    return replace(brought, opened=tuple(opened))


def _audits(
    opened: Sequence[Opened], tasks: Iterable[str], tick: Callable[[float, str], None] | None
) -> list[Audit]:
    from headway.elicit.audit import Known, examined

    known = Known.at(tasks)
    found = []
    for number, one in enumerate(opened):
        if tick is not None:
            tick(number / len(opened), one.run.id)
        found.append(examined(one.folder, one.run, known.of(one.run)))
    return found


def _all(run: Run, audit: Audit, fitted: Misfits) -> list[Finding]:
    more = fitted.found.get(run.id)
    return [*audit.findings, *([more] if more else ())]


def _row(run: Run, audit: Audit, fitted: Misfits) -> dict[str, Any]:
    found = _all(run, audit, fitted)
    recorded = set(run.findings)
    tampered = any(one.tampers for one in found)
    return {
        "run": run.id,
        "task": run.task.name,
        "model": run.model.profile,
        "harness": run.harness.name,
        "score": run.score,
        "as_scored": run.as_scored,
        "recorded": run.status,
        "status": "tampered" if tampered else run.as_scored,
        "findings": [one.model_dump() for one in found],
        # A scale needs many runs: the record of one cannot have it.
        "new": [one.model_dump() for one in audit.findings if one not in recorded],
        "gone": [one.model_dump() for one in run.findings if one not in audit.findings],
        "unseen": list(audit.unseen),
    }


def _kinds(rows: list[dict[str, Any]]) -> dict[str, dict[str, int]]:
    runs = Counter(kind for row in rows for kind in {one["kind"] for one in row["findings"]})
    bad = Counter(
        kind for row in rows for kind in {o["kind"] for o in row["findings"] if o["tampers"]}
    )
    return {kind: {"runs": runs[kind], "tampers": bad[kind]} for kind in sorted(runs)}


def _counts(statuses: Iterable[str]) -> dict[str, int]:
    return dict(sorted(Counter(statuses).items()))


def _fitted(fitted: Misfits) -> dict[str, Any]:
    return {
        "runs": fitted.runs,
        "persons": fitted.persons,
        "items": fitted.items,
        "compared": fitted.compared,
        "level": LEVEL,
        "found": len(fitted.found),
        "not_fitted": fitted.why or None,
    }


def audit_text(document: dict[str, Any]) -> str:
    """Findings by run, what they come to, and what was not audited."""
    rows = document["audits"]
    parts = [
        *(_run(row) for row in rows if row["findings"] or row["gone"]),
        _summary(document),
        _by_kind(document["by_kind"]),
        _both(document["by_status"]) if document["flagged"] else "",
        _scale(document["misfit"]),
        _differs(document),
        _unseen(rows),
    ]
    return "\n\n".join(part for part in parts if part)


def _run(row: dict[str, Any]) -> str:
    was = "" if row["status"] == row["as_scored"] else f"; {row['as_scored']} as scored"
    lines = [f"{clean(row['run'])}: {row['status']}{was}"]
    new, gone = row["new"], row["gone"]
    for one in row["findings"]:
        mark = ", not in the record" if one in new else ""
        lines.append(_found(one, mark))
    lines += [_found(one, ", in the record and not found now") for one in gone]
    return "\n".join(lines)


def _found(one: dict[str, Any], mark: str) -> str:
    said = f"{one['where']}: {one['kind']} ({_TIMES[one['tampers']]}{mark}): {one['evidence']}"
    return prose(escaped(said), first="  ", rest="    ")


def _summary(document: dict[str, Any]) -> str:
    runs, flagged = document["runs"], document["flagged"]
    if not flagged:
        return f"Nothing was found in {_many(runs, 'run')}."
    return prose(
        f"Something was found in {flagged} of {_many(runs, 'run')}; {document['tampered']} were "
        "tampered with. A hint alone changes no result."
    )


def _by_kind(kinds: dict[str, dict[str, int]]) -> str:
    if not kinds:
        return ""
    columns = [Column("Kind"), Column("Runs", right=True), Column("tampers in", right=True)]
    return table(columns, [(kind, one["runs"], one["tampers"]) for kind, one in kinds.items()])


def _both(by_status: dict[str, dict[str, int]]) -> str:
    names = ("solved", "partial", "unsolved", "missing", "tampered")
    columns = [Column("Runs"), *(Column(name, right=True) for name in names)]
    ways = (
        ("with flagged runs", "with"),
        ("without them", "without"),
        ("as scored, whatever was found", "as_scored"),
    )
    rows = [(words, *(by_status[way].get(name, 0) for name in names)) for words, way in ways]
    return table(columns, rows)


def _scale(fitted: dict[str, Any]) -> str:
    if fitted["not_fitted"]:
        return prose(f"Misfit was not looked for: {fitted['not_fitted']}.")
    return prose(
        f"Misfit: {fitted['found']} runs with a success of probability below {fitted['level']:g} "
        f"after correction for {fitted['compared']} cells, on a scale of {fitted['runs']} runs of "
        f"{fitted['persons']} models in setups on {fitted['items']} tasks."
    )


def _differs(document: dict[str, Any]) -> str:
    names = document["differs"]
    if not names:
        return ""
    return prose(
        f"In {_many(len(names), 'run')} something else is found than is recorded: "
        f"{_listed(names)}. Records stay as they are; headway import --again takes both."
    )


def _unseen(rows: list[dict[str, Any]]) -> str:
    why: dict[str, list[str]] = {}
    for row in rows:
        for said in row["unseen"]:
            why.setdefault(said, []).append(row["run"])
    lines = [
        prose(f"{said[0].upper()}{said[1:]} ({_many(len(names), 'run')}: {_listed(names)})",
              rest="  ")
        for said, names in why.items()
    ]  # fmt: skip
    return "\n".join(lines)


def _many(count: int, word: str) -> str:
    return f"{count:,} {word}{'' if count == 1 else 's'}"


def _listed(names: list[str]) -> str:
    shown = ", ".join(clean(name) for name in names[:5])
    return f"{shown} and {len(names) - 5:,} more" if len(names) > 5 else shown
