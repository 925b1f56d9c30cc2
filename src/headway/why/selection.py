"""Selection: which scores exist at all, and what that could do to the gap.

Scores are the best of many setups, weak models are not run on hard benchmarks, open ones are run
late. None of it is seen in the scores themselves, so most of this is a bound: arithmetic on what
the missing could be, not a finding on why they are missing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from headway.errors import GapError, HeadwayError
from headway.gap.result import Interval
from headway.ledger import Ledger
from headway.lens.prepared import Prepared
from headway.lens.recipe import Lens
from headway.why.best_of import KS, SETUP_SD, BestOf, best_of
from headway.why.missing import (
    GROUPS,
    Residuals,
    Selected,
    bound,
    corrected,
    n_missing,
    selected,
)
from headway.why.shared_cells import Shared, shared_cells
from headway.why.value import LEVEL, Asker, Value, change

Progress = Callable[[float, str], None]
# Names, and by how many residual SDs the missing cells of leaders and followers are off.
BOUNDS = (
    ("followers' missing scores 1 SD better", 0.0, 1.0),
    ("followers' missing scores 1 SD worse", 0.0, -1.0),
    ("leaders' missing scores 1 SD better", 1.0, 0.0),
    ("leaders' missing scores 1 SD worse", -1.0, 0.0),
    ("followers' 1 SD better, leaders' 1 SD worse", -1.0, 1.0),
    ("followers' 1 SD worse, leaders' 1 SD better", 1.0, -1.0),
)
CORRECTED = (
    ("less what selection adds to leaders", ("leaders",)),
    ("less what selection adds to followers", ("followers",)),
    ("less what it adds to both", GROUPS),
)


@dataclass(frozen=True)
class Case:
    """The gap under one assumption, and how far that is from the answer."""

    name: str
    value: float | None
    change: Interval
    why_not: str = ""


@dataclass(frozen=True, eq=False)
class Selection:
    """What selection could do to the gap of a lens.

    Attributes
    ----------
    lens : Lens
    base : Value
    shared : tuple of Shared
        The gap on the cells that both groups have.
    missing : dict of str to int
        Cells without a score, by group.
    unit_sd : float or None
        SD of a residual in units of sqrt(p (1 - p)); None where no scale predicts scores.
    bounds : tuple of Case
        With missing cells filled; empty where no scale predicts them.
    estimated : tuple of Selected
        Leaders and followers under the selection model; empty where it cannot be asked.
    corrected : tuple of Case
        Less what that model says.
    best_of : tuple of BestOf
    setup_sd : float
        Logits.
    scale_unit : str or None
        Of ``BestOf.points``.
    """

    lens: Lens
    base: Value
    shared: tuple[Shared, ...]
    missing: dict[str, int]
    unit_sd: float | None
    bounds: tuple[Case, ...]
    estimated: tuple[Selected, ...]
    corrected: tuple[Case, ...]
    best_of: tuple[BestOf, ...]
    setup_sd: float
    scale_unit: str | None


def selection(
    asker: Asker,
    lens: Lens,
    ledger: Ledger,
    *,
    setup_sd: float = SETUP_SD,
    progress: Progress | None = None,
) -> Selection:
    """Ask a lens what selection of scores and setups could do to its gap.

    Parameters
    ----------
    asker : Asker
        Of the gap.
    lens : Lens
    ledger : Ledger
    setup_sd : float
        SD over setups of one model, in logits.
    progress : callable, optional
        Told the share of the work that is done.

    Raises
    ------
    GapError
        If the lens reads answers to items (``pooled``).
    HeadwayError
        If the lens itself has no answer on these data.
    """

    def tell(share: float, text: str) -> None:
        if progress is not None:
            progress(share, text)

    if lens.scale.name == "pooled":
        raise GapError("Selection is asked of tables alone: take a lens with scale eci or rasch.")
    first = asker.ready(lens, ledger)
    # Fewer cells must not move the last day.
    lens = lens.model_copy(update={"as_of": first.selection.as_of})
    ready = asker.ready(lens, ledger)
    base = asker.quantity.of(ready)
    tell(0.3, "cells that both groups have")
    shared = shared_cells(asker, ready, ledger)
    tell(0.6, "missing scores")
    known = Residuals.of(ready)
    found = None if known is None else selected(ready, known)
    bounds = () if known is None else _bounds(ready, asker, known, base, tell)
    tell(0.9, "best of many setups")
    return Selection(
        lens=lens,
        base=base,
        shared=shared,
        missing={} if known is None else _missing(ready, known),
        unit_sd=None if known is None else known.unit_sd,
        bounds=bounds,
        estimated=found or (),
        corrected=() if found is None else _corrected(ready, asker, found, base),
        best_of=tuple(
            best_of(ready, asker, base, group, k, setup_sd) for group in GROUPS for k in KS
        ),
        setup_sd=setup_sd,
        scale_unit=None if ready.scale is None else ready.scale.unit,
    )


def _missing(ready: Prepared, known: Residuals) -> dict[str, int]:
    groups = (ready.given.leader, ready.given.follower)
    return {name: n_missing(known, g) for name, g in zip(GROUPS, groups, strict=True)}


def _bounds(
    ready: Prepared,
    asker: Asker,
    known: Residuals,
    base: Value,
    tell: Callable[[float, str], None],
) -> tuple[Case, ...]:
    out = []
    for k, (name, leaders, followers) in enumerate(BOUNDS):
        out.append(_case(name, base, lambda: bound(ready, asker, known, leaders, followers)))  # noqa: B023
        tell(0.6 + 0.3 * (k + 1) / len(BOUNDS), "missing scores")
    return tuple(out)


def _corrected(
    ready: Prepared, asker: Asker, found: tuple[Selected, Selected], base: Value
) -> tuple[Case, ...]:
    return tuple(
        _case(name, base, lambda which=which: corrected(ready, asker, found, which))  # type: ignore[misc]
        for name, which in CORRECTED
    )


def _case(name: str, base: Value, ask: Callable[[], Value]) -> Case:
    try:
        value = ask()
    except HeadwayError as error:
        return Case(name, None, Interval(None, None, None, LEVEL), str(error))
    return Case(name, value.middle, change(value, base))
