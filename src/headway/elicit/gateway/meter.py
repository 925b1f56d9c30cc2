"""What a run has spent: tokens, and seconds without those in which servers failed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from headway.elicit.budget import Budget
from headway.elicit.tokens import Tokens

__all__ = ["CHARACTERS_PER_TOKEN", "Clock", "Meter", "estimate"]

# https://help.openai.com/en/articles/4936856: "1 token ~= 4 chars in English". Only for replies
# whose usage never came, which are marked.
CHARACTERS_PER_TOKEN = 4


def estimate(request: int, reply: int, known: Tokens | None = None) -> Tokens:
    """Tokens of an exchange whose usage never came.

    Parameters
    ----------
    request : int
        Characters of the request.
    reply : int
        Characters of output that were seen.
    known : Tokens, optional
        Counts that the start of the stream gave; they stand, and output is at least theirs.
    """
    output = -(-reply // CHARACTERS_PER_TOKEN)
    if known is None:
        known = Tokens(uncached_input=-(-request // CHARACTERS_PER_TOKEN))
    return Tokens(
        uncached_input=known.uncached_input,
        cache_read=known.cache_read,
        cache_write=known.cache_write,
        visible_output=max(known.output, output),
        reasoning=None,
        estimated=True,
    )


@dataclass(slots=True)
class Clock:
    """Seconds of a run, with upstream back-off apart.

    Back-off is the time in which servers failed and the harness could only wait: from the start of
    a failed exchange (429, 5xx, no connection) to the next request, for as long as requests fail
    and no other exchange is under way. A wait longer than ``longest`` counts as the harness's own.

    Attributes
    ----------
    now : callable
        Seconds of a clock that only goes forward.
    """

    now: Callable[[], float]
    longest: float
    _first: float | None = None
    _waited: float = 0.0
    _since: float | None = None
    _failed: float = 0.0
    _under_way: int = 0

    def begin(self) -> float:
        """An exchange begins; gives its time."""
        now = self.now()
        if self._first is None:
            self._first = now
        self._waited += self._open(now)
        self._since = None
        self._under_way += 1
        return now

    def end(self, begun: float, *, failed: bool) -> None:
        """An exchange that began at ``begun`` has ended."""
        self._under_way -= 1
        if failed and self._under_way == 0:
            self._since, self._failed = begun, self.now()

    def _open(self, now: float) -> float:
        """Seconds of the wait that goes on."""
        if self._since is None:
            return 0.0
        return min(now, self._failed + self.longest) - self._since

    @property
    def back_off(self) -> float:
        """Seconds in which servers failed."""
        return self._waited + self._open(self.now())

    @property
    def total(self) -> float:
        """Seconds since the first exchange began."""
        return 0.0 if self._first is None else self.now() - self._first

    @property
    def seconds(self) -> float:
        """Seconds that count."""
        return self.total - self.back_off


@dataclass(slots=True)
class Meter:
    """A budget and what was taken from it.

    What an exchange under way has used is counted as soon as its usage is seen, so that the
    request that a harness sends right after it finds it counted.
    """

    budget: Budget
    clock: Clock
    _settled: Tokens = field(default_factory=Tokens)
    _pending: dict[int, Tokens] = field(default_factory=dict)

    def charge(self, exchange: int, tokens: Tokens) -> None:
        """What an exchange under way has used so far, in place of what was said before."""
        self._pending[exchange] = tokens

    def settle(self, exchange: int, tokens: Tokens | None) -> None:
        """What an exchange has used in the end; None if nothing counts."""
        self._pending.pop(exchange, None)
        if tokens is not None:
            self._settled += tokens

    @property
    def tokens(self) -> Tokens:
        """All that was used."""
        return sum(self._pending.values(), self._settled)

    @property
    def spent(self) -> float:
        """In the unit of the budget."""
        return self.budget.spent(self.tokens, self.clock.seconds)

    @property
    def admits(self) -> bool:
        """Whether one more request may begin."""
        return self.budget.admits(self.tokens, self.clock.seconds)

    @property
    def unit(self) -> str:
        """Unit of the budget, in words."""
        if self.budget.kind == "money" and self.budget.prices is not None:
            return self.budget.prices.currency
        return {"tokens": "weighted tokens", "time": "seconds"}.get(self.budget.kind, "")
