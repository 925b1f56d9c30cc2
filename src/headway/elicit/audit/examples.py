"""What given tests and examples expect: inputs with their outputs."""

from __future__ import annotations

import ast
import csv
import json
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from headway.elicit.audit.reading.asserts import expected
from headway.elicit.audit.reading.python import parsed
from headway.elicit.audit.reading.source import language

__all__ = ["Case", "cases", "is_example", "plain"]

_FOLDERS = {"examples", "example", "samples", "sample", "cases", "testdata", "fixtures", "expected",
            "golden"}  # fmt: skip
_OUT = re.compile(
    r"^(?:stdout|output|expected(?:_output)?|answer|out)\b|\.(?:out|expected|ans|golden|exp)$"
    r"|(?:^|[._-])(?:expected|stdout|output|golden)(?:[._-]|$)"
)
_IN = re.compile(
    r"^(?:stdin|input|args|cmd|in)\b|\.(?:in|args|cmd|input)$|(?:^|[._-])(?:input|stdin)"
)
_KEYS_OUT = ("expected", "output", "stdout", "want", "result", "answer")
_KEYS_IN = ("input", "stdin", "args", "in", "given", "argument", "arguments")
_MOST = 2000


@dataclass(frozen=True, slots=True)
class Case:
    """Inputs and the output that is expected, as plain texts, and the file that says so."""

    inputs: tuple[str, ...]
    output: str
    path: str

    @property
    def weight(self) -> int:
        """How many characters it has that could not stand in any program by chance."""
        return len("".join(self.inputs)) + len(self.output)


def plain(value: object) -> str:
    """A value as a program of any language could have it."""
    if isinstance(value, bool) or value is None:
        return str(value).lower()
    if isinstance(value, (list, tuple, dict)):
        return json.dumps(value, default=str)
    return str(value).strip()


def is_example(path: str) -> bool:
    """Whether a given file is an example, or in a folder of them."""
    place = PurePosixPath(path)
    return bool(_FOLDERS & set(place.parts[:-1])) or bool(_OUT.search(place.name))


def cases(texts: Mapping[str, str], tests: Mapping[str, str]) -> list[Case]:
    """Cases of given files.

    Parameters
    ----------
    texts : mapping of str to str
        All texts that were given.
    tests : mapping of str to str
        Those of them that are tests.
    """
    found: dict[Case, None] = {}
    for path, text in {**tests, **{p: t for p, t in texts.items() if is_example(p)}}.items():
        for case in _of_text(path, text):
            found[case] = None
    for case in _of_files(texts):
        found[case] = None
    return list(found)[:_MOST]


def _of_text(path: str, text: str) -> Iterator[Case]:
    kind = language(path, text)
    if kind == "python":
        yield from _python(path, text)
    elif kind is not None:
        yield from (Case(into, out, path) for into, out in expected(text, kind))
    elif path.endswith((".json", ".jsonl", ".ndjson", ".toml")):
        yield from _json(path, text)
    elif path.endswith(".csv") and '"' in text:
        yield from _table_of(path, csv.reader(text.split("\n")))
    elif path.endswith((".tsv", ".csv")) or re.search(r"case|example|expected", path):
        mark = "\t" if "\t" in text else ","
        yield from _table_of(path, (line.split(mark) for line in text.split("\n")))


def _table_of(path: str, rows: Iterable[Sequence[str]]) -> Iterator[Case]:
    for row in rows:
        parts = [part.strip() for part in row]
        if len(parts) >= 2 and parts[-1]:
            yield Case(tuple(parts[:-1]), parts[-1], path)


def _json(path: str, text: str) -> Iterator[Case]:
    try:
        if path.endswith(".toml"):
            held: Any = tomllib.loads(text)
        elif path.endswith(".json"):
            held = json.loads(text)
        else:
            held = [json.loads(line) for line in text.split("\n") if line.strip()]
    except (ValueError, RecursionError):
        return
    if isinstance(held, dict):  # of several lists of cases, by name
        lists = [one for one in held.values() if isinstance(one, list)]
        held = [one for each in lists for one in each] if lists else [held]
    for one in held if isinstance(held, list) else [held]:
        if isinstance(one, list) and len(one) >= 2:
            yield Case(tuple(map(plain, one[:-1])), plain(one[-1]), path)
        elif isinstance(one, dict):
            yield from _mapped(path, one)


