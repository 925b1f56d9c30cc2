"""Which evidence to get next: what a design can tell before any of it is run."""

from headway.plan.identify import Comparison, Identified, identify

__all__ = ["Comparison", "Identified", "identify"]
