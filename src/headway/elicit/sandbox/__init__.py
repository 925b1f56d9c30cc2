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

TYPE_CHECKING = False  # what typing says, without loading it
if TYPE_CHECKING:
    from headway.elicit.sandbox.findings import Finding, check
    from headway.elicit.sandbox.handle import Sandbox
    from headway.elicit.sandbox.images import refuse_compose, unpack
    from headway.elicit.sandbox.interpreter import PYTHON
    from headway.elicit.sandbox.leftovers import sweep
    from headway.elicit.sandbox.nursery import warm
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
    "refuse_compose",
    "sweep",
    "unpack",
    "warm",
]

_HOME = {
    "Finding": "findings",
    "check": "findings",
    "Sandbox": "handle",
    "refuse_compose": "images",
    "sweep": "leftovers",
    "warm": "nursery",
    "unpack": "images",
    "PYTHON": "interpreter",
}


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_HOME.get(name, 'spec')}"), name)
