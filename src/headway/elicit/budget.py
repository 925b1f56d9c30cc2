"""What a run may spend: weighted tokens, money at stated prices, or time."""

from __future__ import annotations

import datetime as dt
import math
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from headway.elicit.tokens import KINDS, Tokens

__all__ = ["Budget", "Prices", "Weights"]

_Amount = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Weights(_Part):
    """What one token of each kind counts in the budget; by default all count as one."""

    uncached_input: _Amount = 1.0
    cache_read: _Amount = 1.0
    cache_write: _Amount = 1.0
    visible_output: _Amount = 1.0
    reasoning: _Amount = 1.0

    def of(self, tokens: Tokens) -> float:
        """Weighted sum; output that is not split counts as visible output."""
        return (
            self.uncached_input * tokens.uncached_input
            + self.cache_read * tokens.cache_read
            + self.cache_write * tokens.cache_write
            + self.visible_output * tokens.visible_output
            + self.reasoning * (tokens.reasoning or 0)
        )


class Prices(Weights):
    """Money per million tokens of each kind, with its day and source.

    Every kind has a price: no default stands for one that nobody stated. Where a server has no
    price of its own for reasoning, it is that of output, in which it bills it; for cache writes,
    that of uncached input. ``note`` says what a price per kind cannot (hours, lengths).
    """

    uncached_input: _Amount
    cache_read: _Amount
    cache_write: _Amount
    visible_output: _Amount
    reasoning: _Amount
    currency: str = "USD"
    date: dt.date
    source: str = Field(min_length=1)
    note: str = ""

    def of(self, tokens: Tokens) -> float:
        """Money for these tokens."""
        return super().of(tokens) / 1e6


class Budget(_Part):
    """The limit of one run.

    A request is admitted while what was spent is below the limit; admitted requests finish and
    count, so a run can end above its limit by what was in flight (recorded as overshoot).

    Attributes
    ----------
    kind : {'tokens', 'money', 'time'}
        Weighted tokens, money, or seconds since the first request without upstream back-off.
    limit : float
        In the unit of ``kind``.
    weights : Weights
        For ``tokens``.
    prices : Prices or None
        For ``money``.
    """

    kind: Literal["tokens", "money", "time"]
    limit: float = Field(gt=0, allow_inf_nan=False)
    weights: Weights = Weights()
    prices: Prices | None = None

    @model_validator(mode="after")
    def _priced(self) -> Budget:
        if self.kind == "money" and self.prices is None:
            raise ValueError("a budget in money needs prices, with their date and source")
        return self

    def spent(self, tokens: Tokens, seconds: float) -> float:
        """What these tokens and seconds (back-off excluded) take from the budget, in its unit."""
        if self.kind == "time":
            return seconds
        if self.prices is not None and self.kind == "money":
            return self.prices.of(tokens)
        return self.weights.of(tokens)

    def admits(self, tokens: Tokens, seconds: float) -> bool:
        """Whether one more request may start."""
        return self.spent(tokens, seconds) < self.limit

    def bound(self, prices: Prices) -> float:
        """The most money that it lets a run spend at these prices; infinite where it bounds none.

        Tokens bound it by the kind whose price is highest for what it counts; a kind that counts
        nothing and costs something is not bounded, and time bounds nothing. (A last request can go
        beyond a budget, by as much as the model may answer at once.)
        """
        if self.kind == "money":
            return self.limit
        if self.kind == "time":
            return math.inf
        pairs = [(getattr(prices, kind), getattr(self.weights, kind)) for kind in KINDS]
        each = (price / weight if weight else math.inf for price, weight in pairs if price)
        return max(each, default=0.0) * self.limit / 1e6
