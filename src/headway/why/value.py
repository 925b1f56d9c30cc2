"""One number of a lens, asked again and again with one thing changed."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from headway.errors import HeadwayError, UnknownNameError
from headway.gap.quantile import finite, quantile
from headway.gap.result import Interval
from headway.ledger import Ledger
from headway.lens.prepared import Fits, Prepared, prepare
from headway.lens.recipe import Lens
from headway.scale.table import Floats

LEVEL = 0.9
UNIT_LOST = "The models that fix the unit of the scale are not in this part: nothing to compare."


@dataclass(frozen=True, eq=False)
class Value:
    """A number with its draws.

    Attributes
    ----------
    middle : float or None
        What is printed: the median of the months, the point estimate of abilities. None where
        the number is only bounded from one side.
    draws : (S,) float
        The same in every draw: infinite where only bounded, nan where not defined.
    n_models, n_scores : int
        What it rests on.
    bound : float or None
        "At least" so much, where ``middle`` is None.
    """

    middle: float | None
    draws: Floats
    n_models: int
    n_scores: int
    bound: float | None = None

    @property
    def interval(self) -> Interval:
        """The middle with the central 90% of the draws."""
        return Interval(self.middle, *central(self.draws), LEVEL)


@dataclass(frozen=True)
class Quantity:
    """Which number: the gap in months, one ability, or the difference of two.

    Attributes
    ----------
    models : tuple of str
        None for the gap; one name for its ability; two for the first less the second.
    """

    models: tuple[str, ...] = ()

    def of(self, ready: Prepared) -> Value:
        """The number in a prepared lens.

        Raises
        ------
        GapError
            If the rule is not defined on these worlds.
        UnknownNameError
            If a model has no ability here.
        """
        n_models, n_scores = len(ready.selection.models), ready.selection.table.n_scores
        if not self.models:
            gap = ready.gap
            return Value(gap.months.median, gap.draws, n_models, n_scores, gap.at_least)
        scale = ready.scale
        if scale is None:
            raise UnknownNameError("This lens reads scores as they are: it knows no abilities.")
        signs = np.zeros(len(scale.models))
        for name, sign in zip(self.models, (1.0, -1.0), strict=False):
            if name not in scale.models:
                raise UnknownNameError(f"The model {name!r} has too few scores here.")
            signs[scale.models.index(name)] += sign
        return Value(float(signs @ scale.ability), scale.draws @ signs, n_models, n_scores)

    def unit(self, ready: Prepared) -> str:
        """Its unit, for a person."""
        return "months" if not self.models or ready.scale is None else ready.scale.unit


@dataclass(frozen=True, eq=False)
class Asker:
    """Asks one number of many lenses and ledgers; what they share is computed once.

    Attributes
    ----------
    quantity : Quantity
    own : bool
        The ledger is a table of the user's own.
    fits : Fits
    """

    quantity: Quantity = Quantity()
    own: bool = False
    fits: Fits = field(default_factory=Fits)

    def warm(self) -> Asker:
        """Asks the same where lenses differ by little: fits begin where the first one ended."""
        return replace(self, fits=Fits(warm=True))

    def ready(self, lens: Lens, ledger: Ledger) -> Prepared:
        """The lens before its rule; nothing is resampled, as only draws are compared."""
        return prepare(without_sampling(lens), ledger, own=self.own, fits=self.fits)

    def value(self, lens: Lens, ledger: Ledger) -> Value:
        """The number.

        Raises
        ------
        HeadwayError
            One of its kinds, where these data cannot say it.
        """
        return self.quantity.of(self.ready(lens, ledger))

    def attempt(self, lens: Lens, ledger: Ledger, like: Prepared | None = None) -> Value | str:
        """The number, or the sentence that says why there is none.

        One whose scale has lost the unit of ``like`` cannot be compared with it, and is none.
        """
        try:
            ready = self.ready(lens, ledger)
            if like is not None and (loses_unit(like, ready) or self._another_unit(like, ready)):
                return UNIT_LOST
            return self.quantity.of(ready)
        except HeadwayError as error:
            return str(error)

    def _another_unit(self, like: Prepared, ready: Prepared) -> bool:
        return bool(self.quantity.models) and self.quantity.unit(like) != self.quantity.unit(ready)


def loses_unit(before: Prepared, after: Prepared) -> bool:
    """Whether the rule has a tolerance whose unit the scale of the changed data no longer has.

    A unit is fixed by models: without them abilities are in logits, and a tolerance in points of
    the old unit would be one in logits.
    """
    if before.scale is None or after.scale is None:
        return False
    return bool(before.lens.rule.options.get("tolerance")) and before.scale.unit != after.scale.unit


def without_sampling(lens: Lens) -> Lens:
    """The same lens without the resamples that no comparison of draws needs."""
    return lens.model_copy(update={"scale": lens.scale.model_copy(update={"sampling": 0})})


def with_draws(lens: Lens, draws: int) -> Lens:
    """The same lens with so many joint draws, the first ones of its own."""
    return lens.model_copy(update={"scale": lens.scale.model_copy(update={"draws": draws})})


def change(new: Value, old: Value) -> Interval:
    """New less old: of the printed numbers, with the central 90% of the paired draws.

    Draws in which either side is not defined are left out; a bound beyond which nothing is known
    is None.
    """
    middle = None
    if new.middle is not None and old.middle is not None:
        middle = new.middle - old.middle
    low, high = paired(new.draws, old.draws)
    return Interval(middle, low, high, LEVEL)


def paired(new: Floats, old: Floats) -> tuple[float | None, float | None]:
    """Central 90% of the differences of paired draws; None where it is not bounded."""
    count = min(len(new), len(old))
    with np.errstate(invalid="ignore"):
        return central(new[:count] - old[:count])


def central(draws: Floats) -> tuple[float | None, float | None]:
    """Central 90% of draws; None where it is not bounded, or where most are not defined."""
    if not len(draws) or np.isnan(draws).mean() > 0.5:
        return None, None
    tail = (1 - LEVEL) / 2
    return finite(quantile(draws, tail)), finite(quantile(draws, 1 - tail))
