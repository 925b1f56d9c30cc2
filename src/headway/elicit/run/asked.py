"""What a person writes for a budget, weights and spend levels, as settings of a run."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from pydantic import ValidationError

from headway.elicit.budget import Budget, Weights
from headway.elicit.harness import Harness
from headway.elicit.profile import Profile
from headway.elicit.tokens import KINDS
from headway.errors import RunError

__all__ = ["Asked", "asked_budget", "budget_of", "default_sampling", "levels_of"]

_BUDGET = re.compile(r"([0-9][0-9_.,]*(?:e[0-9]+)?) ?([A-Za-z]*)")


@dataclass(frozen=True, slots=True)
class Asked:
    """A budget as it is written, before a model's prices are known.

    ``unit`` is ``tokens``, ``s`` or a currency.
    """

    text: str
    limit: float
    unit: str
    weights: dict[str, float]

    def at(self, profile: Profile) -> Budget:
        """The budget of a run of this model.

        Raises
        ------
        RunError
            If it is in money and the profile states no prices in this currency.
        """
        if self.unit == "tokens":
            weights = Weights(**self.weights)
            return _made(self.text, kind="tokens", limit=self.limit, weights=weights)
        if self.unit == "s":
            return _made(self.text, kind="time", limit=self.limit)
        prices = profile.prices
        if prices is None or prices.currency != self.unit:
            stated = f"in {prices.currency}" if prices else "none"
            raise RunError(
                f"The budget {self.text!r} needs prices in {self.unit}, and those of "
                f"{profile.name} are {stated}."
            )
        return _made(self.text, kind="money", limit=self.limit, prices=prices)


def asked_budget(text: str, weights: Mapping[str, float]) -> Asked:
    """``500000`` weighted tokens, ``600s`` seconds, ``2.5USD`` money at the profile's prices.

    Raises
    ------
    RunError
        If it is none of these, is not above 0, or weighs what is no kind of token.
    """
    found = _BUDGET.fullmatch(text.strip())
    if not found:
        raise RunError(f"The budget {text!r} is none: write 500000, 600s or 2.5USD.")
    limit, unit = _number(found[1], "budget"), found[2] or "tokens"
    if weights and unit != "tokens":
        raise RunError("Weights belong to a budget in tokens.")
    for name in weights:
        if name not in KINDS:
            raise RunError(f"{name!r} is no kind of token; kinds are {', '.join(KINDS)}.")
    if not 0 < limit < float("inf"):
        raise RunError(f"The budget {text!r} must be a number above 0.")
    return Asked(text, limit, unit, dict(weights))


def budget_of(text: str, weights: str | None, profile: Profile) -> Budget:
    """A budget of a run of this model, from what stands on a command line.

    Raises
    ------
    RunError
        If it is none, or the profile states no prices in its currency.
    """
    return asked_budget(text, _weights(weights)).at(profile)


def default_sampling(harness: Harness, profile: Profile) -> Literal["profile", "harness"]:
    """The profile's for our own loop, which has none; a native harness keeps its own."""
    stated = profile.sampling.model_dump(exclude={"source", "date"}, exclude_none=True)
    return "profile" if harness.package is None and stated else "harness"


def levels_of(texts: Sequence[str]) -> tuple[float, ...]:
    """Spend levels, lowest first.

    Raises
    ------
    RunError
        If one is no number above 0.
    """
    levels = sorted({_number(text, "spend level") for text in texts})
    if levels and levels[0] <= 0:
        raise RunError("A spend level is above 0.")
    return tuple(levels)


def _weights(text: str | None) -> dict[str, float]:
    given: dict[str, float] = {}
    for pair in (text or "").replace(" ", "").split(","):
        name, _, value = pair.partition("=")
        if pair:
            given[name] = _number(value, f"weight of {name}")
    return given


def _number(text: str, what: str) -> float:
    try:
        return float(text.replace("_", "").replace(",", ""))
    except ValueError:
        raise RunError(f"The {what} {text!r} is no number.") from None


def _made(text: str, **given: object) -> Budget:
    try:
        return Budget.model_validate(given)
    except ValidationError:
        raise RunError(f"The budget {text!r} must be a number above 0.") from None
