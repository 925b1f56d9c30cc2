"""What is known of effects when the SDs are not: a mixture of normals over values of the SDs."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from headway.scale.facets.field import Point
from headway.scale.table import Floats, Ints


@dataclass(frozen=True, eq=False)
class Draws:
    """Draws of everything.

    Attributes
    ----------
    effects : (S, L) float
        Effects of all levels in logits; terms as in ``design.terms``.
    fixed : (S, P) float
    sds : (S, T) float
        SD of each term.
    """

    effects: Floats
    fixed: Floats
    sds: Floats


@dataclass(frozen=True, eq=False)
class Posterior:
    """Normals at points over the SDs, and how much of the posterior lies around each.

    Attributes
    ----------
    points : tuple of Point, length G
    share : (G,) float
        They sum to one.
    moves : (L + P, T) float
        Change of the effects with the log SDs, for what ``unknown`` says of them.
    unknown : (T, T) float
        Covariance of the log SDs around a point: zero where the points themselves say it.
    """

    points: tuple[Point, ...]
    share: Floats
    moves: Floats
    unknown: Floats

    @property
    def held(self) -> bool:
        """True where the SDs are held at one value, and only their curvature is used."""
        return bool(self.unknown.any())

    @cached_property
    def mean(self) -> Floats:
        """Posterior means (L + P,) of the random effects, then of the fixed ones, in logits."""
        out: Floats = self.share @ self._means
        return out

    @cached_property
    def sd(self) -> Floats:
        """Posterior SDs (L + P,)."""
        between = self.share @ (self._means - self.mean) ** 2
        out: Floats = np.sqrt(self.share @ self._variances + between)
        return out

    def interval(self, level: float) -> tuple[Floats, Floats]:
        """Central interval of each effect, (L + P,) and (L + P,)."""
        return self._ends(self._means, np.sqrt(self._variances), level)

    def difference(self, one: int, other: int, level: float) -> tuple[float, float, float]:
        """Mean and interval of a random effect less another, given by their places."""
        contrast = np.zeros(len(self.points[0].effects))
        contrast[one] += 1
        contrast[other] -= 1
        moved = contrast @ self.moves[: len(contrast)]
        means = np.array([contrast @ p.effects for p in self.points])
        own = np.array([p.curvature.variance(contrast) for p in self.points])
        sds = np.sqrt(np.maximum(own, 0) + moved @ self.unknown @ moved)
        low, high = self._ends(means[:, None], sds[:, None], level)
        return float(self.share @ means), float(low[0]), float(high[0])

    def draws(self, count: int, seed: int = 0) -> Draws:
        """Joint draws of effects, fixed effects and SDs."""
        rng = np.random.default_rng(seed)
        times = _systematic(self.share, count, rng)
        parts = [self._around(p, n, rng) for p, n in zip(self.points, times, strict=True) if n]
        return Draws(*(np.concatenate([part[k] for part in parts]) for k in range(3)))

    def _around(
        self, point: Point, count: int, rng: np.random.Generator
    ) -> tuple[Floats, Floats, Floats]:
        effects, fixed = point.curvature.sample(rng, count)
        drift = rng.standard_normal((count, len(point.log_sd))) @ _root(self.unknown).T
        moved = drift @ self.moves.T
        split = len(point.effects)
        return (
            point.effects + effects + moved[:, :split],
            point.fixed + fixed + moved[:, split:],
            np.exp(point.log_sd + drift),
        )

    @cached_property
    def _means(self) -> Floats:
        return np.array([np.concatenate([p.effects, p.fixed]) for p in self.points])

    @cached_property
    def _variances(self) -> Floats:
        around = np.einsum("lt,tu,lu->l", self.moves, self.unknown, self.moves)
        out: Floats = np.array([p.variances for p in self.points]) + around
        return out

    def _ends(self, means: Floats, sds: Floats, level: float) -> tuple[Floats, Floats]:
        low, high = ((1 + side * level) / 2 for side in (-1, 1))
        return quantile(self.share, means, sds, low), quantile(self.share, means, sds, high)


def quantile(share: Floats, means: Floats, sds: Floats, at: float) -> Floats:
    """Quantiles (K,) of mixtures of normals with means and SDs (G, K) and shares (G,).

    Newton steps inside a bracket that closes, from the quantile of a normal with the mean and the
    variance of the mixture.
    """
    from scipy.special import ndtr, ndtri

    z = float(ndtri(at))
    ends = means + z * sds
    low, high = ends.min(axis=0), ends.max(axis=0)  # each normal has its own quantile here
    mean = share @ means
    here = np.clip(mean + z * np.sqrt(share @ (sds**2 + (means - mean) ** 2)), low, high)
    for _ in range(60):
        t = (here - means) / sds
        over = share @ ndtr(t) - at
        if np.abs(over).max(initial=0) < 1e-9:
            break
        low, high = np.where(over < 0, here, low), np.where(over > 0, here, high)
        dense = share @ (np.exp(-(t**2) / 2) / sds) / np.sqrt(2 * np.pi)
        step = here - over / np.maximum(dense, 1e-300)
        here = np.where((step > low) & (step < high), step, (low + high) / 2)
    return here


def _systematic(share: Floats, count: int, rng: np.random.Generator) -> Ints:
    """How often each point is drawn, with as little luck as can be."""
    steps = (np.arange(count) + rng.random()) / count
    return np.bincount(np.searchsorted(np.cumsum(share)[:-1], steps), minlength=len(share))


def _root(covariance: Floats) -> Floats:
    values, vectors = np.linalg.eigh((covariance + covariance.T) / 2)
    out: Floats = vectors * np.sqrt(np.maximum(values, 0))
    return out
