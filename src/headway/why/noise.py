"""How far a score may lie from its prediction: errors of benchmarks, with tails as they are."""

from __future__ import annotations

from dataclasses import dataclass
from math import lgamma, log, pi

import numpy as np

from headway.scale.eci import CLIP
from headway.scale.table import Floats, Ints

SEEN = 10.0  # cells' worth of the average benchmark in the spread of each
FLOOR = 0.01  # a score near 0 or 1 still has room to err
DEGREES = (2.5, 3.0, 4.0, 5.0, 7.0, 10.0, 20.0, 50.0)
WIDTHS = np.geomspace(0.4, 1.6, 49)
LEVELS = (0.5, 0.8, 0.9, 0.95)


@dataclass(frozen=True, eq=False)
class Noise:
    """Student's t around a prediction p; what lies beyond the clipped ends is heaped on them.

    Its scale is ``spread[b] * width * sqrt(p (1 - p) + FLOOR)``. A score at an end says only that
    the distribution reaches as far (a censored observation), as scores of 0 and 1 are clipped.

    Attributes
    ----------
    spread : (B,) float
        Of each benchmark's errors, shrunk towards that of all.
    degrees, width : float
        Of the t distribution of the errors in these units, by maximum likelihood.
    """

    spread: Floats
    degrees: float
    width: float

    @classmethod
    def of(cls, score: Floats, predicted: Floats, benchmark: Ints, benchmarks: int) -> Noise:
        """Learn from scores (K,) that were predicted without being known."""
        unit = (score - predicted) / room(predicted)
        count = np.bincount(benchmark, minlength=benchmarks)
        total = np.bincount(benchmark, unit**2, minlength=benchmarks)
        typical = max(float((unit**2).mean()), 1e-12)
        spread = np.sqrt((total + SEEN * typical) / (count + SEEN))
        # Without its own error: each would else look smaller than a new one will be.
        others = (total[benchmark] - unit**2 + SEEN * typical) / (count[benchmark] - 1 + SEEN)
        standard = unit / np.sqrt(others)
        at = ends(score)
        tried = [
            (float(_log_likelihood(standard / w, at, v).sum() - (at == 0).sum() * np.log(w)), v, w)
            for v in DEGREES
            for w in WIDTHS.tolist()
        ]
        _, degrees, width = max(tried)
        return cls(spread, degrees, width)

    def below(self, score: Floats, predicted: Floats, benchmark: Ints, luck: Floats) -> Floats:
        """Probability of a lower score, (K,): uniform in 0..1 where the intervals are right.

        A score at an end is anywhere in what is heaped there: ``luck`` (K,), uniform, says where
        (the randomised transform of Czado, Gneiting and Held 2009, *Biometrics* 65).
        """
        at, share = ends(score), self._share(score, predicted, benchmark)
        share = np.where(at < 0, luck * share, share)
        out: Floats = np.where(at > 0, 1 - luck * (1 - share), share)
        return out

    def log_score(self, score: Floats, predicted: Floats, benchmark: Ints) -> Floats:
        """Log of the density at each score, of the probability at the ends, (K,)."""
        scale, at = self._scale(predicted, benchmark), ends(score)
        likelihood = _log_likelihood((score - predicted) / scale, at, self.degrees)
        out: Floats = likelihood - np.where(at == 0, np.log(scale), 0)
        return out

    def interval(
        self, predicted: Floats, benchmark: Ints, level: float = 0.9
    ) -> tuple[Floats, Floats]:
        """Central interval of each score, (K,) and (K,), within 0..1."""
        from scipy.special import stdtrit

        reach = float(stdtrit(self.degrees, (1 + level) / 2)) * self._scale(predicted, benchmark)
        return np.maximum(predicted - reach, 0), np.minimum(predicted + reach, 1)

    def _scale(self, predicted: Floats, benchmark: Ints) -> Floats:
        return self.spread[benchmark] * self.width * room(predicted)

    def _share(self, score: Floats, predicted: Floats, benchmark: Ints) -> Floats:
        from scipy.special import stdtr

        out: Floats = stdtr(self.degrees, (score - predicted) / self._scale(predicted, benchmark))
        return out


def ends(score: Floats) -> Ints:
    """-1 for a score at the lower end, 1 at the upper, else 0."""
    return (score >= 1 - CLIP).astype(np.int64) - (score <= CLIP)


def room(predicted: Floats) -> Floats:
    """How much a score may vary at a prediction: less near 0 and 1."""
    width: Floats = np.sqrt(predicted * (1 - predicted) + FLOOR)
    return width


def coverage(below: Floats, levels: tuple[float, ...] = LEVELS) -> tuple[float, ...]:
    """Share of scores inside the central interval of each level, from `Noise.below`."""
    away = np.abs(2 * below - 1)
    return tuple(float((away <= level).mean()) for level in levels)


def histogram(below: Floats, bins: int = 10) -> tuple[float, ...]:
    """Share of scores in each of equally likely parts of its prediction."""
    return tuple((np.histogram(below, bins, (0, 1))[0] / len(below)).tolist())


def _log_likelihood(z: Floats, at: Ints, degrees: float) -> Floats:
    """Log density of Student's t, at an end the log of all that lies beyond it."""
    from scipy.special import stdtr

    half = (degrees + 1) / 2
    constant = lgamma(half) - lgamma(degrees / 2) - log(degrees * pi) / 2
    out: Floats = constant - half * np.log1p(z**2 / degrees)
    beyond = np.flatnonzero(at)
    out[beyond] = np.log(np.maximum(stdtr(degrees, -at[beyond] * z[beyond]), 1e-12))
    return out
