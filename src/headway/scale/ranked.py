"""How results with one ability per model show themselves."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from headway.scale.table import Floats

if TYPE_CHECKING:
    import polars


class Ranked(ABC):
    """Shows M ``models`` by ``ability`` (M,), with the intervals of the class that inherits."""

    models: tuple[str, ...]
    ability: Floats
    digits: ClassVar[int] = 2

    @abstractmethod
    def interval(self, level: float = 0.9) -> tuple[Floats, Floats]:
        """Central interval of each ability, (M,) and (M,)."""

    def summary(self, top: int = 10) -> str:
        """The most able models, one line each, with 90% intervals."""
        low, high = self.interval()
        order = np.argsort(-self.ability, kind="stable")[:top]
        n = self.digits
        return "\n".join(
            f"{self.ability[k]:8.{n}f} [{low[k]:.{n}f}, {high[k]:.{n}f}] {self.models[k]}"
            for k in order
        )

    def to_frame(self, level: float = 0.9) -> polars.DataFrame:
        """One row per model, most able first: model, value, low, high."""
        import polars

        low, high = self.interval(level)
        frame = polars.DataFrame(
            {"model": self.models, "value": self.ability, "low": low, "high": high}
        )
        return frame.sort(["value", "model"], descending=[True, False])


class Normal(Ranked):
    """Intervals from the ``covariance`` of the abilities: (M, M), or variances (M,)."""

    covariance: Floats

    @property
    def se(self) -> Floats:
        """Standard error of each ability, (M,)."""
        variance = np.diag(self.covariance) if self.covariance.ndim == 2 else self.covariance
        error: Floats = np.sqrt(variance)
        return error

    def interval(self, level: float = 0.9) -> tuple[Floats, Floats]:
        """Central normal interval of each ability, (M,) and (M,)."""
        return around(self.ability, self.se, level)


def around(value: Floats, se: Floats, level: float) -> tuple[Floats, Floats]:
    """Central normal interval of each value, in the shape of the values."""
    from scipy.special import ndtri

    reach = float(ndtri((1 + level) / 2)) * se
    return value - reach, value + reach


def normal_draws(mean: Floats, covariance: Floats, draws: int, seed: int) -> Floats:
    """Joint normal draws (S, M) where a gauge leaves the covariance (M, M) without full rank."""
    size, axes = np.linalg.eigh(covariance)
    root = axes * np.sqrt(np.maximum(size, 0))
    noise = np.random.default_rng(seed).standard_normal((draws, len(mean)))
    out: Floats = mean + noise @ root.T
    return out
