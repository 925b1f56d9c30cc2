"""One run, from a task to its record: ``run(Plan(...))``."""

from headway.elicit.run.plan import Plan
from headway.elicit.run.whole import run

__all__ = ["Plan", "run"]
