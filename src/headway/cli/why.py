"""What moves the answer: influence, bridges, splits; and how it does out of sample."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import App, Parameter

from headway.cli.harness import harness
from headway.cli.options import (
    SHIPPED,
    SHOWN,
    Count,
    Drawn,
    Flag,
    Given,
    Pair,
    Recipe,
    Words,
)
from headway.cli.terminal import progress

if TYPE_CHECKING:
    from headway.lens import Evidence, Lens
    from headway.why.value import Asker

Start = Annotated[str, Parameter(name="FROM", show_default=False)]
End = Annotated[str, Parameter(name="TO", show_default=False)]

why = App(name="why", help="Say what moves the answer, and what the data cannot say.")
why.command(harness)


@why.command
def influence(
    *,
    lens: Recipe = "headway",
    by: Literal["benchmark", "domain", "source"] = "benchmark",
    pair: Pair = None,
    model: str | None = None,
    without: Words = None,
    shapley: Flag = False,
    orders: Count = 50,
    draws: Count = 100,
    given: Given = SHIPPED,
    form: Drawn = SHOWN,
) -> str:
    """Refit a lens without each benchmark, domain or source: what the answer hangs on.

    Example: headway why influence --lens caisi-2026-05 --pair 'GPT-5.5' 'DeepSeek V4 Pro'

    Parameters
    ----------
    by
        What is left out, one at a time.
    pair
        Two models: how their difference moves, in place of the gap.
    model
        One model: how its ability moves, in place of the gap.
    without
        A benchmark; repeat for a set that is left out together.
    shapley
        Share the answer out among the members of the set of --without (or all domains or sources):
        exactly up to 12, from random orders above.
    orders
        Pairs of random orders for more than 12 members.
    draws
        Joint draws of each refit.
    form.as_json
        Print JSON (its form: docs/schema/influence.json).
    form.as_csv
        Print CSV, one row per member.
    form.plot
        Draw the changes: FILE.svg, .png, .pdf or .html.
    """
    from headway.ledger import find_benchmark
    from headway.publish.influence_plot import influence_spec
    from headway.publish.why_influence import influence_document, influence_rows, influence_text
    from headway.why.influence import influence as refits
    from headway.why.influence import shared_out
    from headway.why.value import with_draws

    evidence, recipe, asker = question(lens, given, pair or ((model,) if model else ()))
    held = evidence.read
    together = [find_benchmark(held, name).name for name in without or ()]
    with progress() as tick:
        found = refits(
            asker,
            recipe,
            held,
            by=by,
            sets=[together] if together else [],
            draws=draws,
            progress=tick,
        )
        names = together or [m.name for m in found.members] if shapley else []
        shared = None
        if names:
            few, kind = with_draws(recipe, draws), "benchmark" if together else by
            shared = shared_out(asker, few, held, names, by=kind, orders=orders, progress=tick)
    document = influence_document(found, asker.quantity, evidence.id, names, shared)
    form.draw(influence_spec, document)
    return form.say(document, influence_rows, influence_text)


@why.command
def bridge(
    start: Start,
    end: End,
    /,
    *,
    given: Given = SHIPPED,
    form: Drawn = SHOWN,
) -> str:
    """Go from one lens to another, one choice at a time: which choice moves the answer how far.

    Example: headway why bridge epoch-2026-05 caisi-2026-05

    Parameters
    ----------
    start
        The first lens, by name or by the path of a TOML file.
    end
        The second lens.
    form.as_json
        Print JSON (its form: docs/schema/bridge.json).
    form.as_csv
        Print CSV, one row per step.
    form.plot
        Draw the waterfall: FILE.svg, .png, .pdf or .html.
    """
    from headway.lens import load
    from headway.publish.waterfall import bridge_spec
    from headway.publish.why_bridge import bridge_document, bridge_rows, bridge_text
    from headway.why.bridge import bridge as steps

    evidence, first, asker = question(start, given)
    with progress() as tick:
        found = steps(asker, first, load(end), evidence.read, progress=tick)
    document = bridge_document(found, evidence.id)
    form.draw(bridge_spec, document)
    return form.say(document, bridge_rows, bridge_text)


@why.command
def splits(
    *,
    lens: Recipe = "headway",
    before: date | None = None,
    draws: int | None = None,
    given: Given = SHIPPED,
    form: Drawn = SHOWN,
) -> str:
    """Ask parts of the evidence: public or private, each domain, each evaluator, by date.

    Example: headway why splits --lens headway --before 2025-10-01

    Parameters
    ----------
    before
        Also split the window at this day, YYYY-MM-DD.
    draws
        Joint draws of each side; default: those of the lens.
    form.as_json
        Print JSON (its form: docs/schema/splits.json).
    form.as_csv
        Print CSV, one row per side.
    form.plot
        Draw both sides of every split: FILE.svg, .png, .pdf or .html.
    """
    from headway.publish.splits_plot import splits_spec
    from headway.publish.why_splits import splits_document, splits_rows, splits_text
    from headway.why.splits import splits as parts

    evidence, recipe, asker = question(lens, given, draws=draws)
    with progress() as tick:
        found = parts(asker, recipe, evidence.read, before=before, progress=tick)
    document = splits_document(found, recipe, evidence.id)
    form.draw(splits_spec, document)
    return form.say(document, splits_rows, splits_text)


@why.command
def validate(
    *,
    lens: str = "headway",
    scale: Words = None,
    folds: int = 10,
    seed: int = 0,
    given: Given = SHIPPED,
    form: Drawn = SHOWN,
) -> str:
    """Predict hidden scores, later models and later gaps, and say how far off it was.

    Example: headway why validate --lens headway --scale eci

    Parameters
    ----------
    lens
        A recipe by name or by the path of a TOML file: its evidence and its gap.
    scale
        A scale that predicts scores: eci or rasch; repeat for several; default: all.
    folds
        Into how many parts the scores are split, each held out once.
    seed
        Of the split.
    form.as_json
        Print JSON (its form: docs/schema/validate.json).
    form.as_csv
        Print CSV, one row per way to predict.
    form.plot
        Draw errors and calibration: FILE.svg, .png, .pdf or .html.
    """
    from headway.publish.validate import validate_document, validate_rows
    from headway.publish.validate_plot import validate_spec
    from headway.publish.validate_text import validate_text
    from headway.why.predictors import FAMILIES
    from headway.why.validate import validate as hold_out

    evidence, recipe, asker = question(lens, given)
    scales = tuple(dict.fromkeys(scale)) if scale else tuple(FAMILIES)
    with progress() as tick:
        found = hold_out(
            recipe, evidence.read, scales, folds=folds, seed=seed, own=asker.own, progress=tick
        )
    document = validate_document(found, evidence.id)
    form.draw(validate_spec, document)
    return form.say(document, validate_rows, validate_text)


def question(
    lens: str, given: Given, models: Sequence[str] = (), draws: int | None = None
) -> tuple[Evidence, Lens, Asker]:
    """The evidence, the lens with as many draws as asked, and who asks for which number of it."""
    from headway.ledger import find_model
    from headway.lens import Evidence, load
    from headway.why.value import Asker, Quantity, with_draws

    recipe, evidence = load(lens), Evidence(ledger=given.ledger, data=given.data)
    names = tuple(find_model(evidence.read, name).name for name in models)
    asker = Asker(Quantity(names), evidence.own_for(recipe))
    return evidence, recipe if draws is None else with_draws(recipe, draws), asker
