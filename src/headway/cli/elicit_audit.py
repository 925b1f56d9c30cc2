"""Auditing finished runs anew."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from headway.cli.options import Flag, Json, Words
from headway.cli.terminal import progress

Runs = Annotated[list[Path], Parameter(name="RUNS", show_default=False)]


def audit(
    runs: Runs,
    /,
    *,
    task: Words = None,
    out: Path | None = None,
    keep_altered: Flag = False,
    as_json: Json = False,
) -> str:
    """Say what runs did that their scores should not be believed for, by step and evidence.

    Example: headway elicit audit runs

    Every run is audited at its end, and its record says what was found. Here it is found again,
    with what only many runs show, and what differs is said. Nothing in the runs' folders changes.

    Parameters
    ----------
    runs
        Folders of runs, or folders that hold them.
    task
        Folder of a task that does not ship; repeat for more. Without its task less of a run can
        be seen.
    out
        Write the document to this file, too (JSON).
    keep_altered
        Take folders that were changed since their run ended; they are marked.
    as_json
        Print JSON (its form: docs/schema/audit.json).
    """
    from headway.elicit.home.brought import bring
    from headway.ledger.disk import replace_file
    from headway.publish.audit import audit_document, audit_text
    from headway.publish.listing import to_json

    brought = bring(runs, keep_altered=keep_altered)
    with progress() as tick:
        document = audit_document(brought, task or (), tick)
    if out is not None:
        replace_file(out, f"{to_json(document)}\n".encode())
    return to_json(document) if as_json else audit_text(document)
