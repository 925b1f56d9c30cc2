"""What a design has cost, and whether one more run may begin. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from headway.elicit.budget import Budget, Prices
from headway.elicit.record import Run
from headway.elicit.tokens import Tokens

__all__ = ["Account", "cost", "most", "tokens_of", "worth"]


@dataclass(frozen=True, slots=True)
class Account:
    """Money of a whole design.

    Attributes
    ----------
    cap : float or None
    currency : str or None
        Of the cap; without one, of the prices that were met.
    runs : float
        Cost of the runs that are kept, with their earlier tries.
    lost : float
        Cost of attempts that came to nothing, as far as it is known or estimated.
    attempts, unknown : int
        How many came to nothing, and of how many the cost is an estimate.
    unpriced : int
        Finished runs of models that have no prices: they are not in the sums.
    tokens : Tokens
        Of everything, lost attempts included where they are known.
    reserved : dict of str to float
        The most that each run in progress can cost; infinite where nothing bounds it.
    """

    cap: float | None = None
    currency: str | None = None
    runs: float = 0.0
    lost: float = 0.0
    attempts: int = 0
    unknown: int = 0
    unpriced: int = 0
    tokens: Tokens = field(default_factory=Tokens)
    reserved: dict[str, float] = field(default_factory=dict)

    @property
    def spent(self) -> float:
        """Runs and lost attempts together."""
        return self.runs + self.lost

    @property
    def remaining(self) -> float | None:
        """What is left of the cap; None without one."""
        return None if self.cap is None else max(self.cap - self.spent, 0.0)

    @property
    def is_spent(self) -> bool:
        """Whether the cap is reached without any run in progress."""
        return self.cap is not None and self.spent >= self.cap

    def admits(self) -> bool:
        """Whether one more run may begin: while spent and reserved are below the cap."""
        return self.cap is None or self.spent + sum(self.reserved.values()) < self.cap

    def begun(self, run: str, most: float) -> Account:
        """With a run in progress."""
        return replace(self, reserved={**self.reserved, run: most})

    def ended(self, run: str) -> Account:
        """Without a run in progress."""
        return replace(self, reserved={k: v for k, v in self.reserved.items() if k != run})

    def kept(self, run: Run, prices: Prices | None) -> Account:
        """With a finished run."""
        money = cost(run, prices)
        return replace(
            self,
            runs=self.runs + (money or 0.0),
            currency=self.currency or run.spending.currency,
            unpriced=self.unpriced + (money is None),
            tokens=self.tokens + tokens_of(run),
        )

    def lost_as(self, line: dict[str, Any]) -> Account:
        """With an attempt that came to nothing, as the log tells of it."""
        tokens = Tokens.from_dict(line["tokens"]) if line["tokens"] else Tokens()
        return replace(
            self,
            lost=self.lost + (line["money"] or 0.0),
            attempts=self.attempts + 1,
            unknown=self.unknown + (not line["known"]),
            tokens=self.tokens + tokens,
        )


def tokens_of(run: Run) -> Tokens:
    """All tokens of a run, with those of tries that a server or the machine spoiled."""
    return sum((tried.tokens for tried in run.tries), run.spending.tokens)


def cost(run: Run, prices: Prices | None) -> float | None:
    """Money for a run and its earlier tries; None where its model has no prices."""
    if run.spending.money is None:
        return None
    earlier: Iterable[Tokens] = (tried.tokens for tried in run.tries)
    return run.spending.money + sum(prices.of(tokens) if prices else 0.0 for tokens in earlier)


def most(budget: Budget, prices: Prices | None) -> float:
    """The most money that a run can cost: 0 without prices, infinite where nothing bounds it."""
    return 0.0 if prices is None else budget.bound(prices)


def worth(share: float | None, budget: Budget, prices: Prices | None) -> float | None:
    """Money for a share of a budget, None standing for all of it; None without prices or bound."""
    if prices is None:
        return None
    whole = most(budget, prices)
    if not math.isfinite(whole):
        return 0.0 if share == 0 else None
    return whole * (1.0 if share is None else share)
