"""How many items more until an interval is as narrow as asked.

An answer to an item whose curve is known from other models tells i = 1 / (1 / (a^2 w) + the
variance of its logit) of the ability, w the variance of the answer; n items of the usual kind leave
the variance 1 / (1 / v + n i). Items are either the usual ones of the data, or the most telling of
those that the model has not run.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from headway.errors import ScaleError
from headway.scale.diagnose.look import curve_at, derivative
from headway.scale.diagnose.many import reach
from headway.scale.predict.scores import answered, place_of
from headway.scale.predict.worlds import Worlds
from headway.scale.table import Floats, Ints

MOST = 10**7  # items: beyond this no number is told


@dataclass(frozen=True, eq=False)
class Need:
    """Items needed until an interval has a half-width.

    Attributes
    ----------
    half_width : float
        Asked for, in the unit of the scale.
    now : float
        Half-width of today.
    usual : int or None
        More items of the usual kind (for each model of a difference); None = more than can be
        said.
    chosen : int or None
        The same with the most telling of the unrun items first; None where all of them together
        do not suffice.
    unrun : int
        Items of the data that are unrun (by both models, for a difference).
    """

    half_width: float
    now: float
    usual: int | None
    chosen: int | None
    unrun: int


def items_needed(
    world: Worlds, models: tuple[str, ...], half_width: float, *, level: float = 0.9
) -> Need:
    """How many items until the interval of an ability (one model) or a difference (two) is ± w.

    Parameters
    ----------
    world : Worlds
    models : tuple of one or two str
    half_width : float
        w, in the unit of the scale.
    level : float

    Raises
    ------
    ScaleError
        If w is not positive, or there are not one or two models.
    UnknownNameError
        If a model is not on the scale.
    """
    if half_width <= 0:
        raise ScaleError(f"The half-width must be above 0, not {half_width:g}.")
    if len(models) not in {1, 2}:
        raise ScaleError("An interval is asked for one model, or for the difference of two.")
    places = [place_of(world, m) for m in models]
    goal = (half_width / reach(level)) ** 2
    variances, shared = _variances(world, places)
    tells = np.stack([information(world, k) for k in places])
    unrun = np.flatnonzero(np.all([answered(world, k)[0] == 0 for k in places], axis=0))
    return Need(
        half_width=half_width,
        now=reach(level) * float(np.sqrt(max(variances.sum() - shared, 0.0))),
        usual=_usual(variances, shared, tells.mean(axis=1), goal),
        chosen=_chosen(variances, shared, tells[:, unrun], goal),
        unrun=len(unrun),
    )


def information(world: Worlds, model: int) -> Floats:
    """What one answer to each item tells of the model's ability, (J,)."""
    look, scale = world.look, world.scale
    items = np.arange(look.n_items)
    p, slope = curve_at(scale, np.full(look.n_items, scale.ability[model]), items)
    x = derivative(scale, np.full(look.n_items, scale.ability[model]), items)
    blur = np.einsum("jd,jde,je->j", x, look.item_cov, x)
    weight = slope**2 / (p * (1 - p))
    out: Floats = scale.a**2 * weight / (1 + weight * blur)
    return out


def _variances(world: Worlds, places: list[int]) -> tuple[Floats, float]:
    """Variances of the models, and what their tie takes from the difference."""
    cov = world.scale.covariance
    variances = world.scale.se[places] ** 2
    if len(places) == 1 or cov.ndim == 1:
        return variances, 0.0
    return variances, 2 * float(cov[places[0], places[1]])


def _after(variances: Floats, shared: float, told: Floats) -> Floats:
    """Variance after ``told`` (P, ...) more of information; the tie shrinks with it."""
    v = variances.reshape(-1, *[1] * (told.ndim - 1))
    left = 1 / (1 / v + told)
    tie = shared * np.prod(left / v, axis=0)
    out: Floats = left.sum(axis=0) - tie
    return out


def _usual(variances: Floats, shared: float, tells: Floats, goal: float) -> int | None:
    low, high = 0, 1
    while _after(variances, shared, tells * high) > goal:
        low, high = high, high * 2
        if high > MOST:
            return None
    if _after(variances, shared, tells * 0.0) <= goal:
        return 0
    while high - low > 1:
        middle = (low + high) // 2
        enough = _after(variances, shared, tells * middle) <= goal
        low, high = (low, middle) if enough else (middle, high)
    return high


def _chosen(variances: Floats, shared: float, tells: Floats, goal: float) -> int | None:
    if _after(variances, shared, np.zeros(len(variances))) <= goal:
        return 0
    order: Ints = np.argsort(-tells.sum(axis=0), kind="stable")
    told = np.cumsum(tells[:, order], axis=1)
    enough = np.flatnonzero(_after(variances, shared, told) <= goal)
    return int(enough[0]) + 1 if len(enough) else None
