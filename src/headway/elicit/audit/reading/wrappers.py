"""Commands that start others: what is really run behind sudo, env, timeout, xargs or find -exec."""

from __future__ import annotations

import re
from collections.abc import Iterator

__all__ = ["INTERPRETERS", "SHELLS", "inner", "operands", "program", "stripped"]

SHELLS = {"bash", "sh", "dash", "zsh", "ksh", "ash"}
INTERPRETERS = {"python": "python", "pypy": "python", "node": "js", "nodejs": "js", "deno": "js",
                "bun": "js", "perl": "ruby", "ruby": "ruby", "php": "c", "lua": "ruby"}  # fmt: skip
# A word that starts the one behind it, and options of it that take a value.
_PREFIXES = {
    "sudo": {"-u", "-g"}, "env": {"-u", "-C", "-S"}, "timeout": {"-k", "-s"}, "nohup": set(),
    "nice": {"-n"}, "ionice": {"-c", "-n"}, "stdbuf": {"-o", "-i", "-e"}, "time": {"-f", "-o"},
    "command": set(), "builtin": set(), "exec": {"-a"}, "setsid": set(), "busybox": set(),
    "xargs": {"-I", "-n", "-P", "-L", "-d", "-a", "-s"}, "watch": {"-n"}, "strace": {"-e", "-o"},
    "unbuffer": set(), "chronic": set(), "doas": {"-u"}, "parallel": {"-j"}, "then": set(),
    "do": set(), "else": set(), "!": set(), "valgrind": set(), "unshare": set(), "flock": {"-w"},
}  # fmt: skip
_VERSIONED = re.compile(r"^(python|pypy|pip|perl|ruby|node|php|lua|gcc|g\+\+|clang|bash)-?[0-9.]+$")
_ASSIGNED = re.compile(r"[A-Za-z_]\w*=")
_WHOLE = {"timeout", "flock"}  # whose first operand is no program


def program(word: str) -> str:
    """The name of a program without folder and version: ``/usr/bin/python3.11`` is ``python``."""
    name = word.rpartition("/")[2]
    return _VERSIONED.sub(r"\1", name)


def stripped(words: tuple[str, ...]) -> tuple[str, ...]:
    """Words without what only starts them."""
    rest = list(words)
    while rest:
        if _ASSIGNED.match(rest[0]):
            rest.pop(0)
            continue
        name = rest[0].rpartition("/")[2]
        if name not in _PREFIXES:
            break
        takes = _PREFIXES[name]
        after = rest[1:]
        while after and (after[0].startswith("-") or _ASSIGNED.match(after[0])):
            option = after.pop(0)
            if option in takes and after:
                after.pop(0)
            if option == "--":
                break
        if name in _WHOLE and after:
            after.pop(0)
        if not after:
            break
        rest = after
    return tuple(rest)


def inner(words: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Commands that stand among the words of another: ``find ... -exec``."""
    if words and words[0].rpartition("/")[2] in {"find", "fd"}:
        for flag in ("-exec", "-execdir", "-ok", "-x"):
            if flag in words:
                rest = words[words.index(flag) + 1 :]
                ends = [k for k, word in enumerate(rest) if word in {";", "+", "\\;"}]
                where = words[1] if len(words) > 1 and not words[1].startswith("-") else "."
                found = rest[: ends[0]] if ends else rest
                yield tuple(where if word == "{}" else word for word in found)


def operands(words: tuple[str, ...], takes: frozenset[str] = frozenset()) -> list[str]:
    """Words behind the first that are no options; ``takes`` are options with a value."""
    found: list[str] = []
    rest = list(words[1:])
    plain = False
    while rest:
        word = rest.pop(0)
        if plain or not word.startswith("-") or word == "-":
            found.append(word)
        elif word == "--":
            plain = True
        elif word in takes and rest:
            rest.pop(0)
    return found
