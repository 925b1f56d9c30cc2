"""Cells held out in time: models that came later, from a few of their scores."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from headway.gap.world import MONTH
from headway.scale.eci import CLIP
from headway.scale.heldout.ways import Family
from headway.scale.table import Bools, Floats, Ints, Table
from headway.why.noise import Noise
from headway.why.predictors import BASELINES, FAMILIES

TIES = (3, 4)  # scores that tie a new model to the scale
ORIGINS, HORIZON = 5, 6  # how many dates, and months between them
PLACED = 5  # scores of earlier models that place a benchmark


@dataclass(frozen=True)
class Later:
    """How one way to predict did on models that came after a date.

    Attributes
    ----------
    name : str
    ties : int
        Scores of each new model that it knew.
    n_models, n_scores : int
        New models and predicted scores, over all dates.
    rmse, mae : float
    by_origin : tuple of (date, int, float)
        Each date with how many scores were predicted, and the RMSE.
    coverage : float or None
        Share of scores inside 90% intervals learnt from the dates before; None where there is
        only one date.
    """

    name: str
    ties: int
    n_models: int
    n_scores: int
    rmse: float
    mae: float
    by_origin: tuple[tuple[date, int, float], ...]
    coverage: float | None


@dataclass(frozen=True, eq=False)
class _Split:
    """One date: the cells that are not known (N,), and those among them that are predicted."""

    origin: date
    ties: int
    held: Bools
    asked: Ints


def later_models(
    table: Table,
    days: Sequence[date],
    scales: Sequence[str] = tuple(FAMILIES),
    *,
    last: date,
    seed: int = 0,
) -> tuple[Later, ...]:
    """Predict models of the half-year after each of several dates from 3 or 4 of their scores.

    Benchmarks count that at least five models up to the date have taken. The scores that tie a
    new model to the scale are chosen by chance: which came first is not on record.

    Parameters
    ----------
    table : Table
    days : sequence of date
        Release of each of its M models.
    scales : sequence of str
        As in ``cross_validate``.
    last : date
        The end of the last half-year.
    seed : int
        Of the choice of scores.
    """
    ordinal = np.array([day.toordinal() for day in days])
    origins = [last - timedelta(days=round(HORIZON * MONTH * k)) for k in range(ORIGINS, 0, -1)]
    splits = [
        split
        for ties in TIES
        for origin in origins
        if len((split := _split(table, ordinal, origin, ties, seed)).asked)
    ]
    if not splits:
        return ()
    held = np.stack([split.held for split in splits])
    families: list[Family] = [*(FAMILIES[name] for name in scales), *BASELINES]
    return tuple(
        _judged(table, name, ties, [(s, p) for s, p in zip(splits, found, strict=True)
                                    if s.ties == ties])
        for family in families
        for name, found in family(table, held, None).items()
        for ties in TIES
        if any(s.ties == ties for s in splits)
    )  # fmt: skip


def _split(table: Table, day: Ints, origin: date, ties: int, seed: int) -> _Split:
    end = (origin + timedelta(days=round(HORIZON * MONTH))).toordinal()
    of_cell = day[table.model]
    past = of_cell <= origin.toordinal()
    placed = np.bincount(table.benchmark[past], minlength=len(table.benchmarks)) >= PLACED
    fresh = (of_cell > origin.toordinal()) & (of_cell <= end) & placed[table.benchmark]
    count = np.bincount(table.model[fresh], minlength=len(table.models))
    fresh &= (count > ties)[table.model]
    tied = fresh & (_rank(table, fresh, np.random.default_rng(seed)) < ties)
    return _Split(origin, ties, ~(past | tied), np.flatnonzero(fresh & ~tied))


def _rank(table: Table, among: Bools, rng: np.random.Generator) -> Ints:
    """Place of each cell in a random order of those of its model that are ``among`` the asked."""
    luck = np.where(among, rng.random(table.n_scores), 2.0)
    order = np.lexsort((luck, table.model))
    start = np.concatenate([[0], np.cumsum(np.bincount(table.model))[:-1]])
    rank = np.empty(table.n_scores, dtype=np.int64)
    rank[order] = np.arange(table.n_scores) - start[table.model[order]]
    return rank


def _judged(table: Table, name: str, ties: int, found: list[tuple[_Split, Floats]]) -> Later:
    score = np.clip(table.score, CLIP, 1 - CLIP)
    asked = [split.asked for split, _ in found]
    error = [score[split.asked] - p[split.asked] for split, p in found]
    every = np.concatenate(error)
    return Later(
        name=name,
        ties=ties,
        n_models=sum(len(np.unique(table.model[at])) for at in asked),
        n_scores=len(every),
        rmse=_root(every),
        mae=float(np.abs(every).mean()),
        by_origin=tuple(
            (split.origin, len(e), _root(e)) for (split, _), e in zip(found, error, strict=True)
        ),
        coverage=_coverage(table, score, found),
    )


def _coverage(table: Table, score: Floats, found: list[tuple[_Split, Floats]]) -> float | None:
    inside: list[Bools] = []
    for k in range(1, len(found)):
        before = [(split.asked, p[split.asked]) for split, p in found[:k]]
        cells = np.concatenate([at for at, _ in before])
        known = np.concatenate([p for _, p in before])
        noise = Noise.of(score[cells], known, table.benchmark[cells], len(table.benchmarks))
        split, p = found[k]
        low, high = noise.interval(p[split.asked], table.benchmark[split.asked])
        # An interval that reaches 0 or 1 holds the scores that are clipped there.
        low, high = np.maximum(low, CLIP), np.minimum(high, 1 - CLIP)
        inside.append((score[split.asked] >= low) & (score[split.asked] <= high))
    return float(np.concatenate(inside).mean()) if inside else None


def _root(error: Floats) -> float:
    return float(np.sqrt((error**2).mean()))
