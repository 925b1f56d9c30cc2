"""What every scale returns: abilities with joint draws."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from headway.scale.ranked import Ranked
from headway.scale.start import Start
from headway.scale.table import Floats


@dataclass(frozen=True, eq=False)
class Scale(Ranked):
    """Abilities of M models on one axis, with joint draws of their uncertainty.

    A draw is one consistent world: frontiers, ranks and gaps are computed within each draw and
    summarised last. Two marginal intervals are never combined as if they were independent.

    Attributes
    ----------
    name : str
        The estimator, e.g. ``"eci"``.
    unit : str
        Unit of ``ability``: ``"ECI"``, ``"Elo"`` or ``"logit"``.
    models : tuple of str
        Model ids, length M.
    ability : (M,) float
        Point estimates, in ``unit``.
    draws : (S, M) float
        Joint draws of measurement uncertainty, in ``unit``; S may be 0.
    sampling : (R, M) float
        Joint refits with whole benchmarks resampled, in ``unit``; R may be 0. A model of which
        no benchmark was drawn is nan: it does not exist in that world.
    benchmarks : tuple of str
        Benchmark ids, length B.
    difficulty, slope : (B,) float
        Ability at which half is solved (in ``unit``) and discrimination (per ``unit``).
    gradient : float
        Infinity norm of the (projected) gradient at the point estimate, in fitting units.
    n_scores : int
        Cells that were fitted.
    cautions : tuple of str
        What a reader must know before trusting this scale, one sentence each.
    start : Start or None
        Raw parameters, from which fits of similar tables begin (``near``).
    """

    name: str
    unit: str
    models: tuple[str, ...]
    ability: Floats
    draws: Floats
    sampling: Floats
    benchmarks: tuple[str, ...]
    difficulty: Floats
    slope: Floats
    gradient: float
    n_scores: int
    cautions: tuple[str, ...] = ()
    start: Start | None = None
    digits = 1

    def interval(self, level: float = 0.9) -> tuple[Floats, Floats]:
        """Central interval of each ability over the draws, (M,) and (M,), in ``unit``.

        Without draws both bounds are nan: an interval that was not computed is not a point.
        """
        if not len(self.draws):
            nothing = np.full(len(self.models), np.nan)
            return nothing, nothing
        tail = (1 - level) / 2
        low, high = np.quantile(self.draws, [tail, 1 - tail], axis=0)
        return low, high
