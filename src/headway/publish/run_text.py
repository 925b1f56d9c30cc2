"""A run as a person reads it: how it ended, what was said and done, what it cost, what it left.

What stands behind a bar is somebody else's text: a model's, a tool's, a server's. The bar is there
so that none of it can pass for ours, and what could steer a terminal is written out.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from headway.publish.table import Column, cells_wide, prose, table
from headway.publish.words import clean, day, number

if TYPE_CHECKING:
    from headway.elicit.record import Run
    from headway.elicit.transcript import Entry, Part

__all__ = ["escaped", "run_line", "run_text", "trajectory_text"]

WIDTH = 80
_BAR = "  | "
_LEAD = re.compile(r" *(?:(?:[-*•]|[0-9]+[.)]) +)?")
_DEEPEST = 24
_KINDS = {
    "uncached_input": "input, not cached",
    "cache_read": "input, read from a cache",
    "cache_write": "input, written to a cache",
    "visible_output": "output",
    "reasoning": "reasoning",
}
_SAYS = {
    "system": "The system prompt says",
    "user": "The user says",
    # Examples, or a history that was rewritten: the model's own words are its replies.
    "assistant": "The request has the model say",
    "tool": "The tool says",
}
_HIDDEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def escaped(text: str) -> str:
    r"""Text in which nothing steers: control, direction and invisible characters are written out.

    ``\x1b`` for an escape sequence's first character, ``\u202e`` for a mark that turns the
    writing direction. Line breaks stay; a tab becomes two spaces. Markup is text like any other:
    nothing here reads it.
    """
    lines = text.replace("\r\n", "\n").replace("\t", "  ").split("\n")
    return "\n".join("".join(map(_shown, line)) for line in lines)


def _shown(letter: str) -> str:
    if unicodedata.category(letter) not in _HIDDEN:
        return letter
    code = ord(letter)
    return (
        f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}" if code < 65536 else f"\\U{code:08x}"
    )


def run_text(
    run: Run, entries: Iterable[Entry], verifier: str, printed: str, *, lines: int | None = 30
) -> str:
    """The whole page.

    Parameters
    ----------
    run : Run
    entries : iterable of Entry
        Of its log of the wire.
    verifier, printed : str
        What the verifier and the harness printed.
    lines : int or None
        Lines that are shown of one piece of somebody's text; None shows all.
    """
    page = [_head(run), "Transcript", *_transcript(entries, lines), _tokens(run), _files(run)]
    page.append(_snapshots(run))
    page.append(_judged(run, verifier, lines))
    if run.ended == "harness_error" and printed.strip():
        page += ["The harness printed at its end:", "\n".join(_quoted(_tail(printed), lines))]
    page.append(_versions(run))
    return "\n\n".join(part for part in page if part)


def trajectory_text(entries: Iterable[Entry], *, lines: int | None = 30) -> str:
    """What was said and done alone."""
    return "\n\n".join(_transcript(entries, lines))


def run_line(run: Run) -> str:
    """A run in one sentence."""
    score = _score(run)
    spent = f"{_amount(run.spending.spent)} {clean(run.spending.unit)}"
    said = f"{clean(run.id)}: {run.status} ({score}), ended as {run.ended}, {spent}."
    return prose(f"{said} {clean(run.reason)}", rest="  ")


def _head(run: Run) -> str:
    started = f"{day(run.started.date())} {run.started:%H:%M} UTC"
    version = f" {clean(run.harness.version)}" if run.harness.version else ""
    program = f"{clean(run.harness.name)}{version}"
    facts = [
        f"Run {clean(run.id)}",
        f"Task {clean(run.task.name)}, model {clean(run.model.profile)}, harness {program}.",
        f"Attempt {run.attempt}, started {started}, took {_seconds(run.seconds)}.",
        f"Status: {run.status} ({_score(run)}). Ended: {run.ended}. {clean(run.reason)}",
        *_cautions(run),
    ]
    return "\n".join(prose(fact, rest="  ") for fact in facts)


def _score(run: Run) -> str:
    if run.score is None:
        return "no score"
    # A result that is missing is not the score of what lay in the folder.
    return f"score {run.score:.2f}" if run.counts else f"the work folder scores {run.score:.2f}"


def _cautions(run: Run) -> Iterator[str]:
    if not run.counts:
        yield "It does not count as an attempt of the model: its result is missing, not zero."
    if not run.model.as_declared:
        marks = ", ".join(f"{clean(mark)} in {count}" for mark, count in run.model.marks.items())
        yield f"Not as declared: {marks or 'nothing is known of what ran'}."
    for earlier in run.tries:
        yield f"An earlier try ended as {earlier.ended}: {clean(earlier.reason)}"
    for finding in run.findings:
        what = "Found" if finding.tampers else "Found, without effect on the result,"
        yield f"{what} {clean(finding.kind)} at {clean(finding.where)}: {clean(finding.evidence)}"
    if run.status != run.as_scored:
        yield f"Without what the audit found, its status would be {run.as_scored}."
    yield from map(clean, run.notes)


def _transcript(entries: Iterable[Entry], lines: int | None) -> Iterator[str]:
    empty = True
    for entry in entries:
        empty = False
        yield "\n".join(_entry(entry, lines))
    if empty:
        yield "  Nothing was asked of any server."


def _entry(entry: Entry, lines: int | None) -> Iterator[str]:
    yield f"[{entry.number}] at {_seconds(entry.at)}{_cost(entry)}{_conversation(entry)}"
    if entry.kind != "generate":
        yield f"  {clean(entry.kind)}: {clean(entry.path)}, status {entry.status}"
    for turn in entry.new:
        for part in turn.parts:
            yield from _part(_SAYS[turn.role], part, lines, own=turn.role != "assistant")
    if entry.reply:
        for part in entry.reply.turn.parts:
            yield from _part("The model says", part, lines)
        if entry.reply.refused:
            yield "  The server says that the model refused."
    yield from _trouble(entry, lines)


def _trouble(entry: Entry, lines: int | None) -> Iterator[str]:
    if why := entry.refused:
        yield prose(f"The gateway refused this: {why.kind}: {why.detail}", first="  ")
    for failure in entry.failures:
        said = f"{failure.kind.replace('_', ' ')}: {failure.detail}"
        yield prose(f"Failure: {said}", first="  ")
    if entry.marks:
        yield prose(f"Marked: {', '.join(entry.marks)}", first="  ")
    if entry.error:
        yield f"  The server answered ({entry.status}):"
        yield from _quoted(entry.error, lines)


def _part(who: str, part: Part, lines: int | None, *, own: bool = True) -> Iterator[str]:
    if part.kind == "other":
        yield f"  {who} something that is not text: {clean(part.name)}."
        return
    text = part.text
    if part.kind == "call":
        yield f"  {'The model calls' if own else 'The request has it call'} {clean(part.name)}:"
        text = _arguments(text)
    elif part.kind == "result":
        yield f"  The tool{f' {clean(part.name)}' if part.name else ''} answers:"
    else:
        yield f"  {'The model thinks' if part.kind == 'thinking' and own else who}:"
    yield from _quoted(text, lines)


def _arguments(text: str) -> str:
    """What a tool is called with: one text as it is, more of them by name."""
    try:
        given = json.loads(text)
    except (ValueError, RecursionError):
        return text
    if not isinstance(given, dict):
        return text
    if len(given) == 1 and isinstance(only := next(iter(given.values())), str):
        return only
    shown = (
        (k, v if isinstance(v, str) else json.dumps(v, ensure_ascii=False))
        for k, v in given.items()
    )
    return "\n".join(f"{key}: {value}" for key, value in shown)


def _quoted(text: str, most: int | None) -> Iterator[str]:
    """Somebody's text behind a bar, broken at the width of the page."""
    lines = [piece for line in escaped(text.strip("\n")).split("\n") for piece in _broken(line)]
    shown = lines if most is None or len(lines) <= most + 1 else lines[:most]
    for line in shown:
        yield f"{_BAR}{line}".rstrip()
    if len(shown) < len(lines):
        yield f"  ({len(lines) - len(shown):,} more lines: --full)"


