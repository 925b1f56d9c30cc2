"""How far the runs of a design are, as a person reads it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from headway.publish.table import prose
from headway.publish.words import clean

if TYPE_CHECKING:
    from headway.elicit.launch import State
    from headway.elicit.record import Run

__all__ = ["finished_lines", "launch_lines", "span", "status_text"]

_MOST = 8  # runs in progress that are shown by name
_BAR = 30


def status_text(document: Mapping[str, Any]) -> str:
    """The document of ``headway elicit status`` in sentences."""
    by_status, spent = document["by_status"], document["spent"]
    lost = spent["lost"]
    parts = [
        f"{_of(by_status, document['runs'])}: {_counted(by_status)}.",
        *_flagged(document["flagged"]),
        f"Spent: {_money(spent['money'], spent['currency'])}{_tokens(spent['tokens'])}.",
    ]
    if lost["attempts"]:
        estimated = f", {lost['estimated']} of them estimated" if lost["estimated"] else ""
        money = f" ({_money(lost['money'], spent['currency'])})" if lost["money"] else ""
        attempts = _many(lost["attempts"], "attempt")
        parts.append(f"Of that, {attempts} came to nothing{money}{estimated}.")
    if spent["unpriced_runs"] and spent["money"] is not None:
        parts.append(f"Runs without prices, not in the money: {spent['unpriced_runs']}.")
    parts.append(_remaining(document))
    return "\n".join(map(prose, parts))


def _flagged(flagged: Mapping[str, Any]) -> list[str]:
    if not flagged["runs"]:
        return []
    kinds = ", ".join(f"{kind} {count}" for kind, count in flagged["by_kind"].items())
    said = (
        f"The audit found something in {_many(flagged['runs'], 'run')} ({kinds}). Without "
        f"{'it' if flagged['runs'] == 1 else 'them'}: {_counted(flagged['by_status_without'])}."
    )
    return [said]


def launch_lines(state: State, width: int = 80) -> list[str]:
    """The live view: a bar, counts, cost, and the runs in progress."""
    share = state.done / state.total if state.total else 1.0
    bar = "#" * round(share * _BAR)
    left = f"  about {span(state.left)} left" if state.left and state.done < state.total else ""
    account = state.account
    lines = [
        f"{state.done}/{state.total} runs [{bar:.<{_BAR}}] {share:4.0%}{left}",
        _counted({**state.by_status, "running": len(state.running)}),
        _cost(state),
    ]
    if account.attempts:
        lines[-1] += f"; {_many(account.attempts, 'attempt')} came to nothing"
    for run, (spent, text) in list(state.running.items())[:_MOST]:
        lines.append(f"  {spent:4.0%} of the budget  {run}  {text}")
    if len(state.running) > _MOST:
        lines.append(f"  and {len(state.running) - _MOST} more")
    if state.stopping:
        lines.append("Stopping: no further run begins. Once more ends those in progress.")
    return [clean(line)[:width] for line in lines]


def finished_lines(state: State) -> list[str]:
    """One line for each run that finished, where there is no terminal."""
    before = state.done - len(state.news)
    return [
        clean(f"{before + k}/{state.total} {run.id}: {run.status} ({run.ended}){_price(run)}")
        for k, run in enumerate(state.news, 1)
    ]


def span(seconds: float) -> str:
    """A time in its two coarsest units."""
    whole = round(seconds)
    hours, minutes = divmod(whole // 60, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {whole % 60} s" if minutes else f"{whole} s"


def _cost(state: State) -> str:
    account = state.account
    money = _money(account.spent if account.currency else None, account.currency)
    if account.cap is None:
        return f"cost {money}"
    return f"cost {money} of {account.cap:g} {account.currency} ({account.spent / account.cap:.0%})"


def _many(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"


def _price(run: Run) -> str:
    money = run.spending.money
    return "" if money is None else f", {_money(money, run.spending.currency)}"


def _of(by_status: Mapping[str, int], runs: int) -> str:
    finished = sum(n for name, n in by_status.items() if name not in {"running", "waiting"})
    return f"{finished} of {runs} runs are finished"


def _counted(by_status: Mapping[str, int]) -> str:
    return ", ".join(f"{n} {name}" for name, n in by_status.items() if n) or "none yet"


def _money(money: float | None, currency: str | None) -> str:
    if money is None:
        return "no prices are known"
    return f"{money:.2f} {currency}" if money >= 0.1 or not money else f"{money:.2g} {currency}"


def _tokens(tokens: Mapping[str, Any]) -> str:
    read = sum(tokens[kind] for kind in ("uncached_input", "cache_read", "cache_write"))
    written = tokens["visible_output"] + (tokens["reasoning"] or 0)
    return f"; {read:,} tokens of input and {written:,} of output"


def _remaining(document: Mapping[str, Any]) -> str:
    left = document["remaining"]
    if not left["runs"]:
        return "Nothing is left to do."
    currency = document["spent"]["currency"]
    money = "" if left["money"] is None else f", and {_money(left['money'], currency)} of the cap"
    return f"Left: {_many(left['runs'], 'run')}{money}."
