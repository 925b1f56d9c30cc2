"""The models of the fast solvers, sampled: the reference that they are checked against."""

from headway.scale.bayes.facets import bayes_facets
from headway.scale.bayes.items import bayes_items
from headway.scale.bayes.result import SampledFacets, SampledItems

__all__ = ["SampledFacets", "SampledItems", "bayes_facets", "bayes_items"]
