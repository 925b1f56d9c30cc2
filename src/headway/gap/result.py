"""The answer: months between two groups, with what bounds them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from headway.gap.quantile import finite, quantile

if TYPE_CHECKING:
    import polars

    from headway.gap.world import Floats


@dataclass(frozen=True)
class Interval:
    """Median and central interval of draws; None where nothing bounds it (censored).

    Attributes
    ----------
    median, low, high : float or None
        In the unit of the draws.
    level : float
        Share of the draws inside.
    """

    median: float | None
    low: float | None
    high: float | None
    level: float

    def __str__(self) -> str:
        middle = "-" if self.median is None else f"{self.median:.1f}"
        return f"{middle} ({100 * self.level:.0f}%: {_bound(self.low)} to {_bound(self.high)})"


def interval(low: Floats, mid: Floats, high: Floats, level: float) -> Interval:
    """Median of the middles, lower quantile of the lower bounds, upper of the upper bounds."""
    tail = (1 - level) / 2
    return Interval(
        median=finite(quantile(mid, 0.5)),
        low=finite(quantile(low, tail)),
        high=finite(quantile(high, 1 - tail)),
        level=level,
    )


@dataclass(frozen=True, eq=False)
class Gap:
    """How far the followers are behind the leaders, under one rule.

    Attributes
    ----------
    rule : str
        Name of the rule.
    months : Interval
        Measurement uncertainty: over joint draws of abilities, dates and labels.
    sampling : Interval
        Sampling uncertainty: models and benchmarks resampled. All None if it was not asked for.
    placebo : (float or None, float or None) or None
        Central interval of the rule where the true gap is 0.
    points : Interval
        Vertical distance in scale units: mean over the window (`now`: on the last day).
    censored : bool
        Nothing bounds the gap from above at this level.
    at_least : float or None
        The printed bound ("≥ 11 months") where the median itself is censored.
    spread : (float, float) or None
        5% and 95% over days or levels of the median draw: dispersion, never an uncertainty.
    censored_share : float
        Share of days, levels or records that are censored, mean over draws.
    cautions : tuple of str
        One sentence each.
    draws : (S,) float
        The gap of every draw, infinite where censored, nan where not defined.
    settled : bool
        Other draws would not move the median much: see the cautions where they would.
    """

    rule: str
    months: Interval
    sampling: Interval
    placebo: tuple[float | None, float | None] | None
    points: Interval
    censored: bool
    at_least: float | None
    spread: tuple[float, float] | None
    censored_share: float
    cautions: tuple[str, ...]
    draws: Floats
    settled: bool = True

    @property
    def value(self) -> str:
        """The answer in few characters: "5.9", "≥ 11" where censored, or "ahead"."""
        if self.months.median is not None:
            return f"{self.months.median:.1f}"
        return "ahead" if self.at_least is None else f"≥ {self.at_least:.1f}"

    def summary(self) -> str:
        """The answer as text: months, both uncertainties, placebo, points, cautions."""
        low, high = _bound(self.months.low), _bound(self.months.high)
        lines = [
            f"{self.rule}: {self.value} months ({100 * self.months.level:.0f}%: {low} to {high})",
            f"  sampling: {self.sampling}",
            f"  points: {self.points}",
        ]
        if self.placebo is not None:
            lines.append(f"  placebo: {_bound(self.placebo[0])} to {_bound(self.placebo[1])}")
        return "\n".join([*lines, *(f"  {text}" for text in self.cautions)])

    def to_frame(self) -> polars.DataFrame:
        """One row: the rule, every bound, the points; censored bounds are null."""
        import polars

        row = {"rule": self.rule, **_columns("months", self.months)}
        row |= _columns("sampling", self.sampling) | _columns("points", self.points)
        low, high = (None, None) if self.placebo is None else self.placebo
        row |= {"placebo_low": low, "placebo_high": high}
        row |= {"level": self.months.level, "censored": self.censored, "at_least": self.at_least}
        floats = {name: polars.Float64 for name in row if name not in {"rule", "censored"}}
        return polars.DataFrame([row], schema_overrides=floats)


def _columns(name: str, of: Interval) -> dict[str, object]:
    return {name: of.median, f"{name}_low": of.low, f"{name}_high": of.high}


def _bound(value: float | None) -> str:
    return "no bound" if value is None else f"{value:.1f}"
