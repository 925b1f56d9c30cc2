"""From a ledger to the cells that a lens counts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from headway.errors import LensError, UnknownNameError
from headway.ledger import Ledger
from headway.lens.items import Columns, counted, harness_names, held_items
from headway.lens.recipe import Lens
from headway.records import Benchmark, Model, Result
from headway.scale import Table
from headway.scale.responses import Responses

# As Epoch: fewer scores than this do not place a model.
MIN_BENCHMARKS = 4


@dataclass(frozen=True, eq=False)
class Selection:
    """What a lens sees.

    Attributes
    ----------
    table : Table
        Cells, models and benchmarks by display name.
    models : tuple of Model
        The records of ``table.models``, in that order.
    as_of : date
        Last day that counts.
    data_date : date or None
        Day of the newest copy or report used; None where the table states none.
    cautions : tuple of str
    benchmarks : tuple of Benchmark
        The records of the scores' benchmarks.
    responses : Responses or None
        Answers to items, for the scale ``pooled`` alone; their models are among ``models``.
    """

    table: Table
    models: tuple[Model, ...]
    as_of: date
    data_date: date | None
    cautions: tuple[str, ...]
    benchmarks: tuple[Benchmark, ...] = ()
    responses: Responses | None = None


def day_of(model: Model, day: str) -> date | None:
    """The day that counts as a model's release under a lens's choice."""
    if day == "weights" and model.weights_released is not None:
        return model.weights_released
    if day == "first-public" and model.released_alt is not None:
        return model.released_alt
    return model.released


def select(
    lens: Lens, ledger: Ledger, *, own: bool = False, items: Columns | None = None
) -> Selection:
    """Apply the evidence part of a lens.

    Parameters
    ----------
    lens : Lens
    ledger : Ledger
    own : bool
        The ledger is a table of the user's own: the lens's list of sources does not apply.
    items : mapping of str to column, optional
        Answers to items beside those of the ledger; only the scale ``pooled`` reads any.

    Raises
    ------
    LensError
        If nothing is left, or no model has a release date.
    ScaleError
        If no model has enough benchmarks.
    """
    _check_names(lens, ledger)
    as_of = lens.as_of or _last_day(ledger)
    kept = list(_cells(lens, ledger, as_of, own))
    if not kept:
        wanted = "columns `released` and `access`" if lens.evidence.access else "column `released`"
        raise LensError(
            f"The lens {lens.name!r} finds no score that counts up to {as_of} in these data: its "
            f"choice of sources, access or dates leaves nothing (it needs the {wanted})."
        )
    usable = [(r, m, b, y) for r, m, b, y in kept if y is not None]
    pooled = lens.scale.name == "pooled"
    table = Table.build(
        [m.name for _, m, _, _ in usable],
        [b.name for _, _, b, _ in usable],
        [y for _, _, _, y in usable],
        n_items=[r.n_items for r, _, _, _ in usable],
        domain={b.name: b.domain or "" for _, _, b, _ in usable},
        imputed=[r.imputed for r, _, _, _ in usable],
        setup=harness_names(ledger, (r for r, _, _, _ in usable)) if pooled else None,
    ).with_at_least(lens.evidence.min_benchmarks)
    responses = _items(lens, ledger, as_of, items) if pooled else None
    names = {*table.models, *(() if responses is None else responses.models)}
    by_name = {m.name: m for m in ledger.models.values() if m.name in names}
    dates = [r.date for r, _, _, _ in usable if r.date is not None]
    return Selection(
        table=table,
        models=tuple(by_name[name] for name in sorted(names)),
        as_of=as_of,
        data_date=max(dates, default=None),
        cautions=tuple(_cautions(lens, ledger, as_of, dates, len(kept) - len(usable))),
        benchmarks=tuple(b for b in ledger.benchmarks.values() if b.name in table.benchmarks),
        responses=responses,
    )


def _items(lens: Lens, ledger: Ledger, as_of: date, items: Columns | None) -> Responses | None:
    """Answers that count; of a benchmark that the ledger does not know where the lens takes all."""
    columns = items if items is not None else held_items(ledger)
    if columns is None:
        return None
    models = {m.name for m in ledger.models.values() if _model_counts(lens, m, as_of)}
    tests: set[str | None] = {
        b.name for b in ledger.benchmarks.values() if _benchmark_counts(lens, b, as_of)
    }
    rule = lens.evidence
    if not (rule.access or rule.domains or rule.benchmarks):
        known = {b.name for b in ledger.benchmarks.values()}
        tests |= set(columns.get("benchmark", [None])) - known
    found = counted(columns, models, tests)
    if found is None and items is not None:
        raise LensError(
            "None of the responses counts: their models need a release date in the ledger or "
            f"table, and benchmarks that the lens {lens.name!r} takes."
        )
    return found


def _check_names(lens: Lens, ledger: Ledger) -> None:
    """A misspelt benchmark would silently count nothing."""
    from headway.ledger import find_benchmark

    for name in (*lens.evidence.benchmarks, *lens.evidence.without):
        find_benchmark(ledger, name)
    domains = {b.domain for b in ledger.benchmarks.values()}
    for domain in lens.evidence.domains:
        if domain not in domains:
            known = ", ".join(sorted(d for d in domains if d))
            raise UnknownNameError(f"No benchmark has the domain {domain!r}; there are: {known}.")


def _cells(
    lens: Lens, ledger: Ledger, as_of: date, own: bool
) -> Iterator[tuple[Result, Model, Benchmark, float | None]]:
    # A ledger has many more results than models and benchmarks: these are judged once each.
    models = {k: m for k, m in ledger.models.items() if _model_counts(lens, m, as_of)}
    tests = {k: b for k, b in ledger.benchmarks.items() if _benchmark_counts(lens, b, as_of)}
    for result in ledger.results:
        model, benchmark = models.get(result.model), tests.get(result.benchmark)
        if (
            model is not None
            and benchmark is not None
            and _result_counts(lens, ledger, result, as_of, own)
        ):
            yield result, model, benchmark, corrected(result, benchmark)


def _model_counts(lens: Lens, model: Model, as_of: date) -> bool:
    day = day_of(model, lens.dates.day)
    since = lens.evidence.models_since
    return day is not None and day <= as_of and (since is None or day >= since)


def _benchmark_counts(lens: Lens, benchmark: Benchmark, as_of: date) -> bool:
    rule = lens.evidence
    named = {benchmark.id, benchmark.name}
    return (
        (not rule.access or benchmark.access in rule.access)
        and (not rule.domains or benchmark.domain in rule.domains)
        and (not rule.benchmarks or bool(named & set(rule.benchmarks)))
        and not named & set(rule.without)
        and (benchmark.released is None or benchmark.released <= as_of)
    )


def _result_counts(lens: Lens, ledger: Ledger, result: Result, as_of: date, own: bool) -> bool:
    rule = lens.evidence
    source = ledger.sources.get(result.source)
    # A rolling table's date is that of the copy: it says nothing on when a score was measured.
    dated = source is not None and not source.rolling and result.date is not None
    return (
        (own or not rule.sources or result.source in rule.sources)
        and (not rule.reported_by or result.reported_by in rule.reported_by)
        and not (dated and result.date is not None and result.date > as_of)
    )


def corrected(result: Result, benchmark: Benchmark) -> float | None:
    """The share solved above chance, in 0..1; None where the guess floor is not known."""
    if result.chance_corrected:
        return result.score
    if benchmark.chance is None:
        return None
    share = (result.score - benchmark.chance) / (benchmark.ceiling - benchmark.chance)
    return min(max(share, 0.0), 1.0)


def _last_day(ledger: Ledger) -> date:
    """The newest day in the data: of a copy or report, else of a model."""
    days = [r.date for r in ledger.results if r.date is not None]
    days = days or [m.released for m in ledger.models.values() if m.released is not None]
    if not days:
        raise LensError(
            "No model in these data has a release date, so no gap in months can be measured: "
            "add a column `released` (YYYY-MM-DD)."
        )
    return max(days)


def _cautions(
    lens: Lens, ledger: Ledger, as_of: date, dates: list[date], no_floor: int
) -> Iterator[str]:
    if any(day > as_of for day in dates):
        yield (
            f"Models and benchmarks after {as_of} are left out, but scores come from a copy of "
            f"{max(dates)}: some were measured or revised later, under setups of that day."
        )
    undated = sum(day_of(m, lens.dates.day) is None for m in ledger.models.values())
    if undated:
        yield f"{undated} models have no release date and are left out."
    if no_floor:
        yield f"{no_floor} scores are left out: their benchmark's guess floor is not known."


def every_cell(ledger: Ledger, since: date | None = None) -> Table:
    """All scores of a ledger, dated or not, of models that have four benchmarks or more.

    Parameters
    ----------
    ledger : Ledger
    since : date, optional
        Models that are known to be older are left out.

    Raises
    ------
    ScaleError
        If no model has enough benchmarks.
    """

    def counts(model: Model) -> bool:
        return since is None or model.released is None or model.released >= since

    cells = [
        (result, share)
        for result in ledger.results
        if counts(ledger.models[result.model])
        and (share := corrected(result, ledger.benchmarks[result.benchmark])) is not None
    ]
    return Table.build(
        [ledger.models[result.model].name for result, _ in cells],
        [ledger.benchmarks[result.benchmark].name for result, _ in cells],
        [share for _, share in cells],
        n_items=[result.n_items for result, _ in cells],
        domain={b.name: b.domain or "" for b in ledger.benchmarks.values()},
        imputed=[result.imputed for result, _ in cells],
    ).with_at_least(MIN_BENCHMARKS)
