"""A design: models in setups on tasks within budgets, and the runs that it comes to."""

from headway.elicit.design.expand import Cell, Expanded, NotRunnable, expand, plan_of
from headway.elicit.design.here import keys_missing, runnable_here
from headway.elicit.design.model import Cap, Design, load
from headway.elicit.design.shelf import Shelf

__all__ = [
    "Cap",
    "Cell",
    "Design",
    "Expanded",
    "NotRunnable",
    "Shelf",
    "expand",
    "keys_missing",
    "load",
    "plan_of",
    "runnable_here",
]
