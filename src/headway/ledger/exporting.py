"""A ledger as one tidy table for other tools: a row per score, with what is known of each."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import TYPE_CHECKING

from headway.errors import LedgerError
from headway.ledger.disk import replace_file
from headway.ledger.tables import show_cell

if TYPE_CHECKING:
    from headway.ledger.core import Ledger
    from headway.records import Result

__all__ = ["check_ending", "export", "tidy_rows", "write_rows"]


def tidy_rows(ledger: Ledger) -> list[dict[str, object]]:
    """One dict per score, all with the same keys; models and benchmarks by their names."""
    return [_row(ledger, result) for result in ledger.results]


def _row(ledger: Ledger, result: Result) -> dict[str, object]:
    model, benchmark = ledger.models[result.model], ledger.benchmarks[result.benchmark]
    return {
        "model": model.name,
        "benchmark": benchmark.name,
        "score": result.score,
        "released": model.released,
        "weights": model.weights,
        "organization": model.organization,
        "country": model.country,
        "n_items": result.n_items,
        "setup": result.setup,
        "evaluator": result.evaluator,
        "source": result.source,
        "chance_corrected": result.chance_corrected,
        "reported_by": result.reported_by,
        "imputed": result.imputed,
        "released_alt": model.released_alt,
        "weights_released": model.weights_released,
        "weights_license": model.weights_license,
        "weights_url": model.weights_url,
        "params_total_b": model.params_total_b,
        "benchmark_released": benchmark.released,
        "domain": benchmark.domain,
        "access": benchmark.access,
        "chance": benchmark.chance,
        "ceiling": benchmark.ceiling,
    }


def export(ledger: Ledger, path: str | Path) -> Path:
    """Write the tidy table as ``.csv``, ``.parquet`` or ``.json``; the old file is kept until then.

    Reading it back by :func:`headway.sources.read_table` gives the same scores and facts, with
    names in place of ids. A cell that two sources report stands twice, and reading asks for one.

    Raises
    ------
    LedgerError
        If the ending is none of these, or if the file cannot be written.
    """
    columns = ["model", "benchmark", "score"]
    return write_rows(tidy_rows(ledger), Path(path), columns)


def write_rows(rows: list[dict[str, object]], target: Path, columns: list[str]) -> Path:
    """Write rows that have the same keys as ``.csv``, ``.parquet`` or ``.json``.

    Parameters
    ----------
    rows : list of dict
    target : path
        The old file is kept until the new one is whole.
    columns : list of str
        The header of a table without rows.

    Raises
    ------
    LedgerError
        If the ending is none of these, or if the file cannot be written.
    """
    ending = check_ending(target)
    if ending == ".csv":
        content = _csv(rows, columns)
    else:
        content = _parquet(rows) if ending == ".parquet" else _json(rows)
    replace_file(target, content)
    return target


def check_ending(target: Path) -> str:
    """The ending of a table's name, in lower case.

    Raises
    ------
    LedgerError
        If no table is written in a file of this name.
    """
    if target.suffix.lower() not in {".csv", ".parquet", ".json"}:
        raise LedgerError(f"{target}: end the name in .csv, .parquet or .json.")
    return target.suffix.lower()


def _csv(rows: list[dict[str, object]], columns: list[str]) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(rows[0] if rows else columns)
    writer.writerows([show_cell(value) for value in row.values()] for row in rows)
    return out.getvalue().encode()


def _json(rows: list[dict[str, object]]) -> bytes:
    lines = (json.dumps(row, ensure_ascii=False, default=str) for row in rows)
    return ("[\n" + ",\n".join(lines) + "\n]\n").encode()


def _parquet(rows: list[dict[str, object]]) -> bytes:
    import polars as pl

    out = io.BytesIO()
    pl.DataFrame(rows, infer_schema_length=None).write_parquet(out)
    return out.getvalue()
