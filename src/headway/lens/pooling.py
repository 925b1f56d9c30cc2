"""The scale `pooled` of a lens: its scores, and the answers to items that stand beside them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from headway.lens.evidence import Selection
    from headway.lens.recipe import ScaleChoice
    from headway.scale import Scale

FIRST_ORDER = (
    "Benchmarks are drawn again to first order, not refitted: with this scale the sampling "
    "interval is about a tenth too narrow."
)


def pooled_scale(selection: Selection, choice: ScaleChoice) -> Scale:
    """Fit answers and scores of a selection in one likelihood.

    Raises
    ------
    ScaleError
        If models share no benchmark, or an item stands in two.
    """
    from headway.scale import Scale
    from headway.scale.pooled import pooled

    tests = selection.benchmarks
    fit = pooled(
        selection.responses,
        selection.table,
        chance={b.name: b.chance for b in tests if b.chance is not None},
        ceiling={b.name: b.ceiling for b in tests},
        draws=choice.draws,
        sampling=choice.sampling,
        seed=choice.seed,
    )
    at = [fit.models.index(model.name) for model in selection.models]
    return Scale(
        name=fit.name,
        unit=fit.unit,
        models=tuple(np.array(fit.models)[at].tolist()),
        ability=fit.ability[at],
        draws=fit.draws[:, at],
        sampling=fit.sampling[:, at],
        benchmarks=fit.benchmarks,
        difficulty=fit.difficulty,
        slope=fit.slope,
        gradient=fit.gradient,
        n_scores=fit.n_scores + fit.n_responses,
        cautions=(*fit.cautions, *((FIRST_ORDER,) if choice.sampling else ())),
    )
