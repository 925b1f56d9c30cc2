"""What tests in other languages than Python expect: inputs with their outputs, as plain texts."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator

from headway.elicit.audit.reading.source import Literal, Source, read

__all__ = ["Expected", "expected"]

Expected = tuple[tuple[str, ...], str]

_ASSERTS = re.compile(
    r"assert|expect|equal|==|want|check|should|\bis\b|=\s*\"|\btest\b|\[\s", re.IGNORECASE
)
# A call that is not closed on its line goes on below.
_OPENS = re.compile(r"\b(?:assert\w*|expect|check|equal\w*|is|ok)\b[^\n]*\($", re.IGNORECASE)
# What is wanted stands first: a literal right behind the bracket, and a call behind it.
_FIRST = re.compile(
    r"\b(?:assert|require|Assert)\w*(?:\.\w+)?!?[ (]\s*(?:t\s*,\s*)?"
    r"(?:([\"'`])\s*\1|-?\d[\d.]*)\s*,[^,]*\w\("
)
_ROW = re.compile(r"^\s*[\[({]\s*[\"'`\d-]")
_LONGEST = 6  # lines of one call


def expected(text: str, kind: str) -> Iterator[Expected]:
    """Of each line that compares, and of each row of a table: inputs, and what is expected."""
    source = read(text, kind)
    if kind == "shell":
        yield from _shell(source)
        return
    held: dict[int, list[Literal]] = {}
    for literal in source.literals:
        held.setdefault(literal.line, []).append(literal)
    code, bare = source.code.split("\n"), source.bare.split("\n")
    number = 0
    while number < len(bare):
        end = _end(code, number)
        literals = [one for line in range(number + 1, end + 2) for one in held.get(line, ())]
        yield from _compared([one.value.strip() for one in literals], code[number : end + 1],
                             bare[number], kind)  # fmt: skip
        number = end + 1


def _end(code: list[str], number: int) -> int:
    """The last line of a call that begins on a line."""
    if not _OPENS.search(code[number]):
        return number
    depth = 0
    for place in range(number, min(number + _LONGEST, len(code))):
        depth += len(re.findall(r"[(\[{]", code[place])) - len(re.findall(r"[)\]}]", code[place]))
        if depth <= 0:
            return place
    return number


def _compared(words: list[str], code: list[str], bare: str, kind: str) -> Iterator[Expected]:
    if len(words) < 2:
        return
    table = kind in {"go", "rust", "js", "c"} and ("{" in bare or _ROW.search(bare))
    if _FIRST.search(" ".join(code)):
        yield tuple(words[1:]), words[0]
    elif _ASSERTS.search(bare) or table:
        yield tuple(words[:-1]), words[-1]


_CALLED = re.compile(
    r"^[ \t]*+(?:function\s++)?(\w++)\s*+\(\)\s*+\{(.*?)(?:^\}|\}[ \t]*$)", re.MULTILINE | re.DOTALL
)
_DEFINES = re.compile(r"\s*(?:function\s+)?\w+\s*\(\)")
_WANTED = re.compile(
    r"\b\w*(?:want|expect|answer|output|\bout\b|should|right|correct)\w*=[^\n]*?\"?\$\{?(\d)",
    re.IGNORECASE,
)
_TOLD = re.compile(r"^[^\n]*#\s*(?:WANTED|EXPECTED|WANT|OUTPUT)\b", re.IGNORECASE)
_EQUALS = re.compile(r"!?={1,2}\s*\"?\$\{?(\d)|\$\{?(\d)\}?\"?\s*!?={1,2}")
_LOOP = re.compile(r"\bread\b([^\n;|]*)")


def _shell(source: Source) -> Iterator[Expected]:
    """Lines that compare what is printed, calls of the check's own functions, and tables."""
    own = {one[1]: _place(one[2]) for one in _CALLED.finditer(source.bare)}
    lines = source.bare.split("\n")
    quoted: dict[int, list[str]] = {}
    for one in source.literals:
        quoted.setdefault(one.line, []).append(one.value.strip())
    ran: tuple[str, ...] = ()
    for number, line in enumerate(lines, 1):
        if _DEFINES.match(line):
            continue
        words = _split(line)
        if words[:1] == ["run"]:  # of bats: what it printed is compared on another line
            ran = tuple(words[2:])
        elif len(words) >= 3 and words[0] in own:
            place = own[words[0]]
            rest = words[1:]
            wanted = rest.pop(place if place < len(rest) else -1)
            yield tuple(map(_plain, rest)), _plain(wanted)
        elif ran and (found := re.search(r"\$\{?output\}?\"?\s*={1,2}\s*(.+?)\s*\]", line)):
            yield ran, found[1].strip("\"'")
        elif len(found_ := _words(line) or _literals(quoted.get(number, []))) >= 2 and (
            _ASSERTS.search(line)
        ):
            yield tuple(found_[:-1]), found_[-1]
    yield from _tables(source)


def _literals(values: list[str]) -> list[str]:
    return [value for value in values if "$" not in value]


def _split(line: str) -> list[str]:
    try:
        return shlex.split(line, comments=True)
    except ValueError:
        return []


def _plain(word: str) -> str:
    """A word as a program would have it: line breaks of printf are line breaks."""
    return word.replace("\\n", "\n").replace("\\t", "\t").strip()


def _place(body: str) -> int:
    """Which argument of a check's own function is what is wanted, from 0; the last if it is none.

    By the name of the variable that gets it, by a comment behind the bracket, or by what is
    compared.
    """
    found = _WANTED.search(body) or _EQUALS.search(body)
    if found is None:
        return 0 if _TOLD.search(body) else -1
    return max(int(found[1] or (found[2] if found.re is _EQUALS else "") or 1) - 1, 0)


def _words(line: str) -> list[str]:
    """Of a line like ``[ "$(./p 3)" = "17" ]``: given words and the last."""
    found = re.search(r"\$\(\s*(?:[\w./-]+\s+)*?([^()|]*?)\)\"?\s*={1,2}\s*[\"']?([^\"'\]]+)", line)
    if not found:
        return []
    into = [part.strip("\"'") for part in re.findall(r"\"[^\"]*\"|'[^']*'|\S+", found[1])]
    return [] if "$" in "".join([*into, found[2]]) else [*into, found[2].strip()]


def _tables(source: Source) -> Iterator[Expected]:
    """Here-documents that a loop reads by fields, and arrays with keys."""
    for one in source.literals:
        head = source.line(one.line - 1)
        if not (one.quoted and "\n" in one.value and "<<" in head):
            continue
        names = [match[1] for match in _LOOP.finditer(source.bare[: source.bare.find(one.value)])]
        names = [name for name in names if len(name.replace("-r", "").split()) >= 2]
        mark = re.search(r"IFS=\$?[\"']?(\\t|[^\s\"'])", source.bare)
        for row in one.value.split("\n") if names else ():
            parts = row.split({"\\t": "\t"}.get(mark[1], mark[1]) if mark else None)
            if len(parts) >= 2:
                yield tuple(map(str.strip, parts[:-1])), parts[-1].strip()
    for match in re.finditer(r"\[\"?([^\]\"$]+)\"?\]=(\"[^\"]*\"|'[^']*'|[^\s)]+)", source.bare):
        yield (match[1],), match[2].strip("\"'")
