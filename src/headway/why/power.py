"""The design that would settle it: models, items and attempts against the width of the interval."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from headway.scale.facets import facets
from headway.why.crossed import cells_of
from headway.why.known import OTHER
from headway.why.settings import Setting

MODELS, ITEMS, PER_DEVELOPER = (2, 3, 4, 5, 6, 8, 10, 12, 16), (50, 100, 200, 500), (1, 2)


@dataclass(frozen=True)
class Components:
    """What varies, as fitted: SDs in logits, and the slope of share over logits.

    ``slope`` is the mean of p(1 − p) over items at the average model; it turns logits into share.
    """

    harness: float
    model_harness: float
    item: float
    slope: float


@dataclass(frozen=True)
class Plan:
    """One design: on each side so many developers and models of each, all in two harnesses.

    ``half`` is the expected half-width of the interval of the change of the gap, in share;
    ``attempts`` counts all runs of single items.
    """

    developers: int
    models: int
    items: int
    half: float
    attempts: int


def components_of(settings: Sequence[Setting]) -> Components:
    """Fit the crossed model to all settings; the intercept is the average model's."""
    data = cells_of(settings, OTHER)
    fit = facets(data, "resolved ~ (1|model) + (1|harness) + (1|model:harness) + (1|item)")
    sd = {v.term: v.sd for v in fit.variance}
    # Gauss-Hermite mean over items of the logistic curve's slope.
    nodes, weights = np.polynomial.hermite_e.hermegauss(41)
    p = 1 / (1 + np.exp(-(fit.fixed[0].value + sd["item"] * nodes)))
    slope = float((weights * p * (1 - p)).sum() / weights.sum())
    return Components(sd["harness"], sd["model:harness"], sd["item"], slope)


def half_width(
    parts: Components, developers: int, models: int, items: int, level: float = 0.9
) -> float:
    """Expected half-width of the change of the gap, in share, one attempt on each item.

    Every model of both sides runs in the standard harness and in its developer's own, on the same
    items. The standard harness and the items cancel in the difference; what is left is the own
    harness (one a developer), how each model takes to each of two harnesses, and the luck of
    attempts: Var = 2/D · [σ_h² + (2 σ_mh² + 2/(J w)) / k], D developers a side, k models of each,
    J items, w the mean of p(1 − p); times Student's t with 2(D − 1) degrees of freedom.
    """
    from scipy.special import stdtrit

    luck = 2 / (items * parts.slope)
    variance = 2 / developers * (parts.harness**2 + (2 * parts.model_harness**2 + luck) / models)
    t = float(stdtrit(2 * (developers - 1), (1 + level) / 2))
    return t * math.sqrt(variance) * parts.slope


def plans(parts: Components, level: float = 0.9) -> tuple[Plan, ...]:
    """All designs of the grid, one attempt on each item."""
    return tuple(
        Plan(d, k, j, half_width(parts, d, k, j, level), 2 * d * k * 2 * j)
        for d in MODELS
        for k in PER_DEVELOPER
        for j in ITEMS
    )


def cheapest(found: Sequence[Plan], half: float) -> Plan | None:
    """The design with the fewest attempts among those with at most this half-width."""
    good = [plan for plan in found if plan.half <= half]
    return min(good, key=lambda p: (p.attempts, p.developers * p.models), default=None)
