"""Writing runs in others' formats: a new folder that is whole or not there."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Literal, TypeAlias

from headway.elicit.home.atif import atif
from headway.elicit.home.brought import Brought
from headway.elicit.home.every_eval import About, evaluations
from headway.elicit.record import Run
from headway.errors import RunError
from headway.ledger.disk import new_folder

__all__ = ["FORMATS", "Format", "export"]

Format: TypeAlias = Literal["atif", "every-eval-ever"]
Written: TypeAlias = Iterator[tuple[str, str]]

FORMATS: dict[Format, Callable[[Brought, About, list[Run]], Written]]


def export(brought: Brought, form: Format, out: Path, about: About) -> dict[str, Any]:
    """Write runs into a folder that is not there yet.

    Returns
    -------
    dict
        Names of the files written, and of the runs that the format has no place for.

    Raises
    ------
    RunError
        If the folder is there already, or no run can be written.
    LedgerError
        If the disk refuses.
    """
    if out.exists():
        raise RunError(f"{out} is there already; choose a new folder for --out.")
    left_out: list[Run] = []
    files: list[str] = []
    with new_folder(out) as draft:
        for name, text in FORMATS[form](brought, about, left_out):
            path = draft / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            files.append(name)
        if not files:
            raise RunError(f"None of {len(left_out)} runs has a reply that could be written.")
    return {"files": files, "left_out": [run.id for run in left_out]}


def _atif(brought: Brought, about: About, left_out: list[Run]) -> Written:
    del about
    for one in brought.opened:
        document = atif(one.run, one.trajectory())
        if document is None:
            left_out.append(one.run)
        else:
            yield f"{one.run.id}.json", _json(document)


def _every_eval(brought: Brought, about: About, left_out: list[Run]) -> Written:
    found, missing = evaluations(brought.opened, about)
    left_out += missing
    for one in found:
        yield one.path, _json(one.document)
        yield one.path.removesuffix(".json") + "_samples.jsonl", one.samples


def _json(document: dict[str, Any]) -> str:
    # What a model said can hold halves of characters, which stand only as escapes.
    return json.dumps(document, indent=1, allow_nan=False) + "\n"


FORMATS = {"atif": _atif, "every-eval-ever": _every_eval}
