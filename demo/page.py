"""The page of the demonstration, worded from its figures. Nothing in it is written by hand."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import figures as of
import polars as pl

TERMS = {
    "harness": "format of the reply",
    "prompts": "prompt",
    "temperature": "temperature",
    "setup": "the setup, beyond these three",
    "item": "which task it is",
    "item:setup": "a task in one setup rather than another",
    "luck": "luck of a single attempt",
}
LEVELS = {
    ("harness", "standard-reply"): "JSON",
    ("harness", "standard-block"): "code block",
    ("prompts", "harness"): "plain",
    ("prompts", "hints"): "with hints",
}
HALF = 0.5  # logits: the half-width at which an effect of this size is told from none


@dataclass(frozen=True)
class Found:
    """Everything that the page and its picture say."""

    frame: pl.DataFrame
    attempts: int
    effects: list[of.Effect]
    by_attempts: list[tuple[int, list[of.Effect]]]
    shares: list[dict[str, Any]]
    abilities: list[dict[str, Any]]
    tasks: list[dict[str, Any]]
    cautions: tuple[str, ...]


def find(frame: pl.DataFrame) -> Found:
    """The figures of responses as ``headway import`` writes them."""
    attempts = int(frame["run"].str.extract(r"(\d+)$").cast(pl.Int64).max())  # type: ignore[arg-type]
    fit = of.fitted(frame, of.EFFECTS)
    return Found(
        frame,
        attempts,
        of.effects(frame, fit),
        of.by_attempts(frame, attempts),
        of.shares(frame),
        of.abilities(frame),
        of.tasks(frame),
        fit.cautions,
    )


def page(found: Found, audit: dict[str, Any], picture: str) -> str:
    """The text, in Markdown."""
    parts = (
        _head(found, picture),
        _effects(found),
        _setups(found),
        _tasks(found),
        _shares(found),
        _attempts(found),
        _next(found),
        _audit(found, audit),
        _again(found),
    )
    return "\n\n".join(parts) + "\n"


def level(factor: str, name: str) -> str:
    """A level in words: ``JSON``, ``temperature 0.2``."""
    if factor == "temperature":
        return f"temperature {float(name):g}"
    return LEVELS.get((factor, name), name)


def _head(found: Found, picture: str) -> str:
    frame = found.frame
    runs, solved = len(frame), int(frame["successes"].sum())
    clear = [e for e in found.effects if e.clear]
    open_ = [e for e in found.effects if not e.clear]
    days = " to ".join(sorted({str(frame["date"].min()), str(frame["date"].max())}))
    told = " ".join(_sentence(e) for e in clear)
    untold = _list(TERMS[e.factor] for e in open_)
    rest = (
        f"For the {untold} these runs leave the direction open." if open_ else "All three are told."
    )
    return f"""# A demonstration: one small model, eight setups

*Written by `make demo` from the runs of {days}; no figure here was typed.*

How much of a score is the model, and how much the way it was run? Here the model never changes. It is
SmolLM2-135M-Instruct, an open model so small that it runs on two processor cores, and it did
{len(found.tasks)} small tasks in {len(found.abilities)} setups: two prompts, two temperatures, two formats of
reply. Each task was tried {found.attempts} times in each setup, with one reply of at most 64 tokens. Of {runs}
runs {solved} were solved ({_percent(solved / runs)}).

**What came out.** {told} {rest} Solved runs by setup range from {_percent(_share(found.abilities[-1]))} to
{_percent(_share(found.abilities[0]))}: the same weights, the same tasks, the same judge. Whoever publishes one
of these figures as the score of the model has chosen it.

![Effects of the setup, and ability in each setup, with intervals]({picture})"""


def _effects(found: Found) -> str:
    rows = [
        (
            TERMS[e.factor].capitalize(),
            f"{level(e.factor, e.of)} against {level(e.factor, e.against)}",
            f"{_percent(e.share_of)} against {_percent(e.share_against)}",
            _signed(e.logit),
            _between(e),
            "yes" if e.clear else "no",
        )
        for e in found.effects
    ]
    header = ("part of the setup", "compared", "runs solved", "effect", "95% interval", "told?")
    return f"""## What the setup does

{_table(header, rows, ":--- | :--- | :--- | ---: | :---: | :---")}

