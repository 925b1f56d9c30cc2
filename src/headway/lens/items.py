"""Answers to items beside the scores, called as in the ledger, and who and what of them counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from headway.errors import UnknownNameError

if TYPE_CHECKING:
    from headway.ledger import Ledger
    from headway.records import Result
    from headway.scale.responses import Responses
    from headway.sources.responses import ResponseTable

Columns = Mapping[str, Sequence[Any]]


def read_items(data: Path | ResponseTable, ledger: Ledger | None = None) -> Columns:
    """Responses, with models and benchmarks called as in the ledger if it knows them.

    Raises
    ------
    DataError
        If the file cannot be read as responses.
    """
    from headway.ledger import find_benchmark, find_model
    from headway.sources.responses import table_of

    columns: dict[str, Any] = dict(table_of(data).columns)
    if ledger is not None:
        for what, find in (("model", find_model), ("benchmark", find_benchmark)):
            if what in columns:
                names = {name: _known(ledger, name, find) for name in set(columns[what])}
                columns[what] = [names[name] for name in columns[what]]
    return columns


def _known(ledger: Ledger, name: object, find: Callable[[Ledger, str], Any]) -> object:
    try:
        return name if name is None else find(ledger, str(name)).name
    except UnknownNameError:
        return name


def held_items(ledger: Ledger) -> Columns | None:
    """The responses that a ledger holds; None if it holds none."""
    if not ledger.responses:
        return None
    rows = ledger.responses
    benchmarks = [ledger.benchmarks[r.benchmark].name for r in rows]
    harnesses = harness_names(ledger, rows)
    return {
        "model": [ledger.models[r.model].name for r in rows],
        "benchmark": benchmarks,
        "item": [f"{b}/{r.item}" for b, r in zip(benchmarks, rows, strict=True)],
        "successes": [r.successes for r in rows],
        "trials": [r.trials for r in rows],
        "harness": harnesses,
        "run": [f"{r.source} {r.setup or ''}" for r in rows],
    }


def harness_names(ledger: Ledger, rows: Iterable[Any]) -> list[str | None]:
    """The harness of the setup of each result or response; None where it is not known.

    A setup that names no harness stands for itself where two models or more ran in it; else it is
    a version of one model.
    """
    rows = list(rows)
    ran = Counter(setup for setup, _ in {(r.setup, r.model) for r in rows})

    def name(row: Result) -> str | None:
        setup = None if row.setup is None else ledger.setups.get(row.setup)
        if setup is None:
            return None
        own = setup.id if ran[row.setup] > 1 else None
        return setup.harness or own

    return [name(row) for row in rows]


def counted(columns: Columns, models: set[str], benchmarks: set[str | None]) -> Responses | None:
    """The rows of models and benchmarks that count; None if there is none.

    Parameters
    ----------
    columns : mapping of str to sequence
    models, benchmarks : set of str
        Names that count; None is that of answers that name no benchmark.
    """
    import polars as pl

    from headway.scale.responses import Responses

    named = [name in models for name in columns["model"]]
    tests = columns.get("benchmark", [None] * len(named))
    keep = pl.Series([a and b in benchmarks for a, b in zip(named, tests, strict=True)])
    if not keep.any():
        return None
    kept = {name: pl.Series(name, column).filter(keep) for name, column in columns.items()}
    return Responses.build(kept)
