"""An answer with and without the rows in which an audit found something: both, where any is."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from headway.errors import DataError, ScaleError
from headway.publish.table import prose

if TYPE_CHECKING:
    from headway.sources.responses import ResponseTable

__all__ = ["both", "both_text"]

Document = dict[str, Any]


def both(table: ResponseTable, answer: Callable[[ResponseTable], Document]) -> Document:
    """The answer of all rows, and under ``flagged`` that of the others where any is flagged.

    Parameters
    ----------
    table : ResponseTable
    answer : callable
        From a table to a document.

    Returns
    -------
    dict
        That of all rows; with flagged ones also ``flagged``: ``rows``, ``by_kind``, ``without`` (a
        document of the same form, null where there is none) and ``why`` there is none.
    """
    document = answer(table)
    if not table.flagged:
        return document
    without, why = None, None
    try:
        without = answer(table.unflagged())
    except (DataError, ScaleError) as error:
        why = str(error)
    flagged = {
        "rows": table.flagged,
        "by_kind": table.kinds,
        "without": without,
        "why": why,
    }
    return {**document, "flagged": flagged}


def both_text(text: Callable[[Document], str]) -> Callable[[Document], str]:
    """The text of both answers, one behind the other."""

    def whole(document: Document) -> str:
        flagged = document.get("flagged")
        first = text(document)
        if flagged is None:
            return first
        kinds = ", ".join(f"{kind} {count}" for kind, count in flagged["by_kind"].items())
        rows = f"{flagged['rows']:,} row{'' if flagged['rows'] == 1 else 's'}"
        said = f"In {rows} an audit found something ({kinds})."
        if flagged["without"] is None:
            none = prose(f"{said} Without them there is no answer: {flagged['why']}")
            return f"{first}\n\n{none}"
        return f"{first}\n\n{prose(f'{said} Without them:')}\n\n{text(flagged['without'])}"

    return whole
