"""Checks that need more than one cell: one sentence per failure, naming the place and the fix."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from headway.ledger.countries import CODES
from headway.ledger.names import all_names

if TYPE_CHECKING:
    from headway.ledger.core import Ledger
    from headway.records import Benchmark, Claim, Model, Response, Result

__all__ = ["check"]


def check(ledger: Ledger) -> list[str]:
    """Everything that is wrong with a ledger.

    Returns
    -------
    list of str
        One sentence per failure, in the order of the tables; empty if all is well.

    Notes
    -----
    A raw score may lie below the guess floor (bad luck is evidence), so raw scores are held to
    0..ceiling and corrected ones to 0..1. An open model needs a licence, and an address of the
    weights or a note that says why there is none.
    """
    found: list[str] = []
    for model in ledger.models.values():
        found += [f"models, {model.id!r}: {text}" for text in _model(model)]
    found += _shared_names("models", ledger.models.values())
    found += _shared_names("benchmarks", ledger.benchmarks.values())
    for benchmark in ledger.benchmarks.values():
        found += [f"benchmarks, {benchmark.id!r}: {text}" for text in _benchmark(benchmark)]
    for setup in ledger.setups.values():
        if _not_positive(setup.budget_tokens, setup.attempts):
            found.append(f"setups, {setup.id!r}: budget_tokens and attempts are above 0 or empty.")
    found += _results(ledger)
    found += _responses(ledger)
    for claim in ledger.claims:
        found += [f"claims, {claim.id!r}: {text}" for text in _claim(claim)]
    return found


def _not_positive(*values: float | None) -> bool:
    return any(value is not None and value <= 0 for value in values)


def _model(model: Model) -> Iterator[str]:
    if model.source is None:
        yield "source is empty; give the address of its facts."
    if model.released and model.released_source is None:
        yield "released has no released_source; give the address of the date."
    if model.country and model.country not in CODES:
        yield f"country {model.country!r} is no ISO alpha-2 code; write one such as US or CN."
    if _not_positive(model.params_total_b, model.params_active_b, model.train_tokens_t):
        yield "params_total_b, params_active_b and train_tokens_t are above 0 or empty."
    if model.params_total_b and (model.params_active_b or 0) > model.params_total_b:
        yield "params_active_b is above params_total_b; swap or mend them."
    yield from _weights(model)


def _weights(model: Model) -> Iterator[str]:
    if model.weights == "open":
        if model.weights_license is None:
            yield "weights is open without weights_license; name the licence or write unknown."
        if model.weights_url is None and model.notes is None:
            yield "weights is open without weights_url; give the address, or say why not in notes."
    elif model.weights_url or model.weights_license or model.weights_released:
        yield (
            f"weights is {model.weights} but weights_url, weights_license or weights_released is "
            "given; empty them or write open."
        )
    if model.weights_released and model.released and model.weights_released < model.released:
        yield "weights_released is before released; the earlier day is the release."


def _shared_names(table: str, records: Iterable[Model | Benchmark]) -> Iterator[str]:
    owners: dict[str, set[str]] = defaultdict(set)
    for record in records:
        for name in all_names(record):
            owners[name.casefold()].add(record.id)
    for name, ids in sorted(owners.items()):
        if len(ids) > 1:
            both = " and ".join(repr(one) for one in sorted(ids))
            yield f"{table}, {both}: the name or alias {name!r} names both; take it from one."


def _benchmark(benchmark: Benchmark) -> Iterator[str]:
    if benchmark.source is None:
        yield "source is empty; give the address of its facts."
    if not 0 < benchmark.ceiling <= 1:
        yield f"ceiling {benchmark.ceiling} is outside 0..1; write a fraction above 0."
    if benchmark.chance is not None and not 0 <= benchmark.chance < benchmark.ceiling:
        yield f"chance {benchmark.chance} must be at least 0 and below ceiling {benchmark.ceiling}."
    if _not_positive(benchmark.n_items):
        yield f"n_items {benchmark.n_items} must be above 0; leave it empty if unknown."


def _results(ledger: Ledger) -> Iterator[str]:
    counts = Counter((r.source, r.benchmark, r.model, r.setup) for r in ledger.results)
    for (source, benchmark, model, setup), count in counts.items():
        if count > 1:
            place = _place("results", source, model, benchmark, setup)
            yield f"{place}: stands on {count} rows; keep one."
    for result in ledger.results:
        where = _place("results", result.source, result.model, result.benchmark, result.setup)
        for text in (*_links(ledger, result), *_score(ledger, result), *_day(ledger, result)):
            yield f"{where}: {text}"


def _place(table: str, source: str, model: str, benchmark: str, setup: str | None) -> str:
    within = f" in setup {setup!r}" if setup else ""
    return f"{table}/{source}, {model!r} on {benchmark!r}{within}"


def _links(ledger: Ledger, row: Result | Response) -> Iterator[str]:
    if row.model not in ledger.models:
        yield f"model {row.model!r} is not in models; add it there or mend the id."
    if row.benchmark not in ledger.benchmarks:
        yield f"benchmark {row.benchmark!r} is not in benchmarks; add it there or mend the id."
    if row.source not in ledger.sources:
        yield f"source {row.source!r} is not in sources; add it there with its licence."
    if row.setup is not None and row.setup not in ledger.setups:
        yield f"setup {row.setup!r} is not in setups; add it there or mend the id."


def _score(ledger: Ledger, result: Result) -> Iterator[str]:
    benchmark = ledger.benchmarks.get(result.benchmark)
    ceiling = 1.0 if result.chance_corrected or benchmark is None else benchmark.ceiling
    if not 0 <= result.score <= ceiling:
        yield f"score {result.score} is outside 0..{ceiling:g}; write a fraction, not a percentage."
    if _not_positive(result.n_items):
        yield f"n_items {result.n_items} must be above 0; leave it empty if unknown."


def _day(ledger: Ledger, result: Result) -> Iterator[str]:
    model, source = ledger.models.get(result.model), ledger.sources.get(result.source)
    # The day of a copy of a rolling table says nothing about the day of a run.
    if not (model and source and model.released and result.date) or source.rolling:
        return
    first = min(day for day in (model.released, model.released_alt) if day)
    if result.date < first:
        yield f"date {result.date} is before the model's release {first}; mend one of them."


def _responses(ledger: Ledger) -> Iterator[str]:
    seen: set[tuple[str, str, str, str, str | None]] = set()
    for row in ledger.responses:
        place = _place("responses", row.source, row.model, row.benchmark, row.setup)
        where = f"{place}, item {row.item!r}"
        key = (row.source, row.benchmark, row.item, row.model, row.setup)
        if key in seen:
            yield f"{where}: stands on two rows; add their successes and trials up."
        seen.add(key)
        if row.trials <= 0 or not 0 <= row.successes <= row.trials:
            yield f"{where}: {row.successes:g} successes of {row.trials} trials cannot be."
        for text in _links(ledger, row):
            yield f"{where}: {text}"


def _claim(claim: Claim) -> Iterator[str]:
    if claim.source is None:
        yield "source is empty; give the address of the statement."
    if claim.low is not None and claim.high is not None and claim.low > claim.high:
        yield f"low {claim.low} is above high {claim.high}; swap them."
    elif claim.value is not None:
        low, high = claim.low, claim.high
        if (low is not None and claim.value < low) or (high is not None and claim.value > high):
            yield f"value {claim.value} is outside its range {low} to {high}; mend one of them."
    if claim.level is not None and not 0 < claim.level < 1:
        yield f"level {claim.level} must be a fraction such as 0.9; leave it empty for a spread."
    if claim.value is not None and claim.unit is None:
        yield "unit is empty; a value needs one."
