"""The answer and the scale behind it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from headway.cli.options import (
    SHOWN,
    Count,
    Drawn,
    Flag,
    Folder,
    Form,
    Pair,
    Words,
    rows_of,
)
from headway.cli.terminal import progress
from headway.errors import HeadwayError

if TYPE_CHECKING:
    from headway.lens import Asked, Evidence, Lens
    from headway.sources.responses import ResponseTable


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
    responses: Path | None = None,
    ledger: Folder = None,
    widening: Flag = False,
    form: Drawn = SHOWN,
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
        eci, rasch or pooled (scores and answers to items in one likelihood).
    since
        First day of the window, YYYY-MM-DD.
    as_of
        Leave out evidence and models after this day, YYYY-MM-DD.
    draws
        Number of joint draws of the abilities.
    data
        A table of your own: columns model, benchmark, score, released, weights, ...
    responses
        For --scale pooled: answers to items beside the scores: model, item, successes, ...
    ledger
        Folder of another ledger: a snapshot, a store or text tables.
    widening
        Show whether the gap grows over time, by start date.
    form.as_json
        Print JSON (its form: docs/schema/gap.json).
    form.as_csv
        Print CSV, one row per lens.
    form.plot
        Draw the frontiers of the first lens: FILE.svg, .png, .pdf or .html.
    no_cache
        Compute anew, and keep nothing.
    """
    from headway.lens import load, names, override

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
    if responses and not any(recipe.scale.name == "pooled" for recipe in recipes):
        raise HeadwayError("--responses goes with --scale pooled: other scales read scores alone.")
    asked = _ask(recipes, _evidence(data, ledger, responses), keep=not no_cache)
    if lens and asked.unanswered:
        raise HeadwayError("{}: {}".format(*asked.unanswered[0]))
    if form.plot:
        from headway.publish.answers import frontier_data
        from headway.publish.frontier import frontier_spec

        form.draw(frontier_spec, frontier_data(asked.answers[0], asked.snapshot))
    return _tell(asked, form, widening=widening)


def scale(
    *,
    scale: Literal["eci", "rasch", "two_pl", "three_pl", "pooled"] = "eci",
    data: Path | None = None,
    table: Path | None = None,
    domains: str | None = None,
    method: Literal["integrated", "joint", "marginal", "bayes"] | None = None,
    ledger: Folder = None,
    draws: Count = 500,
    form: Drawn = SHOWN,
    items: Flag = False,
) -> str:
    """Say how able each model is, on one axis.

    Example: headway scale --scale eci --data scores.csv --draws 500

    Parameters
    ----------
    scale
        The estimator: eci (Epoch's Capabilities Index), rasch (Elo from a table); or from answers
        to single items: rasch, two_pl, three_pl; or from both in one likelihood: pooled.
    data
        A table of your own: columns model, benchmark, score; or Epoch's eci_benchmarks.csv; or
        responses: model, item, successes, trials.
    table
        For pooled: scores beside the responses of --data, or alone.
    domains
        For two_pl and rasch of items: one ability per value of this column, such as benchmark,
        and how they correlate.
    method
        How a scale of items is fitted; default: as the data ask. bayes samples (slow; an extra).
    ledger
        Folder of another ledger: a snapshot, a store or text tables.
    draws
        Number of joint draws for the intervals; 0 for none.
    form.as_json
        Print JSON (its form: docs/schema/scale.json).
    form.as_csv
        Print CSV, one row per model.
    form.plot
        Draw the most able models; of an item scale above its items, of pooled above the results
        that are doubted, of domains one by one: FILE.svg, .png, .pdf or .html.
    items
        Of an item scale: list the items, with slope, difficulty and fit, in place of the models.
    """
    from headway.publish.items import has_items

    if scale == "pooled" or domains or table:
        _plain_only(method, items=items)
        return _wider(scale, data, table, domains, ledger, draws, form)
    if has_items(data, scale) and data:
        return _of_items(data, scale, method, draws, form, items=items)
    if items:
        raise HeadwayError("Items are listed of responses: pass --data with columns model, item.")
    if method:
        raise HeadwayError("--method is for answers to single items: pass --data RESPONSES.")
    return _of_table(_evidence(data, ledger), scale, draws, form)