def _mapped(path: str, one: dict[str, Any]) -> Iterator[Case]:
    out = next((one[key] for key in _KEYS_OUT if key in one), None)
    into = [one[key] for key in _KEYS_IN if key in one]
    if out is not None and into:
        parts = [part for value in into for part in (value if isinstance(value, list) else [value])]
        yield Case(tuple(map(plain, parts)), plain(out), path)
    elif all(isinstance(value, (str, int, float)) for value in one.values()):
        for key, value in one.items():
            yield Case((plain(key),), plain(value), path)


def _python(path: str, text: str) -> Iterator[Case]:
    tree = parsed(text)
    for node in ast.walk(tree) if tree else ():
        if isinstance(node, (ast.List, ast.Tuple)):
            yield from _table(path, node)
        elif isinstance(node, ast.Dict):
            for key, value in zip(node.keys, node.values, strict=True):
                into, out = _constant(key), _constant(value)
                if into and out:
                    yield Case(into, out[0], path)
        else:
            yield from _asserted(path, node)


def _asserted(path: str, node: ast.AST) -> Iterator[Case]:
    """Of an assert, a method that is called like one, or another comparison."""
    if isinstance(node, ast.Compare) and len(node.ops) == 1:
        if isinstance(node.ops[0], (ast.Eq, ast.Is)):
            yield from _equal(path, node.left, node.comparators[0])
    elif isinstance(node, ast.Assert):
        yield from _true(path, node.test)
    elif isinstance(node, ast.Call) and node.args and _name(node).startswith("assert"):
        if len(node.args) >= 2:
            yield from _equal(path, node.args[0], node.args[1])
        if _name(node) in {"assertTrue", "assertFalse"}:
            yield from _true(path, node.args[0], wanted=_name(node) == "assertTrue")


def _name(node: ast.Call) -> str:
    return getattr(node.func, "attr", "")


def _true(path: str, node: ast.expr, *, wanted: bool = True) -> Iterator[Case]:
    """A call of which only is asked whether it is true."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield from _true(path, node.operand, wanted=not wanted)
    elif isinstance(node, ast.Call):
        yield from _equal(path, node, ast.Constant(wanted))


def _equal(path: str, left: ast.expr, right: ast.expr) -> Iterator[Case]:
    for call, value in ((left, right), (right, left)):
        out = _constant(value)
        if isinstance(call, ast.Call) and out is not None and len(out) == 1:
            args = [_constant(arg) for arg in call.args]
            parts = tuple(part for arg in args if arg for part in arg)
            if parts:
                yield Case(parts, out[0], path)


def _table(path: str, node: ast.List | ast.Tuple) -> Iterator[Case]:
    for item in node.elts:
        if isinstance(item, (ast.Tuple, ast.List)) and len(item.elts) >= 2:
            parts = [_constant(part) for part in item.elts]
            if all(parts):
                into = tuple(one for part in parts[:-1] if part for one in part)
                last = parts[-1]
                if last:
                    yield Case(into, last[-1], path)


def _constant(node: ast.expr | None) -> tuple[str, ...] | None:
    """The value, or those of a list, of what stands there as such."""
    if node is None:
        return None
    try:
        value = ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return None
    if isinstance(value, (list, tuple)):
        return tuple(map(plain, value)) or None
    return (plain(value),)


def _of_files(texts: Mapping[str, str]) -> Iterator[Case]:
    """Files of expected output beside files of input, by their folder or by their stem."""
    groups: dict[str, list[str]] = {}
    for path in texts:
        place = PurePosixPath(path)
        groups.setdefault(f"{place.parent}/", []).append(path)
        groups.setdefault(f"{place.parent}/{re.split(r'[._-]', place.name)[0]}", []).append(path)
    for paths in groups.values():
        outs = [path for path in paths if _OUT.search(PurePosixPath(path).name)]
        into = [path for path in paths if _IN.search(PurePosixPath(path).name)]
        if len(outs) == 1 and texts[outs[0]].strip():
            given = tuple(texts[path].strip() for path in sorted(into) if texts[path].strip())
            yield Case(given, texts[outs[0]].strip(), outs[0])
