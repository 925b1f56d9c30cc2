"""The evidence of a scale as plain arrays: one observed cell per row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from headway.errors import ScaleError

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Table:
    """An incomplete model x benchmark table, one cell per entry, no cell twice.

    Attributes
    ----------
    models, benchmarks : tuple of str
        Names, length M and B.
    model, benchmark : (N,) int
        Index of each cell's model and benchmark; cells are sorted by model, then benchmark.
    score : (N,) float
        Share solved above chance: (raw - chance) / (ceiling - chance), in [0, 1].
    n_items : (N,) float
        Items behind each score; nan where it is not known.
    domain : tuple of str
        Domain of each benchmark, length B ("" where none is stated).
    imputed : (N,) bool
        True where the source filled the cell in from a subset.
    setups : tuple of str
        Names of the setups that are told apart; none by default.
    setup : (N,) int
        Index of each cell's setup, -1 where it is not known; empty without ``setups``. Only with
        setups may a model have several cells on one benchmark.
    """

    models: tuple[str, ...]
    benchmarks: tuple[str, ...]
    model: Ints
    benchmark: Ints
    score: Floats
    n_items: Floats
    domain: tuple[str, ...]
    imputed: Bools
    setups: tuple[str, ...] = ()
    setup: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))

    @property
    def n_scores(self) -> int:
        """Number of observed cells, N."""
        return len(self.score)

    @classmethod
    def build(
        cls,
        model: Sequence[str],
        benchmark: Sequence[str],
        score: Sequence[float],
        *,
        n_items: Sequence[float | None] | None = None,
        domain: dict[str, str] | None = None,
        imputed: Sequence[bool] | None = None,
        setup: Sequence[str | None] | None = None,
    ) -> Table:
        """Make a table from parallel columns; the order of rows does not matter.

        Of several scores of one model on one benchmark, in one ``setup`` where setups are given,
        the best counts (Epoch's rule).

        Raises
        ------
        ScaleError
            If there is no cell, or a score is not a number in [0, 1].
        """
        y = np.asarray(score, dtype=float)
        if not len(y):
            raise ScaleError("There are no scores to fit: every row was left out.")
        bad = np.flatnonzero(~((y >= 0) & (y <= 1)))
        if len(bad):
            k = int(bad[0])
            raise ScaleError(
                f"The score of {model[k]!r} on {benchmark[k]!r} is {y[k]:g}; it must lie in 0..1."
            )
        models, mi = np.unique(np.asarray(model, dtype=str), return_inverse=True)
        benches, bi = np.unique(np.asarray(benchmark, dtype=str), return_inverse=True)
        names_of_setups, si = _setups(setup, len(y))
        order = np.lexsort((-y, si, bi, mi))
        first = np.ones(len(y), dtype=bool)
        first[1:] = np.any([np.diff(code[order]) != 0 for code in (mi, bi, si)], axis=0)
        keep = order[first]
        items = np.full(len(y), np.nan) if n_items is None else _floats(n_items)
        filled = np.zeros(len(y), bool) if imputed is None else np.asarray(imputed, bool)
        names = tuple(str(b) for b in benches)
        return cls(
            models=tuple(str(m) for m in models),
            benchmarks=names,
            model=mi[keep].astype(np.int64),
            benchmark=bi[keep].astype(np.int64),
            score=y[keep],
            n_items=items[keep],
            domain=tuple((domain or {}).get(b, "") for b in names),
            imputed=filled[keep],
            setups=names_of_setups,
            setup=si[keep] if names_of_setups else np.zeros(0, dtype=np.int64),
        )

    def select(self, cells: Bools) -> Table:
        """Keep the cells where ``cells`` (N,) is true; empty models and benchmarks go."""
        names, tests = np.array(self.models), np.array(self.benchmarks)
        return Table.build(
            names[self.model[cells]].tolist(),
            tests[self.benchmark[cells]].tolist(),
            self.score[cells].tolist(),
            n_items=self.n_items[cells].tolist(),
            domain=dict(zip(self.benchmarks, self.domain, strict=True)),
            imputed=self.imputed[cells].tolist(),
            setup=self._setup_names(cells),
        )

    def _setup_names(self, cells: Bools) -> list[str | None] | None:
        if not self.setups:
            return None
        return [None if k < 0 else self.setups[k] for k in self.setup[cells].tolist()]

    def with_at_least(self, benchmarks: int) -> Table:
        """Drop models with fewer scored benchmarks than this (Epoch: 4).

        Raises
        ------
        ScaleError
            If no model is left.
        """
        count = np.bincount(self.model, minlength=len(self.models))
        keep = count[self.model] >= benchmarks
        if not keep.any():
            raise ScaleError(
                f"No model has {benchmarks} or more benchmarks (the most is {count.max()}): "
                "add scores, or lower min_benchmarks in the lens."
            )
        return self if bool(keep.all()) else self.select(keep)


def _setups(setup: Sequence[str | None] | None, size: int) -> tuple[tuple[str, ...], Ints]:
    """Names of the setups and the code of each row; -1 where none is named."""
    names = tuple(sorted({s for s in setup or () if s}))
    place = {name: k for k, name in enumerate(names)}
    codes = [place.get(s or "", -1) for s in setup] if names and setup else [-1] * size
    return names, np.array(codes, dtype=np.int64)


def _floats(values: Sequence[float | None]) -> Floats:
    columns: list[Any] = [np.nan if v is None else v for v in values]
    return np.asarray(columns, dtype=float)
