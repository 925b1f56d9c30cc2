"""Is the gap widening? The slope of the daily gap by start date, and the daily gap itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from headway.errors import GapError, HeadwayError
from headway.gap.quantile import quantile
from headway.gap.rules import LENIENT
from headway.gap.series import DailyLag, daily_lag
from headway.gap.widening import Widening, widening
from headway.gap.world import MONTH, World
from headway.ledger import Ledger
from headway.lens.prepared import Prepared
from headway.lens.recipe import Lens
from headway.scale.table import Floats, Ints
from headway.why.value import LEVEL, Asker

KNOWN = 0.5  # share of draws that need a lag on a day for the day to have a band


@dataclass(frozen=True, eq=False)
class Daily:
    """The daily gap in months, one row per day, with the central 90% of draws.

    A day on which the followers have reached no leader record has a bound and no lag: there it is
    infinite above. Days on which too few draws have a lag are nan.
    """

    days: Ints
    median: Floats
    low: Floats
    high: Floats


@dataclass(frozen=True, eq=False)
class Trend:
    """Whether the gap of a lens widens.

    Attributes
    ----------
    lens : Lens
    slopes : Widening
        In months per year, by start date.
    daily : Daily
        What the slopes are of.
    """

    lens: Lens
    slopes: Widening
    daily: Daily


@dataclass(frozen=True, eq=False)
class Trends:
    """Lenses that can be asked, and (name, sentence) of those that cannot."""

    told: tuple[Trend, ...]
    untold: tuple[tuple[str, str], ...]


def trends(
    asker: Asker,
    lenses: Sequence[Lens],
    ledger: Ledger,
    *,
    own: Callable[[Lens], bool],
    progress: Callable[[float, str], None] | None = None,
) -> Trends:
    """Ask several lenses, which share the fits of ``asker``.

    Parameters
    ----------
    asker : Asker
    lenses : sequence of Lens
    ledger : Ledger
    own : callable
        Whether the ledger is somebody's own to a lens.
    progress : callable, optional
        Told the share of the work that is done.

    Raises
    ------
    HeadwayError
        If no lens can be asked: the first reason.
    """
    told, failed = [], []
    for k, lens in enumerate(lenses, 1):
        try:
            told.append(trend(replace(asker, own=own(lens)), lens, ledger))
        except HeadwayError as error:
            failed.append((lens.name, error))
        if progress is not None:
            progress(k / len(lenses), f"lens {lens.name}")
    if not told:
        raise failed[0][1]
    return Trends(tuple(told), tuple((name, str(error)) for name, error in failed))


def trend(asker: Asker, lens: Lens, ledger: Ledger) -> Trend:
    """Ask a lens whether its gap widens.

    Parameters
    ----------
    asker : Asker
    lens : Lens
        Its daily lag is that of the rule's test; other parameters of its rule do not enter, so
        that lenses can be compared.
    ledger : Ledger

    Raises
    ------
    GapError
        If the lens has no scale, or its history is too short.
    HeadwayError
        If the lens itself has no answer on these data.

    Notes
    -----
    Start dates run over the whole history, not only over the lens's window.
    """
    ready = asker.ready(lens, ledger)
    if ready.scale is None:
        raise GapError(
            f"The lens {lens.name!r} reads scores as they are: a daily gap needs abilities."
        )
    world, lenient = history(ready)
    return Trend(lens, widening(world, lenient=lenient), _daily(daily_lag(world, lenient=lenient)))


def history(ready: Prepared) -> tuple[World, bool]:
    """The draws of a lens from its first model on, and whether its test is lenient."""
    world = ready.measured
    first = min(int(world.day.min()), world.start)
    lenient = ready.lens.rule.name in LENIENT and world.margin is not None
    return replace(world, start=first), lenient


def _daily(lag: DailyLag) -> Daily:
    months = np.where(lag.defined, np.where(lag.censored, np.inf, lag.lag / MONTH), np.nan)
    known = lag.defined.mean(axis=0) >= KNOWN
    tail = (1 - LEVEL) / 2
    low, median, high = (
        np.array([quantile(c, q) if k else np.nan for c, k in zip(months.T, known, strict=True)])
        for q in (tail, 0.5, 1 - tail)
    )
    return Daily(lag.days, median, low, high)
