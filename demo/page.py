"""The page of the demonstration, worded from its figures. Nothing in it is written by hand."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Sequence
from typing import Any

import figures as of
from words import TERMS, joined, level, percent, rows_as_table, signed

HALF = 0.5  # logits: the half-width at which an effect of this size is told from none


def page(found: of.Found, audit: dict[str, Any], picture: str) -> str:
    """The text, in Markdown.

    Parameters
    ----------
    found
        The figures.
    audit
        As ``headway elicit audit --json`` has it.
    picture
        Name of the drawing, beside the page.
    """
    parts = (
        *_head(found),
        f"![Effects of the setup, and ability in each setup, with intervals]({picture})",
        *_effects(found),
        *_interactions(found),
        *_setups(found),
        *_tasks(found),
        *_shares(found),
        *_attempts(found),
        *_next(found),
        *_audit(found, audit),
        *_again(found),
    )
    return "\n\n".join(parts) + "\n"


def _prose(*sentences: str, first: str = "") -> str:
    return textwrap.fill(
        " ".join(filter(None, sentences)),
        110,
        initial_indent=first,
        subsequent_indent=" " * len(first),
        break_long_words=False,
        break_on_hyphens=False,
    )


def _head(found: of.Found) -> tuple[str, ...]:
    frame, best, worst = found.frame, found.abilities[0], found.abilities[-1]
    runs, solved = int(frame["trials"].sum()), int(frame["successes"].sum())
    days = joined(sorted({str(frame["date"].min()), str(frame["date"].max())}))
    told = [_sentence(effect) for effect in found.effects if effect.clear]
    untold = [f"the {TERMS[effect.factor]}" for effect in found.effects if not effect.clear]
    does = "does" if len(untold) == 1 else "do"
    rest = f"What {joined(untold)} {does} on average, these runs leave open." if untold else ""
    ends = [percent(row["solved"] / row["runs"]) for row in (worst, best)]
    return (
        "# A demonstration: one small model, eight setups",
        f"*Written by `make demo` from runs of {days}; no figure here was typed.*",
        _prose(
            "How much of a score is the model, and how much the way it was run? Here the model "
            "never changes. It is SmolLM2-135M-Instruct, an open model so small that it runs on "
            f"two processor cores, and it did {len(found.tasks)} small tasks in "
            f"{len(found.abilities)} setups: two prompts, two temperatures, two formats of reply. "
            f"Each task was tried {_times(found.attempts)} in each setup, with one reply of at "
            f"most 64 tokens. Of {runs} runs {solved} were solved ({percent(solved / runs)})."
        ),
        _prose(
            "**What came out.**",
            *told,
            rest,
            *(_lead(one) for one in found.interactions if one.clear),
            f"From the worst to the best setup, {ends[0]} to {ends[1]} of runs are solved: the "
            "same weights, the same tasks, the same judge. Whoever publishes one of these figures "
            "as the score of the model has chosen it.",
        ),
    )


def _times(count: int) -> str:
    return {1: "once", 2: "twice"}.get(count, f"{count} times")


def _sentence(effect: of.Effect) -> str:
    up, down = level(effect.factor, effect.of), level(effect.factor, effect.against)
    shares = effect.share_of, effect.share_against
    if effect.logit < 0:
        up, down, shares = down, up, shares[::-1]
    more, less = map(percent, shares)
    return f"{up[0].upper()}{up[1:]} solves more than {down}: {more} of runs against {less}."


def _effects(found: of.Found) -> tuple[str, ...]:
    rows = [
        (
            TERMS[e.factor].capitalize(),
            f"{level(e.factor, e.of)} against {level(e.factor, e.against)}",
            f"{percent(e.share_of)} against {percent(e.share_against)}",
            signed(e.logit),
            _between(e),
            "yes" if e.clear else "no",
        )
        for e in found.effects
    ]
    header = ("part of the setup", "compared", "runs solved", "effect", "95% interval", "told?")
    return (
        "## What the setup does",
        rows_as_table(header, rows, "lllrcl"),
        _prose(
            "Effects are in logits: one logit multiplies the odds of success by 2.7. The interval "
            "takes in the luck of attempts, and that a setup may suit one task and not another. "
            "*Told* means that it leaves out zero. Each comparison is between the same tasks, as "
            "often, with all else equal."
        ),
    )


def _between(effect: of.Told) -> str:
    if not effect.known:
        return "no scale yet"
    return f"{signed(effect.low)} to {signed(effect.high)}"


def _interactions(found: of.Found) -> tuple[str, ...]:
    rows = [
        (
            _pair(one),
            _solved(one),
            signed(one.logit),
            _between(one),
            "yes" if one.clear else "no",
        )
        for one in found.interactions
    ]
    header = ("parts", "runs solved", "interaction", "95% interval", "told?")
    return (
        "## Whether the parts act together",
        rows_as_table(header, rows, "llrcl"),
        _prose(
            "An interaction says how much the effect of one part differs between the levels of the "
            "other; the effects above are averages over it. Three pairs are looked at: where the "
            "interval of one just leaves out zero, that is a lead to follow with more tasks."
        ),
    )


def _pair(one: of.Interaction) -> str:
    return joined(TERMS[name] for name in one.factors)


def _solved(one: of.Interaction) -> str:
    """The four shares: ``JSON: plain 46%, with hints 32%; code block: ...``."""
    first, second = one.factors
    levels = dict.fromkeys(a for a, _ in one.shares)
    told = (
        ", ".join(f"{level(second, b)} ({percent(share)})" for (a, b), share in one.shares.items()
                  if a == each)
        for each in levels
    )  # fmt: skip
    return "; ".join(f"{level(first, a)}: {text}" for a, text in zip(levels, told, strict=True))


def _lead(one: of.Interaction) -> str:
    return f"A lead: {_pair(one)} may act together. {_solved(one)}."


def _setups(found: of.Found) -> tuple[str, ...]:
    rows = [
        (
            level("harness", row["harness"]),
            level("prompts", row["prompts"]),
            f"{row['temperature']:g}",
            f"{row['solved']} of {row['runs']}",
            signed(row["ability"]),
            f"{signed(row['low'])} to {signed(row['high'])}",
        )
        for row in found.abilities
    ]
    header = ("format", "prompt", "temperature", "solved", "ability", "95% interval")
    best, worst = found.abilities[0], found.abilities[-1]
    said = (
        "and their intervals do not touch: on a leaderboard these would pass for two different "
        "models."
        if best["low"] > worst["high"]
        else "but their intervals overlap: a ranking of all of them is not settled by these runs."
    )
    return (
        "## Ability of one model in each setup",
        rows_as_table(header, rows, "llrrrc"),
        _prose(
            "These are abilities in logits around the mean of the setups, as if each setup were a "
            "model of its own. The best and the worst are "
            f"{best['ability'] - worst['ability']:.1f} logits apart,",
            said,
            "A setup may suit one task and not another, and the intervals take that in. A plain "
            f"Rasch scale does not: it would print intervals {percent(found.narrower)} as wide.",
        ),
    )


def _tasks(found: of.Found) -> tuple[str, ...]:
    rows = [
        (row["task"], f"{row['solved']} of {row['runs']}", *map(percent, row["ends"]))
        for row in found.tasks
    ]
    never = [row["task"] for row in found.tasks if row["solved"] == 0]
    always = [row["task"] for row in found.tasks if row["solved"] == row["runs"]]
    said = [
        f"{word} solved: {joined(names)}."
        for word, names in (("Never", never), ("Always", always))
        if names
    ]
    fault = " or ".join(
        word for word, names in (("too hard", never), ("too easy", always)) if names
    )
    rest = (
        f"Such tasks are {fault} here, and tell nothing of setups."
        if said
        else "Every task was solved sometimes, and none always."
    )
    header = ("task", "solved", "in its worst setup", "in its best")
    return "## The tasks", rows_as_table(header, rows, "lrrr"), _prose(*said, rest)


def _shares(found: of.Found) -> tuple[str, ...]:
    rows = [
        (TERMS[row["term"]], f"{row['sd']:.2f}", _bounds(row), percent(row["share"]))
        for row in sorted(found.shares, key=lambda row: -row["share"])
    ]
    header = ("source of variation", "SD (logits)", "95% interval", "share of variance")
    return (
        "## Where the variation comes from",
        rows_as_table(header, rows, "lrcr"),
        _prose(
            "All sources at once, each around its own mean. The luck of a single attempt has a "
            "known size on this scale (variance π²/3). Two levels tell the SD of a factor only "
            "roughly, which is why these intervals are wide: quote the table of effects above "
            "rather than these shares."
        ),
    )


def _bounds(row: dict[str, Any]) -> str:
    if row["term"] == "luck":
        return "known"
    if not math.isfinite(row["high"]):
        return f"{row['low']:.2f} or more"
    return f"{row['low']:.2f} to {row['high']:.2f}"


def _attempts(found: of.Found) -> tuple[str, ...]:
    header = ("attempts", *(TERMS[e.factor] for e in found.effects))
    rows = [(str(n), *map(_between, effects)) for n, effects in found.by_attempts]
    n = found.attempts
    first, last = (
        {e.factor for e in effects if e.clear}
        for _, effects in (found.by_attempts[0], found.by_attempts[-1])
    )
    gained = [TERMS[factor] for factor in of.FACTORS if factor in last - first]
    more = (
        f"One attempt would have left open what the {joined(gained)} does; {n} settle it."
        if gained
        else ""
    )
    all_low, none_high = of.interval(n, n)[0], of.interval(0, n)[1]
    return (
        f"## What {n} attempts can show, and what they cannot",
        "The effects again, by the first attempts alone (95% intervals, logits):",
        rows_as_table(header, rows, "r" + "c" * len(found.effects)),
        _prose(
            more,
            f"For one task in one setup {n} attempts show little: {n} of {n} solved goes with a "
            f"chance as low as {percent(all_low)}, and 0 of {n} with one as high as "
            f"{percent(none_high)} (exact 95% intervals). The comparison over all tasks carries "
            "the information; a single cell of such a table should not be quoted.",
        ),
    )


def _next(found: of.Found) -> tuple[str, ...]:
    said = [_more(found, place) for place, e in enumerate(found.effects) if not e.clear]
    said += [
        f"**{_pair(one).capitalize()}**: that they act together is a lead from {len(found.tasks)} "
        "tasks; the same setups on other tasks would settle it."
        for one in found.interactions
        if one.clear
    ]
    idle = [row["task"] for row in found.tasks if row["solved"] in {0, row["runs"]}]
    if idle:
        said.append(
            f"**Tasks**: {len(idle)} of {len(found.tasks)} tell nothing of setups here. In their "
            "place, tasks that are solved about half the time would tell most per run."
        )
    said.append(
        "**A second model**: all this is of one model. Whether hints or a format help others as "
        "much needs the same setups with other models: add them to `models` in `demo/design.toml`, "
        "and only the missing runs are made."
    )
    return "## What to run next", "\n".join(_prose(text, first="- ") for text in said)


def _more(found: of.Found, place: int) -> str:
    what = f"**{TERMS[found.effects[place].factor].capitalize()}**"
    n = of.needed(found.by_attempts, place, HALF)
    if n is None:
        return (
            f"{what}: more attempts at these tasks would not bring its interval to ± {HALF} "
            "logits, as far as these runs tell; more tasks would."
        )
    return (
        f"{what}: about {n} attempts a task and setup would bring its interval to ± {HALF} logits; "
        "more tasks would do it sooner where its effect differs between them."
    )


def _audit(found: of.Found, audit: dict[str, Any]) -> tuple[str, ...]:
    flagged = {one["run"]: one["findings"] for one in audit["audits"] if one["findings"]}
    tampered = sum(any(one["tampers"] for one in what) for what in flagged.values())
    kinds = joined(sorted({one["kind"] for what in flagged.values() for one in what}))
    told = found.frame["successes"].is_not_null()
    said = [
        f"All {len(found.frame)} runs were audited from the wire and from what was left behind."
    ]
    if flagged:
        rest = of.effects_of(found.frame.filter(~found.frame["id"].is_in(list(flagged))))
        effects = joined(f"{TERMS[e.factor]} {signed(e.logit)}" for e in rest)
        said.append(
            f"In {len(flagged)} something was found ({kinds}); {tampered} of these were tampered "
            f"with and count as unsolved above. Without all of them the effects are: {effects}."
        )
    else:
        said.append("Nothing was found, so the answer without flagged runs is the same.")
    if not told.all():
        said.append(f"{int((~told).sum())} have no outcome, and are missing, not zero.")
    return "## Audit", _prose(*said)


def _again(found: of.Found) -> tuple[str, ...]:
    anew, cached, out = (
        f"{int(found.frame[kind].sum()):,}"
        for kind in ("uncached_input", "cache_read", "visible_output")
    )
    return (
        "## How to make it again",
        _prose(
            "`make demo` serves the model on this machine, runs `demo/design.toml` (what is there "
            "already is not run again), audits, imports, fits and writes this page; nothing leaves "
            f"the machine. The runs read {anew} tokens anew and {cached} from the server's cache, "
            f"and wrote {out}. Another processor rounds otherwise, so single runs may differ; the "
            "intervals are there for that. By hand, with the model served by `python demo/serve.py "
            "18135`:"
        ),
        "```\n" + "\n".join(_COMMANDS) + "\n```",
    )


_COMMANDS: Sequence[str] = (
    "headway elicit plan demo/design.toml",
    "headway elicit run demo/design.toml --out runs",
    "headway elicit audit runs",
    "headway import runs --out responses.csv",
    f"headway fit responses.csv --formula '{of.EFFECTS}'",
)
