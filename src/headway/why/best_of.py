"""Best of many setups: what taking the best of k adds to the scores of one group."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from headway.gap.frontier import records
from headway.gap.result import Interval
from headway.lens.prepared import Prepared
from headway.scale import Table
from headway.scale.table import Bools, Floats
from headway.why.refitted import CLIP, rescored
from headway.why.value import Asker, Value, change

KS = (2, 3, 5)
SETUP_SD = 0.4
"""Logits. Terminal-Bench 2.0 counts: SD of harnesses 0.24, of model x harness 0.33 (docs/method.md,
`facets`), together sqrt(0.24^2 + 0.33^2) = 0.41."""


@dataclass(frozen=True)
class BestOf:
    """If the scores of one group are the best of k setups and those of the other are of one.

    Attributes
    ----------
    group : str
        "leaders" or "followers": whose scores are the best of k.
    k : int
    logits : float
        What the best of k adds to a score: SD times the mean of the largest of k normals.
    points : float or None
        What that is on the scale: how far the records of the group fall against those of the
        other when it is taken off. None without a scale.
    value : float or None
        The gap with it taken off.
    change : Interval
    """

    group: str
    k: int
    logits: float
    points: float | None
    value: float | None
    change: Interval


def best_of(
    ready: Prepared, asker: Asker, base: Value, group: str, k: int, sd: float = SETUP_SD
) -> BestOf:
    """Take the excess of the best of k setups off the scores of one group."""
    given = ready.given
    members = given.leader if group == "leaders" else given.follower
    logits = sd * mean_of_largest(k)
    table = lowered(ready.selection.table, members, logits)
    made, shift = rescored(ready, asker, table)
    value = asker.quantity.of(made)
    points = None if ready.scale is None else _points(ready, shift, group)
    return BestOf(group, k, logits, points, value.middle, change(value, base))


def mean_of_largest(k: int) -> float:
    """The mean of the largest of k standard normals: 0.564, 0.846, 1.163 for 2, 3, 5.

    By the trapezium rule on its density k phi Phi^(k - 1), which is exact for smooth ends
    (Harter 1961, *Biometrika* 48, 151-165, has the table).
    """
    from scipy.special import ndtr

    x = np.linspace(-10, 10, 4001)
    density = k * np.exp(-0.5 * x**2) / np.sqrt(2 * np.pi) * ndtr(x) ** (k - 1)
    return float((x * density).sum() * (x[1] - x[0]))


def lowered(table: Table, models: Bools, logits: float) -> Table:
    """The table with the scores of some models (M,) lower by so many logits."""
    score = np.clip(table.score, CLIP, 1 - CLIP)
    low = 1 / (1 + np.exp(logits - np.log(score / (1 - score))))
    return replace(table, score=np.where(models[table.model], low, table.score))


def _points(ready: Prepared, shift: Floats, group: str) -> float:
    """How far the records of the group fall against those of the other."""
    lead, follow = (
        float(shift[records(ready.point, of).model[0]].mean())
        for of in (ready.point.leader, ready.point.follower)
    )
    return follow - lead if group == "leaders" else lead - follow
