"""Zero and unit of abilities, fixed over a stated set of models."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from headway.errors import ScaleError, UnknownNameError
from headway.scale.table import Floats, Ints

FEWEST = 3  # with two reference models both would be exact: +1 and -1


@dataclass(frozen=True, eq=False)
class Gauge:
    """An affine map of the ability axis: out = (raw - shift) / unit.

    Attributes
    ----------
    shift, unit : float
    jacobian : (M, M) float
        Derivative of the mapped abilities by the raw ones, through shift and unit too.
    words : str
    """

    shift: float
    unit: float
    jacobian: Floats
    words: str

    def ability(self, theta: Floats) -> Floats:
        """Abilities in this gauge."""
        out: Floats = (theta - self.shift) / self.unit
        return out

    def covariance(self, cov: Floats) -> Floats:
        """Covariance in this gauge; directions that the gauge fixes have none."""
        out: Floats = self.jacobian @ cov @ self.jacobian.T
        return (out + out.T) / 2


def gauge(
    theta: Floats, reference: Ints, *, scaled: bool, named: bool, noise: float = 0.0
) -> Gauge:
    """Mean 0 (and SD 1 where ``scaled``) over the ``reference`` models (indices).

    ``noise`` is the SD of an ability's error: models that differ by less than it fix no unit.
    """
    m = len(theta)
    who = f"{len(reference)} reference models" if named else f"all {m} models"
    if len(reference) < (FEWEST if scaled else 2):
        words = "zero and unit from the prior of abilities: too few models to fix them"
        return Gauge(0.0, 1.0, np.eye(m), words)
    mean = float(theta[reference].mean())
    pick = np.zeros(m)
    pick[reference] = 1 / len(reference)
    jacobian = np.eye(m) - pick
    if not scaled:
        return Gauge(mean, 1.0, jacobian, f"mean 0 over {who}, slope 1")
    unit = float(theta[reference].std())
    if unit <= max(noise, 1e-8):
        words = f"mean 0 over {who}; they hardly differ, so the unit is that of the items"
        return Gauge(mean, 1.0, jacobian, words)
    at = (theta - mean) / unit
    jacobian = (jacobian - np.outer(at, at * pick)) / unit
    return Gauge(mean, unit, jacobian, f"mean 0 and SD 1 over {who}")


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
