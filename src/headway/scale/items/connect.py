"""Which models can be compared: connected components of models and items."""

from __future__ import annotations

import numpy as np

from headway.errors import ScaleError
from headway.scale.responses import Responses

NAMED = 3  # models of a component that a sentence names


def components(responses: Responses) -> list[tuple[str, ...]]:
    """Models in groups that share no item with one another, the largest group first."""
    from scipy.sparse import csr_matrix
    from scipy.sparse.csgraph import connected_components

    m, j = len(responses.models), len(responses.items)
    links = csr_matrix(
        (np.ones(responses.n_cells), (responses.model, m + responses.item)), shape=(m + j, m + j)
    )
    _, label = connected_components(links, directed=False)
    order = np.argsort(label[:m], kind="stable")
    cuts = np.flatnonzero(np.diff(label[:m][order])) + 1
    groups = [tuple(responses.models[k] for k in part) for part in np.split(order, cuts)]
    return sorted(groups, key=len, reverse=True)


def refuse_islands(responses: Responses) -> None:
    """Refuse a design whose models fall apart.

    Raises
    ------
    ScaleError
        If some models share no item, directly or through others, with the rest.
    """
    groups = components(responses)
    if len(groups) > 1:
        told = "; ".join(_told(group) for group in groups[:NAMED])
        more = f"; and {len(groups) - NAMED} more" if len(groups) > NAMED else ""
        raise ScaleError(
            f"These models share no items and cannot be put on one scale: {told}{more}. "
            "Fit one group at a time, or add responses that join them."
        )


def _told(group: tuple[str, ...]) -> str:
    rest = f" and {len(group) - NAMED} more" if len(group) > NAMED else ""
    return f"{', '.join(group[:NAMED])}{rest}"
