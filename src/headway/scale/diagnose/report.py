"""All checks of an item scale at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from headway.scale.diagnose import leverage, models, precision
from headway.scale.diagnose.design import design_words, unsettled
from headway.scale.diagnose.dimensions import Dimensions, dimensions
from headway.scale.diagnose.leverage import Answers, Leverage
from headway.scale.diagnose.look import Look, look_at
from headway.scale.diagnose.misfit import Misfit, misfit
from headway.scale.diagnose.models import Loss
from headway.scale.diagnose.pairs import Pairs, dependent_pairs
from headway.scale.diagnose.precision import Precision
from headway.scale.diagnose.shifts import Shifts, shifts
from headway.scale.items import ItemScale
from headway.scale.responses import Responses
from headway.scale.table import Floats, Ints

GROUPS_OF_ITEMS = ("benchmark", "cluster")  # labels whose levels are dropped as a whole
SETTLED = 1.0  # standard errors that one more step may move an ability


@dataclass(frozen=True, eq=False)
class Diagnosis:
    """What the checks found; see the function of each for its parts.

    Attributes
    ----------
    look : Look
    items, models : Misfit
    shifts : tuple of Shifts
    pairs : Pairs or None
        None with a single item.
    dimensions : Dimensions or None
        None with a single item or model.
    precision : (Precision, Precision)
        Of models, and of items.
    dropped : mapping of str to Leverage
        "item", and "benchmark" or "cluster" where the answers have them.
    loss : Loss or None
        What dropping each model would do; None for fewer than three, or too many.
    answers : Answers
    surprises : (K,) int
        Cells that are least expected, worst first.
    unsettled : float
        How far one more step would move an ability at most, in standard errors.
    words : tuple of str
        What the design cannot tell.
    """

    look: Look
    items: Misfit
    models: Misfit
    shifts: tuple[Shifts, ...]
    pairs: Pairs | None
    dimensions: Dimensions | None
    precision: tuple[Precision, Precision]
    dropped: dict[str, Leverage]
    loss: Loss | None
    answers: Answers
    surprises: Ints
    unsettled: float
    words: tuple[str, ...]


def diagnose(
    scale: ItemScale,
    responses: Responses,
    *,
    by: Sequence[str] = (),
    level: float = 0.9,
    top: int = 20,
    seed: int = 0,
) -> Diagnosis:
    """Check an item scale against the answers that it was fitted to.

    Parameters
    ----------
    scale : ItemScale
        M models, J items.
    responses : Responses
        The same answers, with their labels.
    by : sequence of str
        Labels whose levels should meet the same items (openness, harness).
    level : float
        Of intervals.
    top : int
        Pairs of items and single answers to keep.
    seed : int
        Of the simulation behind the number of dimensions.

    Raises
    ------
    ScaleError
        If the answers are not those of the scale.
    UnknownNameError
        If a label is not in the answers, or has a single level.
    """
    look = look_at(scale, responses)
    alone = min(look.n_models, look.n_items) < 2
    return Diagnosis(
        look=look,
        items=misfit(look, "item"),
        models=misfit(look, "model"),
        shifts=tuple(s for b in by for s in shifts(scale, responses, look, b, level=level)),
        pairs=None if look.n_items < 2 else dependent_pairs(look, top),
        dimensions=None if alone else dimensions(look, seed=seed),
        precision=(precision.of_models(look), precision.of_items(look)),
        dropped=_dropped(look, responses),
        loss=models.of_models(look),
        answers=leverage.of_answers(look, top),
        surprises=surprises(look, top),
        unsettled=float(unsettled(look).max()),
        words=tuple(w for b in (by or (None,)) for w in design_words(look, responses, b)),
    )


def residual(look: Look) -> Floats:
    """Standardised residual of each cell, what was fitted allowed for, (N,)."""
    left = look.variance * (1 - np.minimum(look.item_lever + look.model_lever, 0.95))
    out: Floats = look.error / np.sqrt(left)
    return out


def surprises(look: Look, top: int) -> Ints:
    """The cells with the largest standardised residuals, worst first."""
    order: Ints = np.argsort(-np.abs(residual(look)), kind="stable")[:top]
    return order


def _dropped(look: Look, responses: Responses) -> dict[str, Leverage]:
    out = {"item": leverage.of_items(look)}
    for label in GROUPS_OF_ITEMS:
        if label in responses.labels and len(responses.labels[label][0]) > 1:
            out[label] = leverage.of_clusters(look, responses, label)
    return out
