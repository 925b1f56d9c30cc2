"""The answer as text: one sentence, a table, and what it cannot say."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from headway.publish.table import Column, prose, table
from headway.publish.words import day, distance, interval, number, says, says_short, span

if TYPE_CHECKING:
    from headway.lens import Answer, Asked

ATTRIBUTION = (
    "Data: Epoch AI, https://epoch.ai/benchmarks, CC BY 4.0; CAISI (NIST), US government work."
)
UNSETTLED = "~"
_LEGEND = (
    "interval: uncertainty of abilities, dates and labels (measurement)",
    "claim: what was published under this recipe (headway claims: sources)",
    "sampling: the 90% interval when models and whole benchmarks are resampled",
    "placebo: 90% of the answers for random halves of the closed developers, whose true gap is 0",
    "points: the distance on the scale at one time; left out: models whose label is not known",
)


def gap_report(asked: Asked, *, widening: bool = False) -> str:
    """Everything that ``headway gap`` prints, at most 80 columns wide.

    Parameters
    ----------
    asked
        Answers; the first is told in a sentence, all stand in the tables.
    widening
        Show the slopes by start date, too.
    """
    answers = asked.answers
    parts = [
        prose(sentence(answers[0])),
        _changes(answers),
        _main_table(answers),
        _second_table(answers),
        "\n".join(prose(line, first="  ") for line in _legend(answers)),
        _claims(answers),
        _widening(answers) if widening or len(answers) == 1 else "",
        _slopes(answers) if widening else "",
        _cautions(answers),
        "\n".join(prose(why, first=f"{name} gives no answer: ") for name, why in asked.unanswered),
        prose(f"Snapshot {asked.snapshot}. {ATTRIBUTION}"),
    ]
    return "\n\n".join(part for part in parts if part)


def sentence(answer: Answer) -> str:
    """Tell one answer: ``Open models are 6.4 months behind closed ones (90% interval …).``."""
    told = distance(answer.leaders, answer.followers, answer.months, at_least=answer.at_least)
    return (
        f"{told} ({interval(answer.months)}; lens {answer.lens.name}, rule {answer.rule}, "
        f"data to {day(answer.as_of)})."
    )


def _legend(answers: Sequence[Answer]) -> tuple[str, ...]:
    """What the columns are, and the sign beside a median that is not settled where there is one."""
    if all(answer.settled for answer in answers):
        return _LEGEND
    sign = f"{UNSETTLED}: the median is not settled, as two values are about as likely"
    return (*_LEGEND[:1], sign, *_LEGEND[1:])


def _changes(answers: Sequence[Answer]) -> str:
    """What options changed, once if it is the same for all lenses."""
    changed = {a.lens.name: ", ".join(a.lens.overrides) for a in answers if a.lens.overrides}
    if len(set(changed.values())) == 1 and len(changed) == len(answers):
        return prose(f"Changed from the lens's own choice (*): {changed.popitem()[1]}.")
    lines = [prose(text, first=f"  {name}: ", rest="    ") for name, text in changed.items()]
    return "\n".join(["Changed from the lens's own choice (*):", *lines]) if lines else ""


def _months(answer: Answer) -> str:
    if answer.months.median is not None:
        return ("" if answer.settled else UNSETTLED) + number(answer.months.median)
    return "ahead" if answer.at_least is None else f"≥ {number(answer.at_least)}"


def _main_table(answers: Sequence[Answer]) -> str:
    columns = [
        Column("lens", wrap=True, least=12),
        Column("months", right=True),
        Column(f"{answers[0].months.level:.0%}\ninterval", right=True),
        Column("claim", right=True),
        Column("rule"),
        Column("models", right=True),
        Column("scores", right=True),
        Column("data to"),
    ]
    rows = [
        (
            a.lens.name + ("*" if a.lens.overrides else ""),
            _months(a),
            span(a.months.low, a.months.high, join="–"),
            _claim(a),
            a.rule,
            a.n_models,
            f"{a.n_scores:,}",
            a.as_of.isoformat(),
        )
        for a in answers
    ]
    return table(columns, rows)


def _claim(answer: Answer) -> str:
    # A changed recipe is no longer the one that the claim was published under.
    return says_short(answer.claim) if answer.claim and not answer.lens.overrides else "–"


def _second_table(answers: Sequence[Answer]) -> str:
    columns = [
        Column("lens", wrap=True, least=12),
        Column("behind → ahead", wrap=True, least=14),
        Column("points"),
        Column("sampling", right=True),
        Column("placebo", right=True),
        Column("left\nout", right=True),
    ]
    rows = [
        (
            a.lens.name,
            f"{a.followers} → {a.leaders}",
            _points(a),
            span(a.sampling.low, a.sampling.high, join="–"),
            span(a.placebo[0], a.placebo[1], join="–") if a.placebo else "–",
            a.n_unknown,
        )
        for a in answers
    ]
    return table(columns, rows)


def _points(answer: Answer) -> str:
    points = answer.points
    if points.median is None:
        return "–"
    # An Elo is known to tens, an ECI to tenths.
    digits = 0 if answer.unit == "Elo" else 1
    bounds = span(points.low, points.high, digits, join="–")
    return f"{number(points.median, digits)} {answer.unit} ({bounds})"


def _claims(answers: Sequence[Answer]) -> str:
    """What was published; of one lens with the address, which `headway claims` has for all."""
    told = [
        (a, claim)
        for a in answers
        if not a.lens.overrides
        for claim in (a.claims if len(answers) == 1 else a.claims[:1])
    ]
    lines = [
        prose(
            f"{claim.who}, {day(claim.date)}: {says(claim)}.",
            first=f"  {a.lens.name}: ",
            rest="    ",
        )
        for a, claim in told
    ]
    if len(answers) == 1:
        lines += dict.fromkeys(claim.source for _, claim in told if claim.source)
    return "\n".join(["Published claims:", *lines]) if lines else ""


def _widening(answers: Sequence[Answer]) -> str:
    lines = [
        prose(a.widening.sentence, first=f"  {a.lens.name}: ", rest="    ")
        for a in answers
        if a.widening
    ]
    return "\n".join(["Is the gap widening?", *lines]) if lines else ""


def _slopes(answers: Sequence[Answer]) -> str:
    """Months per year by start date, a row a quarter."""
    columns = [
        Column("lens"), Column("from"), Column("months\nper year", right=True),
        Column("interval", right=True),
    ]  # fmt: skip
    rows = [
        (a.lens.name, start.isoformat(), number(median), span(low, high, join=" to "))
        for a in answers
        if a.widening
        for k, (start, median, low, high) in enumerate(
            zip(a.widening.starts, a.widening.median, a.widening.low, a.widening.high, strict=True)
        )
        if k % 3 == 0 and median is not None
    ]
    return table(columns, rows) if rows else ""


def _cautions(answers: Sequence[Answer]) -> str:
    """The cautions of the first answer, and how to read those of the others."""
    first = answers[0]
    lines = [
        prose(text[:1].upper() + text[1:], first=f"{k:3d}. ")
        for k, text in enumerate((c for c in first.cautions if c not in first.changes), 1)
    ]
    if not lines:
        return ""
    parts = [f"What the answer of lens {first.lens.name} cannot say:", *lines]
    if len(answers) > 1:
        parts.append(prose("Every lens has cautions of its own: headway gap --lens NAME."))
    return "\n".join(parts)