Effects are in logits: one logit multiplies the odds of success by 2.7. The interval takes in the luck of
attempts and that a setup may suit one task and not another. *Told* means that it leaves out zero.
Every comparison is between the same tasks, as often, with all else equal."""


def _setups(found: Found) -> str:
    rows = [
        (
            level("harness", row["harness"]),
            level("prompts", row["prompts"]),
            f"{row['temperature']:g}",
            f"{row['solved']} of {row['runs']}",
            _signed(row["ability"]),
            f"{_signed(row['low'])} to {_signed(row['high'])}",
        )
        for row in found.abilities
    ]
    header = ("format", "prompt", "temperature", "solved", "ability", "95% interval")
    apart = _apart(found.abilities)
    return f"""## Ability of one model in each setup

{_table(header, rows, ":--- | :--- | ---: | ---: | ---: | :---:")}

These are abilities on one Rasch scale, in logits around the mean of the setups, as if each setup were a model
of its own. {apart}"""


def _apart(rows: list[dict[str, Any]]) -> str:
    best, worst = rows[0], rows[-1]
    wide = best["ability"] - worst["ability"]
    if best["low"] > worst["high"]:
        return (
            f"The best and the worst are {wide:.1f} logits apart and their intervals do not touch: "
            "on a leaderboard these would pass for two different models."
        )
    return (
        f"The best and the worst are {wide:.1f} logits apart, but their intervals overlap: a ranking "
        "of all eight is not settled by these runs."
    )


def _tasks(found: Found) -> str:
    rows = [
        (
            row["task"],
            f"{row['solved']} of {row['runs']}",
            _percent(row["best"]),
            _percent(row["worst"]),
        )
        for row in found.tasks
    ]
    never = [row["task"] for row in found.tasks if row["solved"] == 0]
    always = [row["task"] for row in found.tasks if row["solved"] == row["runs"]]
    said = []
    if never:
        said.append(f"Never solved: {_list(never)}.")
    if always:
        said.append(f"Always solved: {_list(always)}.")
    if said:
        said.append("Such tasks say that they are too hard or too easy here, and nothing of setups.")
    header = ("task", "solved", "in its best setup", "in its worst")
    return f"""## The tasks

{_table(header, rows, ":--- | ---: | ---: | ---:")}

{" ".join(said) or "Every task was solved sometimes and not always."}"""


def _shares(found: Found) -> str:
    rows = [
        (TERMS[row["term"]], f"{row['sd']:.2f}", _bounds(row), _percent(row["share"]))
        for row in sorted(found.shares, key=lambda row: -row["share"])
    ]
    header = ("source of variation", "SD (logits)", "95% interval", "share of variance")
    return f"""## Where the variation comes from

{_table(header, rows, ":--- | ---: | :---: | ---:")}

All factors vary at once here, each around its own mean. The luck of a single attempt has a known size on this
scale (variance π²/3). A factor with two levels tells its SD only roughly, which is why these intervals are
wide: shares are estimates, and the table of effects above is the safer one to quote."""


def _bounds(row: dict[str, Any]) -> str:
    if row["term"] == "luck":
        return "known"
    if not math.isfinite(row["high"]):
        return f"{row['low']:.2f} or more"
    return f"{row['low']:.2f} to {row['high']:.2f}"


def _attempts(found: Found) -> str:
    header = ("attempts a task and setup", *(TERMS[e.factor] for e in found.effects))
    rows = [
        (str(n), *(_between(e) for e in effects))
        for n, effects in found.by_attempts
    ]
    n = found.attempts
    all_low, none_high = of.interval(n, n)[0], of.interval(0, n)[1]
    first = [e.factor for e in found.by_attempts[0][1] if e.clear]
    last = [e.factor for e in found.by_attempts[-1][1] if e.clear]
    gained = [TERMS[f] for f in last if f not in first]
    more = (
        f"A single attempt would have left the {_list(gained)} open; {n} settle it."
        if gained
        else f"What {n} attempts settle, one would have settled here, and what they leave open, it would too."
    )
    return f"""## What {n} attempts can show, and what they cannot

The effects again, as the first attempts alone would have told them (95% intervals, logits):

{_table(header, rows, "---: | " + " | ".join([":---:"] * len(found.effects)))}

