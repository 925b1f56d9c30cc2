"""Two harnesses on the same models and the same items: differences that need no model of either."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from headway.scale.facets.columns import Counts
from headway.scale.table import Bools, Floats, Ints

CEILING = 0.95


@dataclass(frozen=True)
class Runs:
    """Repeated runs of a setup on the same items: how many, and the SD of their share solved."""

    count: int
    sd: float | None


@dataclass(frozen=True)
class Pair:
    """Harness ``one`` against ``other`` on the models and items that both have.

    Attributes
    ----------
    one, other : str
        The second is the one in which more models ran.
    group : str
        Openness of the models, "all" if it is not known, or the name of a single model.
    models : tuple of str
    items : int
    share_one, share_other : float
        Mean over models of the share of common items solved.
    difference, low, high : float
        Mean over models of the difference in shares. The interval is for items like these: it
        is paired and clustered by item, and holds the variance of whole runs where runs repeat.
    runs : (Runs, Runs) or None
        For a single model.
    ceiling : bool
        True if both solve at least 95%: then there is no room for a difference.
    """

    one: str
    other: str
    group: str
    models: tuple[str, ...]
    items: int
    share_one: float
    share_other: float
    difference: float
    low: float
    high: float
    runs: tuple[Runs, Runs] | None
    ceiling: bool

    @property
    def repeated(self) -> bool:
        """True if both setups of a single model were run again as a whole."""
        return self.runs is not None and None not in {run.sd for run in self.runs}

    @property
    def stands(self) -> bool:
        """True if two single runs would show the difference: twice their noise is less."""
        if self.runs is None or not self.repeated:
            return False
        first, second = (run.sd or 0.0 for run in self.runs)
        return abs(self.difference) > 2 * math.hypot(first, second)


def pairs(data: Counts, level: float) -> tuple[Pair, ...]:
    """All pairs of harnesses: by openness of the models, then model by model."""
    names, code = data.labels["harness"]
    out: list[Pair] = []
    spread = [len(np.unique(data.model[code == k])) for k in range(len(names))]
    order = sorted(range(len(names)), key=lambda k: (spread[k], names[k]))
    for a, b in combinations(order, 2):
        found = [
            one for m in range(len(data.models)) if (one := _one(data, code, m, a, b)) is not None
        ]
        for group, members in _groups(data, found):
            out.append(_pool(data, (names[a], names[b]), group, members, level))
        out += [_pool(data, (names[a], names[b]), data.models[d.model], [d], level) for d in found]
    return tuple(out)


def runs_of(data: Counts) -> Mapping[tuple[int, int], tuple[int, ...]]:
    """The runs of each (model, harness); several only where a run repeats items of another."""
    if "run" not in data.labels or "harness" not in data.labels:
        return {}
    harness, run = data.labels["harness"][1], data.labels["run"][1]
    keys = {(int(m), int(h)) for m, h in zip(data.model, harness, strict=True)}
    out = {}
    for m, h in keys:
        here = (data.model == m) & (harness == h) & (run >= 0)
        _, times = np.unique(data.item[here], return_counts=True)
        several = len(times) and times.max() > 1
        out[m, h] = tuple(np.unique(run[here]).tolist()) if several else ()
    return out


@dataclass(frozen=True, eq=False)
class _Own:
    """One model in two harnesses, on the J items that both have."""

    model: int
    items: Ints
    shares: tuple[Floats, Floats]
    runs: tuple[Runs, Runs]
    noise: float  # variance of the difference from whole runs, beyond that of single items


def _one(data: Counts, harness: Ints, model: int, a: int, b: int) -> _Own | None:
    here = [(data.model == model) & (harness == k) for k in (a, b)]
    items = np.intersect1d(data.item[here[0]], data.item[here[1]])
    if len(items) < 2:
        return None
    shares = tuple(_shares(data, cells, items) for cells in here)
    found = [_runs(data, cells, items) for cells in here]
    (first, noise_a), (second, noise_b) = found
    return _Own(model, items, (shares[0], shares[1]), (first, second), noise_a + noise_b)


def _shares(data: Counts, cells: Bools, items: Ints) -> Floats:
    size = len(data.items)
    won = np.bincount(data.item[cells], data.successes[cells], size)[items]
    tried = np.bincount(data.item[cells], data.trials[cells], size)[items]
    out: Floats = won / tried
    return out


def _runs(data: Counts, cells: Bools, items: Ints) -> tuple[Runs, float]:
    """Whole runs over the same items, and the variance of their mean beyond that of items."""
    if "run" not in data.labels:
        return Runs(1, None), 0.0
    cells = cells & np.isin(data.item, items)
    blocks = [_block(data, cells & part) for part in _benchmarks(data)]
    blocks = [block for block in blocks if block[1]]
    count = max((n for n, *_ in blocks), default=1)
    free = sum(n - 1 for n, *_ in blocks)
    if not free:
        return Runs(count, None), 0.0
    spread = sum((n - 1) * v for n, _, v, _ in blocks) / free
    extra = max(sum((n - 1) * (v - alone) for n, _, v, alone in blocks) / free, 0.0)
    noise = sum((j / len(items)) ** 2 * extra / n for n, j, *_ in blocks)
    return Runs(count, float(np.sqrt(spread))), float(noise)


def _benchmarks(data: Counts) -> list[Bools]:
    if "benchmark" not in data.labels:
        return [np.ones(len(data.item), dtype=bool)]
    levels, code = data.labels["benchmark"]
    return [code == k for k in range(-1, len(levels))]


def _block(data: Counts, cells: Bools) -> tuple[int, int, float, float]:
    """Runs n over the same J items, the variance of a run's mean, and what items alone give it."""
    if not cells.any():
        return 0, 0, 0.0, 0.0
    run = np.unique(data.labels["run"][1][cells], return_inverse=True)[1]
    names, item = np.unique(data.item[cells], return_inverse=True)
    table = np.full((int(run.max()) + 1, len(names)), np.nan)
    table[run, item] = data.successes[cells] / data.trials[cells]
    # A run over a few of the items cannot be set beside a whole one.
    whole = table[np.isfinite(table).mean(axis=1) > 0.9]
    n = max(len(whole), 1)
    whole = whole[:, np.isfinite(whole).all(axis=0)]
    if n < 2 or not whole.shape[1]:
        return 1, len(names), 0.0, 0.0
    p = whole.mean(axis=0)
    alone = float((p * (1 - p)).sum()) * n / (n - 1) / whole.shape[1] ** 2
    return n, len(names), float(whole.mean(axis=1).var(ddof=1)), alone


