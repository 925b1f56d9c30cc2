"""A closed room for one run: own user, files, processes and network, with limits (Linux only).

::

    spec = Spec(folder, memory=2 * 2**30, seconds=600, socket=gateway)
    with Sandbox(spec) as box:
        box.start(["claude", "-p", "Fix the bug."], {"PATH": "/usr/bin"})
        ended = box.wait()
        box.collect(folder / "work")

The names are loaded when they are first used, so that a supervisor starts quickly.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from headway.elicit.sandbox.findings import Finding, check
    from headway.elicit.sandbox.handle import Sandbox
    from headway.elicit.sandbox.interpreter import PYTHON
    from headway.elicit.sandbox.leftovers import sweep
    from headway.elicit.sandbox.spec import (
        Caps,
        Captured,
        Collected,
        Ended,
        Mount,
        Seed,
        Skipped,
        Spec,
    )

__all__ = [
    "PYTHON",
    "Caps",
    "Captured",
    "Collected",
    "Ended",
    "Finding",
    "Mount",
    "Sandbox",
    "Seed",
    "Skipped",
    "Spec",
    "check",
    "sweep",
]

_HOME = {
    "Finding": "findings",
    "check": "findings",
    "Sandbox": "handle",
    "sweep": "leftovers",
    "PYTHON": "interpreter",
}


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME.get(name, 'spec')}"), name)
