"""Exchanges as conversations: each request repeats what came before; only the new is shown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from headway.elicit.transcript.exchange import Exchange
from headway.elicit.transcript.turns import Turn

__all__ = ["Step", "steps"]


@dataclass(frozen=True, slots=True)
class Step:
    """An exchange, the turns that no earlier request of its conversation had, and which one it is.

    ``thread`` counts conversations from 1: a harness may have side conversations (subagents,
    summaries), and one that rewrites its history begins a new one.
    """

    exchange: Exchange
    new: list[Turn]
    thread: int
    begins: bool


def steps(exchanges: Iterable[Exchange]) -> Iterator[Step]:
    """What each exchange adds, in order."""
    threads: list[list[Turn]] = []
    for exchange in exchanges:
        asked = exchange.asked
        place, known = _longest(threads, asked)
        begins = place is None
        if place is None:
            place, known = len(threads), 0
            threads.append([])
        if asked:
            threads[place] = list(asked)
        yield Step(exchange, asked[known:], place + 1, begins)


def _longest(threads: list[list[Turn]], asked: list[Turn]) -> tuple[int | None, int]:
    """The conversation that a request goes on with, and how many turns of it are known."""
    best: tuple[int | None, int] = (None, 0)
    for number, turns in enumerate(threads):
        same = _common(turns, asked)
        if same > best[1] and (same == len(turns) or _grown(turns, asked, same)):
            best = (number, same)
    return best


def _grown(turns: list[Turn], asked: list[Turn], same: int) -> bool:
    """Whether only the last turn differs, and begins alike: harnesses add hints that move along."""
    if same != len(turns) - 1 or same >= len(asked):
        return False
    before, now = turns[same], asked[same]
    return before.role == now.role and before.parts[:1] == now.parts[:1] != ()


def _common(one: list[Turn], other: list[Turn]) -> int:
    count = 0
    for left, right in zip(one, other, strict=False):
        if left != right:
            break
        count += 1
    return count
