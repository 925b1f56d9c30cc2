"""From evidence to the scale that ``headway scale`` shows."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from headway.ledger import Ledger
    from headway.records import Model
    from headway.scale import Scale


def fit_scale(
    ledger: Ledger,
    name: str,
    *,
    own: bool,
    draws: int = 500,
    progress: Callable[[int], None] | None = None,
) -> tuple[Scale, list[Model]]:
    """Abilities of all models that the evidence can place.

    Parameters
    ----------
    ledger
        The evidence.
    name
        ``eci`` or ``rasch``.
    own
        It is a table of the user's own: every score counts, models without a date too; but `eci`
        leaves out models dated before 2023, as Epoch does. Else the evidence of the default lens
        counts.
    draws
        Joint draws for the intervals; 0 for none.
    progress
        Called with the number of draws done since the last call.

    Returns
    -------
    Scale, list of Model
        M abilities, and the records of these M models.

    Raises
    ------
    ScaleError
        If no model has enough benchmarks.
    """
    from headway import scale as scales
    from headway.lens import load
    from headway.lens.evidence import every_cell, select

    lens = load("headway")
    # A ledger of other sources altogether is the user's own, too.
    own = own or not set(lens.evidence.sources) & set(ledger.sources)
    since = lens.evidence.models_since if name == "eci" else None
    table = every_cell(ledger, since) if own else select(lens, ledger).table
    fit = scales.rasch if name == "rasch" else scales.eci
    fitted = fit(table, draws=draws, sampling=0, progress=progress)
    records = {model.name: model for model in ledger.models.values()}
    return fitted, [records[model] for model in fitted.models]
