"""What every item scale returns: abilities with joint draws, and the items."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from headway.scale.ranked import Normal
from headway.scale.table import Floats

if TYPE_CHECKING:
    import polars


@dataclass(frozen=True, eq=False)
class ItemScale(Normal):
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
    alone : (M,) float, optional
        Where abilities are integrated out: their SDs with the items as known. Errors of items are
        common to all models, and empirical reliability leaves them out.
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
    alone: Floats | None = None

    def items_frame(self) -> polars.DataFrame:
        """One row per item: item, a, b and, where there is a guess floor, c."""
        import polars

        floor = {} if self.c is None else {"c": self.c}
        return polars.DataFrame({"item": self.items, "a": self.a, "b": self.b, **floor})
