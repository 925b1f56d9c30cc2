"""What `pooled` returns: abilities with joint draws, benchmarks, and the cells it doubts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from headway.scale.ranked import Normal
from headway.scale.table import Bools, Floats

DOUBTED = 0.5  # a cell that is believed with a lower probability is flagged


class ScoreCell(NamedTuple):
    """One model's result on one benchmark beside what the other evidence makes of it.

    It is a score of the table, or the share of the items of that benchmark that it solved.
    ``observed`` and ``expected`` are shares solved above chance; ``low`` and ``high`` bound where
    90% of ordinary scores with as many items would lie; ``believed`` is the probability that the
    misfit is an ordinary one. ``harness`` is empty where harnesses are not told apart.
    """

    model: str
    benchmark: str
    observed: float
    expected: float
    low: float
    high: float
    believed: float
    harness: str = ""


class SetupEffect(NamedTuple):
    """What a harness adds to abilities, or adds for one ``model`` beyond that; with its SE."""

    harness: str
    model: str
    value: float
    se: float


@dataclass(frozen=True, eq=False)
class Pooled(Normal):
    """Abilities of M models and the parameters of B benchmarks on one axis.

    P(solve item i) = sigmoid(slope_b (ability_m - delta_i)),
    delta_i ~ N(difficulty_b, spread_b^2).

    Attributes
    ----------
    models : tuple of str
        Length M.
    ability : (M,) float
        In the stated gauge.
    covariance : (M, M) float
        Of the abilities in that gauge, benchmarks and items allowed for.
    draws : (S, M) float
        Joint draws of the abilities.
    sampling : (R, M) float
        Abilities with whole benchmarks drawn again (`resample`); R may be 0. A model of which no
        benchmark was drawn is nan.
    benchmarks : tuple of str
        Length B.
    difficulty, spread, slope : (B,) float
        Mean and SD of the difficulties of a benchmark's items (in ``unit``), and its slope (per
        ``unit``).
    difficulty_se, spread_factor : (B,) float
        Standard error of the difficulty; factor by which the spread is uncertain (the SE of its
        logarithm, as exp).
    has_items : (B,) bool
        Whether answers to single items were held; the spread of other benchmarks is borrowed.
    cells : tuple of ScoreCell
        The results, by model and benchmark; those of answers where there are two benchmarks.
    misfit : float
        SD in logits of the ordinary misfit of a score; nan without a table.
    broken : float
        Estimated share of cells with a gross misfit; nan without a table.
    loglik : float
        Log-likelihood at the mode, items and misfits integrated out, without binomial
        coefficients.
    gradient : float
        Largest element of the gradient at the mode.
    unit, method, gauge : str
    n_responses, n_scores : int
        Cells of both kinds that were fitted.
    setups : tuple of SetupEffect
        In ``unit``: of harnesses, then of models in them; empty where no model ran in several.
    setup_sds : (float, float)
        Estimated SDs of these two, in ``unit``.
    cautions : tuple of str
        What a reader must know before trusting this scale, one sentence each.
    """

    models: tuple[str, ...]
    ability: Floats
    covariance: Floats
    draws: Floats
    sampling: Floats
    benchmarks: tuple[str, ...]
    difficulty: Floats
    spread: Floats
    slope: Floats
    difficulty_se: Floats
    spread_factor: Floats
    has_items: Bools
    cells: tuple[ScoreCell, ...]
    misfit: float
    broken: float
    loglik: float
    gradient: float
    unit: str
    method: str
    gauge: str
    n_responses: int
    n_scores: int
    setups: tuple[SetupEffect, ...] = ()
    setup_sds: tuple[float, float] = (0.0, 0.0)
    cautions: tuple[str, ...] = ()
    name: str = "pooled"

    @property
    def doubted(self) -> tuple[ScoreCell, ...]:
        """Cells that are more probably broken than not, the least believed first."""
        flagged = [cell for cell in self.cells if cell.believed < DOUBTED]
        return tuple(sorted(flagged, key=lambda cell: cell.believed))