def _groups(data: Counts, found: list[_Own]) -> Iterator[tuple[str, list[_Own]]]:
    if not found:
        return
    if "openness" not in data.labels:
        yield "all", found
        return
    levels, code = data.labels["openness"]
    side = {d.model: int(code[data.model == d.model].max()) for d in found}
    for k, level in enumerate(levels):
        members = [d for d in found if side[d.model] == k]
        if members:
            yield level, members


def _pool(
    data: Counts, names: tuple[str, str], group: str, members: list[_Own], level: float
) -> Pair:
    from scipy.special import stdtrit

    count = len(members)
    pull = np.zeros(len(data.items))
    means = np.zeros((2, count))
    for k, d in enumerate(members):
        gap = d.shares[0] - d.shares[1]
        pull[d.items] += (gap - gap.mean()) / (count * len(gap))
        means[:, k] = d.shares[0].mean(), d.shares[1].mean()
    items = np.unique(np.concatenate([d.items for d in members]))
    j = len(items)
    variance = float((pull**2).sum()) * j / (j - 1) + sum(d.noise for d in members) / count**2
    half = float(stdtrit(j - 1, (1 + level) / 2)) * float(np.sqrt(variance))
    one, other = (float(row.mean()) for row in means)
    return Pair(
        one=names[0],
        other=names[1],
        group=group,
        models=tuple(data.models[d.model] for d in members),
        items=j,
        share_one=one,
        share_other=other,
        difference=one - other,
        low=one - other - half,
        high=one - other + half,
        runs=members[0].runs if count == 1 else None,
        ceiling=bool((means >= CEILING).all()),
    )
