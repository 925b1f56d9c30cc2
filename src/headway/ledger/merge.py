"""Two ledgers as one, without guessing who is who."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import TypeVar

from headway.errors import LedgerError
from headway.ledger.core import Ledger
from headway.ledger.names import all_names
from headway.records import Benchmark, Model, Response, Result

__all__ = ["merge"]

Named = TypeVar("Named", Model, Benchmark)
Row = TypeVar("Row", Result, Response)

# Bookkeeping: where a fact came from or how it is written, not what it says.
_ASIDE = {"id", "name", "source", "released_source", "aliases", "notes", "checked"}


def merge(base: Ledger, new: Ledger) -> Ledger:
    """``base`` with the rows of ``new``; sources of ``new`` replace those of the same id.

    A model or benchmark of ``new`` is one of ``base`` only if its name is exactly an id, name or
    alias there (in any case). Facts that ``base`` lacks are filled in; its own stay.

    Raises
    ------
    LedgerError
        If ``new`` contradicts a fact of ``base``, or if a name could be two models.
    """
    models, model_ids = _join(base.models.values(), new.models.values(), "model")
    benches, bench_ids = _join(base.benchmarks.values(), new.benchmarks.values(), "benchmark")

    def both(old: Iterable[Row], fresh: Iterable[Row]) -> list[Row]:
        kept = [row for row in old if row.source not in new.sources]
        for row in fresh:
            ids = {"model": model_ids[row.model], "benchmark": bench_ids[row.benchmark]}
            kept.append(row.model_copy(update=ids))
        return kept

    return Ledger.of(
        models=models,
        benchmarks=benches,
        setups={**base.setups, **new.setups}.values(),
        results=both(base.results, new.results),
        responses=both(base.responses, new.responses),
        sources={**base.sources, **new.sources}.values(),
        claims=base.claims,
    )


def _join(
    base: Iterable[Named], new: Iterable[Named], what: str
) -> tuple[list[Named], dict[str, str]]:
    """All records, and the id in the joined ledger of each id of ``new``."""
    records = {record.id: record for record in base}
    owners: dict[str, set[str]] = defaultdict(set)
    for record in records.values():
        for name in all_names(record):
            owners[name.casefold()].add(record.id)
    ids: dict[str, str] = {}
    for record in new:
        found = {record.id} if record.id in records else owners[record.name.casefold()]
        if len(found) > 1 or found & set(ids.values()):
            both = " and ".join(repr(one) for one in sorted(found | {record.id}))
            raise LedgerError(f"{what} {record.name!r} could be any of {both}; write an id.")
        ids[record.id] = next(iter(found), record.id)
        known = records.get(ids[record.id])
        records[ids[record.id]] = _filled(known, record, what) if known else record
    return list(records.values()), ids


def _filled(known: Named, given: Named, what: str) -> Named:
    """``known`` with the facts that only ``given`` has."""
    added: dict[str, object] = {}
    for column, about in type(known).model_fields.items():
        ours, theirs = getattr(known, column), getattr(given, column)
        if column in _ASIDE or theirs in (about.default, ours):
            continue
        if ours != about.default:
            raise LedgerError(
                f"{what} {given.name!r}, column {column}: {theirs}, but the ledger has {ours}; "
                "mend it or leave the column out."
            )
        added[column] = theirs
    return known.model_copy(update=added)
