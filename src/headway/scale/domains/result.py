"""What `domains` returns: an ability per domain, their correlations, and weighted sums."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from headway.errors import ScaleError, UnknownNameError
from headway.scale.ranked import around
from headway.scale.table import Bools, Floats

if TYPE_CHECKING:
    import polars


@dataclass(frozen=True, eq=False)
class Total:
    """A weighted sum of abilities; ``words`` says what it is.

    Attributes
    ----------
    models : tuple of str
    weights : mapping of domain to float
        They add up to 1.
    value, se : (M,) float
    draws : (S, M) float
    words : str
    """

    models: tuple[str, ...]
    weights: Mapping[str, float]
    value: Floats
    se: Floats
    draws: Floats
    words: str

    def interval(self, level: float = 0.9) -> tuple[Floats, Floats]:
        """Central normal interval, (M,) and (M,)."""
        return around(self.value, self.se, level)


@dataclass(frozen=True, eq=False)
class Domains:
    """Abilities of M models in K domains.

    P(solve) = sigmoid(a_j (ability_mk - b_j)) for item j of domain k;
    (ability_m1 ... ability_mK) ~ N(mean, covariance) over models.

    Attributes
    ----------
    models, domains : tuple of str
        Length M and K.
    ability : (M, K) float
        In the stated gauge, each domain in its own unit.
    covariance : (M, K, M, K) float
        Joint, of all abilities.
    draws : (S, M, K) float
    answered : (M, K) bool
        Whether a model answered any item of a domain; where not, its ability there comes from its
        other domains alone.
    correlation, correlation_se : (K, K) float
        Between domains over models, free of the error of abilities; the SE is that of atanh r.
    reliability : (K,) float
        Share of the variance between models that is not error of measurement.
    items : (K,) int
    loglik : float
        Of the domains fitted one by one, without binomial coefficients.
    unit, method, gauge : str
    n_responses : int
    cautions : tuple of str
    """

    models: tuple[str, ...]
    domains: tuple[str, ...]
    ability: Floats
    covariance: Floats
    draws: Floats
    answered: Bools
    correlation: Floats
    correlation_se: Floats
    reliability: Floats
    items: tuple[int, ...]
    loglik: float
    unit: str
    method: str
    gauge: str
    n_responses: int
    cautions: tuple[str, ...] = ()
    name: str = "two_pl"

    @property
    def se(self) -> Floats:
        """Standard error of each ability, (M, K)."""
        error: Floats = np.sqrt(np.einsum("mkmk->mk", self.covariance))
        return error

    def interval(self, level: float = 0.9) -> tuple[Floats, Floats]:
        """Central normal interval of each ability, (M, K) and (M, K)."""
        return around(self.ability, self.se, level)

    def correlation_interval(self, level: float = 0.9) -> tuple[Floats, Floats]:
        """Interval of each correlation, (K, K) and (K, K), symmetric in atanh r."""
        k = len(self.domains)
        r = np.where(np.eye(k, dtype=bool), 0.0, self.correlation)
        low, high = (np.tanh(x) for x in around(np.arctanh(r), self.correlation_se, level))
        return low + np.eye(k), high + np.eye(k)

    def total(self, weights: Mapping[str, float] | None = None) -> Total:
        """A weighted sum of the abilities, with its joint error.

        Parameters
        ----------
        weights : mapping of domain to float, optional
            They are divided by their sum; equal for all domains by default. A domain that is not
            named has none.

        Raises
        ------
        UnknownNameError
            If a domain is not in the data.
        ScaleError
            If a weight is negative, or none is positive.
        """
        share = self._shares(weights)
        value = self.ability @ share
        spread = np.einsum("k,mkml,l->m", share, self.covariance, share)
        used = {name: float(w) for name, w in zip(self.domains, share, strict=True) if w > 0}
        told = " + ".join(f"{w:.2g} {name}" for name, w in used.items())
        count = len(used)
        words = (
            f"one ability: {next(iter(used))}"
            if count == 1
            else f"a weighted sum of {count} abilities, not one ability: {told}"
        )
        return Total(self.models, used, value, np.sqrt(spread), self.draws @ share, words)

    def _shares(self, weights: Mapping[str, float] | None) -> Floats:
        given = weights if weights is not None else dict.fromkeys(self.domains, 1.0)
        for name, weight in given.items():
            if name not in self.domains:
                raise UnknownNameError(
                    f"There is no domain {name!r}; there are {', '.join(self.domains)}."
                )
            if not 0 <= weight < np.inf:
                raise ScaleError(f"The weight of {name!r} is {weight:g}; it must be 0 or more.")
        share = np.array([given.get(name, 0.0) for name in self.domains], dtype=float)
        if not share.sum() > 0:
            raise ScaleError("All weights are 0: give at least one domain a weight.")
        out: Floats = share / share.sum()
        return out

    def to_frame(self, level: float = 0.9) -> polars.DataFrame:
        """One row per model and domain: model, domain, value, low, high, answered."""
        import polars

        low, high = self.interval(level)
        size = len(self.domains)
        return polars.DataFrame(
            {
                "model": [name for name in self.models for _ in range(size)],
                "domain": list(self.domains) * len(self.models),
                "value": self.ability.reshape(-1),
                "low": low.reshape(-1),
                "high": high.reshape(-1),
                "answered": self.answered.reshape(-1),
            }
        )
