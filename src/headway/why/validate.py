"""Out of sample: what a lens and its scale say of scores, models and gaps that they do not know."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from headway.errors import LensError
from headway.ledger import Ledger
from headway.lens.evidence import Selection, day_of, every_cell, select
from headway.lens.recipe import Lens
from headway.scale.table import Table
from headway.why.foresee import Foreseen, foresee
from headway.why.heldout import HeldOut, cross_validate
from headway.why.later import Later, later_models
from headway.why.predictors import FAMILIES

TODAY = (
    "Scores come from today's copy of the ledger, also where a date is in the past: what was "
    "measured or revised later is in it, so a real forecast would have known less."
)
Progress = Callable[[float, str], None]


@dataclass(frozen=True, eq=False)
class Validation:
    """How a lens does on what it does not know.

    Attributes
    ----------
    lens : Lens
    table : Table
        The scores that were held out in turn.
    cells : HeldOut
        Scores held out by chance.
    later : tuple of Later
        Models that came later; empty where none can be told.
    gap : Foreseen or None
        The gap half a year on; None where models have no dates.
    cautions : tuple of str
        What must be said; among them every scale that does not beat the additive baseline.
    """

    lens: Lens
    table: Table
    cells: HeldOut
    later: tuple[Later, ...]
    gap: Foreseen | None
    cautions: tuple[str, ...]


def validate(
    lens: Lens,
    ledger: Ledger,
    scales: Sequence[str] = tuple(FAMILIES),
    *,
    folds: int = 10,
    seed: int = 0,
    own: bool = False,
    progress: Progress | None = None,
) -> Validation:
    """Hold out scores by chance and in time, and compare what was said of them with what they are.

    Parameters
    ----------
    lens : Lens
        Its evidence, groups and gap rule; its own scale for the gap.
    ledger : Ledger
    scales : sequence of str
        Scales that predict held-out scores: eci, rasch.
    folds, seed : int
        Of the split of the scores.
    own : bool
        The ledger is a table of the user's own: the lens's list of sources does not apply.
    progress : callable, optional
        Called with the share of the work that is done, and a word.

    Raises
    ------
    HeadwayError
        One of its kinds, with a sentence that says what the data or the options lack.
    """
    seen = _seen(lens, ledger, own)
    table = seen.table if isinstance(seen, Selection) else every_cell(ledger)
    cells = cross_validate(
        table, scales, folds=folds, seed=seed, progress=_part(progress, 0.0, 0.25)
    )
    if not isinstance(seen, Selection):
        return Validation(lens, table, cells, (), None, (*cells.cautions, seen))
    days = [day for m in seen.models if (day := day_of(m, lens.dates.day)) is not None]
    later = later_models(table, days, scales, last=seen.as_of, seed=seed)
    gap = foresee(lens, ledger, seen.as_of, own=own, progress=_part(progress, 0.3, 0.7))
    return Validation(lens, table, cells, later, gap, (*cells.cautions, *_told(lens, later, gap)))


def _seen(lens: Lens, ledger: Ledger, own: bool) -> Selection | str:
    """The lens's cells; where a table of the user's own has no dates, the sentence about it."""
    if not own or any(day_of(m, lens.dates.day) for m in ledger.models.values()):
        return select(lens, ledger, own=own)
    if not ledger.results:
        raise LensError("There are no scores to hold out: the table is empty.")
    return (
        "No model has a release date, so only scores were held out, not models or gaps: add a "
        "column `released` (YYYY-MM-DD)."
    )


def _told(lens: Lens, later: tuple[Later, ...], gap: Foreseen) -> list[str]:
    out = [TODAY]
    if not later:
        out.append("No later model has enough scores on benchmarks that were there before it.")
    if lens.scale.name == "none":
        out.append("The lens's rule reads scores as they are; held-out scores test the scales.")
    if gap.n_forecasts:
        out.append(
            f"The forecasts of the gap are {gap.n_forecasts} overlapping half-years of one "
            "history: too few to tell which way to forecast is better."
        )
    else:
        out.append("The history is too short, or bounded on one side only, to judge a forecast.")
    return out


def _part(progress: Progress | None, start: float, share: float) -> Progress | None:
    """Progress of a part of the work as progress of all of it."""
    if progress is None:
        return None

    def told(done: float, word: str) -> None:
        progress(start + share * done, word)

    return told
