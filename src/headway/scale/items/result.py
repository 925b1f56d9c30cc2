"""What every item scale returns: abilities with joint draws, and the items."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from headway.scale.table import Floats

if TYPE_CHECKING:
    import polars


@dataclass(frozen=True, eq=False)
class ItemScale:
    """Abilities of M models and parameters of J items on one axis.

    P(solve) = c_j + (1 - c_j) sigmoid(a_j (ability_m - b_j)).

    Attributes
    ----------
    name : str
        ``"two_pl"``, ``"rasch"`` or ``"three_pl"``.
    models : tuple of str
        Model ids, length M.
    ability : (M,) float
        Point estimates, in the stated gauge.
    covariance : (M, M) float
        Of the abilities in that gauge; only the variances, (M,), where M is too large for a
        matrix (a caution says so).
    draws : (S, M) float
        Joint draws of the abilities.
    items : tuple of str
        Item ids, length J.
    a, b : (J,) float
        Slope (per unit) and difficulty.
    c : (J,) float, optional
        Guess floor.
    loglik : float
        Maximised log-likelihood of the method's own kind, without binomial coefficients.
    method : str
        How it was computed and why this way, in words.
    gauge : str
        What fixes zero and unit, in words.
    n_responses : int
        Cells that were fitted.
    cautions : tuple of str
        What a reader must know before trusting this scale, one sentence each.
    """

    name: str
    models: tuple[str, ...]
    ability: Floats
    covariance: Floats
    draws: Floats
    items: tuple[str, ...]
    a: Floats
    b: Floats
    c: Floats | None
    loglik: float
    method: str
    gauge: str
    n_responses: int
    cautions: tuple[str, ...] = ()
    unit: str = "logit"

    @property
    def se(self) -> Floats:
        """Standard error of each ability, (M,)."""
        variance = np.diag(self.covariance) if self.covariance.ndim == 2 else self.covariance
        error: Floats = np.sqrt(variance)
        return error

    def interval(self, level: float = 0.9) -> tuple[Floats, Floats]:
        """Central normal interval of each ability, (M,) and (M,)."""
        from scipy.special import ndtri

        reach = float(ndtri((1 + level) / 2)) * self.se
        return self.ability - reach, self.ability + reach

    def summary(self, top: int = 10) -> str:
        """The most able models, one line each, with 90% intervals."""
        low, high = self.interval()
        order = np.argsort(-self.ability, kind="stable")[:top]
        return "\n".join(
            f"{self.ability[k]:8.2f} [{low[k]:.2f}, {high[k]:.2f}] {self.models[k]}" for k in order
        )

    def to_frame(self, level: float = 0.9) -> polars.DataFrame:
        """One row per model, most able first: model, value, low, high."""
        import polars

        low, high = self.interval(level)
        frame = polars.DataFrame(
            {"model": self.models, "value": self.ability, "low": low, "high": high}
        )
        return frame.sort(["value", "model"], descending=[True, False])

    def items_frame(self) -> polars.DataFrame:
        """One row per item: item, a, b and, where there is a guess floor, c."""
        import polars

        floor = {} if self.c is None else {"c": self.c}
        return polars.DataFrame({"item": self.items, "a": self.a, "b": self.b, **floor})