{more} For one task in one setup {n} attempts show little: {n} of {n} solved is compatible with a
chance of {_percent(all_low)}, and 0 of {n} with one of {_percent(none_high)} (exact 95% intervals). It is the
comparison over all tasks that carries information; a single cell of such a table should not be quoted."""


def _next(found: Found) -> str:
    said = []
    for place, effect in enumerate(found.effects):
        widths = [
            (n, (e[place].high - e[place].low) / 2)
            for n, e in found.by_attempts
            if n > 1 and e[place].known
        ]
        if effect.clear or len(widths) < 2:
            continue
        n = of.needed(widths, HALF)
        what = TERMS[effect.factor]
        if n is None or n > 200:
            said.append(
                f"- **{what.capitalize()}**: more attempts at these tasks would not bring the interval to "
                f"± {HALF} logits, as the effect differs between tasks; more *tasks* would."
            )
        else:
            said.append(
                f"- **{what.capitalize()}**: about {n} attempts a task and setup would bring the interval to "
                f"± {HALF} logits."
            )
    idle = [row["task"] for row in found.tasks if row["solved"] in {0, row["runs"]}]
    if idle:
        said.append(
            f"- **Tasks**: {len(idle)} of {len(found.tasks)} say nothing about setups here. In their place, "
            "tasks that are solved about half the time would tell most per run."
        )
    said.append(
        "- **A second model.** All this is of one model. Whether hints or a format help others as much, "
        "the harness question proper, needs the same setups with other models: add them to `models` in "
        "`demo/design.toml`, and only the missing runs are made."
    )
    return "## What to run next\n\n" + "\n".join(said)


def _audit(found: Found, audit: dict[str, Any]) -> str:
    flagged = {one["run"] for one in audit["findings"] if one["tampers"]}
    hints = {one["run"] for one in audit["findings"]} - flagged
    runs = len(found.frame)
    missing = runs - len(found.frame.filter(pl.col("successes").is_not_null()))
    said = [f"Every run was audited from what went over the wire and what was left behind: {runs}."]
    if flagged:
        without = of.fitted(found.frame.filter(~pl.col("id").is_in(list(flagged))), of.EFFECTS)
        effects = ", ".join(
            f"{TERMS[e.term.partition('[')[0]]} {_signed(e.value)}" for e in without.fixed[1:]
        )
        said.append(
            f"{len(flagged)} were found tampered with and count as unsolved above; without them the "
            f"effects are: {effects}."
        )
    else:
        said.append("None was found to be tampered with, so there is no second answer without them.")
    if hints:
        said.append(f"{len(hints)} have a finding that is a hint only, and stay in.")
    if missing:
        said.append(f"{missing} have no outcome, for reasons of the machine, and are missing.")
    return "## Audit\n\n" + " ".join(said)


def _again(found: Found) -> str:
    tokens = {k: int(found.frame[k].sum()) for k in ("uncached_input", "cache_read")}
    out = int(found.frame["visible_output"].sum())
    return f"""## How to make it again

`make demo` serves the model on this machine, runs `demo/design.toml` (what is there already is not run
again), audits, imports, fits and writes this page; nothing leaves the machine. The {len(found.frame)} runs read
{tokens["uncached_input"]:,} tokens anew and {tokens["cache_read"]:,} from the server's cache, and wrote {out:,}.
Another processor rounds otherwise, so single runs may differ; the intervals are there for that. The same by
hand, with the model served on a port of its own:

```
headway elicit plan demo/design.toml
headway elicit run demo/design.toml --out runs
headway elicit audit runs
headway import runs --out responses.csv
headway fit responses.csv --formula '{of.EFFECTS}'
```"""


def _between(effect: of.Effect) -> str:
    if not effect.known:
        return "no scale yet"
    return f"{_signed(effect.low)} to {_signed(effect.high)}"


def _sentence(effect: of.Effect) -> str:
    up, down = level(effect.factor, effect.of), level(effect.factor, effect.against)
    shares = effect.share_of, effect.share_against
    if effect.logit < 0:
        up, down, shares = down, up, shares[::-1]
    return (
        f"{up[0].upper()}{up[1:]} solves more than {down}: {_percent(shares[0])} of runs against "
        f"{_percent(shares[1])}."
    )


def _table(header: Sequence[str], rows: Iterable[Sequence[str]], marks: str) -> str:
    lines = [header, *rows]
    return "\n".join(
        f"| {' | '.join(line) if not isinstance(line, str) else line} |"
        for line in [lines[0], marks, *lines[1:]]
    )


def _list(words: Iterable[str]) -> str:
    given = list(words)
    return " and ".join(filter(None, (", ".join(given[:-1]), given[-1] if given else "")))


def _percent(share: float) -> str:
    return f"{share:.0%}"


def _signed(value: float) -> str:
    if not math.isfinite(value):
        return "−∞" if value < 0 else "∞"
    return f"{value:+.1f}".replace("-", "−")


def _share(row: dict[str, Any]) -> float:
    return float(row["solved"] / row["runs"])
