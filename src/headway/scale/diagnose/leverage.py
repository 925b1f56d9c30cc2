"""Which items, clusters and single answers carry the abilities: one step of a fit without them.

Dropping answers whose score by the abilities is s and whose information is I moves them by
-(H - I)^-1 s, where H^-1 is the covariance of the abilities (items allowed for). A single item
carries little of H, so there -H^-1 s is used. After Pregibon 1981, *Annals of Statistics* 9.

Where abilities are posterior means, s is taken at the means, which are not stationary: a mean moves
by minus its covariance with the log-likelihood that is dropped, which for a normal posterior is
-H^-1 times the mean score (Stein's identity). A step from the modes was further off in refits.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from headway.scale.diagnose.look import Look, sums
from headway.scale.diagnose.shifts import labelled
from headway.scale.responses import Responses
from headway.scale.table import Floats, Ints

BLOCK = 4_000_000
FLAT = 1e-9  # of the largest variance: directions that the gauge fixes


@dataclass(frozen=True, eq=False)
class Leverage:
    """What dropping each of K items or clusters would do.

    Attributes
    ----------
    names : tuple of str
    moves : (K,) float
        Largest change of an ability, in the scale's unit.
    whose : (K,) int
        The model that would move so.
    by : (K,) float
        That change with its sign.
    errors : (K,) float
        The same in standard errors of that model.
    """

    names: tuple[str, ...]
    moves: Floats
    whose: Ints
    by: Floats
    errors: Floats


@dataclass(frozen=True, eq=False)
class Answers:
    """The single answers that move their own model most: cells, and the change without them."""

    cells: Ints
    by: Floats


def of_items(look: Look) -> Leverage:
    """What dropping each item would do to the abilities."""
    whose, by = np.zeros(look.n_items, dtype=np.int64), np.zeros(look.n_items)
    for part, moved in _item_moves(look):
        whose[part] = np.abs(moved).argmax(axis=0)
        by[part] = moved[whose[part], np.arange(moved.shape[1])]
    return _told(look, look.scale.items, whose, by)


def item_moves(look: Look) -> Floats:
    """Change of each ability (M, J) when an item is dropped."""
    return np.concatenate([moved for _, moved in _item_moves(look)], axis=1)


def of_clusters(look: Look, responses: Responses, by: str) -> Leverage:
    """What dropping each level of a label of items (a benchmark, a cluster) would do.

    Raises
    ------
    UnknownNameError
        If the answers have no such label, or it has a single level.
    """
    levels, moves = cluster_moves(look, responses, by)
    whose = np.abs(moves).argmax(axis=0)
    return _told(look, levels, whose, moves[whose, np.arange(len(levels))])


def cluster_moves(look: Look, responses: Responses, by: str) -> tuple[tuple[str, ...], Floats]:
    """Levels of a label of items, and the change of each ability without each, (M, K)."""
    levels, code = labelled(responses, by)
    of_item = np.full(look.n_items, -1)
    at = {name: k for k, name in enumerate(look.scale.items)}
    place = np.array([at[name] for name in responses.items])
    of_item[place[responses.item]] = code
    hold = _information(look)
    moves = [_without(look, hold, of_item == k) for k in range(len(levels))]
    return levels, np.stack(moves, axis=1)


def of_answers(look: Look, top: int = 10) -> Answers:
    """The answers whose loss would move their own model most."""
    weight = look.scale.a[look.item] * look.pull
    own = weight**2 * look.variance * (1 - look.item_lever)
    variance = look.scale.se[look.model] ** 2
    left = 1 / np.maximum(variance, 1e-12) - own
    by = -weight * look.error / np.maximum(left, 0.1 / variance)
    order = np.argsort(-np.abs(by), kind="stable")[:top]
    return Answers(order, by[order])


def _told(look: Look, names: tuple[str, ...], whose: Ints, by: Floats) -> Leverage:
    errors = by / np.maximum(look.scale.se[whose], 1e-12)
    return Leverage(names, np.abs(by), whose, by, errors)


def _item_moves(look: Look) -> Iterator[tuple[slice, Floats]]:
    """Slices of items with the change (M, J') that dropping each would bring."""
    score = look.scale.a[look.item] * look.pull * look.error
    for part, here in _by_items(look):
        s = np.zeros((look.n_models, part.stop - part.start))
        s[look.model[here], look.item[here] - part.start] = score[here]
        yield part, -_spread(look, s)


def _by_items(look: Look) -> Iterator[tuple[slice, Ints]]:
    """Slices of items with the cells in them."""
    order = np.argsort(look.item, kind="stable")
    item = look.item[order]
    step = max(1, BLOCK // look.n_models)
    for start in range(0, look.n_items, step):
        part = slice(start, min(start + step, look.n_items))
        yield part, order[slice(*np.searchsorted(item, [part.start, part.stop]))]


def _spread(look: Look, s: Floats) -> Floats:
    cov = look.scale.covariance
    out: Floats = cov @ s if cov.ndim == 2 else cov[:, None] * s
    return out


def _information(look: Look) -> Floats:
    """Information on the abilities in the directions that the gauge leaves free, (M, M)."""
    cov = look.scale.covariance
    if cov.ndim == 1:
        return np.diag(1 / np.maximum(cov, 1e-12))
    size, axes = np.linalg.eigh(cov)
    keep = size > FLAT * size.max()
    out: Floats = (axes[:, keep] / size[keep]) @ axes[:, keep].T
    return out


def _without(look: Look, hold: Floats, dropped: Floats) -> Floats:
    """Change of the abilities (M,) without some items (J,) bool."""
    size, axes = np.linalg.eigh(hold)
    free = axes[:, size > FLAT * size.max()]
    rows = np.flatnonzero(dropped[look.item])
    a = look.scale.a[look.item[rows]] * look.pull[rows]
    score = sums(look.model[rows], a * look.error[rows], look.n_models)
    gone = free.T @ _cluster_information(look, rows) @ free
    left = free.T @ hold @ free - gone
    value, axis = np.linalg.eigh(left)
    value = np.maximum(value, 0.02 * np.diag(left).mean())  # what little is left bounds the step
    out: Floats = -free @ (axis @ ((axis.T @ (free.T @ score)) / value))
    return out


def _cluster_information(look: Look, rows: Ints) -> Floats:
    """What some cells tell of the abilities, their items' parameters allowed for, (M, M)."""
    m, item = look.n_models, look.item[rows]
    weight = look.variance[rows] * look.pull[rows] ** 2
    a = look.scale.a[item]
    out: Floats = np.diag(sums(look.model[rows], a * a * weight, m))
    items, place = np.unique(item, return_inverse=True)
    root = np.linalg.cholesky(look.item_cov[items])
    across = np.zeros((m, len(items), look.by_item.shape[1]))
    across[look.model[rows], place.reshape(-1)] = (a * weight)[:, None] * look.by_item[rows]
    tied = np.einsum("mjd,jde->mje", across, root).reshape(m, -1)
    out -= tied @ tied.T
    return out
