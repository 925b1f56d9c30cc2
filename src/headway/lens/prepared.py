"""A lens as far as the worlds that its rule reads; lenses that share a fit share the work."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import blake2b
from threading import Lock
from typing import Any

from headway.errors import GapError
from headway.gap.measure import measure, parameters
from headway.gap.result import Gap
from headway.gap.rules import LENIENT
from headway.gap.world import World
from headway.ledger import Ledger
from headway.lens.evidence import Selection, select
from headway.lens.items import Columns
from headway.lens.pooling import pooled_scale
from headway.lens.recipe import Lens, ScaleChoice
from headway.lens.worlds import Frame, draw, frame
from headway.scale import Scale, Table, eci, rasch
from headway.scale.start import Start

Progress = Callable[[int], None]


KEPT = 64  # selections; a bridge asks for sixteen in turn


@dataclass(eq=False)
class Fits:
    """What lenses share: cells by who chose them, and scales by what they were fitted to.

    Several threads may ask at once. With ``warm`` a fit of a table that was not seen begins where
    the first one of its kind ended, which is faster where tables differ by a benchmark or a model.
    A draw in fifty has several hollows, and may then end in another one than from the start of its
    own that it has otherwise.
    """

    warm: bool = False
    known: dict[bytes, Scale] = field(default_factory=dict)
    starts: dict[str, Start] = field(default_factory=dict)
    chosen: dict[tuple[object, ...], tuple[Ledger, Columns | None, Selection]] = field(
        default_factory=dict
    )
    locks: dict[object, Lock] = field(default_factory=dict)

    def select(
        self, lens: Lens, ledger: Ledger, *, own: bool = False, items: Columns | None = None
    ) -> Selection:
        """The cells of a lens, chosen once; the ones that were asked for last are kept."""
        pooled = lens.scale.name == "pooled"
        rule, day = lens.evidence, lens.dates.day
        name = (rule, lens.as_of, day, pooled, own, id(ledger), id(items))
        with self._alone(None):
            found = self.chosen.pop(name, None)
            if found is None:
                # The ledger is held, so that its id stays its own.
                found = ledger, items, select(lens, ledger, own=own, items=items)
            self.chosen[name] = found
            for old in list(self.chosen)[:-KEPT]:
                del self.chosen[old]
        return found[2]

    def fit(self, choice: ScaleChoice, table: Table, progress: Progress | None = None) -> Scale:
        """The scale of a table, fitted once."""
        name = _content(choice, table)
        with self._alone(name):
            if name not in self.known:
                near = self.starts.get(choice.name)
                self.known[name] = made = fit(choice, table, near=near, progress=progress)
                if self.warm and near is None and made.start is not None:
                    self.starts[choice.name] = made.start
        return self.known[name]

    def _alone(self, name: object) -> Lock:
        """Who asks for the same waits until it is there."""
        return self.locks.setdefault(name, Lock())


def _content(choice: ScaleChoice, table: Table) -> bytes:
    """What a fit depends on, as one short name."""
    names = "\x1f".join((choice.model_dump_json(exclude={"why"}), *table.models, *table.benchmarks))
    whole = blake2b(names.encode(), digest_size=16)
    for column in (table.model, table.benchmark, table.score, table.n_items, table.imputed):
        whole.update(column.tobytes())
    whole.update("\x1f".join(table.domain).encode())
    return whole.digest()


def fit(
    choice: ScaleChoice,
    table: Table,
    *,
    near: Start | None = None,
    progress: Progress | None = None,
) -> Scale:
    """The scale of a lens on its table.

    Raises
    ------
    GapError
        If it is ``pooled``, which reads more than a table.
    """
    if choice.name == "pooled":
        raise GapError("This question is asked of tables alone: pass --scale eci or rasch.")
    common: dict[str, Any] = {
        "draws": choice.draws,
        "sampling": choice.sampling,
        "seed": choice.seed,
        "progress": progress,
    }
    if choice.name == "rasch":
        return rasch(table, **common, **_rasch_options(choice.options))
    return eci(table, near=near, **common)


def _rasch_options(options: dict[str, float]) -> dict[str, Any]:
    from headway.scale.rasch import Spread

    spread = Spread(*(
        options.get(key, default)
        for key, default in (("spread", 2.2), ("spread_log_sd", 0.5), ("spread_common", 0.5))
    ))  # fmt: skip
    rest = {k: int(v) for k, v in options.items() if not k.startswith("spread")}
    return {"spread": spread, **rest}


@dataclass(frozen=True, eq=False)
class Prepared:
    """What a gap rule reads, and where it came from.

    Attributes
    ----------
    lens : Lens
    selection : Selection
        Cells, models and benchmarks that count.
    given : Frame
        Days, groups and window.
    params : dict
        Of the rule.
    scale : Scale or None
        None where the rule reads the scores themselves.
    point, measured : World
        The point estimate as one world, and the joint draws.
    """

    lens: Lens
    selection: Selection
    given: Frame
    params: dict[str, object]
    scale: Scale | None
    point: World
    measured: World

    @cached_property
    def gap(self) -> Gap:
        """The gap with its uncertainty of measurement alone."""
        return measure(self.measured, rule=self.lens.rule.name, params=self.params)


def prepare(
    lens: Lens,
    ledger: Ledger,
    *,
    own: bool = False,
    items: Columns | None = None,
    fits: Fits | None = None,
    progress: Progress | None = None,
) -> Prepared:
    """Select, fit and draw: all that comes before the rule.

    Parameters
    ----------
    lens : Lens
    ledger : Ledger
    own : bool
        The ledger is a table of the user's own: the lens's list of sources does not apply.
    items : mapping of str to column, optional
        Answers to items beside those of the ledger; only the scale ``pooled`` reads any.
    fits : Fits, optional
        Scales to share with other lenses.
    progress : callable, optional
        Called with the number of refits done since the last call.

    Raises
    ------
    HeadwayError
        One of its kinds, with a sentence that says what the data or the lens lack.
    """
    fits = fits or Fits()
    selection = fits.select(lens, ledger, own=own, items=items)
    # All that can be wrong with the question is found before the fit, which takes seconds.
    given = frame(lens, selection)
    params = _params(lens, given)
    scale = None
    if lens.scale.name == "pooled":
        # Its evidence is more than a table, by which shared fits are known.
        scale = pooled_scale(selection, lens.scale)
    elif lens.scale.name != "none":
        scale = fits.fit(lens.scale, selection.table, progress)
    point, measured = draw(lens, selection, given, scale)
    return Prepared(lens, selection, given, params, scale, point, measured)


def _params(lens: Lens, given: Frame) -> dict[str, object]:
    """Parameters of the rule: the lens's options, and its window where the rule knows one."""
    rule = lens.rule
    known = parameters(rule.name)
    if rule.name == "threshold" and lens.scale.name != "none":
        raise GapError("The rule 'threshold' reads scores as they are: use lens ihle-public.")
    if rule.name != "threshold" and lens.scale.name == "none":
        raise GapError(f"The rule {rule.name!r} needs a scale: pass --scale eci, rasch or pooled.")
    if rule.name in LENIENT and rule.test == "none":
        raise GapError(f"The rule {rule.name!r} needs a test: paired or z-independent.")
    params: dict[str, object] = dict(rule.options)
    # The window of a rule that walks over levels or records, not days, is its `since`.
    if "since" in known and (rule.since or rule.last_months):
        params["since"] = given.start
    return params
