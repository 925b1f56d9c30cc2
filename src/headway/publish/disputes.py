"""The page of statements put to a test, written from the ledger (docs/disputes.md)."""

from __future__ import annotations

import re
import textwrap
import tomllib
from collections.abc import Callable
from datetime import date
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from headway.errors import LedgerError
from headway.publish.disputes_more import MORE
from headway.publish.why_claims import claims_document, digits, steps, they_say, we_find
from headway.publish.words import clean, day, number, span

if TYPE_CHECKING:
    from headway.why.claims import Bench

Row = dict[str, Any]
Progress = Callable[[float, str], None]
WIDTH = 100
_GLUE = "\x00"
CANNOT, NO, HOLDS = "The data cannot say", "Does not hold on the data here", "Holds"
_HEAD = (
    "# Statements put to a test",
    """*Written by the program from the ledger (`make disputes`); a test holds it to the data.
    Evidence: snapshot `{snapshot}`, data to {as_of}.*""",
    """People who measure how far open AI models are behind closed ones have published anything
    from 2 to 12 months. Here each statement is asked again of the scores that Headway holds.""",
    """**How to read it.** No two models have taken the same tests, so one number for each model,
    its *ability*, is estimated from all scores together. *Months behind* says how long ago the
    leaders were where the followers are now; there are several ways to count that. A *recipe*
    (Headway's word is *lens*) is one full set of choices. Its **rule** is how months are counted,
    its **date** the day up to which data count and which day is a release, its **groups** who is
    compared with whom, its **evidence** and **access** which scores count, its **scale** how
    abilities are estimated.""",
    """Beside each published number stands the number of the nearest recipe on the data here, and
    that of Headway's default recipe, which for open and closed models is today **{default}**.
    Brackets hold 90% ranges: what errors of measurement leave open. A statement *holds* if it fits
    the ranges of its own recipe and of the default, and *depends* on a choice if it fits only the
    former. What a choice adds from one recipe to the other is arithmetic (its share of the
    difference, averaged over all orders of changing one choice after the other), not a cause.""",
)


