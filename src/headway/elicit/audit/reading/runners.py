"""What programs run that are no shells: recipes of make, scripts of npm, sources that are built."""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Iterator

from headway.elicit.audit.reading.wrappers import INTERPRETERS, operands, program

__all__ = ["awk", "files", "in_place", "recipes", "scripts"]

_BUILDS = {"gcc", "cc", "g++", "clang", "clang++", "c++", "tcc", "rustc", "javac", "java",
           "kotlinc", "swiftc", "tsc", "tsx", "ts-node", "scala"}  # fmt: skip
_TESTS = {"pytest", "py.test", "unittest", "nose2", "mocha", "jest", "vitest", "ava", "tap", "bats",
          "prove", "rspec", "phpunit"}  # fmt: skip
# Of each builder of whole folders, the ending of its sources.
_FOLDERS = {"go": ".go", "cargo": ".rs"}
_ACTS = {"run", "test", "build", "bench", "vet", "check", "generate", "t", "r", "b"}
_AWKS = {"awk", "gawk", "mawk", "nawk"}
# Options of interpreters with a value, which is no program.
_TAKE = {"python": {"-W", "-X"}, "js": {"-r", "--require", "--import", "--loader"}, "ruby": {"-I"}}
_IN_PLACE = {"python": r"-[A-Za-z]*c", "js": r"-[a-z]*[ep]|--eval|--print|eval",
             "ruby": r"-[A-Za-z0-9]*[eE]", "c": r"-r"}  # fmt: skip


def in_place(kind: str, rest: tuple[str, ...]) -> tuple[str | None, str | None, tuple[str, ...]]:
    """Of an interpreter's words: the program in place, or else its file, and its arguments.

    Both are None where it reads its input. A module is a file by its name.
    """
    loads: list[str] = []
    place = 0
    while place < len(rest):
        word, after = rest[place], rest[place + 1 :]
        if re.fullmatch(_IN_PLACE.get(kind, "-e"), word):
            return "\n".join([*loads, *after[:1]]) if after else None, None, after[1:]
        if kind == "js" and word.startswith(("--eval=", "--print=")):
            return word.partition("=")[2], None, after
        if word == "-m" and kind == "python" and after:
            return None, f"{after[0].replace('.', '/')}.py", after[1:]
        if kind == "ruby" and (found := re.match(r"-(?:M|m|r)([\w:/-]+)", word)):
            loads.append(f"use {found[1]};")
        if word in _TAKE.get(kind, ()):
            place += 1
        elif word != "-" and not word.startswith("-") and word not in {"run", "test"}:
            return None, word, after
        place += 1
    return None, None, ()


def files(words: tuple[str, ...]) -> Iterator[str]:
    """Files of programs that a command builds or runs; ``*.go`` stands for all below the folder."""
    name, given = program(words[0]), operands(words)
    if name in INTERPRETERS and words[1:2] == ("-m",) and len(words) > 2:
        name, given = words[2], given[1:]
    if name in {"npx", "bunx", "uvx", "poetry", "pipenv", "uv"} and given:
        name, given = given[0], given[1:]
        name, given = (given[0], given[1:]) if name == "run" and given else (name, given)
    if name in _FOLDERS and given and given[0] in _ACTS:
        yield f"*{_FOLDERS[name]}"
    elif name in _BUILDS | _TESTS:
        yield from (one.partition("::")[0] for one in given if posixpath.splitext(one)[1])
        if name in _TESTS and not given:
            yield "test*.py"
    elif name in {"make", "gmake"}:
        yield from _option(words, {"-f", "--file", "--makefile"}) or (
            posixpath.join(*(_option(words, {"-C", "--directory"}) or ["."]), base)
            for base in ("GNUmakefile", "makefile", "Makefile")
        )
    elif name == "just":
        yield from _option(words, {"-f", "--justfile"}) or ("justfile", "Justfile")


def _option(words: tuple[str, ...], flags: set[str]) -> list[str]:
    """Values of an option, written apart, with ``=`` or together."""
    found = []
    for place, word in enumerate(words[1:], 1):
        if word in flags and place + 1 < len(words):
            found.append(words[place + 1])
        for flag in flags:
            mark = f"{flag}=" if flag.startswith("--") else flag
            if word.startswith(mark) and word != flag:
                found.append(word[len(mark) :])
    return found


def scripts(words: tuple[str, ...], manifest: str | None) -> Iterator[str]:
    """Shell scripts among the words of a command, or in a ``package.json``."""
    name, given = program(words[0]), operands(words)
    if name in {"npm", "yarn", "pnpm", "bun"} and given and manifest:
        wanted = given[1:2] if given[0] in {"run", "run-script"} else given[:1]
        told = _scripts(manifest)
        for key in wanted:
            yield from (told[one] for one in (f"pre{key}", key, f"post{key}") if one in told)
    elif name in {"script", "su", "runuser"}:
        yield from _option(words, {"-c", "--command"})


def _scripts(manifest: str) -> dict[str, str]:
    try:
        told = json.loads(manifest)
    except (ValueError, RecursionError):
        return {}
    found = told.get("scripts") if isinstance(told, dict) else None
    found = found if isinstance(found, dict) else {}
    return {key: text for key, text in found.items() if isinstance(text, str)}


def awk(words: tuple[str, ...]) -> tuple[str | None, list[str]]:
    """Of awk: the program in place, or files that hold it."""
    if program(words[0]) not in _AWKS:
        return None, []
    if told := _option(words, {"-f", "--file"}):
        return None, told
    given = operands(words, frozenset({"-v", "-F"}))
    return (given[0] if given else None), []


def recipes(text: str) -> str:
    """The commands of a Makefile as a script; variables whose value stands there are filled in."""
    joined = text.replace("\\\n", " ")
    names = dict(re.findall(r"(?m)^(?:export\s+)?([\w.-]+)[ \t]*[:?+]{0,2}=[ \t]*(.*)$", joined))
    prefix = names.get(".RECIPEPREFIX", "\t") or "\t"
    lines = [found[1] for found in re.finditer(r"\$\(shell ((?:[^()]|\([^()]*\))*)\)", joined)]
    for line in joined.split("\n"):
        if line.startswith(prefix[0]):
            lines.append(line[1:].lstrip("@-+ "))
        elif found := re.match(r"[\w.%/ -]+::?[^=;]*;(.+)", line):
            lines.append(found[1].strip().lstrip("@-+ "))
    return "\n".join(_filled(line, names) for line in lines)


def _filled(line: str, names: dict[str, str]) -> str:
    for _ in range(4):
        more = re.sub(r"\$[({]([\w.-]+)[)}]", lambda found: names.get(found[1], found[0]), line)
        if more == line:
            break
        line = more
    # What the shell prints into a name is as good as its substitution.
    return re.sub(r"\$\(shell ", "$(", line).replace("$$", "$")
