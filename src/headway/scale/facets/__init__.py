"""Crossed effects of model, setup and item: how much of a score is the harness."""

from __future__ import annotations

from headway.scale.facets.fit import facets
from headway.scale.facets.formula import Formula, parse
from headway.scale.facets.identify import Component, components
from headway.scale.facets.result import Effect, Facets, Spread

__all__ = ["Component", "Effect", "Facets", "Formula", "Spread", "components", "facets", "parse"]
