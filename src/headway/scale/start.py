"""Where the search for a fit begins when a similar table was fitted before."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from headway.scale.arrow import Params, take
from headway.scale.table import Floats, Table


@dataclass(frozen=True, eq=False)
class Start:
    """Raw parameters of a fit, by name.

    Attributes
    ----------
    models, benchmarks : tuple of str
        Names, length M and B.
    point, draws : Params
        Of one fit and of S.
    """

    models: tuple[str, ...]
    benchmarks: tuple[str, ...]
    point: Params
    draws: Params

    def at_point(self, table: Table) -> Params:
        """The point for the models and benchmarks of another table."""
        return self._moved(self.point, table)

    def at_draws(self, table: Table, count: int) -> Params:
        """One start for each of so many draws; the point's where none was drawn."""
        drawn = len(self.draws.c)
        from_draws = take(self.draws, np.arange(count) % max(drawn, 1)) if drawn else None
        return self._moved(from_draws or self.point.tiled(count), table)

    def _moved(self, params: Params, table: Table) -> Params:
        c = _by_name(params.c, self.models, table.models)
        d = _by_name(params.d, self.benchmarks, table.benchmarks)
        return Params(c, d, np.exp(_by_name(np.log(params.a), self.benchmarks, table.benchmarks)))


def _by_name(values: Floats, have: tuple[str, ...], want: tuple[str, ...]) -> Floats:
    """Columns of (S, K) for other names; a new name begins at the median of the others."""
    place = {name: k for k, name in enumerate(have)}
    rows = np.array([place.get(name, len(have)) for name in want], dtype=np.int64)
    padded = np.concatenate([values, np.median(values, axis=1, keepdims=True)], axis=1)
    moved: Floats = padded[:, rows]
    return moved
