"""Numbers beside the gap in months that published claims are about."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

import numpy as np

from headway.errors import GapError
from headway.gap.frontier import records
from headway.gap.quantile import quantile
from headway.gap.rules.trend import fit
from headway.gap.series import daily_lag
from headway.gap.vertical import distance
from headway.gap.world import MONTH, World
from headway.lens.prepared import Prepared
from headway.scale.table import Floats
from headway.why.value import Quantity, Value

YEAR = 12 * MONTH


@dataclass(frozen=True)
class Points(Quantity):
    """The vertical distance of the frontiers, in units of the scale."""

    def of(self, ready: Prepared) -> Value:
        """The number in a prepared lens."""
        _scaled(ready)
        drop = ready.params.get("drop_first", 0)
        draws = distance(ready.measured, drop_first=drop if isinstance(drop, int) else 0)
        return _value(ready, draws)

    def unit(self, ready: Prepared) -> str:
        """That of the scale."""
        return ready.scale.unit if ready.scale else ""


@dataclass(frozen=True)
class Slope(Quantity):
    """Change of the strict daily gap per year, by least squares over the days from ``since``.

    The same number as in :func:`headway.gap.widening.widening` for this start, with its draws.
    """

    since: date = date(2023, 1, 1)

    def of(self, ready: Prepared) -> Value:
        """The number in a prepared lens."""
        _scaled(ready)
        lag = daily_lag(ready.measured, start=self.since.toordinal())
        counted = lag.defined & ~lag.censored
        x, y = np.broadcast_to((lag.days - lag.days[-1]) / YEAR, lag.lag.shape), lag.lag / MONTH
        count = np.maximum(counted.sum(axis=1, keepdims=True), 1)
        x = np.where(counted, x - (counted * x).sum(axis=1, keepdims=True) / count, 0.0)
        with np.errstate(invalid="ignore"):
            return _value(ready, (x * y).sum(axis=1) / (x * x).sum(axis=1))

    def unit(self, ready: Prepared) -> str:  # noqa: ARG002 - as of every quantity
        """Months per year."""
        return "months per year"


@dataclass(frozen=True)
class Velocity(Quantity):
    """Change per year of the backward distance of the two trend lines.

    The lines are straight, so the distance (h_L - h_F) / s_L changes by (s_L - s_F) / s_L.
    """

    def of(self, ready: Prepared) -> Value:
        """The number in a prepared lens."""
        _scaled(ready)
        slope = fit(ready.measured).slope
        return _value(ready, 12 * (1 - slope[:, 1] / slope[:, 0]))

    def unit(self, ready: Prepared) -> str:  # noqa: ARG002 - as of every quantity
        """Months per year."""
        return "months per year"


@dataclass(frozen=True)
class Speed(Quantity):
    """Rise of the frontier of all models per year, before or after a bend.

    One continuous line with a bend at ``since`` through the models that raised the frontier, by
    least squares (Epoch AI, 23 December 2025, with the bend where they found it).
    """

    since: date = date(2024, 4, 1)
    part: Literal["before", "after", "ratio"] = "after"

    def of(self, ready: Prepared) -> Value:
        """The number in a prepared lens."""
        _scaled(ready)
        before, after = bent(ready.measured, self.since.toordinal())
        with np.errstate(invalid="ignore", divide="ignore"):
            ratio = after / before
        return _value(ready, {"before": before, "after": after, "ratio": ratio}[self.part])

    def unit(self, ready: Prepared) -> str:
        """Units of the scale per year, or none for the ratio."""
        return (
            "ratio" if self.part == "ratio" else f"{Points.unit(Points(), ready)} points per year"
        )


def bent(world: World, day: int) -> tuple[Floats, Floats]:
    """Slopes (S,) per year of the frontier of all models before and after a day."""
    every = np.ones_like(world.leader)
    top = records(world, every)
    slopes = np.full((2, world.n_draws), np.nan)
    for s, count in enumerate(top.count.tolist()):
        t = (top.day[s, :count] - day) / YEAR
        if (t < 0).sum() < 2 or (t > 0).sum() < 2:
            continue  # a side without two records has no slope
        design = np.stack([np.ones_like(t), t, np.maximum(t, 0)], axis=1)
        found = np.linalg.lstsq(design, top.ability[s, :count], rcond=None)[0]
        slopes[:, s] = found[1], found[1] + found[2]
    return slopes[0], slopes[1]


def _scaled(ready: Prepared) -> None:
    if ready.scale is None:
        raise GapError("This lens reads scores as they are: it has no frontier on a scale.")


def _value(ready: Prepared, draws: Floats) -> Value:
    middle = quantile(draws, 0.5)
    if not np.isfinite(middle):
        raise GapError("This number is not defined in most draws: a group has too few records.")
    return Value(middle, draws, len(ready.selection.models), ready.selection.table.n_scores)
