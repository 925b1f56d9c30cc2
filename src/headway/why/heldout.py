"""Cells held out by chance: how well each way to predict does, and whether it knows how well."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from headway.errors import UnknownNameError
from headway.scale.eci import CLIP
from headway.scale.heldout.caution import better, not_better, resampled
from headway.scale.heldout.folds import balanced, held_out, neighbours
from headway.scale.table import Floats, Ints, Table
from headway.why.noise import Noise, coverage, histogram
from headway.why.predictors import BASELINES, FAMILIES

Progress = Callable[[float, str], None]
Folds = Callable[[Table, int, int], Ints]
ADDITIVE = ("additive-scores", "additive-logits")
SIMPLE = (*ADDITIVE, "benchmark-mean", "model-mean")


@dataclass(frozen=True, eq=False)
class Method:
    """How one way to predict did on all held-out cells.

    Attributes
    ----------
    name : str
    predicted : (N,) float
        Every cell from a fit without it, in 0..1.
    low, high : (N,) float
        90% interval of every score, learnt from other held-out cells.
    below : (N,) float
        Where each score lies in its prediction, 0 to 1.
    rmse, mae : float
        Root of the mean squared error, and mean absolute error.
    rmse_low, rmse_high : float
        90% interval of the RMSE: models resampled.
    r2 : float
        1 - squared error / squared distance from the mean score.
    log_score : float
        Mean log of the predicted density at the score (at 0 and 1 of the probability); higher is
        better.
    beats : bool or None
        Whether its squared error is below that of the additive baseline in 95% of resamples of
        the models; None for the baselines.
    better_by : float or None
        RMSE of the additive baseline less that of this one.
    """

    name: str
    predicted: Floats
    low: Floats
    high: Floats
    below: Floats
    rmse: float
    rmse_low: float
    rmse_high: float
    mae: float
    r2: float
    log_score: float
    beats: bool | None = None
    better_by: float | None = None

    @property
    def coverage(self) -> tuple[float, ...]:
        """Share of scores inside the 50, 80, 90 and 95% intervals."""
        return coverage(self.below)

    @property
    def histogram(self) -> tuple[float, ...]:
        """Share of scores in each tenth of its prediction: 0.1 each where it is calibrated."""
        return histogram(self.below)


@dataclass(frozen=True, eq=False)
class HeldOut:
    """Cross-validation of a table.

    Attributes
    ----------
    table : Table
    folds, seed : int
    fold : (N,) int
        Which fold each cell was held out in.
    baseline : str
        The better of the two additive fits.
    methods : tuple of Method
        The smallest error first.
    """

    table: Table
    folds: int
    seed: int
    fold: Ints
    baseline: str
    methods: tuple[Method, ...]

    def method(self, name: str) -> Method:
        """One of the methods by name."""
        return next(m for m in self.methods if m.name == name)

    def by_benchmark(self, method: Method) -> list[tuple[str, int, float]]:
        """Name, number of scores and RMSE of every benchmark, the largest error first."""
        table, b = self.table, len(self.table.benchmarks)
        error = (np.clip(table.score, CLIP, 1 - CLIP) - method.predicted) ** 2
        count = np.bincount(table.benchmark, minlength=b)
        root = np.sqrt(np.bincount(table.benchmark, error, minlength=b) / count)
        rows = zip(table.benchmarks, count.tolist(), root.tolist(), strict=True)
        return sorted(rows, key=lambda row: -row[2])

    @property
    def cautions(self) -> tuple[str, ...]:
        """A sentence for every scale that does not beat the additive baseline."""
        base = self.method(self.baseline).rmse
        return tuple(not_better(m.name, m.rmse, base) for m in self.methods if m.beats is False)


def cross_validate(
    table: Table,
    scales: Sequence[str] = tuple(FAMILIES),
    *,
    folds: int = 10,
    seed: int = 0,
    split: Folds = balanced,
    progress: Progress | None = None,
) -> HeldOut:
    """Predict every cell of a table without it.

    Parameters
    ----------
    table : Table
    scales : sequence of str
        Scales to check: eci, rasch. The baselines are always there.
    folds : int
        Into how many parts the cells are split.
    seed : int
        Of the split.
    split : callable
        ``headway.scale.heldout.folds.balanced``, or ``scattered`` as others report.
    progress : callable, optional
        Called with the share of the work that is done, and a word.

    Raises
    ------
    HeadwayError
        If a scale is not known, or the folds do not fit the table.
    """
    _check(scales)
    fold = split(table, folds, seed)
    pairs = neighbours(folds)
    held = held_out(fold, folds, pairs)
    families = [(name, FAMILIES[name]) for name in scales]
    families += [("baselines", family) for family in BASELINES]
    methods = []
    for k, (word, family) in enumerate(families):
        for name, predicted in family(table, held, None).items():
            methods.append(_judged(table, name, predicted, fold, pairs))
        if progress is not None:
            progress((k + 1) / len(families), f"held-out cells: {word}")
    baseline = min((m for m in methods if m.name in ADDITIVE), key=lambda m: m.rmse)
    compared = [_compared(m, baseline, table, seed) for m in methods]
    ranked = tuple(sorted(compared, key=lambda m: m.rmse))
    return HeldOut(table, folds, seed, fold, baseline.name, ranked)


def _check(scales: Sequence[str]) -> None:
    for name in scales:
        if name not in FAMILIES:
            raise UnknownNameError(
                f"The scale {name!r} cannot be checked on held-out cells; these can: "
                f"{', '.join(FAMILIES)}."
            )


def _judged(
    table: Table, name: str, predicted: Floats, fold: Ints, pairs: tuple[tuple[int, int], ...]
) -> Method:
    """Errors of the folds, and intervals whose width other folds have taught."""
    score, folds = np.clip(table.score, CLIP, 1 - CLIP), int(fold.max()) + 1
    single, double = predicted[:folds], predicted[folds:]
    mine = single[fold, np.arange(len(fold))]
    below, density, low, high = (np.empty(len(fold)) for _ in range(4))
    luck = np.random.default_rng(folds).random(len(fold))
    for f in range(folds):
        noise = _noise(table, score, double, fold, pairs, f)
        at = np.flatnonzero(fold == f)
        cell = mine[at], table.benchmark[at]
        below[at] = noise.below(score[at], *cell, luck[at])
        density[at] = noise.log_score(score[at], *cell)
        low[at], high[at] = noise.interval(*cell)
    error = (score - mine) ** 2
    share = resampled(error, table)
    return Method(
        name=name,
        predicted=mine,
        low=low,
        high=high,
        below=below,
        rmse=float(np.sqrt(error.mean())),
        rmse_low=float(np.sqrt(np.quantile(share, 0.05))),
        rmse_high=float(np.sqrt(np.quantile(share, 0.95))),
        mae=float(np.abs(score - mine).mean()),
        r2=float(1 - error.sum() / ((score - score.mean()) ** 2).sum()),
        log_score=float(density.mean()),
    )


def _noise(
    table: Table,
    score: Floats,
    double: Floats,
    fold: Ints,
    pairs: tuple[tuple[int, int], ...],
    f: int,
) -> Noise:
    """The errors of other folds in fits that know neither them nor fold ``f``."""
    cells, predicted = [], []
    for k, pair in enumerate(pairs):
        if f in pair:
            other = np.flatnonzero(fold == sum(pair) - f)
            cells.append(other)
            predicted.append(double[k, other])
    at, p = np.concatenate(cells), np.concatenate(predicted)
    return Noise.of(score[at], p, table.benchmark[at], len(table.benchmarks))


def _compared(method: Method, baseline: Method, table: Table, seed: int) -> Method:
    if method.name in SIMPLE:
        return method
    score = np.clip(table.score, CLIP, 1 - CLIP)
    less = (score - baseline.predicted) ** 2 - (score - method.predicted) ** 2
    beats = better(less, table, seed)
    return replace(method, beats=beats, better_by=baseline.rmse - method.rmse)
