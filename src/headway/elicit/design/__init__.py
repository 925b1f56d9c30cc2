"""A design: models in setups on tasks within budgets, and the runs that it comes to."""

from headway.elicit.design.expand import Cell, Expanded, NotRunnable, expand, plan_of
from headway.elicit.design.model import Cap, Design, load

__all__ = ["Cap", "Cell", "Design", "Expanded", "NotRunnable", "expand", "load", "plan_of"]
