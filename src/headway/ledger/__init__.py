"""The ledger: what was observed, as checked tables that load, compare and never change in place.

Names are loaded when first used, so that :func:`shipped_id` (all that an answer from the cache
needs) costs neither pydantic nor polars.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from headway.ledger.shipped import shipped_id

if TYPE_CHECKING:
    from headway.ledger.checks import check
    from headway.ledger.core import Ledger
    from headway.ledger.exporting import export
    from headway.ledger.groups import members
    from headway.ledger.loading import load
    from headway.ledger.names import find_benchmark, find_model
    from headway.ledger.snapshots import snapshot

__all__ = [
    "Ledger",
    "check",
    "export",
    "find_benchmark",
    "find_model",
    "load",
    "members",
    "shipped_id",
    "snapshot",
]

_HOME = {
    "Ledger": "core",
    "check": "checks",
    "export": "exporting",
    "find_benchmark": "names",
    "find_model": "names",
    "load": "loading",
    "members": "groups",
    "snapshot": "snapshots",
}


def __getattr__(name: str) -> object:
    """Load a public name from the module that defines it."""
    if name not in _HOME:
        raise AttributeError(f"module 'headway.ledger' has no attribute {name!r}")
    value: object = getattr(import_module(f"headway.ledger.{_HOME[name]}"), name)
    globals()[name] = value
    return value
