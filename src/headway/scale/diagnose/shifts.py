"""Differential item functioning: an item that is easier for one group than its ability says.

Every group gets an ability of its own in each model (a harness that helps everywhere is no item's
fault), then each item a shift of its logit for that group beside its own parameters. The test is
the score test of a shift of 0 (Swaminathan & Rogers 1990, *Journal of Educational Measurement* 27,
in the form that needs no refit); the effect is the mode of the shift under a weak normal prior.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from headway.errors import UnknownNameError
from headway.scale.diagnose.look import Look, chances, derivative, floors, judged, placed, sums
from headway.scale.diagnose.many import adjusted, reach, two_sided
from headway.scale.items import ItemScale
from headway.scale.responses import Responses
from headway.scale.table import Floats, Ints

WEAK = 3.0  # SD of the prior of a shift: finite where a group solved all
LEAST = 1e-3  # of information; less says nothing
LOOSE = 0.1  # of the precision of abilities: keeps those finite that solved all
STEPS, LONGEST = 12, 1.5


@dataclass(frozen=True, eq=False)
class Shifts:
    """Shifts of J items for one group against all others.

    Attributes
    ----------
    label, group : str
        For instance openness and open.
    items : tuple of str
    inside, outside : (J,) int
        Cells of the group, and of the others.
    shift : (J,) float
        Logits by which the item is easier for the group at equal ability; nan = not identified, or
        not to be judged by residuals.
    low, high : (J,) float
        Interval of the shift.
    p, q : (J,) float
        Two-sided score test, and its false discovery rate over all identified items.
    """

    label: str
    group: str
    items: tuple[str, ...]
    inside: Ints
    outside: Ints
    shift: Floats
    low: Floats
    high: Floats
    p: Floats
    q: Floats

    @property
    def identified(self) -> Ints:
        """Items on which both sides have answers that tell something."""
        return np.flatnonzero(~np.isnan(self.p))


def shifts(
    scale: ItemScale, responses: Responses, look: Look, by: str, *, level: float = 0.9
) -> tuple[Shifts, ...]:
    """Shifts of all items for each level of a label (for one of them where there are two).

    Parameters
    ----------
    scale : ItemScale
    responses : Responses
        With the label ``by``; cells without it are left out.
    look : Look
        Of this scale and these answers.
    by : str
        A label: openness, harness, effort, ...
    level : float
        Of the intervals.

    Raises
    ------
    UnknownNameError
        If the answers have no such label, or it has a single level.
    """
    levels, code = labelled(responses, by)
    cells = _cells(scale, responses, look, code)
    told = [1] if len(levels) == 2 else range(len(levels))
    return tuple(_shifts(cells, by, levels[k], cells.group == k, level) for k in told)


def labelled(responses: Responses, by: str) -> tuple[tuple[str, ...], Ints]:
    """Levels of a label, and each row's code.

    Raises
    ------
    UnknownNameError
        If there is no such label, or it has a single level.
    """
    if by not in responses.labels:
        known = ", ".join(sorted(responses.labels)) or "none"
        raise UnknownNameError(f"The responses have no label {by!r}; they have: {known}.")
    levels, code = responses.labels[by]
    if len(levels) < 2:
        raise UnknownNameError(f"The label {by!r} has one level only: there is nothing to compare.")
    return levels, code


@dataclass(frozen=True, eq=False)
class _Cells:
    """Rows with a group, each with the ability of its model in its group."""

    scale: ItemScale
    look: Look
    item: Ints
    group: Ints
    unit: Ints
    won: Floats
    tried: Floats
    ability: Floats
    lever: Floats


def _cells(scale: ItemScale, responses: Responses, look: Look, code: Ints) -> _Cells:
    rows = np.flatnonzero(code >= 0)
    model = placed(responses.models, scale.models, "model")[responses.model[rows]]
    item = placed(responses.items, scale.items, "item")[responses.item[rows]]
    won, tried, group = responses.successes[rows], responses.trials[rows], code[rows]
    pairs, unit = np.unique(model * (int(code.max()) + 1) + group, return_inverse=True)
    unit = unit.reshape(-1).astype(np.int64)
    whose = pairs // (int(code.max()) + 1)
    ability, size = _abilities(scale, (item, unit, won, tried), scale.ability[whose])
    _, weight = _pull(scale, ability[unit], item, won, tried)
    lever = np.minimum(scale.a[item] ** 2 * weight / size[unit], 0.9)
    return _Cells(scale, look, item, group, unit, won, tried, ability[unit], lever)


def _abilities(
    scale: ItemScale, cells: tuple[Ints, Ints, Floats, Floats], start: Floats
) -> tuple[Floats, Floats]:
    """Abilities of models within groups given the items, and their information; (U,), (U,)."""
    item, unit, won, tried = cells
    # A full prior would draw groups of unlike ability together, and make shifts of it.
    centre, ease = scale.ability.mean(), LOOSE / max(float(scale.ability.var()), 1e-4)
    ability, a = start.copy(), scale.a[item]
    size = np.full(len(start), ease)
    for _ in range(STEPS):
        pull, weight = _pull(scale, ability[unit], item, won, tried)
        score = sums(unit, a * pull, len(start))
        size = sums(unit, a * a * weight, len(start)) + ease
        step = (score - ease * (ability - centre)) / size
        ability += np.clip(step, -LONGEST, LONGEST)
    return ability, size


def _pull(
    scale: ItemScale, ability: Floats, item: Ints, won: Floats, tried: Floats
) -> tuple[Floats, Floats]:
    """Score and information of each cell by its logit."""
    p, slope = chances(scale.a[item], scale.b[item], ability, floors(scale)[item])
    pull = slope / (p * (1 - p))
    return (won - tried * p) * pull, tried * slope * pull


def _shifts(cells: _Cells, label: str, group: str, inside: Floats, level: float) -> Shifts:
    count = len(cells.scale.items)
    has = inside.astype(float)
    score, info = _system(cells, has, cells.ability, np.zeros((count, _size(cells))))
    left = _left(info, cells.look.precision)
    with np.errstate(divide="ignore", invalid="ignore"):
        z = np.where(left > LEAST, score[:, -1] / np.sqrt(left), np.nan)
    n_in = np.bincount(cells.item, weights=has, minlength=count).astype(np.int64)
    n_out = np.bincount(cells.item, minlength=count) - n_in
    z = np.where((n_in > 0) & (n_out > 0) & judged(cells.look), z, np.nan)
    shift, error = _mode(cells, has)
    blank = np.where(np.isnan(z), np.nan, 0.0)
    p = two_sided(z)
    far = reach(level) * error
    return Shifts(
        label=label,
        group=group,
        items=cells.scale.items,
        inside=n_in,
        outside=n_out,
        shift=shift + blank,
        low=shift - far + blank,
        high=shift + far + blank,
        p=p,
        q=adjusted(p),
    )


def _size(cells: _Cells) -> int:
    return int(cells.look.by_item.shape[1]) + 1


def _system(cells: _Cells, has: Floats, ability: Floats, moved: Floats) -> tuple[Floats, Floats]:
    """Score (J, D + 1) and information by an item's parameters and its shift, at ``moved``."""
    scale, item = cells.scale, cells.item
    x = np.column_stack([derivative(scale, ability, item), has])
    # The shift of a logit moves the curve as an ability that is higher by it over the slope.
    extra = np.einsum("nd,nd->n", x, moved[item]) / scale.a[item]
    pull, weight = _pull(scale, ability + extra, item, cells.won, cells.tried)
    weight = weight * (1 - cells.lever)
    count, d = len(scale.items), x.shape[1]
    score = np.stack([sums(item, pull * x[:, k], count) for k in range(d)], axis=1)
    info = np.empty((count, d, d))
    for k in range(d):
        for h in range(k + 1):
            info[:, k, h] = info[:, h, k] = sums(item, weight * x[:, k] * x[:, h], count)
    return score, info


