"""Headway: how far open models are behind closed ones, in months, with honest intervals.

The names below are the whole public face. Each is loaded when it is first used, so that
``import headway`` stays fast::

    import headway

    lens = headway.load_lens("headway")
    print(headway.answer(lens, headway.load_ledger()).months)
"""

from __future__ import annotations

TYPE_CHECKING = False  # what typing says, without loading it
if TYPE_CHECKING:
    from headway.errors import HeadwayError
    from headway.gap.measure import measure
    from headway.gap.result import Gap, Interval
    from headway.gap.rules import RULES
    from headway.gap.world import World
    from headway.ledger import Ledger, find_model, members
    from headway.ledger import load as load_ledger
    from headway.lens import Answer, Evidence, Lens, answer, ask, override
    from headway.lens import load as load_lens
    from headway.lens import names as lens_names
    from headway.scale import Scale, Table, eci, rasch
    from headway.sources import read_table

__version__ = "0.1.0"

__all__ = [
    "RULES",
    "Answer",
    "Evidence",
    "Gap",
    "HeadwayError",
    "Interval",
    "Ledger",
    "Lens",
    "Scale",
    "Table",
    "World",
    "__version__",
    "answer",
    "ask",
    "eci",
    "find_model",
    "lens_names",
    "load_ledger",
    "load_lens",
    "measure",
    "members",
    "override",
    "rasch",
    "read_table",
]

_HOME = {
    "RULES": "headway.gap.rules:RULES",
    "Answer": "headway.lens:Answer",
    "Evidence": "headway.lens:Evidence",
    "Gap": "headway.gap.result:Gap",
    "HeadwayError": "headway.errors:HeadwayError",
    "Interval": "headway.gap.result:Interval",
    "Ledger": "headway.ledger:Ledger",
    "Lens": "headway.lens:Lens",
    "Scale": "headway.scale:Scale",
    "Table": "headway.scale:Table",
    "World": "headway.gap.world:World",
    "answer": "headway.lens:answer",
    "ask": "headway.lens:ask",
    "eci": "headway.scale:eci",
    "find_model": "headway.ledger:find_model",
    "lens_names": "headway.lens:names",
    "load_ledger": "headway.ledger:load",
    "load_lens": "headway.lens:load",
    "measure": "headway.gap.measure:measure",
    "members": "headway.ledger:members",
    "override": "headway.lens:override",
    "rasch": "headway.scale:rasch",
    "read_table": "headway.sources:read_table",
}


def __getattr__(name: str) -> object:
    """Load a public name from the module that defines it."""
    if name not in _HOME:
        raise AttributeError(f"module 'headway' has no attribute {name!r}")
    from importlib import import_module

    module, _, attribute = _HOME[name].partition(":")
    value: object = getattr(import_module(module), attribute)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """Public names only."""
    return sorted(__all__)
