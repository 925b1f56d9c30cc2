"""What a rule returns: one answer per draw, some of them only bounds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

from headway.gap.quantile import quantile

if TYPE_CHECKING:
    from headway.gap.world import Bools, Floats, World


@dataclass(frozen=True, eq=False)
class RuleDraws:
    """The gap of every draw, in months.

    Attributes
    ----------
    low, mid, high : (S,) float
        Equal where a draw's gap is exact. Right-censored ("at least x"): ``low = x``, the others
        ``+inf``. Left-censored ("at most x"): ``high = x``, the others ``-inf``. A rule with a
        bracket gives its two ends and their middle. All nan: not defined in this draw.
    spread : (float, float), optional
        5% and 95% over the days or levels of the median draw: dispersion, never an uncertainty.
    censored_share : float
        Share of the days, levels or records that are right-censored, mean over draws.
    cautions : tuple of str
        What must be said with the answer.
    """

    low: Floats
    mid: Floats
    high: Floats
    spread: tuple[float, float] | None = None
    censored_share: float = 0.0
    cautions: tuple[str, ...] = ()


class Rule(Protocol):
    """A gap rule: a world in, one answer per draw out."""

    def __call__(self, world: World, /, **params: object) -> RuleDraws:
        """Apply the rule to every draw."""


def bounded(value: Floats, censored: Bools) -> tuple[Floats, Floats, Floats]:
    """``low, mid, high`` of draws that are exact, or only bounded from below where censored."""
    above = np.where(censored, np.inf, value)
    return value, above, above


def spread_of(values: Floats, counted: Bools, mid: Floats) -> tuple[float, float] | None:
    """5% and 95% of the counted values (S, K) of the draw whose answer is the median one."""
    usable = np.isfinite(mid) & counted.any(axis=1)
    if not usable.any():
        return None
    distance = np.where(usable, np.abs(mid - quantile(mid[usable], 0.5)), np.inf)
    row = int(np.argmin(distance))
    low, high = np.quantile(values[row][counted[row]], [0.05, 0.95])
    return float(low), float(high)


def share(part: Bools, whole: Bools) -> float:
    """Mean over draws of the share of ``whole`` (S, K) that is in ``part``; 0 if there is none."""
    total = whole.sum(axis=1)
    if not total.any():
        return 0.0
    return float(np.mean((part & whole).sum(axis=1)[total > 0] / total[total > 0]))


def percent(value: float) -> str:
    """A share in words: whole per cent, but never 0% for something that occurs."""
    return "under 1%" if 0 < value < 0.005 else f"{100 * value:.0f}%"