def _left(info: Floats, precision: Floats) -> Floats:
    """Information on the shift that is left when the item's own parameters are fitted, (J,)."""
    cross = info[:, :-1, -1]
    taken = np.linalg.solve(info[:, :-1, :-1] + precision, cross[..., None])[..., 0]
    out: Floats = info[:, -1, -1] - np.einsum("jd,jd->j", cross, taken)
    return out


def _mode(cells: _Cells, has: Floats) -> tuple[Floats, Floats]:
    """Shift and standard error, each item's parameters fitted beside it."""
    d = _size(cells)
    count = len(cells.scale.items)
    ease = np.zeros((d, d))
    ease[:-1, :-1] = cells.look.precision
    ease[-1, -1] = 1 / WEAK**2
    moved = np.zeros((count, d))
    start, _ = _system(cells, has, cells.ability, moved)
    start[:, -1] = 0  # at no shift the item's own parameters are at their fit
    info = np.zeros((count, d, d))
    for _ in range(STEPS):
        score, info = _system(cells, has, cells.ability, moved)
        step = np.linalg.solve(info + ease, (score - start - moved @ ease)[..., None])[..., 0]
        moved = moved + np.clip(step, -LONGEST, LONGEST)
    error = np.sqrt(np.linalg.inv(info + ease)[:, -1, -1])
    return moved[:, -1], error
