"""Tidy tables ``model,benchmark,score``, and Epoch's ``eci_benchmarks.csv``, to a ledger.

A table of one's own stands for itself: models are named as they are written there, and what the
table does not say (openness, dates) stays unknown, whatever the shipped ledger knows.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path

from headway.errors import DataError
from headway.ledger.checks import check
from headway.ledger.core import Ledger
from headway.records import Benchmark, Model, Result, Setup, Source
from headway.sources import cells
from headway.sources.reading import RawTable, read_raw

__all__ = ["read_table", "slug"]

_MODEL: dict[str, cells.Parser] = {
    "released": cells.day,
    "weights": cells.choice("open", "closed", "unknown"),
    "organization": cells.name,
    "country": cells.country,
    "released_alt": cells.day,
    "weights_released": cells.day,
    "weights_license": cells.name,
    "weights_url": cells.name,
    "params_total_b": cells.positive(float),
}
_BENCHMARK: dict[str, cells.Parser] = {
    "benchmark_released": cells.day,
    "domain": cells.name,
    "access": cells.choice("public", "semi-private", "private", "unknown"),
    "chance": cells.fraction,
    "ceiling": cells.fraction,
}
_RESULT: dict[str, cells.Parser] = {
    "n_items": cells.positive(int),
    "setup": cells.name,
    "evaluator": cells.name,
    "reported_by": cells.choice("self", "third-party", "benchmark-owner", "unknown"),
    "imputed": cells.truth,
    "chance_corrected": cells.truth,
}
_REQUIRED: dict[str, cells.Parser] = {
    "model": cells.name,
    "benchmark": cells.name,
    "score": cells.score,
}
_PARSERS = _REQUIRED | _MODEL | _BENCHMARK | _RESULT
# In Epoch's form the date is that of the model's release, a source is who published a score, and a
# version says with which snapshot, effort or thinking budget a model was run.
_EPOCH = {
    "performance": "score",
    "date": "released",
    "benchmark_release_date": "benchmark_released",
    "source": "evaluator",
    "model_version": "setup",
}


def read_table(path: str | Path, *, source_id: str | None = None) -> Ledger:
    """Read a table of scores as a ledger with one source, the file.

    Parameters
    ----------
    path : path
        CSV in UTF-8, Parquet, or a JSON list of objects. Either Epoch's form (``model``,
        ``benchmark``, ``performance``, ``date``, ...) or tidy: ``model``, ``benchmark``,
        ``score`` and, where known, ``released``, ``weights`` (open, closed, unknown),
        ``organization``, ``country`` (two letters), ``n_items``, ``setup``, ``domain``,
        ``chance`` and the other columns that ``ledger export`` writes. Other columns are ignored.
    source_id : str, optional
        Id of the source; by default made from the name of the file.

    Returns
    -------
    Ledger
        Ids of models, benchmarks and setups are their names as given. Sorted, so that the order
        of rows never matters.

    Raises
    ------
    DataError
        One sentence naming file, row, column and fix; nothing is returned unless all is valid.

    Notes
    -----
    Scores are fractions in 0..1 and are taken as corrected for chance already, unless the table
    says otherwise: by a column ``chance_corrected``, or by a column ``chance`` (a guess floor for
    the benchmark), which marks the benchmark's scores as raw.
    """
    raw = read_raw(Path(path))
    build = _Build()
    for number, row in _parsed(raw):
        build.add(number, row)
    build.refuse(raw.path)
    source = _source(raw.path, source_id)
    ledger = build.ledger(source)
    if problems := [text for text in check(ledger) if "weights is open without" not in text]:
        raise DataError(f"{raw.path}: {_first(problems)}")
    return ledger


def slug(text: str) -> str:
    """A plain id made of a text: lower case letters, digits, dots and dashes."""
    plain = re.sub(r"[^a-z0-9._]+", "-", text.lower()).strip("-._")
    return plain[:80] or "table"


def _source(path: Path, source_id: str | None) -> Source:
    wanted = slug(path.stem) if source_id is None else source_id
    if wanted != slug(wanted):
        raise DataError(f"The source id {wanted!r} is not plain; write {slug(wanted)!r}.")
    title = re.sub(r"[^\w.,()+ -]+", " ", path.name).strip() or "table"
    return Source(id=wanted, name=title)


def _parsed(raw: RawTable) -> Iterator[tuple[int, dict[str, str]]]:
    names = _columns(raw)
    for number, row in raw.rows:
        yield number, {names[i]: cell for i, cell in enumerate(row) if i in names}


def _columns(raw: RawTable) -> dict[int, str]:
    """Place of a column in the file to what we call it."""
    own = set(raw.header)
    epoch = "performance" in own and "score" not in own
    renamed = _EPOCH if epoch else {"source": "evaluator"}
    names: dict[int, str] = {}
    for place, header in enumerate(raw.header):
        name = header if header in _PARSERS else renamed.get(header)
        if name is not None and (name == header or name not in own):
            names[place] = name
    for wanted in _REQUIRED:
        if wanted not in names.values():
            raise DataError(_missing(raw, wanted))
    _refuse_near(raw, set(names.values()))
    return names


def _missing(raw: RawTable, wanted: str) -> str:
    lower = {header.lower(): header for header in raw.header}
    near = get_close_matches(wanted, list(lower), n=1, cutoff=0.5)
    fix = f"rename {lower[near[0]]!r} to it" if near else f"here are {', '.join(raw.header)[:80]}"
    return f"{raw.path}, row 1: has no column {wanted!r}; {fix}."


def _refuse_near(raw: RawTable, used: set[str]) -> None:
    # A column 'Weights' or 'organisation' that is passed over in silence would lose its facts.
    free = [name for name in _PARSERS if name not in used]
    for header in raw.header:
        near = get_close_matches(header.lower(), free, n=1, cutoff=0.8)
        if near and header not in _EPOCH and header not in _PARSERS:
            raise DataError(
                f"{raw.path}, row 1: column {header!r} looks like {near[0]!r}; rename it to that, "
                "or drop it."
            )


def _first(problems: list[str]) -> str:
    more = len(problems) - 1
    return problems[0] + (f" ({more} more like this.)" if more else "")


@dataclass
class _Build:
    """Rows gathered so far, what is known of each model and benchmark, and what was wrong."""

    problems: list[str] = field(default_factory=list)
    facts: dict[tuple[str, str, str], tuple[object, int]] = field(default_factory=dict)
    rows: dict[tuple[str, str, str], tuple[dict[str, object], int]] = field(default_factory=dict)

    def add(self, number: int, row: Mapping[str, str]) -> None:
        values: dict[str, object] = {}
        for column, text in row.items():
            if text or column in _REQUIRED:
                try:
                    values[column] = _PARSERS[column](text)
                except ValueError as error:
                    shown = f"{text[:40]!r} " if text else ""
                    self.problems.append(f"row {number}, column {column}: {shown}{error}.")
                    return
        self._keep(number, values)

    def _keep(self, number: int, values: dict[str, object]) -> None:
        model, benchmark = str(values["model"]), str(values["benchmark"])
        key = (model, benchmark, str(values.get("setup", "")))
        if key in self.rows:
            self.problems.append(
                f"row {number}, column score: {model!r} on {benchmark!r} stands in row "
                f"{self.rows[key][1]} already; keep one of them."
            )
            return
        self.rows[key] = (values, number)
        for columns, owner in ((_MODEL, model), (_BENCHMARK, benchmark)):
            for column in columns & values.keys():
                self._learn(number, owner, column, values[column])

    def _learn(self, number: int, owner: str, column: str, value: object) -> None:
        kind = "model" if column in _MODEL else "benchmark"
        known, row = self.facts.setdefault((kind, owner, column), (value, number))
        if known != value:
            self.problems.append(
                f"row {number}, column {column}: {value} for {owner!r}, but {known} in row {row}; "
                "give one value to all its rows."
            )

    def refuse(self, path: Path) -> None:
        """Raise the first problem, if there is one."""
        if self.problems:
            raise DataError(f"{path}, {_first(self.problems)}")

    def known(self, kind: str, owner: str) -> dict[str, object]:
        columns = _MODEL if kind == "model" else _BENCHMARK
        keys = ((column, (kind, owner, column)) for column in columns)
        return {column: self.facts[key][0] for column, key in keys if key in self.facts}

    def ledger(self, source: Source) -> Ledger:
        rows = [values for values, _ in self.rows.values()]
        return Ledger.of(
            models=[self._model(name, source) for name in {str(r["model"]) for r in rows}],
            benchmarks=[self._benchmark(n, source) for n in {str(r["benchmark"]) for r in rows}],
            setups=[Setup(id=name) for name in {str(r["setup"]) for r in rows if "setup" in r}],
            results=[self._result(row, source) for row in rows],
            sources=[source],
        )

    def _model(self, name: str, source: Source) -> Model:
        facts = self.known("model", name)
        dated = source.id if "released" in facts else None
        given: dict[str, object] = {
            "id": name,
            "name": name,
            "source": source.id,
            "released_source": dated,
        }
        # Whoever gives a label vouches for it.
        given["checked"] = facts.get("weights") in {"open", "closed"}
        return Model.model_validate(given | facts)

    def _benchmark(self, name: str, source: Source) -> Benchmark:
        facts = self.known("benchmark", name)
        facts["released"] = facts.pop("benchmark_released", None)
        return Benchmark.model_validate({"id": name, "name": name, "source": source.id} | facts)

    def _result(self, row: dict[str, object], source: Source) -> Result:
        raw = ("benchmark", str(row["benchmark"]), "chance") in self.facts
        given = {"source": source.id, "chance_corrected": not raw}
        own = {column: row[column] for column in (*_REQUIRED, *_RESULT) if column in row}
        return Result.model_validate(given | own)
