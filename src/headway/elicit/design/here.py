"""What of a design this machine can run, and what it lacks."""

from __future__ import annotations

import os
from pathlib import Path

from headway.elicit import toolchain
from headway.elicit.design.expand import Expanded, NotRunnable
from headway.elicit.design.model import Design
from headway.elicit.design.shelf import Shelf
from headway.elicit.harness import Harness
from headway.elicit.image import image_lack
from headway.elicit.install import find
from headway.elicit.platforms import here

__all__ = ["keys_missing", "runnable_here"]


def runnable_here(expanded: Expanded, shelf: Shelf, installed: Path | None = None) -> Expanded:
    """Without the runs whose harness or image this machine does not have.

    Parameters
    ----------
    installed : Path or None
        Folder of installed harnesses; None is the user's own.

    Raises
    ------
    TaskError
        If a task needs a program that this machine lacks: a suite is run whole or not at all.
    """
    for task in sorted({cell.task for cell in expanded.cells}):
        toolchain.check(shelf.task(task))
    harnesses = {
        name: _lack(shelf.harness(name), installed)
        for name in {cell.harness for cell in expanded.cells}
    }
    images = {name: image_lack(shelf.task(name)) for name in {cell.task for cell in expanded.cells}}
    kept, more = [], set()
    for cell in expanded.cells:
        why = harnesses[cell.harness] or images[cell.task]
        if why:
            more.add(NotRunnable(cell.model, cell.harness, why))
        else:
            kept.append(cell)
    return Expanded(tuple(kept), tuple(sorted({*expanded.not_runnable, *more})))


def keys_missing(design: Design, expanded: Expanded, shelf: Shelf) -> tuple[str, ...]:
    """Environment variables that hold keys, and are not set: needed before the first run."""
    used = {cell.model for cell in expanded.cells}
    wanted = {
        name
        for model in design.models
        if model in used
        for name in shelf.profile(model).key_variables()
    }
    return tuple(sorted(name for name in wanted if not os.environ.get(name)))


def _lack(harness: Harness, installed: Path | None) -> str | None:
    package = harness.package
    if package is None:
        return None
    if here() not in package.platforms:
        return (
            f"{harness.title} is pinned for {', '.join(package.platforms)}, and this is {here()}."
        )
    if find(harness, installed) is None:
        return f"{harness.title} is not installed: headway elicit install {harness.name}"
    return None