@cache
def statements() -> dict[str, list[dict[str, str]]]:
    """The statements as they are worded, in two lists: ``statement`` and ``short``."""
    text = files("headway.publish").joinpath("disputes.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def disputes(bench: Bench, *, progress: Progress | None = None) -> str:
    """The whole page.

    Parameters
    ----------
    bench : Bench
        The ledger with its fits.
    progress : callable, optional
        Told the share of the claims that is done.

    Raises
    ------
    LedgerError
        If the ledger lacks one of the claims.
    """
    from headway.why.claims import claims

    # All of them, in one order: a fit that begins elsewhere ends at slightly other draws.
    return page(bench, claims_document(bench, claims(bench, progress=progress)))


def page(bench: Bench, document: dict[str, Any]) -> str:
    """The page from the document of all claims.

    Raises
    ------
    LedgerError
        If the ledger lacks a claim of the page.
    """
    rows = {row["id"]: row for row in document["claims"]}
    wording = statements()
    missing = {s["claim"] for part in wording.values() for s in part} - set(rows)
    if missing:
        raise LedgerError(f"The ledger has no claim {min(missing)!r}, which the page tells of.")
    told = [_section(bench, rows[s["claim"]], s) for s in wording["statement"]]
    parts = [_opening(bench, document), *told, _others(rows, wording["short"]), _closing()]
    return "\n\n".join(part.strip() for part in parts) + "\n"


def _opening(bench: Bench, document: dict[str, Any]) -> str:
    months = next(r["default"] for r in document["claims"] if r["default"]["median"] is not None
                  and r["kind"] == "gap_months")  # fmt: skip
    default = f"{number(months['median'])} months ({span(months['low'], months['high'])})"
    newest = max(r.date for r in bench.ledger.results if r.date is not None)
    facts = {"snapshot": document["snapshot"], "as_of": day(newest), "default": default}
    return "\n\n".join(_wrap(part.format(**facts)) for part in _HEAD)


def _section(bench: Bench, row: Row, wording: dict[str, str]) -> str:
    said = f"*Said* by {clean(row['who'])}, {day(date.fromisoformat(row['date']))}: "
    again = f"`headway why claims {row['id']}`"
    more = MORE.get(wording.get("more", ""))
    if more is None:
        short, found = verdict(row), f"{_found(row)} {_steps(row)} {' '.join(row['notes'])}"
    else:
        short, found = more(bench, row)
    lines = [
        f"## “{wording['title']}”",
        f"**{short}.** {' '.join(found.split())}",
        f"{said}{_one(wording['said'])} ([Source]({row['source']}); *again:* {again}.)",
    ]
    return "\n\n".join([lines[0], *(_wrap(line) for line in lines[1:])])


def verdict(row: Row) -> str:
    """The verdict on a claim with a number, in a few words."""
    said, ours, default = row["said"], row["ours"], row["default"]
    ends = [v for v in (said["value"], said["low"], said["high"]) if v is not None]
    if ours["median"] is None or row["inside"] is None or not ends:
        return CANNOT
    published = (ends[0], ends[0]) if said["value"] is not None else (ends[0], ends[-1])
    if not row["inside"] and not _near(said, ours):
        return NO
    if default["low"] is None or default["high"] is None:
        return HOLDS
    fits = published[0] <= default["high"] and published[1] >= default["low"]
    return HOLDS if fits else f"Depends on {_and(['the ' + s['choice'] for s in row['steps']])}"


def _near(said: Row, ours: Row) -> bool:
    """Whether the claim, as exactly as it was stated, could still be meant.

    A published 6 may be anything from 5.5 to 6.5; and where a claim has a confidence interval of
    its own, our median may lie in that.
    """
    if said["level"] is not None and said["low"] <= ours["median"] <= said["high"]:
        return True
    if said["value"] is None or said["inferred"] or None in (ours["low"], ours["high"]):
        return False
    half = 0.5 * 10.0 ** -len(f"{said['value']:g}".partition(".")[2])
    return bool(ours["low"] <= said["value"] + half and said["value"] - half <= ours["high"])


def _found(row: Row) -> str:
    places, unit = digits(row), _unit(row)
    default = row["default"]
    other = "" if default["median"] is None else (
        f" Headway's default gives {number(default['median'], places)} "
        f"({span(default['low'], default['high'], places)})."
    )  # fmt: skip
    return (
        f"Published: {_published(row)}. The same recipe on the data here: "
        f"**{number(row['ours']['median'], places)}{unit}** "
        f"({span(row['ours']['low'], row['ours']['high'], places)}).{other}"
    )


def _published(row: Row) -> str:
    said, places = row["said"], digits(row)
    ranged = said["value"] is not None and None not in (said["low"], said["high"])
    both = f" ({span(said['low'], said['high'], places)})" if ranged else ""
    return they_say(row) + both


def _unit(row: Row) -> str:
    return "" if row["unit"] == "ratio" else f" {row['unit']}"


def _steps(row: Row) -> str:
    if not row["steps"] or row["default"]["median"] is None:
        return ""
    return f"From that recipe to the default: {steps(row)}."


def _and(words: list[str]) -> str:
    return " and ".join(words) or "choices that cancel"


def _others(rows: dict[str, Row], wording: list[dict[str, str]]) -> str:
    head = ("| statement | who | they say | same recipe here | verdict |", f"|{' --- |' * 5}")
    body = [_line(rows[s["claim"]], s["title"]) for s in wording]
    return "## The others in one line each\n\n" + "\n".join([*head, *body])


def _line(row: Row, title: str) -> str:
    short = verdict(row)
    # What a reader can use is which evidence is missing, not how the program found out.
    why = f": {_one((*row['notes'], row['reason'])[0])}" if row["reason"] else ""
    who = clean(row["who"]).partition(" (")[0]
    said = they_say(row).replace("~", "about ")
    return f"| {title} | [{who}]({row['source']}) | {said} | {we_find(row)} | {short}{why} |"


def _one(text: str) -> str:
    return " ".join(text.split())


def _wrap(text: str) -> str:
    """Lines of one width; a command to copy stays on one line."""
    whole = re.sub("`[^`]+`", lambda code: code.group().replace(" ", _GLUE), _one(text))
    lines = textwrap.wrap(whole, WIDTH, break_long_words=False, break_on_hyphens=False)
    return "\n".join(lines).replace(_GLUE, " ")


def _closing() -> str:
    return _wrap(
        "What is left between a published number and its own recipe is no choice of a recipe: the "
        "scores here are a later copy, and some evidence was never published. All claims of the "
        "ledger with their figures: `headway why claims`. Formulas: [method](method.md)."
    )