def _broken(line: str) -> Iterator[str]:
    room, piece, wide = WIDTH - len(_BAR), "", 0
    # What is broken goes on below its first word: a list and code keep their shape.
    found = _LEAD.match(line)
    hang = " " * (len(found[0]) if found and len(found[0]) <= _DEEPEST else 0)
    for letter in line:
        size = cells_wide(letter)
        if wide + size > room:
            # At the last space, if there is one not too far back; its words are all there.
            head, space, rest = piece.rpartition(" ")
            broken = space and len(rest) < room // 3 and head.strip()
            yield head if broken else piece
            piece = hang + (rest if broken else "")
            wide = cells_wide(piece)
        piece += letter
        wide += size
    yield piece


def _cost(entry: Entry) -> str:
    if entry.tokens is None:
        return ""
    about = "about " if entry.tokens.estimated else ""
    return f", {about}{entry.tokens.input:,} tokens in, {entry.tokens.output:,} out"


def _conversation(entry: Entry) -> str:
    number = entry.conversation
    if entry.begins and number > 1:
        return f", a conversation of its own (no. {number})"
    return f", conversation {number}" if number > 1 else ""


def _tokens(run: Run) -> str:
    spent, tokens = run.spending, run.spending.tokens
    rows = [
        (name, "not told apart" if (count := getattr(tokens, kind)) is None else f"{count:,}")
        for kind, name in _KINDS.items()
    ]
    about = " (partly estimated)" if tokens.estimated else ""
    said = f"Spent {_amount(spent.spent)} of {_amount(spent.limit)} {clean(spent.unit)}{about}."
    if spent.overshoot:
        said += f" The last requests took {_amount(spent.overshoot)} more than the limit."
    if spent.money is not None and spent.priced:
        priced = f"at the prices of {day(spent.priced)}"
        said += f" Cost {spent.money:.4g} {clean(spent.currency)} {priced}."
    counts = f"{run.exchanges:,} requests, {run.replies:,} replies."
    return "\n".join(
        [
            prose(f"{said} {counts}"),
            table([Column("Tokens"), Column("", right=True)], rows),
        ]
    )


