"""The ledger itself: seven tables that nobody can change, and the id of their content."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import TypeVar

from headway.errors import LedgerError
from headway.ledger.tables import TABLES
from headway.records import Benchmark, Claim, Model, Record, Response, Result, Setup, Source

__all__ = ["Ledger"]

Named = TypeVar("Named", Model, Benchmark, Setup, Source)
_KEYS = {table.name: table.key for table in TABLES}


@dataclass(frozen=True, eq=False, repr=False)
class Ledger:
    """What was observed. Make one with :meth:`of`; two ledgers are equal if their ids are.

    Attributes
    ----------
    models, benchmarks, setups, sources : mapping of id to record, sorted by id
    results, responses, claims : tuples of records, sorted
    """

    models: Mapping[str, Model]
    benchmarks: Mapping[str, Benchmark]
    setups: Mapping[str, Setup]
    results: tuple[Result, ...]
    responses: tuple[Response, ...]
    sources: Mapping[str, Source]
    claims: tuple[Claim, ...]

    @classmethod
    def of(
        cls,
        *,
        models: Iterable[Model] = (),
        benchmarks: Iterable[Benchmark] = (),
        setups: Iterable[Setup] = (),
        results: Iterable[Result] = (),
        responses: Iterable[Response] = (),
        sources: Iterable[Source] = (),
        claims: Iterable[Claim] = (),
    ) -> Ledger:
        """A ledger of these records, in whatever order they come.

        Raises
        ------
        LedgerError
            If two records of a table have the same id.
        """
        return cls(
            models=_keyed("models", models),
            benchmarks=_keyed("benchmarks", benchmarks),
            setups=_keyed("setups", setups),
            results=tuple(sorted(results, key=_KEYS["results"])),
            responses=tuple(sorted(responses, key=_KEYS["responses"])),
            sources=_keyed("sources", sources),
            claims=tuple(sorted(claims, key=_KEYS["claims"])),
        )

    @cached_property
    def id(self) -> str:
        """Twelve hex digits of the sha256 over the canonical text of all tables."""
        from headway.ledger.shipped import digest
        from headway.ledger.text import pages

        return digest(pages(self))

    def rows(self, table: str) -> tuple[Record, ...]:
        """Records of one table (``"models"``, ``"results"`` ...), sorted."""
        value = getattr(self, table)
        return tuple(value.values()) if isinstance(value, Mapping) else value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Ledger) and self.id == other.id

    def __hash__(self) -> int:
        return hash(self.id)

    def __repr__(self) -> str:
        return (
            f"<Ledger {self.id}: {len(self.models)} models, {len(self.benchmarks)} benchmarks, "
            f"{len(self.results)} scores, {len(self.sources)} sources>"
        )


def _keyed(table: str, records: Iterable[Named]) -> Mapping[str, Named]:
    found: dict[str, Named] = {}
    for record in sorted(records, key=_KEYS[table]):
        if record.id in found:
            raise LedgerError(f"{table}: the id {record.id!r} stands on two rows; keep one.")
        found[record.id] = record
    return MappingProxyType(found)
