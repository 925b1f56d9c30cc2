"""`two_pl`, `rasch_items` and `three_pl`: the method follows the data and says so.

Few answers an item: items are integrated out. Many answers an item, or very many cells: joint
mode. Many models and few items (a school test): abilities are integrated out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from headway.errors import ScaleError
from headway.scale.items.assemble import Asked, marginal, parameters
from headway.scale.items.connect import refuse_islands
from headway.scale.items.gauge import reference_rows
from headway.scale.items.integrated import integrated
from headway.scale.items.loops import loops
from headway.scale.items.result import ItemScale
from headway.scale.items.sparse import Answers, lay_out
from headway.scale.responses import Responses

METHODS = ("integrated", "joint", "marginal")
MANY_ANSWERS = 300.0  # an item: the joint mode is then sure enough of it
MANY_CELLS = 1e7
TALL_MODELS, TALL_RATIO = 200, 10.0  # a school test: so many models, and so many to an item
GUESS = 0.2  # floor of `three_pl` where none is given and it is not estimated
FLOORS = (0.0, 0.45)  # between which it is sought


def two_pl(
    responses: Responses | Answers,
    *,
    draws: int = 500,
    seed: int = 0,
    reference: Sequence[str] | None = None,
    method: str | None = None,
) -> ItemScale:
    """Fit P(solve) = sigmoid(a_j (ability_m - b_j)).

    Parameters
    ----------
    responses : Responses or Matrix
        Labels are not used: repeated cells are added up. Many millions of answers take far less
        room as a Matrix.
    draws : int
        Joint draws S of the abilities.
    seed : int
        Of the draws.
    reference : sequence of str, optional
        Models over which abilities have mean 0 and SD 1; all of them by default.
    method : str, optional
        "integrated", "joint" or "marginal"; by default it follows the data.

    Returns
    -------
    ItemScale

    Raises
    ------
    ScaleError
        If models share no items, or ``method`` is unknown.
    UnknownNameError
        If a reference model is not in the data.
    """
    return _fit(responses, Asked("two_pl", True, 0.0, reference, draws, seed), method)


def rasch_items(
    responses: Responses | Answers,
    *,
    draws: int = 500,
    seed: int = 0,
    reference: Sequence[str] | None = None,
    method: str | None = None,
) -> ItemScale:
    """Fit P(solve) = sigmoid(ability_m - b_j); abilities have mean 0 over the reference models.

    Parameters, returned value and errors are those of :func:`two_pl`.
    """
    return _fit(responses, Asked("rasch", False, 0.0, reference, draws, seed), method)


def three_pl(
    responses: Responses | Answers,
    *,
    floor: float | None = GUESS,
    draws: int = 500,
    seed: int = 0,
    reference: Sequence[str] | None = None,
    method: str | None = None,
) -> ItemScale:
    """Fit P(solve) = c + (1 - c) sigmoid(a_j (ability_m - b_j)).

    Parameters
    ----------
    floor : float, optional
        Guess floor c of every item (one over the number of choices); None estimates one floor
        for all items ("marginal": one for each item, ``floor`` is not used).

    The other parameters, the returned value and the errors are those of :func:`two_pl`.
    """
    if floor is not None and not 0 <= floor < 1:
        raise ScaleError(f"A guess floor must lie in 0..1 (less than 1), not {floor:g}.")
    asked = Asked("three_pl", True, GUESS if floor is None else floor, reference, draws, seed)
    if floor is None and (method or follow(responses)[0]) != "marginal":
        asked = replace(asked, floor=_best_floor(responses))
        scale = _fit(responses, asked, method)
        return replace(scale, method=f"{scale.method}; one guess floor, estimated")
    return _fit(responses, asked, method)


def follow(responses: Responses | Answers) -> tuple[str, str]:
    """Method that fits the data, and why in words."""
    m, j, n = len(responses.models), len(responses.items), responses.n_cells
    answers = n / j
    if m >= TALL_MODELS and m >= TALL_RATIO * j:
        return "marginal", f"{m} models and {j} items: abilities are integrated out"
    if n > MANY_CELLS:
        return "joint", f"{n} cells: joint mode of abilities and items"
    if answers > MANY_ANSWERS and m > MANY_ANSWERS:
        return "joint", f"{answers:.0f} answers an item: joint mode of abilities and items"
    return "integrated", f"{answers:.0f} answers an item: every item is integrated out"


def _fit(responses: Responses | Answers, asked: Asked, method: str | None) -> ItemScale:
    cells = responses.by_cell() if isinstance(responses, Responses) else responses
    rows = reference_rows(cells.models, asked.reference)
    refuse_islands(cells)
    chosen, why = follow(cells)
    if method is not None and method not in METHODS:
        raise ScaleError(f"There is no method {method!r}; there are {', '.join(METHODS)}.")
    if method is not None and method != chosen:
        chosen, why = method, "as asked"
    words = f"{chosen} ({why})"
    if chosen == "marginal":
        tall = cells if isinstance(cells, Responses) else cells.responses()
        return marginal(tall, asked, rows, words)
    data = lay_out(cells) if isinstance(cells, Responses) else cells
    return parameters(data, asked, rows, words, chosen)


def _best_floor(responses: Responses | Answers) -> float:
    """The common guess floor that makes the data most likely, items integrated out."""
    from scipy.optimize import minimize_scalar

    data = lay_out(responses.by_cell()) if isinstance(responses, Responses) else responses
    found = minimize_scalar(
        lambda c: -integrated(loops(data, float(c)), order=5).loglik,
        bounds=FLOORS,
        method="bounded",
        options={"xatol": 0.005},
    )
    return float(found.x)
