"""Models side by side: all in one common harness, each in its own, each in the best it ran in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from headway.scale.facets.columns import Counts
from headway.scale.facets.homes import homes, side_of
from headway.scale.facets.posterior import Draws
from headway.scale.facets.result import Facets
from headway.scale.table import Floats


@dataclass(frozen=True)
class View:
    """Share of all items that a model solves in one harness (a typical run, average effort).

    ``ran`` is False where the model never ran in it: the model×harness effect is then drawn from
    its population.
    """

    harness: str
    value: float
    low: float
    high: float
    ran: bool


@dataclass(frozen=True)
class Standing:
    """One model in the three views; None where the data do not have it.

    ``harnesses`` is how many it ran in; ``best_chance`` that of ``best`` to be the best of them.
    """

    model: str
    openness: str | None
    common: View
    own: View | None
    best: View
    harnesses: int
    best_chance: float


def standings_of(
    data: Counts, predict: Predictor, ran: Mapping[str, tuple[str, ...]], common: str
) -> tuple[Standing, ...]:
    """All models in the three views; the most able in the common harness comes first."""
    sides = side_of(data, "openness")
    found = homes(data)
    out = []
    for model in data.models:
        mine = [name for name, models in ran.items() if model in models]
        views = [predict.view(model, name, True) for name in mine]
        at_home = [view for view in views if view.harness in found.get(model, ())]
        together = predict.view(model, common, model in ran[common])
        # Chosen by the shrunken value, which is what keeps the best of many from being luck.
        best = max(views, key=lambda view: view.value)
        own = max(at_home, key=lambda view: view.value, default=None)
        drawn = np.array([predict.shares(model, name) for name in mine])
        chance = float((drawn.argmax(axis=0) == mine.index(best.harness)).mean())
        out.append(Standing(model, sides.get(model), together, own, best, len(mine), chance))
    return tuple(sorted(out, key=lambda s: (-s.common.value, s.model)))


class Predictor:
    """Draws of the share of items that a model solves in a harness."""

    def __init__(self, fit: Facets, drawn: Draws, seed: int) -> None:
        self._fit, self._drawn = fit, drawn
        self._noise = np.random.default_rng(seed + 1).standard_normal(len(drawn.effects))
        self._done: dict[tuple[str, str], Floats] = {}

    def view(self, model: str, harness: str, ran: bool) -> View:
        """Mean and interval of these draws."""
        shares = self.shares(model, harness)
        low, high = bounds_of(shares, self._fit.level)
        return View(harness, float(shares.mean()), low, high, ran)

    def shares(self, model: str, harness: str) -> Floats:
        """Draws (S,) of the share of all items solved, in a typical run."""
        if (model, harness) not in self._done:
            self._done[model, harness] = self._share(model, harness)
        return self._done[model, harness]

    def _share(self, model: str, harness: str) -> Floats:
        eta = self._drawn.fixed[:, 0].copy()
        for term, level in (
            ("model", model),
            ("harness", harness),
            ("model:harness", f"{model}:{harness}"),
        ):
            eta += self._effect(term, level)
        if "item" not in [t.name for t in self._fit.design.terms]:
            return _logistic(eta)
        items = self._drawn.effects[:, self._fit.design.slices[self._fit.place("item")]]
        out: Floats = _logistic(eta[:, None] + items).mean(axis=1)
        return out

    def _effect(self, term: str, level: str) -> Floats:
        fit, effects = self._fit, self._drawn.effects
        if term not in [t.name for t in fit.design.terms]:
            return np.zeros(len(effects))
        k = fit.place(term)
        levels = fit.design.terms[k].levels
        if level in levels:
            return effects[:, fit.design.slices[k].start + levels.index(level)]
        # Never seen: from its population, of which each draw has an SD of its own.
        return self._drawn.sds[:, k] * self._noise


def _logistic(x: Floats) -> Floats:
    from scipy.special import expit

    out: Floats = expit(x)
    return out


def bounds_of(draws: Floats, level: float) -> tuple[float, float]:
    """Central interval of draws."""
    low, high = np.quantile(draws, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)
