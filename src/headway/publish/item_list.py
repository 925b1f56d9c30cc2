"""The items of an item scale as a list: slope, difficulty, counts and fit."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from headway.publish.abilities import SHOWN
from headway.publish.diagnose import plain
from headway.publish.fitted import labelled
from headway.publish.table import Column, prose, table
from headway.publish.words import number

if TYPE_CHECKING:
    from headway.scale.items import ItemScale
    from headway.sources.responses import ResponseTable

KEYS = ("cells", "observed", "infit", "outfit", "infit_z", "outfit_z")


def add_fit(document: dict[str, Any], scale: ItemScale, data: Path | ResponseTable) -> None:
    """Put counts, infit and outfit into the items of a document of ``headway scale``.

    Parameters
    ----------
    document
        Of :func:`headway.publish.items.items_document`; its items are changed in place.
    scale
        The scale of the document.
    data
        The responses that it was fitted to.

    Raises
    ------
    DataError, ScaleError
        If the responses are not those of the scale.
    """
    from headway.scale.diagnose.look import look_at
    from headway.scale.diagnose.misfit import misfit
    from headway.scale.diagnose.precision import item_errors
    from headway.sources.responses import table_of

    look = look_at(scale, labelled(table_of(data)))
    fit = misfit(look, "item")
    columns = {key: getattr(fit, key) for key in KEYS}
    for k, (row, error) in enumerate(zip(document["items"], item_errors(look), strict=True)):
        row["b_error"] = float(error)
        row |= {key: plain(values[k]) for key, values in columns.items()}


def list_text(document: dict[str, Any]) -> str:
    """The items, hardest first, at most 40: the hardest and the easiest where there are more."""
    rows = sorted(document["items"], key=lambda r: (-r["b"], r["item"]))
    columns = [
        Column("item", wrap=True, least=20),
        Column("difficulty", right=True),
        Column("±", right=True),
        Column("slope", right=True),
        Column("cells", right=True),
        Column("solved", right=True),
        Column("infit", right=True),
        Column("outfit", right=True),
    ]
    cells = [_row(row) for row in (rows if len(rows) <= SHOWN else rows[: SHOWN // 2])]
    if len(rows) > SHOWN:
        cells.append((f"... {len(rows) - SHOWN:,} more with --json or --csv", *[""] * 7))
        cells += [_row(row) for row in rows[-SHOWN // 2 :]]
    return f"{table(columns, cells)}\n\n{prose(_closing(document))}"


def _row(row: dict[str, Any]) -> tuple[str, ...]:
    return (
        row["item"],
        number(row["b"], 2),
        number(row["b_error"], 2),
        number(row["a"], 2),
        f"{row['cells']:,}",
        f"{row['observed']:.0%}",
        number(row["infit"], 2),
        number(row["outfit"], 2),
    )


def _closing(document: dict[str, Any]) -> str:
    return (
        f"Scale {document['scale']}: {document['n_models']} models, {document['n_items']:,} items. "
        "Difficulty: the ability at which half is solved (above the guess floor, where there is "
        "one), ± its standard error given the abilities. Infit and outfit: 1 is expected, more is "
        "noise, less is order; headway diagnose tells which differ from 1 by more than chance."
    )