def _files(run: Run) -> str:
    if run.collected is None:
        return "The work folder could not be collected."
    if not run.changed:
        lines = ["Files: none was added, changed or removed."]
    else:
        columns = [Column("File", wrap=True), Column("Change"), Column("Bytes", right=True)]
        rows = [
            (escaped(c.path), c.change, "–" if c.size is None else f"{c.size:,}")
            for c in run.changed[:100]
        ]
        lines = [table(columns, rows)]
        if len(run.changed) > len(rows):
            lines.append(f"({len(run.changed) - len(rows):,} more: --json)")
    for path, why in list(run.collected.left_out.items())[:20]:
        lines.append(prose(f"Left out: {escaped(path)}: {why}", rest="  "))
    return "\n".join(lines)


def _snapshots(run: Run) -> str:
    if not run.snapshots:
        return ""
    columns = [
        Column("When spent", right=True),
        Column("Time", right=True),
        Column("Score", right=True),
        Column("What the verifier told", wrap=True),
    ]
    rows = [
        (_amount(s.level), _seconds(s.at), number(s.score, 2), _told(s.rewards))
        for s in run.snapshots
    ]
    return "The work folder on the way:\n" + table(columns, rows)


def _told(rewards: Mapping[str, float]) -> str:
    """The first numbers beside the score; those of single cases and loads stay in --json."""
    kept = [(k, v) for k, v in rewards.items() if k != "reward" and "." not in k]
    return ", ".join(f"{name} {_amount(value)}" for name, value in kept[:6])


def _judged(run: Run, printed: str, lines: int | None) -> str:
    if not printed.strip():
        return f"Verifier: {_verdict(run)}"
    return "\n".join([f"Verifier: {_verdict(run)} It printed:", *_quoted(printed, lines)])


def _verdict(run: Run) -> str:
    told = run.verifier
    if told.score is None:
        return prose(f"no score. {told.reason}")
    more = f" ({said})" if (said := _told(told.rewards)) else ""
    return prose(f"score {told.score:.2f}{more} after {_seconds(told.seconds)}.")


def _versions(run: Run) -> str:
    return prose(f"Versions: {', '.join(f'{k} {v}' for k, v in run.versions.items())}.")


def _tail(text: str) -> str:
    return "\n".join(text.rstrip().split("\n")[-20:])


def _amount(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 or value == int(value) else f"{value:.3g}"


def _seconds(value: float) -> str:
    if value < 120:
        return f"{value:.1f} s"
    return f"{value / 60:.0f} min" if value < 7200 else f"{value / 3600:.1f} h"
