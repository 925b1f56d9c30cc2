"""Names to records: exact ids, names and aliases, whatever the case. Never a guess."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from typing import TYPE_CHECKING, TypeVar

from headway.errors import UnknownNameError
from headway.records import Benchmark, Model

if TYPE_CHECKING:
    from headway.ledger.core import Ledger

__all__ = ["all_names", "find_benchmark", "find_model", "nearest", "pick"]

Named = TypeVar("Named", Model, Benchmark)


def find_model(ledger: Ledger, text: str) -> Model:
    """The model with this id, name or alias.

    Raises
    ------
    UnknownNameError
        If nothing is called so (with the nearest names), or if two models are.
    """
    return pick(ledger.models.values(), text, "model")


def find_benchmark(ledger: Ledger, text: str) -> Benchmark:
    """The benchmark with this id or name.

    Raises
    ------
    UnknownNameError
        If nothing is called so (with the nearest names), or if two benchmarks are.
    """
    return pick(ledger.benchmarks.values(), text, "benchmark")


def pick(records: Iterable[Named], text: str, what: str) -> Named:
    """The one record called ``text``: by exact id first, then by any name in any case."""
    found = list(records)
    exact = [record for record in found if record.id == text]
    wanted = text.strip().casefold()
    matches = exact or [r for r in found if wanted in {name.casefold() for name in all_names(r)}]
    if len(matches) == 1:
        return matches[0]
    if matches:
        ids = ", ".join(repr(record.id) for record in matches)
        raise UnknownNameError(f"{what} {text!r} could be any of {ids}: give the id.")
    offers = nearest(text, [name for record in found for name in all_names(record)])
    raise UnknownNameError(f"No {what} is called {text!r}{offers or '.'}")


def all_names(record: Model | Benchmark) -> tuple[str, ...]:
    """Everything that a record is called: name, id, aliases."""
    aliases = record.aliases if isinstance(record, Model) else ()
    return (record.name, record.id, *aliases)


def nearest(text: str, names: Sequence[str], count: int = 3) -> str:
    """End of a sentence, ``"; did you mean 'A' or 'B'?"``, or nothing if no name is near."""
    shown: dict[str, str] = {}
    for name in names:
        shown.setdefault(name.casefold(), name)
    close = get_close_matches(text.strip().casefold(), list(shown), n=count, cutoff=0.5)
    if not close:
        return ""
    return "; did you mean " + " or ".join(repr(shown[name]) for name in close) + "?"
