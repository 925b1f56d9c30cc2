"""What a command prints, where its words alone say it."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable
from typing import TypeAlias

from headway.elicit.audit.reading.shell import Simple, placed
from headway.elicit.audit.reading.wrappers import operands, program, stripped

__all__ = ["Text", "output", "printed"]

Text: TypeAlias = Callable[[str], str | None]


def printed(words: tuple[str, ...], one: Simple, text: Text) -> str | None:
    """What a command prints, where its words alone say it."""
    if not words:
        return ""
    name, given = program(words[0]), words[1:]
    stdin = one.stdin if one.stdin is not None else output(one.before, text)
    if name == "cat":
        paths = operands(words)
        return stdin if not paths else text(placed(paths[0], one.cwd)) if len(paths) == 1 else None
    if name == "base64" and {"-d", "--decode", "-D"} & set(given):
        return _decoded(stdin)
    if name == "printf" and given:
        return _formatted(given[0], given[1:])
    return _echoed(given) if name == "echo" else None


def _echoed(given: tuple[str, ...]) -> str | None:
    flags = given[0] if given and given[0] in {"-e", "-n", "-en", "-ne"} else ""
    found = " ".join(given[1:] if flags else given)
    if "e" in flags:
        found = found.replace("\\n", "\n").replace("\\t", "\t")
    return None if "$(" in found else found + ("" if "n" in flags else "\n")


def output(one: Simple | None, text: Text) -> str | None:
    """What the command before a pipe prints, where it is known."""
    if one is None or one.writes:
        return None
    return printed(stripped(one.words), one, text)


def _formatted(form: str, values: tuple[str, ...]) -> str | None:
    form = form.replace("\\n", "\n").replace("\\t", "\t").replace("\\\\", "\\")
    pieces = re.split(r"%[-0-9.]*[sdiqb]", form)
    if len(pieces) == 1:
        return form.replace("%%", "%")
    found, rest = [], list(values)
    while True:
        part = [rest.pop(0) if rest else "" for _ in pieces[1:]]
        found += [
            pieces[0],
            *(value + after for value, after in zip(part, pieces[1:], strict=True)),
        ]
        if not rest:
            return "".join(found)


def _decoded(text: str | None) -> str | None:
    try:
        return None if text is None else base64.b64decode(text).decode()
    except (binascii.Error, ValueError):
        return None
