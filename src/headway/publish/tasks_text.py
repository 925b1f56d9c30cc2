"""Tasks and what scripted agents score at them, as a person reads it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from headway.publish.listing import show
from headway.publish.table import Column, prose, table

if TYPE_CHECKING:
    from headway.elicit.catalogue import Entry
    from headway.elicit.checked import Checked

__all__ = ["check_text", "tasks_text"]


def tasks_text(entries: Sequence[Entry]) -> str:
    """A table for each suite."""
    suites = dict.fromkeys(entry.row()["suite"] for entry in entries)
    parts = [_suite(name, [e for e in entries if e.row()["suite"] == name]) for name in suites]
    return "\n\n".join(parts)


def check_text(checked: Sequence[Checked], seconds: float) -> str:
    """One line a task: scores, what it cost, and what is wrong."""
    rows = [one.row() for one in checked]
    agents = ["oracle", "null", *(n for n in ("partial", "cheat") if any(row[n] for row in rows))]
    columns = [
        Column("task", wrap=True, least=16),
        *(Column(name, right=True) for name in agents),
        Column("seconds", right=True),
        Column("what is wrong", wrap=True, least=20),
    ]
    lines = [
        [
            row["task"],
            *(_score(row[name]) for name in agents),
            f"{one.seconds:.1f}",
            row["reason"] or "",
        ]
        for one, row in zip(checked, rows, strict=True)
    ]
    wrong = sum(one.problem is not None for one in checked)
    said = f"{_many(len(rows), 'task')} in {seconds:.0f} s, {wrong or 'none'} wrong."
    return f"{table(columns, lines)}\n\n{prose(said)}"


def _suite(name: str, entries: Sequence[Entry]) -> str:
    columns = [
        Column("task"),
        Column("difficulty"),
        Column("port"),
        Column("cases", right=True),
        Column("lines", right=True),
        Column("impossible\ntwin", wrap=True),
        Column("what", wrap=True, least=20),
    ]
    rows = [_row(entry) for entry in entries]
    empty = [k for k in range(2, 6) if all(row[k] == "–" for row in rows)]
    kept = [k for k in range(len(columns)) if k not in empty]
    body = table([columns[k] for k in kept], [[row[k] for k in kept] for row in rows])
    twins = sum(entry.task.config.headway.twin_of is not None for entry in entries)
    of_them = f", {twins} of them impossible" if twins else ""
    return f"{name}: {_many(len(entries), 'task')}{of_them}\n\n{body}"


def _row(entry: Entry) -> list[str]:
    task = entry.task.config
    return [
        entry.task.folder.name,
        show(task.metadata.get("difficulty")),
        " to ".join(entry.languages) or "–",
        show(entry.cases),
        show(entry.lines),
        "yes" if entry.twin else "–",
        show(task.task.get("description")),
    ]


def _score(score: float | None) -> str:
    return "–" if score is None else f"{score:.2f}".rstrip("0").rstrip(".")


def _many(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"
