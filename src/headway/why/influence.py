"""Influence: the answer without each benchmark, domain, source or named set, refitted exactly."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Literal

from headway.errors import HeadwayError, LensError
from headway.gap.result import Interval
from headway.ledger import Ledger, find_benchmark
from headway.lens.prepared import Prepared
from headway.lens.recipe import Lens
from headway.lens.together import together
from headway.why.shapley import EXACT, Shares, sampled, shares
from headway.why.value import Asker, Value, change, with_draws

By = Literal["benchmark", "domain", "source"]
Progress = Callable[[float, str], None]


@dataclass(frozen=True)
class Member:
    """The answer without one member, or without a set.

    Attributes
    ----------
    name : str
    value : float or None
        The number without it; None where it is only bounded, or there is none.
    change : Interval
        That less the base, over paired draws.
    n_models, n_scores : int or None
        Left in the table.
    why_not : str
        Why there is no number; empty where there is one.
    """

    name: str
    value: float | None
    change: Interval
    n_models: int | None
    n_scores: int | None
    why_not: str = ""


@dataclass(frozen=True, eq=False)
class Influence:
    """What the answer of a lens hangs on.

    Attributes
    ----------
    lens : Lens
    unit : str
    base : Value
        With everything.
    by : str
        What the members are.
    members : tuple of Member
        The one that moves the answer most first.
    sets : tuple of Member
        Named sets that were left out together.
    """

    lens: Lens
    unit: str
    base: Value
    by: str
    members: tuple[Member, ...]
    sets: tuple[Member, ...]


def influence(
    asker: Asker,
    lens: Lens,
    ledger: Ledger,
    *,
    by: By = "benchmark",
    sets: Sequence[Sequence[str]] = (),
    draws: int = 100,
    progress: Progress | None = None,
) -> Influence:
    """Refit a lens without each member.

    Parameters
    ----------
    asker : Asker
        Which number; the gap in months by default.
    lens : Lens
    ledger : Ledger
    by : {"benchmark", "domain", "source"}
        What is left out, one at a time.
    sets : sequence of sequences of str
        Benchmarks that are left out together.
    draws : int
        Joint draws of each refit, paired between refits by random numbers that belong to cells.
    progress : callable, optional
        Told the share of the work that is done.

    Raises
    ------
    HeadwayError
        If the lens itself has no answer on these data.
    UnknownNameError
        If a set names a benchmark that is not there.

    Notes
    -----
    Every refit is the whole recipe without the member: a model that keeps too few benchmarks for
    the lens leaves the table with it.
    """
    joint = [[find_benchmark(ledger, name).name for name in names] for names in sets]
    asker, lens = asker.warm(), with_draws(lens, draws)
    ready = asker.ready(lens, ledger)
    base = asker.quantity.of(ready)
    asked: list[tuple[By, list[str]]] = [(by, [name]) for name in _names(ready, ledger, by)]
    asked += [("benchmark", names) for names in joint]

    def refit(member: tuple[By, list[str]]) -> Member:
        less = partial(without, lens, ledger, *member)
        return _member(member[1], _attempt(asker, less, ledger, ready), base)

    found = []
    for k, member in enumerate(together(refit, asked), 1):
        found.append(member)
        if progress is not None:
            progress(k / len(asked), f"without {member.name}")
    alone = len(found) - len(joint)
    return Influence(
        lens=lens,
        unit=asker.quantity.unit(ready),
        base=base,
        by=by,
        members=tuple(sorted(found[:alone], key=_reach)),
        sets=tuple(found[alone:]),
    )


def shared_out(
    asker: Asker,
    lens: Lens,
    ledger: Ledger,
    names: Sequence[str],
    *,
    by: By = "benchmark",
    orders: int = 50,
    progress: Progress | None = None,
) -> Shares | None:
    """What each member adds to the number, from none of them to all of them (Shapley values).

    Parameters
    ----------
    asker, lens, ledger, by
        As for :func:`influence`; the lens's own number of draws counts.
    names : sequence of str
        Members: exactly up to 12, from ``orders`` pairs of random orders above.
    progress : callable, optional
        Told the share of the work that is done.

    Returns
    -------
    Shares or None
        None where no order avoids the sets without an answer.
    """
    if asker.quantity.models:
        lens = with_draws(lens, 0)  # the point estimate alone counts
    whole = asker.ready(lens, ledger)
    known: dict[int, float | None] = {}
    expected = 1 << len(names) if len(names) <= EXACT else 2 * orders * len(names)

    def value(kept: int) -> float | None:
        if kept not in known:
            gone = [name for k, name in enumerate(names) if not kept >> k & 1]
            got = _attempt(asker, partial(without, lens, ledger, by, gone), ledger, whole)
            known[kept] = None if isinstance(got, str) else got.middle
            if progress is not None:
                progress(min(len(known) / expected, 1.0), "Shapley values")
        return known[kept]

    if len(names) <= EXACT:
        return shares(len(names), value)
    return sampled(len(names), value, orders=orders, seed=lens.scale.seed)


def _attempt(
    asker: Asker, less: Callable[[], Lens], ledger: Ledger, whole: Prepared
) -> Value | str:
    """The number without some members, or the sentence that says why there is none."""
    try:
        return asker.attempt(less(), ledger, like=whole)
    except HeadwayError as error:
        return str(error)


def without(lens: Lens, ledger: Ledger, by: By, names: Sequence[str]) -> Lens:
    """The lens without these benchmarks, the benchmarks of these domains, or these sources.

    Raises
    ------
    LensError
        If no source is left.
    """
    rule = lens.evidence
    if by == "source":
        left = tuple(s for s in rule.sources or ledger.sources if s not in names)
        if not left:
            raise LensError("No source is left.")
        return _with(lens, sources=left)
    gone = tuple(
        b.name
        for b in ledger.benchmarks.values()
        if (b.name if by == "benchmark" else b.domain or "") in names
    )
    return _with(lens, without=(*rule.without, *gone))


def _with(lens: Lens, **fields: tuple[str, ...]) -> Lens:
    return lens.model_copy(update={"evidence": lens.evidence.model_copy(update=fields)})


def _names(ready: Prepared, ledger: Ledger, by: By) -> list[str]:
    """What can be left out: benchmarks, domains or sources of the cells that count."""
    table = ready.selection.table
    if by == "benchmark":
        return list(table.benchmarks)
    if by == "domain":
        return sorted(set(table.domain) - {""})
    sources = ready.lens.evidence.sources or tuple(ledger.sources)
    return [name for name in sources if len(sources) > 1]


def _member(names: Sequence[str], got: Value | str, base: Value) -> Member:
    name = " + ".join(names)
    if isinstance(got, str):
        return Member(name, None, Interval(None, None, None, 0.9), None, None, got)
    why_not = "" if got.middle is not None else f"only a bound: at least {got.bound}"
    return Member(name, got.middle, change(got, base), got.n_models, got.n_scores, why_not)


def _reach(member: Member) -> tuple[bool, float, str]:
    moved = member.change.median
    return moved is None, -abs(moved or 0.0), member.name
