"""Residuals of a fitted item scale, and what the fit itself has taken out of them.

A residual is smaller than the noise of its answer, because ability and item were fitted to that
answer too. With derivative x of the logit by the item's parameters u, information H of u (answers
and population) and answer variance w, Var(residual) = w - w x' H^-1 x w (the same for abilities):
every check here divides by what is left, so that it has its nominal error rate.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from headway.errors import ScaleError
from headway.scale.items import ItemScale
from headway.scale.responses import Responses
from headway.scale.table import Floats, Ints

PSEUDO, USUAL_SD = 5.0, (0.4, 1.5)  # items of the usual kind that keep a population from vanishing
ROUNDS = 4  # of population and item covariance, each given the other
BIASED = 0.5  # root of an item's cells times the share that abilities took out
FAR = 30.0  # logits beyond which a chance is certain for all that follows


@dataclass(frozen=True, eq=False)
class Look:
    """Observed cells of M models and J items beside what an item scale expects of them.

    Attributes
    ----------
    scale : ItemScale
    model, item : (N,) int
        Of each cell, as the scale counts them; at most one cell a pair.
    won, tried : (N,) float
    chance : (N,) float
        Chance of success p.
    variance : (N,) float
        Of the successes, n p (1 - p).
    error : (N,) float
        Successes less expected ones.
    pull : (N,) float
        Derivative of p by the logit over p (1 - p): 1 without a guess floor.
    by_item : (N, D) float
        Derivative of the logit by (log a, b), or by (b,) where slopes are 1.
    centre, precision : (D,) and (D, D) float
        Normal population of the items.
    item_cov : (J, D, D) float
        Of the items' parameters given the abilities.
    ability_var : (M,) float
        Of the abilities given the items.
    item_lever, model_lever : (N,) float
        Share of a cell's variance that the fit of its item, and of its model, took out.
    """

    scale: ItemScale
    model: Ints
    item: Ints
    won: Floats
    tried: Floats
    chance: Floats
    variance: Floats
    error: Floats
    pull: Floats
    by_item: Floats
    centre: Floats
    precision: Floats
    item_cov: Floats
    ability_var: Floats
    item_lever: Floats
    model_lever: Floats

    @property
    def n_models(self) -> int:
        """Models of the scale, M."""
        return len(self.scale.models)

    @property
    def n_items(self) -> int:
        """Items of the scale, J."""
        return len(self.scale.items)

    def over_items(self, values: Floats) -> Floats:
        """Sums over the cells of each item, (J,)."""
        return sums(self.item, values, self.n_items)

    def over_models(self, values: Floats) -> Floats:
        """Sums over the cells of each model, (M,)."""
        return sums(self.model, values, self.n_models)


def judged(look: Look) -> npt.NDArray[np.bool_]:
    """Items (J,) of which residuals can tell: not those of many models that answered few items.

    There each ability is drawn towards its own answers, and the many residuals of an item share
    that bias: it exceeds half their standard error. Tests of total scores
    (:mod:`headway.scale.items.fit`) are made for such data.
    """
    cells = look.over_items(np.ones(len(look.error)))
    lever = look.over_items(look.model_lever) / np.maximum(cells, 1)
    out: npt.NDArray[np.bool_] = np.sqrt(cells) * lever < BIASED
    return out


def sums(code: Ints, values: Floats, count: int) -> Floats:
    """Sums of values (N,) with the same code, (count,)."""
    return np.asarray(np.bincount(code, weights=values, minlength=count), dtype=float)


def look_at(scale: ItemScale, responses: Responses) -> Look:
    """Lay the answers beside what the scale expects of them.

    Parameters
    ----------
    scale : ItemScale
        M models, J items.
    responses : Responses
        The answers that it was fitted to, or a part of them.

    Returns
    -------
    Look

    Raises
    ------
    ScaleError
        If a model or an item of the answers is not on the scale.
    """
    cells = responses.by_cell()
    model = placed(cells.models, scale.models, "model")[cells.model]
    item = placed(cells.items, scale.items, "item")[cells.item]
    p, slope = curve_at(scale, scale.ability[model], item)
    pq = p * (1 - p)
    variance, pull = cells.trials * pq, slope / pq
    by_item = derivative(scale, scale.ability[model], item)
    info = _item_information(by_item, variance * pull**2, item, len(scale.items))
    centre, precision, item_cov = population(scale, info)
    reach = np.einsum("nd,nde,ne->n", by_item, item_cov[item], by_item)
    item_lever = np.minimum(variance * pull**2 * reach, 0.95)
    weight = scale.a[item] ** 2 * variance * pull**2 * (1 - item_lever)
    spread = max(float(scale.ability.var()), 1e-4)
    size = np.bincount(model, weights=weight, minlength=len(scale.models)) + 1 / spread
    model_lever = np.minimum(scale.a[item] ** 2 * variance * pull**2 / size[model], 0.95)
    return Look(
        scale=scale,
        model=model,
        item=item,
        won=cells.successes,
        tried=cells.trials,
        chance=p,
        variance=variance,
        error=cells.successes - cells.trials * p,
        pull=pull,
        by_item=by_item,
        centre=centre,
        precision=precision,
        item_cov=item_cov,
        ability_var=1 / size,
        item_lever=item_lever,
        model_lever=model_lever,
    )


def placed(names: tuple[str, ...], scale: tuple[str, ...], what: str) -> Ints:
    """Index on the scale of each name.

    Raises
    ------
    ScaleError
        If one is not on it.
    """
    if names == scale:
        return np.arange(len(names))
    at = {name: k for k, name in enumerate(scale)}
    lost = next((name for name in names if name not in at), None)
    if lost is not None:
        raise ScaleError(f"The {what} {lost!r} of the responses is not on the scale: fit it anew.")
    return np.array([at[name] for name in names], dtype=np.int64)


def curve_at(scale: ItemScale, ability: Floats, item: Ints) -> tuple[Floats, Floats]:
    """Chances of abilities (...,) on items (...,), and their derivatives by the logit."""
    return chances(scale.a[item], scale.b[item], ability, floors(scale)[item])


def chances(a: Floats, b: Floats, ability: Floats, floor: Floats) -> tuple[Floats, Floats]:
    """Chances and their derivatives by the logit; arrays that broadcast together."""
    s = 0.5 * (1 + np.tanh(0.5 * np.clip(a * (ability - b), -FAR, FAR)))
    p: Floats = floor + (1 - floor) * s
    slope: Floats = (1 - floor) * s * (1 - s)
    return np.clip(p, 1e-13, 1 - 1e-13), slope


def floors(scale: ItemScale) -> Floats:
    """Guess floor of each item, (J,)."""
    return np.zeros(len(scale.items)) if scale.c is None else scale.c


def has_slopes(scale: ItemScale) -> bool:
    """Whether the items have slopes of their own."""
    return scale.name != "rasch"


def derivative(scale: ItemScale, ability: Floats, item: Ints) -> Floats:
    """Of the logits by (log a, b), or by (b,); (N, D)."""
    a = scale.a[item]
    if not has_slopes(scale):
        return -a[:, None]
    return np.stack([a * (ability - scale.b[item]), -a], axis=1)


def parameters(scale: ItemScale) -> Floats:
    """(log a, b) of the items, or (b,); (J, D)."""
    if not has_slopes(scale):
        return scale.b[:, None]
    return np.stack([np.log(np.maximum(np.abs(scale.a), 1e-3)), scale.b], axis=1)


def _item_information(by_item: Floats, weight: Floats, item: Ints, count: int) -> Floats:
    d = by_item.shape[1]
    out = np.empty((count, d, d))
    for k in range(d):
        for h in range(k + 1):
            product = by_item[:, k] * by_item[:, h] * weight
            out[:, k, h] = out[:, h, k] = np.bincount(item, weights=product, minlength=count)
    return out


def population(scale: ItemScale, info: Floats) -> tuple[Floats, Floats, Floats]:
    """Mean (D,) and precision (D, D) of the items' population, and each item's covariance."""
    u = parameters(scale)
    j, d = u.shape
    low, high = np.quantile(u, [0.005, 0.995], axis=0)  # a flat item's b may lie anywhere
    inside = np.clip(u, low, high)
    usual = np.diag(np.array(USUAL_SD[-d:]) ** 2)
    centre = inside.sum(axis=0) / (j + PSEUDO) if d == 1 else inside.mean(axis=0)
    far = inside - centre
    cov = (far.T @ far + PSEUDO * usual) / (j + PSEUDO)
    own: Floats = np.zeros((j, d, d))
    for _ in range(ROUNDS):
        own = np.asarray(np.linalg.inv(info + np.linalg.inv(cov)), dtype=float)
        cov = (far.T @ far + own.sum(axis=0) + PSEUDO * usual) / (j + PSEUDO)
    return centre, np.asarray(np.linalg.inv(cov)), own
