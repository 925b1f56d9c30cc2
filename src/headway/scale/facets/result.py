"""What a crossed fit returns: SDs, fixed effects, and the mode of every level with joint draws."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches

import numpy as np

from headway.errors import ScaleError, UnknownNameError
from headway.scale.facets.design import Design
from headway.scale.facets.identify import Component
from headway.scale.facets.posterior import Posterior
from headway.scale.table import Floats, Ints


@dataclass(frozen=True, eq=False)
class Spread:
    """SD of the effects of one term, in logits, with its interval.

    The interval is that of the profile likelihood; beyond 200,000 cells that of the curvature.
    ``low`` is 0 where the data do not tell the SD from none, ``high`` infinite where they set it
    no bound.
    """

    term: str
    sd: float
    low: float
    high: float


@dataclass(frozen=True, eq=False)
class Effect:
    """A fixed effect in logits, or a difference of two levels, with its interval."""

    term: str
    value: float
    low: float
    high: float


@dataclass(frozen=True, eq=False)
class Facets:
    """A fitted model of crossed effects.

    Attributes
    ----------
    formula : str
    loglik : float
        Laplace log-likelihood with the binomial coefficients.
    gradient : float
        Largest element of its gradient at the solution.
    level : float
        Level of all intervals.
    variance : tuple of Spread, length T
        In the order of the formula.
    fixed : tuple of Effect, length P
        The intercept comes first. The value is that of the highest likelihood, the interval that
        of the posterior.
    modes : (L,) float
        Conditional mode of each level of each term at the estimated SDs, in logits; terms as in
        ``design.terms``, see ``levels``.
    mean, sd, low, high : (L,) float
        Posterior mean, SD and interval of each level, with the SDs integrated out; see ``bounds``.
    components : tuple of Component
    part : (N,) int
        Connected part of each cell.
    cautions : tuple of str
    """

    formula: str
    loglik: float
    gradient: float
    level: float
    variance: tuple[Spread, ...]
    fixed: tuple[Effect, ...]
    modes: Floats
    mean: Floats
    sd: Floats
    low: Floats
    high: Floats
    components: tuple[Component, ...]
    part: Ints
    cautions: tuple[str, ...]
    design: Design
    posterior: Posterior

    def place(self, term: str) -> int:
        """Position of a term in ``design.terms``.

        Raises
        ------
        UnknownNameError
            If the fit has no such random effect.
        """
        return place(self.design, term)

    def levels(self, term: str) -> tuple[tuple[str, ...], Floats, Floats]:
        """Names (L), modes (L,) and SDs (L,) of one term, in logits."""
        k = self.place(term)
        part = self.design.slices[k]
        return self.design.terms[k].levels, self.modes[part], self.sd[part]

    def bounds(self, term: str) -> tuple[Floats, Floats, Floats]:
        """Posterior means (L,) of one term and the ends of their intervals, in logits."""
        part = self.design.slices[self.place(term)]
        return self.mean[part], self.low[part], self.high[part]

    def draws(self, count: int = 500, seed: int = 0) -> tuple[Floats, Floats]:
        """Joint draws of the effects (S, L) and of the fixed effects (S, P), in logits."""
        drawn = self.posterior.draws(count, seed)
        return drawn.effects, drawn.fixed

    def difference(self, term: str, one: str, other: str) -> Effect:
        """How far level ``one`` is above level ``other``: posterior mean and interval, in logits.

        Raises
        ------
        ScaleError
            If the levels lie in parts of the data that nothing connects.
        UnknownNameError
            If a level does not occur.
        """
        places = self._level(term, one), self._level(term, other)
        if not self._connected(term, *places):
            raise ScaleError(
                f"{one!r} and {other!r} lie in parts of the data that share no item, so they "
                "cannot be compared."
            )
        value, low, high = self.posterior.difference(*places, self.level)
        return Effect(f"{one} − {other}", value, low, high)

    def _connected(self, term: str, one: int, other: int) -> bool:
        """Whether parts of the data, joined where they have a level in common, join the two."""
        from scipy.sparse import coo_array
        from scipy.sparse.csgraph import connected_components

        if len(self.components) == 1:
            return True
        k = self.place(term)
        code, start = self.design.terms[k].code, self.design.slices[k].start
        count = len(self.design.terms[k].levels)
        shape = (count + len(self.components),) * 2
        edges = coo_array((np.ones(len(code)), (code, count + self.part)), shape=shape)
        label = connected_components(edges, directed=False)[1]
        return bool(label[one - start] == label[other - start])

    def _level(self, term: str, level: str) -> int:
        k = self.place(term)
        levels = self.design.terms[k].levels
        if level not in levels:
            close = get_close_matches(level, levels, n=2, cutoff=0.5)
            offer = "; did you mean " + " or ".join(map(repr, close)) + "?" if close else "."
            raise UnknownNameError(f"No {term} is called {level!r}{offer}")
        start: int = self.design.slices[k].start
        return start + levels.index(level)


def place(design: Design, term: str) -> int:
    """Position of a term in ``design.terms``.

    Raises
    ------
    UnknownNameError
        If the fit has no such random effect.
    """
    names = [t.name for t in design.terms]
    if term not in names:
        raise UnknownNameError(f"The fit has no random effect {term!r}; it has {', '.join(names)}.")
    return names.index(term)
