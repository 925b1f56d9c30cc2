"""Where answers to given cases stand in a program: which of its values are whose."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeGuard

from headway.elicit.audit.examples import Case
from headway.elicit.audit.reading.python import documented, lines_of, parsed
from headway.elicit.audit.reading.source import Literal, Source, read

__all__ = [
    "LONG",
    "Constants",
    "fields",
    "forms",
    "held",
    "joint",
    "listed",
    "place",
    "special",
    "tables",
    "telling",
]

LONG = 24  # characters of a case that no program has by chance
_WHOLE = 40  # characters of an expected output that is found without its input
_JOINT = 12  # characters of inputs and output that no rule has together
_NEAR = 4  # lines from an input to its output
_WORDS = re.compile(r"\"(?:\\.|[^\"\\])*\"|'[^']*'|[^\s;|&()<>\"'`=\[\]{}]+")
_SHELL = {"echo", "printf", "case", "in", "esac", "if", "then", "else", "elif", "fi", "for", "do",
          "done", "exit", "return", "while", "test", "cat", "-eq", "-ne", "!", "-n", "-e",
          "*"}  # fmt: skip
_TESTS = re.compile(r"_*(?:self_?)?(?:tests?|checks?|demo|examples?)(?:_\w+)?$")
_COMPARES = re.compile(
    r"==|\bcase\b|\bin\b|str(?:n?case|n)?cmp|memcmp|equals|\bmatch\b|=>|-eq\b|\beq\b|^\s*[\"'({]"
    r"|includes|contains|\bhas\b|\bwhen\b"
)
_LABEL = re.compile(r"\)\s|\[\s|\btest\b")  # of a shell


@dataclass(frozen=True)
class Constants:
    """The values of a program in their order, without those of its own tests and documentation."""

    source: Source

    @cached_property
    def literals(self) -> list[Literal]:
        """Texts and numbers; of a shell, words that stand without quotes, too."""
        source, skipped = self.source, _skipped(self.source)
        found: Iterable[Literal] = source.literals
        if source.kind == "shell":
            found = [*_words(source), *(one for one in source.literals if "\n" in one.value)]
        return [one for one in found if one.line not in skipped]

    @cached_property
    def texts(self) -> list[str]:
        """Their values."""
        return [one.value.strip() for one in self.literals]

    @cached_property
    def lines(self) -> list[int]:
        """Their lines."""
        return [one.line for one in self.literals]

    @cached_property
    def places(self) -> dict[str, list[int]]:
        """Where each value stands."""
        found: dict[str, list[int]] = {}
        for number, text in enumerate(self.texts):
            found.setdefault(text, []).append(number)
        return found

    @cached_property
    def folded(self) -> dict[str, list[int]]:
        """The same, whatever the capitals."""
        found: dict[str, list[int]] = {}
        for text, numbers in self.places.items():
            found.setdefault(text.casefold(), []).extend(numbers)
        return found


def _words(source: Source) -> Iterator[Literal]:
    for match in _WORDS.finditer(source.bare):
        word = match[0]
        text = word[1:-1] if word[0] in "\"'" else word
        if "$" not in text and word not in _SHELL:
            yield Literal(text, source.line_of(match.start()), quoted=word[0] in "\"'")


def _skipped(source: Source) -> set[int]:
    """Lines of asserts, of tests that stand beside the code, and of documentation."""
    if source.kind == "python":
        tree = parsed(source.text)
        nodes = [node for node in ast.walk(tree) if _is_aside(node)] if tree else []
        return documented(source.text).union(*map(lines_of, nodes))
    lines = source.code.split("\n")
    tests = next((n for n, line in enumerate(lines) if "#[cfg(test)]" in line), len(lines))
    return {
        number
        for number, line in enumerate(lines, 1)
        if number > tests or re.search(r"\b(?:debug_)?assert\w*!?\s*\(", line)
    }


def _is_aside(node: ast.AST) -> TypeGuard[ast.stmt]:
    if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
        return bool(_TESTS.match(node.name)) or node.name.startswith("Test")
    loop = isinstance(node, ast.For) and any(isinstance(one, ast.Assert) for one in ast.walk(node))
    return loop or isinstance(node, ast.Assert)


def forms(case: Case) -> Iterator[tuple[str, ...]]:
    """The inputs as they stand in programs: one by one, or joined to one text."""
    yield case.inputs
    if len(case.inputs) > 1:
        for mark in (" ", ",", ", ", ":", "|", "-"):
            yield (mark.join(case.inputs),)


def place(case: Case, values: Constants) -> int | None:
    """Where the values of a case stand one behind the other; or a long output alone."""
    if len(case.output) >= _WHOLE:
        for number, value in enumerate(values.texts):
            if case.output in value and len(value) < 3 * len(case.output):
                return number
    for inputs in forms(case) if case.inputs else ():
        wanted = [*inputs, case.output]
        for number in values.places.get(wanted[0], ()):
            end = number + len(wanted)
            near = end <= len(values.lines) and (
                values.lines[end - 1] - values.lines[number] <= _NEAR
            )
            if near and values.texts[number:end] == wanted:
                return number
    return None


def held(
    values: Constants, known: Sequence[Case], usual: Sequence[Constants], *, alone: bool = True
) -> tuple[int, list[Case]] | None:
    """Cases whose inputs and outputs stand together, where they are too many for chance.

    One is enough where it is long and ``alone`` is set: where literals are literals, and no pieces
    of a text.
    """
    found: list[tuple[Case, int]] = []
    for case in known:
        where = place(case, values)
        if where is not None and not any(place(case, one) is not None for one in usual):
            found.append((case, values.lines[where]))
    heavy = [(case, line) for case, line in found if case.weight >= LONG]
    several = len({case.inputs for case, _ in found}) >= 3 and 2 * len(found) >= len(known)
    if (heavy and alone) or several:
        return (heavy or found)[0][1], [case for case, _ in found]
    return _beside(values, known)


def _beside(values: Constants, known: Sequence[Case]) -> tuple[int, list[Case]] | None:
    """Inputs in one list and outputs in another, in the same order."""
    steps: Counter[int] = Counter()
    seen: dict[int, dict[Case, int]] = {}
    for case in known:
        if len(case.inputs) != 1 or case.inputs[0] == case.output:
            continue
        into = values.places.get(case.inputs[0], [])[:4]
        for first in into:
            for last in values.places.get(case.output, [])[:4]:
                if abs(last - first) > 1:
                    seen.setdefault(last - first, {})[case] = first
    steps.update({step: len(cases) for step, cases in seen.items()})
    for step, count in steps.most_common(1):
        cases = seen[step]
        near = max(cases.values()) - min(cases.values()) < 2 * count
        weight = sum(case.weight for case in cases)
        several = len({case.output for case in cases}) > 1
        if count >= 3 and 2 * count >= len(known) and weight >= LONG and several and near:
            return values.lines[min(cases.values())], list(cases)
    return None


def telling(text: str) -> bool:
    """Whether a value is none that a program has by the nature of things.

    Numbers are none where they are short, round or beside a power of two; nor are short words and
    options.
    """
    if re.fullmatch(r"-?\d+", text):
        number = abs(int(text))
        beside = any((number + step) & (number + step - 1) == 0 for step in (-1, 0, 1))
        return number >= 1000 and number % 100 != 0 and not beside
    if re.fullmatch(r"-{1,2}[\w-]+|[A-Za-z_]{1,5}|\W*|-?\d*\.\d*", text):
        return False
    return len(text) >= 3


def special(values: Constants, known: Sequence[Case], told: str) -> int | None:
    """A comparison with the input of a case, where the program has its output, too."""
    for case in known:
        for inputs in forms(case):
            if len(inputs) != 1 or len(case.output) < 2:
                continue
            for number in values.folded.get(inputs[0].casefold(), ()):
                one = values.literals[number]
                answers = (
                    case.output in values.places
                    if telling(inputs[0])
                    else _is_alone(number, case, values)
                )
                if answers and _is_compared(values.source, one) and not _is_told(inputs[0], told):
                    return one.line
    return None


def joint(values: Constants, known: Sequence[Case], told: str) -> int | None:
    """A comparison with all of several inputs of a case in one line, its output at hand."""
    for case in known:
        if (
            len(case.inputs) < 2
            or case.weight < _JOINT
            or all(_is_told(i, told) for i in case.inputs)
        ):
            continue
        for number in values.places.get(case.inputs[0], ()):
            line = values.lines[number]
            near = {one.value.strip() for one in values.literals if 0 <= one.line - line <= 2}
            if case.output not in near:
                continue
            here = [one for one in values.literals if one.line == line]
            compared = {
                one.value.strip()
                for one in here
                if one.value.strip() in case.inputs and _is_compared(values.source, one)
            }
            if compared.issuperset(case.inputs):
                return line
    return None


def _is_told(text: str, told: str) -> bool:
    return text in told and re.search(rf"(?<!\w){re.escape(text)}(?!\w)", told) is not None


def _is_compared(source: Source, one: Literal) -> bool:
    line = source.line(one.line)
    if one.quoted:
        return bool(_COMPARES.search(line) or (source.kind == "shell" and _LABEL.search(line)))
    for found in re.finditer(re.escape(one.value), line):
        start, end = found.span()
        whole = not re.match(r"[\w.]", line[end : end + 1])
        if whole and _BEFORE.search(line, max(start - 40, 0), start):
            return True
        if not re.match(r"[\w.]", line[max(start - 1, 0) : start]) and _BEHIND.match(line, end):
            return True
    return False


_BEFORE = re.compile(r"(?:[!=]==?|\bcase|\bin|-eq|\bis|\bwhen|equals?\(|[\[({,|])\s*$")
_BEHIND = re.compile(r"\s*(?:[!=]==?|=>|\)|\||:)")


def _compared(values: Constants) -> set[str]:
    """All values that are compared by equality, to tell one exception from a table."""
    return {
        one.value.strip()
        for one in values.literals
        if re.search(r"==|\bcase\b|\)\s", values.source.line(one.line))
        and _is_compared(values.source, one)
    }


def _is_alone(number: int, case: Case, values: Constants) -> bool:
    """Whether a small number gets an answer of its own, in a program with few such."""
    text = values.texts[number]
    small = re.fullmatch(r"\d{2,}", text) and int(text) % 10 != 0 and len(case.output) >= 3
    behind = [
        one.line - values.lines[number]
        for one in values.literals[number + 1 : number + 2]
        if one.value.strip() == case.output
    ]
    return bool(small and behind and behind[0] <= 2 and len(_compared(values)) <= 3)


def listed(values: Constants, known: Sequence[Case], told: str) -> int | None:
    """A list of nothing but inputs of cases that have one and the same output."""
    groups: dict[str, set[str]] = {}
    for case in known:
        if len(case.inputs) == 1:
            groups.setdefault(case.output, set()).add(case.inputs[0])
    common = [group for group in groups.values() if len(group) >= 2]
    for line, items in _lists(values) if common and len(groups) > 1 else ():
        few = set(items)
        if len(few) < 2 or sum(map(len, few)) < 6 or not any(map(telling, few)):
            continue
        if any(few <= group for group in common) and not all(_is_told(one, told) for one in few):
            return line
    return None


_BRACKETS = re.compile(r"[\[({]([^\[\](){}]*)[\])}]")
_LABELS = re.compile(r"(?m)^[ \t]*+\(?([^()\n|]*+\|[^()\n]*+)\)")


def _lists(values: Constants) -> Iterator[tuple[int, list[str]]]:
    source, by_line = values.source, dict[int, list[str]]()
    for one in values.literals:
        by_line.setdefault(one.line, []).append(one.value.strip())
        words = re.split(r"[\s,;|]+", one.value.strip())
        if one.quoted and len(words) > 1:
            yield one.line, words
    for match in _BRACKETS.finditer(source.code):
        if "," in match[1] and re.fullmatch(r"[\s,.\d\"'`-]*", match[1]):
            piece = source.text[match.start(1) : match.end(1)]
            line = source.line_of(match.start())
            yield line, [one.value.strip() for one in read(piece, source.kind).literals]
    for match in _LABELS.finditer(source.bare) if source.kind == "shell" else ():
        line = source.line_of(match.end())
        yield line, [one.strip(" \"'") for one in match[1].split("|")]
    for number, line_ in enumerate(source.code.split("\n"), 1):
        if len(re.findall(r"==|\bcase\b|-eq\b", line_)) > 1:
            yield number, by_line.get(number, [])


def tables(source: Source) -> Iterator[tuple[int, Constants]]:
    """Texts that hold several fields, as values of their own."""
    for one in source.literals:
        if one.quoted and len(one.value) < 20_000 and len(re.findall(r"\w+", one.value)) >= 6:
            for values in fields(one.value):
                yield one.line, values


def fields(text: str) -> Iterator[Constants]:
    """A table of data as values: those in quotes, or the fields of its lines."""
    if text.lstrip().startswith(("{", "[")):
        yield Constants(read(text, "js"))
        return
    for marks in (r",;\t|=\n", r",;\t|=\n:", r",;\t|=\n:\s"):
        parts = [
            Literal(part.strip(" \"'"), number, quoted=True)
            for number, line in enumerate(text.split("\n"), 1)
            for part in re.split(f"[{marks}]+", line)
            if part.strip()
        ]
        yield Constants(Source(text, "data", text, text, tuple(parts)))
