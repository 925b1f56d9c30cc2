"""The answer and the scale behind it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from headway.cli.options import Count, Csv, Flag, Folder, Json, Pair, Words, one_form
from headway.cli.terminal import progress
from headway.errors import HeadwayError

if TYPE_CHECKING:
    from headway.lens import Asked, Evidence, Lens


def gap(
    *,
    lens: Words = None,
    groups: Pair = None,
    rule: str | None = None,
    scale: str | None = None,
    since: date | None = None,
    as_of: date | None = None,
    draws: int | None = None,
    data: Path | None = None,
    ledger: Folder = None,
    widening: Flag = False,
    as_json: Json = False,
    as_csv: Csv = False,
    plot: Path | None = None,
    no_cache: Flag = False,
) -> str:
    """Say how many months one group of models is behind another.

    Example: headway gap --lens headway --groups 'country:US' 'country:CN'

    Parameters
    ----------
    lens
        A recipe by name or by the path of a TOML file; repeat for several; default: all.
    groups
        Leaders and followers: open, closed, country:CN, org:OpenAI, params<=32B, a model;
        join with " & ".
    rule
        match, match-lenient, daily, daily-lenient, release, trend, threshold, survival or now.
    scale
        eci or rasch.
    since
        First day of the window, YYYY-MM-DD.
    as_of
        Leave out evidence and models after this day, YYYY-MM-DD.
    draws
        Number of joint draws of the abilities.
    data
        A table of your own: columns model, benchmark, score, released, weights, ...
    ledger
        Folder of another ledger: a snapshot, a store or text tables.
    widening
        Show whether the gap grows over time, by start date.
    as_json
        Print JSON (its form: docs/schema/gap.json).
    as_csv
        Print CSV, one row per lens.
    plot
        Draw the frontiers of the first lens: FILE.svg, .png, .pdf or .html.
    no_cache
        Compute anew, and keep nothing.
    """
    from headway.lens import load, names, override

    one_form(as_json=as_json, as_csv=as_csv)
    _check_plot(plot)
    leaders, followers = groups or (None, None)
    recipes = [
        override(
            load(name),
            leaders=leaders,
            followers=followers,
            rule=rule,
            scale=scale,
            since=since,
            as_of=as_of,
            draws=draws,
        )
        for name in lens or names()
    ]
    asked = _ask(recipes, _evidence(data, ledger), keep=not no_cache)
    if lens and asked.unanswered:
        raise HeadwayError("{}: {}".format(*asked.unanswered[0]))
    if plot:
        from headway.publish.answers import frontier_data
        from headway.publish.frontier import frontier_chart

        frontier_chart(frontier_data(asked.answers[0], asked.snapshot), plot)
    return _tell(asked, as_json=as_json, as_csv=as_csv, widening=widening)


def scale(
    *,
    scale: Literal["eci", "rasch", "two_pl", "three_pl"] = "eci",
    data: Path | None = None,
    method: Literal["integrated", "joint", "marginal", "bayes"] | None = None,
    ledger: Folder = None,
    draws: Count = 500,
    as_json: Json = False,
    as_csv: Csv = False,
    plot: Path | None = None,
) -> str:
    """Say how able each model is, on one axis.

    Example: headway scale --scale eci --data scores.csv --draws 500

    Parameters
    ----------
    scale
        The estimator: eci (Epoch's Capabilities Index), rasch (Elo from a table); or from answers
        to single items: rasch, two_pl, three_pl.
    data
        A table of your own: columns model, benchmark, score; or Epoch's eci_benchmarks.csv; or
        responses: model, item, successes, trials.
    method
        How a scale of items is fitted; default: as the data ask. bayes samples (slow; an extra).
    ledger
        Folder of another ledger: a snapshot, a store or text tables.
    draws
        Number of joint draws for the intervals; 0 for none.
    as_json
        Print JSON (its form: docs/schema/scale.json).
    as_csv
        Print CSV, one row per model.
    plot
        Draw the 40 most able models: FILE.svg, .png, .pdf or .html.
    """
    from headway.publish.abilities import scale_document, scale_text
    from headway.publish.fitting import fit_scale
    from headway.publish.items import fit_items, has_items, items_document, items_text
    from headway.publish.listing import to_csv, to_json
    from headway.publish.ranking import scale_chart

    one_form(as_json=as_json, as_csv=as_csv)
    _check_plot(plot)
    if has_items(data, scale) and data is not None:
        if plot:
            raise HeadwayError("A plot of items is not drawn yet: leave out --plot.")
        shown = items_document(fit_items(data, scale, draws=draws, method=method))
        if as_json:
            return to_json(shown)
        return to_csv(shown["models"]) if as_csv else items_text(shown)
    if method:
        raise HeadwayError("--method is for answers to single items: pass --data RESPONSES.")
    evidence = _evidence(data, ledger)
    with progress() as tick:
        done = 0

        def report(count: int) -> None:
            nonlocal done
            done += count
            tick(done / max(draws, 1), f"scale {scale}")

        fitted, facts = fit_scale(
            evidence.read, scale, own=evidence.own, draws=draws, progress=report
        )
    document = scale_document(fitted, facts, evidence.id)
    if plot:
        scale_chart(document, plot)
    if as_json:
        return to_json(document)
    return to_csv(document["models"]) if as_csv else scale_text(document)


def _check_plot(plot: Path | None) -> None:
    if plot:
        from headway.publish.chart import check_path

        check_path(plot)


def _evidence(data: Path | None, folder: Path | None) -> Evidence:
    from headway.lens import Evidence

    if data and folder:
        raise HeadwayError("Give --data or --ledger, not both: each of them is all the evidence.")
    return Evidence(ledger=folder, data=data)


def _ask(recipes: Sequence[Lens], evidence: Evidence, *, keep: bool) -> Asked:
    from headway.lens import ask

    place = {recipe.name: k for k, recipe in enumerate(recipes)}
    with progress() as tick:

        def report(name: str, done: int, total: int) -> None:
            tick((place[name] + done / max(total, 1)) / len(recipes), f"lens {name}")

        return ask(recipes, evidence, keep=keep, report=report)


def _tell(asked: Asked, *, as_json: bool, as_csv: bool, widening: bool) -> str:
    from headway.publish.answers import gap_document, gap_rows
    from headway.publish.listing import to_csv, to_json
    from headway.publish.report import gap_report

    if as_json:
        return to_json(gap_document(asked, widening=widening))
    return to_csv(gap_rows(asked)) if as_csv else gap_report(asked, widening=widening)
