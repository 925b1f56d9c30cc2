"""Scores that are missing for a reason: bounds by group, and what a selection model estimates.

The worst case fills every cell that a group lacks one residual SD above or below what the scale
expects, and refits. The estimate is Heckman's (1979, *Econometrica* 47, 153-161): whether a cell
has a score follows a probit, and where a score was unlikely to be there and is, its residual tells
whether it was run because it was good.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from headway.lens.prepared import Prepared
from headway.scale import Table
from headway.scale.keyed import generator
from headway.scale.table import Bools, Floats
from headway.why.probit import Probit, probit
from headway.why.refitted import Cells, predicted, rescored, seen, shifted, with_cells
from headway.why.value import Asker, Value

AT = (0.1, 0.5, 0.9)  # predicted scores at which the chance of a run is told
GROUPS = ("leaders", "followers")


@dataclass(frozen=True, eq=False)
class Residuals:
    """How far observed scores lie from what the scale expects.

    Attributes
    ----------
    expected : (M, B) float
    seen : (M, B) bool
    table : Table
    unit_sd : float
        SD of a residual in units of sqrt(p (1 - p)): residuals shrink where a score must.
    """

    expected: Floats
    seen: Bools
    table: Table
    unit_sd: float

    @classmethod
    def of(cls, ready: Prepared) -> Residuals | None:
        """None where no scale predicts scores."""
        expected = predicted(ready)
        if expected is None:
            return None
        table = ready.selection.table
        p = expected[table.model, table.benchmark]
        share = ((table.score - p) ** 2).sum() / (p * (1 - p)).sum()
        # A fit takes part of the errors along: as many cells as it has parameters.
        free = len(table.models) + 2 * len(table.benchmarks)
        share *= table.n_scores / max(1, table.n_scores - free)
        return cls(expected, seen(table), table, float(np.sqrt(share)))

    @property
    def sd(self) -> Floats:
        """(M, B) SD of the residual of each cell."""
        sd: Floats = self.unit_sd * np.sqrt(self.expected * (1 - self.expected))
        return sd

    def filled(self, group: Bools, by: float) -> Cells:
        """The cells that a group lacks, at so many SDs from what is expected."""
        m, b = np.nonzero(group[:, None] & ~self.seen)
        return Cells(m, b, np.clip(self.expected[m, b] + by * self.sd[m, b], 0, 1))


def bound(
    ready: Prepared, asker: Asker, known: Residuals, leaders: float, followers: float
) -> Value:
    """The gap with the missing cells of each group filled so many SDs from what is expected."""
    table = known.table
    for group, by in ((ready.given.leader, leaders), (ready.given.follower, followers)):
        if by:
            table = with_cells(table, known.filled(group, by))
    return asker.quantity.of(rescored(ready, asker, table)[0])


@dataclass(frozen=True, eq=False)
class Selected:
    """What a selection model says of one group.

    Attributes
    ----------
    group : str
    run : tuple of float
        Chance that a cell has a score where the scale expects ``AT``, other things as they are.
    slope, error : float
        Correlation of having a score with the residual (mean residual in SDs per unit of the
        inverse Mills ratio), with its standard error (clustered by model; the probit is taken as
        known): above 0, what was run came out better than what was not would have.
    shift : (M,) float
        Ability that a slope of 1 adds, in the scale's unit.
    """

    group: str
    run: tuple[float, ...]
    slope: float
    error: float
    shift: Floats

    @property
    def clear(self) -> bool:
        """Whether the slope is told from 0 (two standard errors)."""
        return abs(self.slope) > 2 * self.error


def selected(ready: Prepared, known: Residuals) -> tuple[Selected, Selected] | None:
    """Fit the selection model; None for a scale that is no least-squares curve."""
    if ready.scale is None or ready.scale.name != "eci":
        return None
    groups = np.stack([ready.given.leader, ready.given.follower])
    fit = _runs(known, groups)
    table = known.table
    at = (table.model, table.benchmark)
    extra = [known.sd[at] * fit.mills[at] * group[table.model] for group in groups]
    slope, error, shift = _regress(ready, known, np.stack(extra, axis=1))
    return tuple(  # type: ignore[return-value]
        Selected(
            name, _chances(fit, known, groups, k), float(slope[k]), float(error[k]), shift[:, k]
        )
        for k, name in enumerate(GROUPS)
    )


def _terms(expected: Floats, groups: Bools) -> Floats:
    """(4, M, B) covariates of a run: expected logit and its square, by group."""
    logit = np.clip(np.log(expected / (1 - expected)), -5, 5)
    return np.stack([g[:, None] * x for g in groups for x in (logit, logit**2 / 5)])


def _runs(known: Residuals, groups: Bools) -> Probit:
    rows: Bools = np.any(groups, axis=0)
    return probit(known.seen, _terms(known.expected, groups), rows)


def _chances(fit: Probit, known: Residuals, groups: Bools, k: int) -> tuple[float, ...]:
    """The mean chance of a run over the cells of a group at each expected score."""
    rows = groups[k]
    out = []
    for score in AT:
        terms = _terms(np.full(known.expected.shape, score), groups)
        out.append(float(fit.chance(terms)[rows].mean()))
    return tuple(out)


def _regress(ready: Prepared, known: Residuals, extra: Floats) -> tuple[Floats, Floats, Floats]:
    """Slopes (K,) of residuals on what the fit leaves of ``extra`` (N, K), errors, shifts (M, K).

    A fit by least squares leaves of any error only what is orthogonal to its own derivatives, so
    both sides are projected (Frisch, Waugh and Lovell).
    """
    table, jacobian = known.table, _jacobian(ready)
    normal = jacobian.T @ jacobian
    # Two directions are free (the unit): a little ridge picks the shortest way.
    normal[np.diag_indices_from(normal)] += 1e-9 * np.trace(normal) / len(normal)
    taken = np.asarray(np.linalg.solve(normal, jacobian.T @ extra), dtype=np.float64)
    left: Floats = extra - jacobian @ taken
    residual: Floats = table.score - known.expected[table.model, table.benchmark]
    inverse = np.asarray(np.linalg.inv(left.T @ left), dtype=np.float64)
    slope: Floats = inverse @ (left.T @ residual)
    score: Floats = left * (residual - left @ slope)[:, None]
    by_model = np.zeros((len(table.models), extra.shape[1]))
    np.add.at(by_model, table.model, score)
    spread = inverse @ (by_model.T @ by_model) @ inverse
    error = np.sqrt(spread.diagonal())
    shift = taken[: len(table.models)]
    return slope, error, shift


def _jacobian(ready: Prepared) -> Floats:
    """(N, M + 2B) derivatives of the expected scores in abilities, difficulties and log slopes."""
    scale, table = ready.scale, ready.selection.table
    assert scale is not None
    m, b = len(table.models), len(table.benchmarks)
    reach = scale.ability[table.model] - scale.difficulty[table.benchmark]
    slope = scale.slope[table.benchmark]
    p = 1 / (1 + np.exp(-slope * reach))
    steep = p * (1 - p) * slope
    out, row = np.zeros((table.n_scores, m + 2 * b)), np.arange(table.n_scores)
    out[row, table.model] = steep
    out[row, m + table.benchmark] = -steep
    out[row, m + b + table.benchmark] = steep * reach
    return out


def corrected(
    ready: Prepared, asker: Asker, found: tuple[Selected, Selected], which: tuple[str, ...]
) -> Value:
    """The gap less what selection is estimated to add to the scores of some groups.

    In each draw the slopes are drawn within their errors.
    """
    draws, seed = ready.measured.n_draws, ready.lens.scale.seed
    shift = np.zeros((draws, ready.measured.n_models))
    for group in found:
        if group.group in which:
            luck = generator(seed, "selection", group.group).standard_normal(draws)
            # Centred, so that the point estimate is at the slope itself.
            slope = group.slope + group.error * (luck - luck.mean())
            shift -= slope[:, None] * group.shift
    return asker.quantity.of(shifted(ready, shift))


def n_missing(known: Residuals, group: Bools) -> int:
    """Cells that a group lacks."""
    return int((group[:, None] & ~known.seen).sum())
