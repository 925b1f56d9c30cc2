"""Infit and outfit of items and models (Wright & Masters 1982, *Rating Scale Analysis*, ch. 5).

The mean squares are theirs. Their standard errors are not: the textbook variance takes the curve
as known, while a fitted slope absorbs most of what an infit could show. Here the part that was
fitted is taken out (Look), which keeps the error rate nominal for one and two parameters a item.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from headway.scale.diagnose.look import Look, judged
from headway.scale.diagnose.many import adjusted, two_sided
from headway.scale.table import Floats, Ints

MOST_CHANGE = 0.5  # of an expected square by what was fitted: beyond, first order does not hold
LEAST, MOST = 0.02, 1.0  # spreads of a mean square outside which nothing could show


@dataclass(frozen=True, eq=False)
class Misfit:
    """Fit of K items or models.

    Attributes
    ----------
    names : tuple of str
    cells, missing : (K,) int
        Cells observed, and not.
    observed, expected : (K,) float
        Share of trials solved, and what the scale expects of it.
    infit, outfit : (K,) float
        Mean squares; 1 is expected, above 1 is noise that the curve does not explain, below 1
        is more regular than chance allows.
    infit_z, outfit_z : (K,) float
        Standardised (Wilson & Hilferty); nan where nothing could show
        (all solved or none, fewer than two degrees of freedom, or an item that
        residuals cannot judge).
    q : (K,) float
        False discovery rate of the worse of both.
    """

    names: tuple[str, ...]
    cells: Ints
    missing: Ints
    observed: Floats
    expected: Floats
    infit: Floats
    outfit: Floats
    infit_z: Floats
    outfit_z: Floats
    q: Floats


def misfit(look: Look, of: Literal["item", "model"]) -> Misfit:
    """Infit and outfit with standardised values.

    Parameters
    ----------
    look : Look
    of : "item" or "model"

    Returns
    -------
    Misfit
        J items or M models, in the order of the scale.
    """
    items = of == "item"
    names = look.scale.items if items else look.scale.models
    total = look.over_items if items else look.over_models
    other = look.n_models if items else look.n_items
    tried, won = total(look.tried), total(look.won)
    cells = total(np.ones(len(look.error))).astype(np.int64)
    infit, infit_z = _mean_square(look, np.ones(len(look.error)), items=items)
    outfit, outfit_z = _mean_square(look, 1 / look.variance, items=items)
    if items:
        told = judged(look)
        infit_z, outfit_z = (np.where(told, z, np.nan) for z in (infit_z, outfit_z))
    p = np.fmin(two_sided(infit_z), two_sided(outfit_z))
    with np.errstate(invalid="ignore"):
        observed, expected = won / tried, total(look.tried * look.chance) / tried
    return Misfit(
        names=names,
        cells=cells,
        missing=other - cells,
        observed=observed,
        expected=expected,
        infit=infit,
        outfit=outfit,
        infit_z=infit_z,
        outfit_z=outfit_z,
        q=adjusted(np.minimum(2 * p, 1.0)),
    )


def _mean_square(look: Look, weight: Floats, *, items: bool) -> tuple[Floats, Floats]:
    """Mean square and its standardised value."""
    total = look.over_items if items else look.over_models
    lever = look.model_lever if items else look.item_lever
    pq = look.variance / look.tried
    weight = weight * _telling(look, items=items)
    expected = total(weight * _expected(look, pq))
    fourth = look.variance * (1 + 3 * (look.tried - 2) * pq)
    own = total(weight**2 * (fourth - look.variance**2) * (1 - lever))
    third = weight * look.variance * (1 - 2 * look.chance) * look.pull * (1 - lever)
    variance = own - (_by_item(look, third) if items else _by_model(look, third))
    with np.errstate(divide="ignore", invalid="ignore"):
        square = total(weight * look.error**2) / expected
        spread = np.sqrt(np.maximum(variance, 0)) / expected
        z = (np.cbrt(square) - 1) * 3 / spread + spread / 3
    flat = (total(look.won) == 0) | (total(look.won) == total(look.tried))
    return square, np.where((spread > LEAST) & (spread < MOST) & ~flat, z, np.nan)


def _expected(look: Look, pq: Floats) -> Floats:
    """Mean square residual of each cell, to first order in what was fitted.

    Seen from the other answers, y has variance n (pq + V (pq)''/2) + (n pq)^2 V, where V is the
    variance of its logit; the fit then draws the residual in by the share h = n pq V.
    """
    lever = look.item_lever + look.model_lever
    change = lever * (0.5 - 3 * pq - look.variance) / look.variance
    out: Floats = look.variance * (1 + np.clip(change, -MOST_CHANGE, MOST_CHANGE))
    return out


def _telling(look: Look, *, items: bool) -> Floats:
    """1 for cells of models (or items) that solved some and failed some, 0 for the others.

    What all or none solve fits any curve: it would only make the others look unruly.
    """
    total, code = (look.over_models, look.model) if items else (look.over_items, look.item)
    won, tried = total(look.won), total(look.tried)
    return ((won > 0) & (won < tried)).astype(float)[code]


def _by_item(look: Look, third: Floats) -> Floats:
    """What fitting the item's parameters takes from the variance of its sum of squares."""
    k = np.stack([look.over_items(third * x) for x in look.by_item.T], axis=1)
    out: Floats = np.einsum("jd,jde,je->j", k, look.item_cov, k)
    return out


def _by_model(look: Look, third: Floats) -> Floats:
    k = look.over_models(third * look.scale.a[look.item])
    out: Floats = k * k * look.ability_var
    return out
