"""Lenses: named, complete recipes from evidence to scale to gap."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from headway.lens.answering import Answer, answer
    from headway.lens.asking import Asked, Evidence, ask
    from headway.lens.recipe import Lens, load, names, override

__all__ = [
    "Answer",
    "Asked",
    "Evidence",
    "Lens",
    "answer",
    "ask",
    "load",
    "names",
    "override",
]

_HOME = {
    "Answer": "answering",
    "Asked": "asking",
    "Evidence": "asking",
    "Lens": "recipe",
    "answer": "answering",
    "ask": "asking",
    "load": "recipe",
    "names": "recipe",
    "override": "recipe",
}


def __getattr__(name: str) -> object:
    """Load a public name from the module that defines it."""
    if name not in _HOME:
        raise AttributeError(f"module 'headway.lens' has no attribute {name!r}")
    return getattr(import_module(f"headway.lens.{_HOME[name]}"), name)
