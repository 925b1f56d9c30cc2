"""Saying what a design comes to before anything of it is run."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from headway.cli.options import Json

Folders = Annotated[list[Path] | None, Parameter(negative=())]


def plan(
    design: Path,
    /,
    *,
    out: Path | None = None,
    also: Folders = None,
    harnesses: Path | None = None,
    as_json: Json = False,
) -> str:
    """Say what a design comes to: runs, tokens, money, and what it can tell. Nothing is run.

    Example: headway elicit plan design.toml

    Tokens and money are intervals from finished runs in these harnesses; where there are none, they
    are not known.

    Parameters
    ----------
    design
        A design, as a TOML file (docs/elicit.md).
    out
        Folder of its runs, in place of runs/NAME; those that are there are done.
    also
        A further folder with finished runs to take costs from; repeat for more.
    harnesses
        Folder of installed harnesses.
    as_json
        Print JSON (its form: docs/schema/plan.json).
    """
    from headway.elicit.design import load
    from headway.publish.design import plan_document
    from headway.publish.design_text import plan_text
    from headway.publish.listing import to_json

    asked = load(design)
    usual = Path("runs", asked.name)
    place = out or (usual if usual.is_dir() else None)
    document = plan_document(asked, place, also or (), harnesses)
    return to_json(document) if as_json else plan_text(document)
