"""What sampling returns: the results of the fast solvers, with draws of the posterior itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from headway.scale.bayes.sampler import Checks
from headway.scale.facets.design import Design
from headway.scale.facets.identify import Component
from headway.scale.facets.result import Effect, Spread, place
from headway.scale.items.result import ItemScale
from headway.scale.table import Floats

if TYPE_CHECKING:
    import polars


@dataclass(frozen=True, eq=False, kw_only=True)
class SampledItems(ItemScale):
    """An item scale from posterior draws.

    As :class:`~headway.scale.items.result.ItemScale`, but: ``ability`` and ``covariance`` are
    posterior means and covariances, ``draws`` (S, M) the chains one after another, each in the
    gauge by itself; ``a`` is a geometric mean; intervals are quantiles; ``loglik`` is the posterior
    mean of the log-likelihood of the answers given abilities and items.

    Attributes
    ----------
    checks : Checks
        R-hat and effective draws of each ability, (M,).
    divergences : int
    chains : int
    """

    checks: Checks
    divergences: int
    chains: int

    def interval(self, level: float = 0.9) -> tuple[Floats, Floats]:
        """Central interval of each ability's draws, (M,) and (M,)."""
        low, high = np.quantile(self.draws, [(1 - level) / 2, (1 + level) / 2], axis=0)
        return low, high

    def to_frame(self, level: float = 0.9) -> polars.DataFrame:
        """One row per model, most able first: model, value, low, high, r_hat, ess, trusted."""
        import polars

        checks = polars.DataFrame(
            {
                "model": self.models,
                "r_hat": self.checks.r_hat,
                "ess": self.checks.ess,
                "trusted": self.checks.trusted & (self.divergences == 0),
            }
        )
        return super().to_frame(level).join(checks, on="model", maintain_order="left")


@dataclass(frozen=True, eq=False)
class SampledFacets:
    """Crossed effects from posterior draws.

    Attributes
    ----------
    formula : str
    level : float
        Level of all intervals, which are quantiles.
    variance : tuple of Spread, length T
        Posterior medians, in the order of the formula.
    fixed : tuple of Effect, length P
        Posterior means; the intercept comes first.
    modes, sd : (L,) float
        Posterior mean and SD of each level of each term; terms as in ``design.terms``.
    components : tuple of Component
    cautions : tuple of str
    effects, coefficients, sds : (S, L), (S, P) and (S, T) float
        Joint draws of the levels, the fixed effects and the SDs (terms as in ``design.terms``).
    checks : Checks
        R-hat and effective draws of the SDs, fixed effects and levels, (T + P + L,).
    divergences : int
    """

    formula: str
    level: float
    variance: tuple[Spread, ...]
    fixed: tuple[Effect, ...]
    modes: Floats
    sd: Floats
    components: tuple[Component, ...]
    cautions: tuple[str, ...]
    design: Design
    effects: Floats
    coefficients: Floats
    sds: Floats
    checks: Checks
    divergences: int

    # There is no single likelihood and no gradient of a posterior's draws.
    loglik: None = None
    gradient: None = None

    def levels(self, term: str) -> tuple[tuple[str, ...], Floats, Floats]:
        """Names (L), posterior means (L,) and SDs (L,) of one term, in logits.

        Raises
        ------
        UnknownNameError
            If the fit has no such random effect.
        """
        k = place(self.design, term)
        part = self.design.slices[k]
        return self.design.terms[k].levels, self.modes[part], self.sd[part]

    def bounds(self, term: str) -> tuple[Floats, Floats, Floats]:
        """Posterior means (L,) of one term and the ends of their intervals, in logits."""
        part = self.design.slices[place(self.design, term)]
        ends = (1 - self.level) / 2, (1 + self.level) / 2
        low, high = np.quantile(self.effects[:, part], ends, axis=0)
        return self.modes[part], low, high

    def to_frame(self, level: float | None = None) -> polars.DataFrame:
        """One row per level: term, level, mode, sd, low, high, r_hat, ess, trusted."""
        import polars

        reach = level or self.level
        low, high = np.quantile(self.effects, [(1 - reach) / 2, (1 + reach) / 2], axis=0)
        here = slice(-len(self.modes), None)
        return polars.DataFrame(
            {
                "term": [t.name for t in self.design.terms for _ in t.levels],
                "level": [name for t in self.design.terms for name in t.levels],
                "mode": self.modes,
                "sd": self.sd,
                "low": low,
                "high": high,
                "r_hat": self.checks.r_hat[here],
                "ess": self.checks.ess[here],
                "trusted": self.checks.trusted[here] & (self.divergences == 0),
            }
        )
