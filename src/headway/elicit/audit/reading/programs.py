"""What a program in a language without a parser here does: files, programs and hosts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from headway.elicit.audit.reading import network
from headway.elicit.audit.reading.deeds import Deed
from headway.elicit.audit.reading.source import Source, read, texts
from headway.elicit.audit.reading.values import UNKNOWN, Values

__all__ = ["deeds"]

_CALLS = re.compile(
    r"(?<![\w$@%])(?P<name>readFileSync|readFile|createReadStream|readdirSync|readdir|opendirSync"
    r"|readlinkSync|readlink|realpathSync|realpath|statSync|existsSync|globSync|copyFileSync|cpSync"
    r"|writeFileSync|writeFile|execSync|exec|spawnSync|spawn|execFileSync|execFile|system|popen|qx"
    r"|open|opendir|unlinkSync|unlink|fopen|read_to_string|read_dir|ReadFile|ReadDir|Open|Command"
    r"|file_get_contents|scandir|readfile|glob|foreach|readlines|shell_exec|passthru|proc_open"
    r"|readString|readAllLines|newBufferedReader|FileReader|FileInputStream|slurp|Walk|WalkDir"
    r"|ProcessBuilder|capture2e?|os\.execute|io\.popen|io\.lines)(?P<way>::\w+)?\s*(?P<open>\(?)\s*"
)  # fmt: skip
_DEEDS = {
    "readdirSync": "list", "readdir": "list", "opendir": "list", "opendirSync": "list",
    "read_dir": "list", "ReadDir": "list", "scandir": "list", "glob": "list", "globSync": "list",
    "existsSync": "list", "statSync": "list", "readlinkSync": "list", "readlink": "list",
    "realpathSync": "list", "realpath": "list", "Walk": "list", "WalkDir": "list",
    "writeFileSync": "write", "writeFile": "write",
    "execSync": "shell", "exec": "shell", "system": "shell", "popen": "shell", "qx": "shell",
    "shell_exec": "shell", "passthru": "shell", "proc_open": "shell", "os.execute": "shell",
    "io.popen": "shell", "capture2": "shell", "capture2e": "shell",
    "spawnSync": "run", "spawn": "run", "execFileSync": "run", "execFile": "run", "Command": "run",
    "ProcessBuilder": "run", "unlinkSync": "remove", "unlink": "remove",
}  # fmt: skip
_BACKTICKS = {"ruby", "c"}  # in Perl, Ruby and PHP these run what is between them
_PIPED = re.compile(r"\s*+(?:\)\s*+)?\|&?\s*+getline\b")  # of awk
_QUOTED = re.compile(r"\b(?:qx|%x)\s*[({\[!|/]([^)}\]!|/]*)[)}\]!|/]")


@lru_cache(maxsize=64)
def deeds(text: str, kind: str, given: tuple[str, ...] = ()) -> tuple[Deed, ...]:
    """What the program does, in the order of its text; the same one is run many times.

    Parameters
    ----------
    text, kind : str
    given : tuple of str
        Arguments of the program.
    """
    source = read(text, kind)
    values = Values(source)
    called = (deed for match in _CALLS.finditer(source.code) for deed in _called(match, values))
    return (*called, *_between(source, values), *network.deeds(values, given))


def _called(match: re.Match[str], values: Values) -> Iterator[Deed]:
    name, kind = match["name"], values.source.kind
    what = _DEEDS.get(name, "read")
    if what == "run":
        yield from _run(match, values)
        return
    if name == "open" and kind == "ruby":
        # Perl's has the handle and the mode in front.
        parts = [one for one in values.arguments(match.end(), 4) if one is not None]
        first = parts[-1] if parts else None
        piped = len(parts) > 1 and "|" in parts[0]
        what = "shell" if piped else "write" if parts and parts[0].startswith(">") else "read"
        first = re.sub(r"^\s*[<>]+\s*", "", first) if first else first
    else:
        first, _ = values.at(match.end())
    if first and first.strip(UNKNOWN) and "://" not in first[:8]:
        yield Deed(what, first)  # type: ignore[arg-type]


def _run(match: re.Match[str], values: Values) -> Iterator[Deed]:
    """A program with arguments that stand behind its name, in the same statement."""
    source, start = values.source, match.end()
    first, end = values.at(start)
    line_end = source.text.find("\n", end)
    stop = line_end if line_end > 0 else len(source.text)
    if source.kind in {"rust", "c"} and ";" in source.code[end : end + 600]:
        stop = source.code.index(";", end)  # arguments follow as calls of their own
    more = read(source.text[end:stop], source.kind).literals
    words = [one.value for one in more if one.quoted]
    if first is None and words:
        first, *words = words
    if first is not None:
        yield Deed("run", "\0".join([first, *words]))


def _between(source: Source, values: Values) -> Iterator[Deed]:
    """Commands in backticks."""
    if source.kind in _BACKTICKS:
        for start, end, text in texts(source):
            if source.text[start] == "`" or _PIPED.match(source.code, end):
                yield Deed("shell", values.at(start)[0] or text)
    if source.kind == "ruby":
        for found in _QUOTED.finditer(source.bare):
            yield Deed("shell", found[1])