def _of_items(
    data: Path, scale: str, method: str | None, draws: int, form: Drawn, *, items: bool
) -> str:
    from headway.publish.flagged import both, both_text
    from headway.publish.item_list import add_fit, list_text
    from headway.publish.item_map import map_spec
    from headway.publish.items import fit_items, items_document, items_text
    from headway.sources.codes import vast
    from headway.sources.responses import read_responses

    def answer(rows: Path | ResponseTable) -> dict[str, Any]:
        fit = fit_items(rows, scale, draws=draws, method=method)
        document = items_document(fit)
        if items:
            add_fit(document, fit, rows)
        return document

    # A vast table is no table of runs: nothing of it was audited, and it is not held whole.
    whole = method != "bayes" and vast(data)
    shown = answer(data) if whole else both(read_responses(data), answer)
    form.draw(map_spec, shown)
    if items:
        return form.say(shown, rows_of("items"), both_text(list_text))
    return form.say(shown, rows_of("models"), both_text(items_text))


def _of_table(evidence: Evidence, scale: str, draws: int, form: Drawn) -> str:
    from headway.publish.abilities import scale_document, scale_text
    from headway.publish.fitting import fit_scale
    from headway.publish.ranking import scale_spec

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
    form.draw(scale_spec, document)
    return form.say(document, rows_of("models"), scale_text)


def _wider(
    scale: str,
    data: Path | None,
    table: Path | None,
    domains: str | None,
    ledger: Path | None,
    draws: int,
    form: Drawn,
) -> str:
    """Scales beyond one table or one ability: pooled evidence, and domains."""
    from headway.publish.domains import domains_document, domains_rows, domains_text, fit_domains
    from headway.publish.domains_chart import domains_spec
    from headway.publish.flagged import both, both_text
    from headway.publish.pooled import fit_pooled, pooled_document, pooled_text
    from headway.publish.pooled_chart import pooled_spec
    from headway.sources.responses import read_responses

    read = read_responses(data) if data else None
    if scale != "pooled":
        if table:
            raise HeadwayError("--table goes with --scale pooled; other scales take --data.")

        def apart(rows: ResponseTable | None) -> dict[str, Any]:
            fit = fit_domains(rows, scale, str(domains), draws=draws)
            return domains_document(fit, scale)

        shown = both(read, apart) if read else apart(None)
        form.draw(domains_spec, shown)
        return form.say(shown, domains_rows, both_text(domains_text))
    if domains:
        raise HeadwayError("--domains goes with --scale two_pl or rasch, not with pooled.")
    evidence = _evidence(table, ledger)
    # Responses alone are enough; without them the scores of the ledger are the evidence.
    scores = evidence.read if table or ledger or not data else None

    def together(rows: ResponseTable | None) -> dict[str, Any]:
        return pooled_document(fit_pooled(rows, scores, own=evidence.own, draws=draws))

    shown = both(read, together) if read else together(None)
    form.draw(pooled_spec, shown)
    return form.say(shown, rows_of("models"), both_text(pooled_text))


def _plain_only(method: str | None, *, items: bool) -> None:
    if method:
        raise HeadwayError("This scale is fitted in one way only: leave out --method.")
    if items:
        raise HeadwayError("Items are listed of rasch, two_pl and three_pl: leave out --items.")


def _evidence(data: Path | None, folder: Path | None, responses: Path | None = None) -> Evidence:
    from headway.lens import Evidence

    if data and folder:
        raise HeadwayError("Give --data or --ledger, not both: each of them is all the evidence.")
    return Evidence(ledger=folder, data=data, responses=responses)


def _ask(recipes: Sequence[Lens], evidence: Evidence, *, keep: bool) -> Asked:
    from headway.lens import ask

    shares: dict[str, float] = {}
    with progress() as tick:

        def report(name: str, done: int, total: int) -> None:
            shares[name] = done / max(total, 1)  # several lenses are on the way at once
            tick(sum(shares.values()) / len(recipes), f"lens {name}")

        return ask(recipes, evidence, keep=keep, report=report)


def _tell(asked: Asked, form: Form, *, widening: bool) -> str:
    from headway.publish.answers import gap_document, gap_rows
    from headway.publish.listing import to_csv, to_json
    from headway.publish.report import gap_report

    if form.as_json:
        return to_json(gap_document(asked, widening=widening))
    return to_csv(gap_rows(asked)) if form.as_csv else gap_report(asked, widening=widening)
