"""Zero and unit of abilities, fixed over a stated set of models."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from headway.errors import ScaleError, UnknownNameError
from headway.scale.table import Floats, Ints

BLOCK = 64  # rows that stay in the cache
FEWEST = 3  # with two reference models both would be exact: +1 and -1


@dataclass(frozen=True, eq=False)
class Gauge:
    """An affine map of the ability axis: out = (raw - shift) / unit.

    Attributes
    ----------
    shift, unit : float
    mean : (M,) float
        Derivative of the shift by the raw abilities.
    stretch : (M,) float
        Derivative of the log unit by the raw abilities, times the unit.
    at : (M,) float
        Mapped abilities, by which a change of unit acts.
    words : str
    """

    shift: float
    unit: float
    mean: Floats
    stretch: Floats
    at: Floats
    words: str

    def ability(self, theta: Floats) -> Floats:
        """Abilities in this gauge."""
        out: Floats = (theta - self.shift) / self.unit
        return out

    def change(self, raw: Floats) -> Floats:
        """Changes (..., M) of mapped abilities that small raw changes make, shift and unit too."""
        out: Floats = raw - (raw @ self.mean)[..., None]
        if self.stretch.any():
            out -= (raw @ self.stretch)[..., None] * self.at
        out /= self.unit
        return out

    def each(self, theta: Floats, among: Floats | None = None) -> tuple[Floats, Floats, Floats]:
        """Draws (..., M) of raw abilities in zeros and units of their own, and these (..., 1).

        Abilities of a draw spread further than their means do, by as much as the means are unsure.
        One factor, the same for all, makes the SD of the reference models' means over ``among``
        (all draws where it is not given) 1, as an estimate's is.
        """
        rows = self.mean > 0
        if not rows.any():
            return theta, np.zeros(1), np.ones(1)
        shift, unit = theta[..., rows].mean(axis=-1, keepdims=True), np.ones(1)
        if self.stretch.any():
            some = theta if among is None else among
            away = some - some[..., rows].mean(axis=-1, keepdims=True)
            away /= away[..., rows].std(axis=-1, keepdims=True)
            factor = float(away.reshape(-1, theta.shape[-1]).mean(axis=0)[rows].std())
            unit = theta[..., rows].std(axis=-1, keepdims=True) * factor
        return (theta - shift) / unit, shift, unit

    def covariance(self, cov: Floats) -> Floats:
        """Covariance in this gauge; directions that the gauge fixes have none."""
        # J cov J' with J = (I - A P') / unit, written so that no dense product is needed.
        a, p = np.stack([np.ones(len(cov)), self.at], 1), np.stack([self.mean, self.stretch], 1)
        q = np.concatenate([cov[k : k + BLOCK] @ p for k in range(0, len(cov), BLOCK)])
        q -= a @ (p.T @ q) / 2
        out = np.empty(cov.shape)
        for k in range(0, len(cov), BLOCK):
            rows = slice(k, k + BLOCK)
            out[rows] = (cov[rows] - a[rows] @ q.T - q[rows] @ a.T) / self.unit**2
        return out


def gauge(
    theta: Floats, reference: Ints, *, scaled: bool, named: bool, noise: float = 0.0
) -> Gauge:
    """Mean 0 (and SD 1 where ``scaled``) over the ``reference`` models (indices).

    ``noise`` is the SD of an ability's error: models that differ by less than it fix no unit.
    """
    m = len(theta)
    who = f"{len(reference)} reference models" if named else f"all {m} models"
    none = np.zeros(m)
    if len(reference) < (FEWEST if scaled else 2):
        words = "zero and unit from the prior of abilities: too few models to fix them"
        return Gauge(0.0, 1.0, none, none, none, words)
    mean = float(theta[reference].mean())
    pick = np.zeros(m)
    pick[reference] = 1 / len(reference)
    if not scaled:
        return Gauge(mean, 1.0, pick, none, none, f"mean 0 over {who}, slope 1")
    unit = float(theta[reference].std())
    if unit <= max(noise, 1e-8):
        words = f"mean 0 over {who}; they hardly differ, so the unit is that of the items"
        return Gauge(mean, 1.0, pick, none, none, words)
    at = (theta - mean) / unit
    return Gauge(mean, unit, pick, at * pick, at, f"mean 0 and SD 1 over {who}")


def population_zero(m: int) -> Gauge:
    """The map that changes nothing: zero and unit are those of the abilities' population."""
    none = np.zeros(m)
    return Gauge(0.0, 1.0, none, none, none, "zero and unit of the population")


def reference_rows(models: Sequence[str], reference: Sequence[str] | None) -> Ints:
    """Indices of the reference models.

    Raises
    ------
    UnknownNameError
        If one of them is not in the data.
    ScaleError
        If none is named.
    """
    if reference is None:
        return np.arange(len(models))
    if not len(reference):
        raise ScaleError("The reference set names no model.")
    at = {name: k for k, name in enumerate(models)}
    for name in reference:
        if name not in at:
            raise UnknownNameError(f"The reference model {name!r} answered no item.")
    return np.array(sorted({at[name] for name in reference}), dtype=np.int64)
