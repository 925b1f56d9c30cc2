"""From a file of responses to an item scale and the responses with their labels."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from headway.scale.items import ItemScale
    from headway.scale.responses import Responses
    from headway.sources.responses import ResponseTable

Name = Literal["two_pl", "rasch", "three_pl"]


def labelled(table: ResponseTable) -> Responses:
    """Responses with all their labels.

    Raises
    ------
    ScaleError
        If they are no responses.
    """
    from headway.scale.responses import Responses

    kept = {key: values for key, values in table.columns.items() if key != "weight"}
    return Responses.build(kept)


def fitted(
    data: Path | ResponseTable, name: Name, *, draws: int = 500
) -> tuple[ItemScale, Responses]:
    """The scale that is fitted to responses, and these with their labels.

    Parameters
    ----------
    data
        Tidy responses.
    name
        ``two_pl``, ``rasch`` or ``three_pl``.
    draws
        Joint draws of the abilities.

    Raises
    ------
    DataError, ScaleError
        If the file cannot be read as responses, or its models share no items.
    """
    from headway.sources.responses import table_of

    responses = labelled(table_of(data))
    return fit_items(responses, name, draws=draws), responses


def fit_items(responses: Responses, name: Name, *, draws: int = 500) -> ItemScale:
    """The scale alone, of responses that were read."""
    from headway.scale import items

    fits = {"rasch": items.rasch_items, "two_pl": items.two_pl, "three_pl": items.three_pl}
    return fits[name](responses, draws=draws)
