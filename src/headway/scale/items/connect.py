"""Which models can be compared: connected components of models and items."""

from __future__ import annotations

import numpy as np

from headway.errors import ScaleError
from headway.scale.items.matrix import Matrix
from headway.scale.items.sparse import Answers
from headway.scale.responses import Responses

NAMED = 3  # models of a component that a sentence names
ROUNDS = 4


def components(responses: Responses | Answers) -> list[tuple[str, ...]]:
    """Models in groups that share no item with one another, the largest group first."""
    if isinstance(responses, Matrix) and _all_reached(responses):
        return [tuple(responses.models)]
    if not isinstance(responses, Responses):
        responses = responses.responses()
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


def refuse_islands(responses: Responses | Answers) -> None:
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


def _all_reached(data: Matrix) -> bool:
    """Whether one walk from the first model, over items and back, meets all models.

    Where there are cells in plenty a second round seldom finds more; the matrix is not copied.
    """
    models = np.arange(data.shape[1]) == 0
    items = np.zeros(data.shape[0], dtype=bool)
    for _ in range(ROUNDS):
        before = int(models.sum())
        for part in data.slices():
            seen = data.observed(part)
            items[part] |= seen[:, models].any(axis=1)
            models |= seen[items[part]].any(axis=0)
        if models.all() or models.sum() == before:
            break
    return bool(models.all())


def _told(group: tuple[str, ...]) -> str:
    rest = f" and {len(group) - NAMED} more" if len(group) > NAMED else ""
    return f"{', '.join(group[:NAMED])}{rest}"
