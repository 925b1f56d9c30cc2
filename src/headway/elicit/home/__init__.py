"""Bringing runs home: as responses to fit, and as trajectories and results in others' formats."""

from headway.elicit.home.brought import Brought, bring
from headway.elicit.home.responses import Rules, rows

__all__ = ["Brought", "Rules", "bring", "rows"]
