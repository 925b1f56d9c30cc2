"""The answer under other scores: abilities move as a refit of the point estimate says."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from headway.errors import ScaleError
from headway.lens.prepared import Prepared
from headway.lens.worlds import draw
from headway.scale import Table
from headway.scale.table import Bools, Floats, Ints
from headway.why.value import Asker

CLIP = 1e-3  # scores within this of 0 or 1 have no finite logit


@dataclass(frozen=True, eq=False)
class Cells:
    """Added to a table: cells of models and benchmarks that are in it."""

    model: Ints
    benchmark: Ints
    score: Floats


def with_cells(table: Table, more: Cells) -> Table:
    """The table with further cells, marked as filled in."""
    count = len(more.score)
    models, tests = np.array(table.models), np.array(table.benchmarks)
    return Table.build(
        models[np.append(table.model, more.model)].tolist(),
        tests[np.append(table.benchmark, more.benchmark)].tolist(),
        np.append(table.score, more.score).tolist(),
        n_items=np.append(table.n_items, np.full(count, np.nan)).tolist(),
        domain=dict(zip(table.benchmarks, table.domain, strict=True)),
        imputed=np.append(table.imputed, np.ones(count, bool)).tolist(),
    )


def rescored(ready: Prepared, asker: Asker, table: Table) -> tuple[Prepared, Floats]:
    """The lens with other scores of the same models, and by how much each ability moves.

    The refit is that of the point estimate; its change is added to every draw, so that answers
    are paired and keep their uncertainty. Where the rule reads scores, these are replaced.

    Parameters
    ----------
    ready : Prepared
    asker : Asker
        Its fits are shared.
    table : Table
        With the models and benchmarks of the lens.

    Returns
    -------
    Prepared
    shift : (M,) float
        In the scale's unit; 0 without a scale.

    Raises
    ------
    ScaleError
        If the table has other models.
    """
    if table.models != ready.selection.table.models:
        raise ScaleError("Other scores are asked of the same models.")
    if ready.scale is None:
        selection = replace(ready.selection, table=table)
        point, measured = draw(ready.lens, selection, ready.given, None)
        made = replace(ready, selection=selection, point=point, measured=measured)
        return made, np.zeros(len(table.models))
    alone = ready.lens.scale.model_copy(update={"draws": 0, "sampling": 0})
    shift = asker.fits.fit(alone, table).ability - ready.scale.ability
    return shifted(ready, shift), shift


def shifted(ready: Prepared, shift: Floats) -> Prepared:
    """The lens with abilities moved by ``shift``, (M,) or one row a draw (S, M)."""
    rows = np.atleast_2d(shift)
    point = replace(ready.point, ability=ready.point.ability + rows.mean(axis=0))
    measured = replace(ready.measured, ability=ready.measured.ability + rows)
    return replace(ready, point=point, measured=measured)


def predicted(ready: Prepared) -> Floats | None:
    """Scores (M, B) that the scale expects at its point estimate; None without a scale."""
    scale = ready.scale
    if scale is None:
        return None
    logit = scale.slope * (scale.ability[:, None] - scale.difficulty)
    if scale.name == "rasch":
        from headway.scale.rasch import Spread, mean_curve

        spread = ready.lens.scale.options.get("spread", Spread().median)
        return mean_curve(logit, np.full(logit.shape, spread))[0]
    score: Floats = 1 / (1 + np.exp(-logit))
    return score


def seen(table: Table) -> Bools:
    """Which cells (M, B) have a score."""
    out = np.zeros((len(table.models), len(table.benchmarks)), dtype=bool)
    out[table.model, table.benchmark] = True
    return out
