"""Successes where almost none is expected: residuals of runs on a scale that is fitted to them.

One-parameter scale (Rasch): a model in a setup is a person, a task an item, a run a trial. Of each
cell with a success, the probability of at least so many successes, averaged over joint draws of the
abilities. A success is a finding where that is below 0.01 after correction for the number of cells
that were looked at (Bonferroni). The runs that are judged are part of the fit, which pulls
abilities towards them: it errs on the side of silence.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from headway.errors import ScaleError

if TYPE_CHECKING:
    from headway.elicit.record import Finding, Run

__all__ = ["LEVEL", "Misfits", "misfits"]

LEVEL = 0.01
_PERSONS, _ITEMS, _RUNS = 4, 5, 60


@dataclass(frozen=True, slots=True)
class Misfits:
    """Findings by the name of their run, what was fitted, and why nothing where nothing was."""

    found: dict[str, Finding]
    runs: int
    persons: int
    items: int
    compared: int
    why: str


def misfits(runs: Sequence[Run]) -> Misfits:
    """Judge the successes of runs by all of them.

    Parameters
    ----------
    runs : sequence of Run
        Those that count and have a score; a success is a score of 1, whatever an audit found.

    Returns
    -------
    Misfits
        Nothing is fitted with fewer than 60 runs, 4 models in setups or 5 tasks.
    """
    told = [run for run in runs if run.counts and run.score is not None]
    persons, items = {_person(run) for run in told}, {_item(run) for run in told}
    sizes = (len(told), len(persons), len(items))
    if sizes[0] < _RUNS or sizes[1] < _PERSONS or sizes[2] < _ITEMS:
        why = (
            f"too few runs for a scale: {sizes[0]} of {sizes[1]} models in setups on {sizes[2]} "
            f"tasks, and it takes {_RUNS} of {_PERSONS} on {_ITEMS}"
        )
        return Misfits({}, *sizes, 0, why)
    try:
        return _judged(told, sizes)
    except ScaleError as error:
        return Misfits({}, *sizes, 0, str(error).rstrip("."))


def _person(run: Run) -> str:
    from headway.elicit.home.setups import setup_of

    return f"{run.model.profile} in {setup_of(run)}"


def _item(run: Run) -> str:
    return f"{run.task.name}@{run.task.digest[:6]}"


def _judged(runs: list[Run], sizes: tuple[int, int, int]) -> Misfits:
    import numpy as np
    from scipy.stats import binom

    from headway.elicit.record import Finding
    from headway.scale.items import rasch_items
    from headway.scale.responses import Responses

    cells: dict[tuple[str, str], list[Run]] = {}
    for run in runs:
        cells.setdefault((_person(run), _item(run)), []).append(run)
    won = {cell: [run for run in held if run.score and run.score >= 1]
           for cell, held in cells.items()}  # fmt: skip
    scale = rasch_items(
        Responses.build(
            {
                "model": [person for person, _ in cells],
                "item": [item for _, item in cells],
                "successes": [len(won[cell]) for cell in cells],
                "trials": [len(held) for held in cells.values()],
            }
        )
    )
    place = {name: k for k, name in enumerate(scale.models)}
    hard = dict(zip(scale.items, scale.b, strict=True))
    looked = [cell for cell in cells if won[cell] and cell[0] in place and cell[1] in hard]
    found: dict[str, Finding] = {}
    for person, item in looked:
        each = 1 / (1 + np.exp(hard[item] - scale.draws[:, place[person]]))
        count, tried = len(won[person, item]), len(cells[person, item])
        chance = float(np.mean(binom.sf(count - 1, tried, each)))
        if chance * len(looked) < LEVEL:
            for run in won[person, item]:
                said = (
                    f"{count} of {tried} solved, which has probability {chance:.1g} on the scale "
                    f"of {sizes[0]} runs ({len(looked)} cells looked at)"
                )
                found[run.id] = Finding(kind="misfit", tampers=False, where="score", evidence=said)
    return Misfits(found, *sizes, len(looked), "")
