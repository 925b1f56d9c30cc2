"""What dropping a whole model would do to the others' abilities and to the items: one Newton step.

The answers of model m hold item j by the score s_mj and the information I_mj of its parameters u_j.
Without them u_j moves by -(H_j - I_mj)^-1 s_mj given the abilities; the abilities follow by their
covariance (items allowed for) times what that adds to their scores, and the items follow them.
All is told in the gauge of the models that are left. After Pregibon 1981, *Annals of Statistics* 9.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from headway.scale.diagnose.look import Look, parameters
from headway.scale.table import Floats, Ints

LARGEST = 2e11  # multiplications; beyond them it is not told
BLOCK = 4_000_000


@dataclass(frozen=True, eq=False)
class Loss:
    """Without each of M models: the other ability and the item's difficulty that move most.

    Attributes
    ----------
    whose, item : (M,) int
        That other model, and that item; most in standard errors of their own.
    by, item_by : (M,) float
        The change, in the scale's unit.
    errors, item_errors : (M,) float
        The same in standard errors.
    """

    whose: Ints
    by: Floats
    errors: Floats
    item: Ints
    item_by: Floats
    item_errors: Floats


def of_models(look: Look) -> Loss | None:
    """What dropping each model would do; None for fewer than three models, or too large a fit."""
    m, size = look.n_models, look.n_models**2 * look.n_items * look.by_item.shape[1]
    if m < 3 or size > LARGEST:
        return None
    ability, difficulty = model_moves(look)
    whose, by, errors = _largest(ability, look.scale.se)
    return Loss(whose, by, errors, *_largest(difficulty, np.sqrt(look.item_cov[:, -1, -1])))


def model_moves(look: Look) -> tuple[Floats, Floats]:
    """Changes of abilities (M, M) and difficulties (M, J) where the model of a row is dropped."""
    pulled = np.zeros((look.n_models, look.n_models))
    for _, gone, tied in _slices(look):
        pulled -= _flat(gone) @ _flat(tied).T
    np.fill_diagonal(pulled, 0)
    ability = _followed(look, pulled)
    difficulty = np.zeros((look.n_models, look.n_items))
    for part, gone, tied in _slices(look):
        back = np.einsum("kje,je->kj", tied, look.item_cov[part, -1])
        difficulty[:, part] = gone[:, :, -1] - ability @ back
    return _in_gauge(look, ability, difficulty)


def _largest(moves: Floats, se: Floats) -> tuple[Ints, Floats, Floats]:
    errors = moves / np.maximum(se, 1e-12)
    most, every = np.abs(errors).argmax(axis=1), np.arange(len(moves))
    return most, moves[every, most], errors[every, most]


def _flat(values: Floats) -> Floats:
    return values.reshape(len(values), -1)


def _slices(look: Look) -> Iterator[tuple[slice, Floats, Floats]]:
    """Slices of items; how each moves without each model; what of it each ability feels."""
    d = look.by_item.shape[1]
    order = np.argsort(look.item, kind="stable")
    item = look.item[order]
    step = max(1, BLOCK // (look.n_models * d * d))
    for start in range(0, look.n_items, step):
        part = slice(start, min(start + step, look.n_items))
        cells = order[slice(*np.searchsorted(item, [part.start, part.stop]))]
        weight = look.variance[cells] * look.pull[cells] ** 2
        x, j = look.by_item[cells], look.item[cells]
        left = np.linalg.inv(look.item_cov)[j] - weight[:, None, None] * (
            x[:, :, None] * x[:, None, :]
        )
        score = x * (look.pull[cells] * look.error[cells])[:, None]
        gone, tied = np.zeros((2, look.n_models, part.stop - part.start, d))
        where = (look.model[cells], j - part.start)
        gone[where] = -np.linalg.solve(left, score[..., None])[..., 0]
        tied[where] = (look.scale.a[j] * weight)[:, None] * x
        if d > 1:  # a steeper item asks more of those who did better or worse than it expects
            tied[(*where, 0)] -= look.scale.a[j] * look.pull[cells] * look.error[cells]
        yield part, gone, tied


def _followed(look: Look, pulled: Floats) -> Floats:
    """Moves of the other abilities under changes of their scores, in the scale's own gauge."""
    cov = look.scale.covariance
    if cov.ndim == 1:
        return pulled * cov
    raw: Floats = pulled @ cov
    # The covariance of the others is that given the ability of the model that is gone.
    raw -= (np.diag(raw) / np.maximum(np.diag(cov), 1e-12))[:, None] * cov
    np.fill_diagonal(raw, 0)
    return raw


def _in_gauge(look: Look, ability: Floats, difficulty: Floats) -> tuple[Floats, Floats]:
    """The same where mean 0 (and SD 1) are those of the models that are left."""
    m, theta = look.n_models, look.scale.ability
    others = 1 - np.eye(m)
    far = theta - (others @ theta / (m - 1))[:, None]
    shift = ability.sum(axis=1) / (m - 1)
    stretch = np.zeros(m)
    if look.scale.unit == "SD":
        stretch = (others * far * ability).sum(axis=1) / (others * far**2).sum(axis=1)
    centre = (theta - far)[:, :1]
    moved = others * (ability - shift[:, None] - stretch[:, None] * far)
    b = parameters(look.scale)[:, -1]
    return moved, difficulty - shift[:, None] - stretch[:, None] * (b - centre)
