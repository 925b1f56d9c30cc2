"""Groups of models by expression: ``open``, ``country:CN``, ``params<=32B`` and the like.

Membership has three values: True, False, and None where the fact that decides is unknown. Such a
model is in neither group; it is left out and counted, never guessed.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Sequence
from difflib import get_close_matches

from headway.errors import UnknownNameError
from headway.ledger.names import nearest, pick
from headway.records import Model

__all__ = ["members"]

Test = Callable[[Model], bool | None]

_SIZE = re.compile(r"params\s*(<=|>=|<|>)\s*([0-9]+\.?[0-9]*)\s*([BbTt]?)")
_COMPARE = {"<=": operator.le, ">=": operator.ge, "<": operator.lt, ">": operator.gt}


def members(expression: str, models: Sequence[Model]) -> list[bool | None]:
    """Which models belong to a group.

    Parameters
    ----------
    expression : str
        Terms joined by ``" & "``: ``open``, ``closed``, ``country:CN``, ``org:OpenAI``,
        ``params<=32B`` (also ``<``, ``>``, ``>=``), or a model by name, id or alias.
    models : sequence of Model, length M

    Returns
    -------
    list of bool or None, length M
        None where the model's label for one of the terms is unknown and no term rules it out.

    Raises
    ------
    UnknownNameError
        If a term fits nothing here, with the nearest names.
    """
    tests = [_test(term.strip(), models) for term in re.split(r"\s&(?:\s|$)|^&\s", expression)]
    return [_all([test(model) for test in tests]) for model in models]


def _all(values: list[bool | None]) -> bool | None:
    if False in values:
        return False
    return None if None in values else True


def _test(term: str, models: Sequence[Model]) -> Test:
    kind, colon, value = term.partition(":")
    if term in {"open", "closed"}:
        return _weights(term)
    if colon and kind in {"country", "org"}:
        return _label(kind, value.strip(), models)
    if size := _SIZE.fullmatch(term):
        return _size(*size.groups())
    return _one(term, models)


def _weights(label: str) -> Test:
    return lambda model: None if model.weights == "unknown" else model.weights == label


def _label(kind: str, value: str, models: Sequence[Model]) -> Test:
    field = "country" if kind == "country" else "organization"
    known = sorted({label for model in models if (label := getattr(model, field))})
    wanted = value.casefold()
    # With no label known at all, nobody can be said to be in or out: that is not a misspelling.
    if not value or (known and wanted not in {label.casefold() for label in known}):
        offers = nearest(value, known) or f"; here are {', '.join(known[:12])}."
        raise UnknownNameError(f"No model here has the {field} {value!r}{offers}")

    def test(model: Model) -> bool | None:
        label: str | None = getattr(model, field)
        return None if label is None else label.casefold() == wanted

    return test


def _size(sign: str, number: str, unit: str) -> Test:
    limit = float(number) * (1000 if unit in {"T", "t"} else 1)
    compare = _COMPARE[sign]

    def test(model: Model) -> bool | None:
        size = model.params_total_b
        return None if size is None else bool(compare(size, limit))

    return test


def _one(term: str, models: Sequence[Model]) -> Test:
    if not term:
        raise UnknownNameError(
            "A group needs a term on each side of '&', such as 'open & country:CN'."
        )
    try:
        wanted = pick(models, term, "model").id
    except UnknownNameError as error:
        if near := get_close_matches(term.casefold(), ["open", "closed"], n=1, cutoff=0.7):
            raise UnknownNameError(f"{term!r} is no group; did you mean {near[0]!r}?") from error
        raise UnknownNameError(
            f"{term!r} is neither a group (open, closed, country:CN, org:NAME, params<=32B, "
            f"joined by ' & ') nor a model here: {error}"
        ) from error
    return lambda model: model.id == wanted
