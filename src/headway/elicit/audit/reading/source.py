"""Program texts of any language: code without comments, the literals in it, and how deep it is."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import PurePosixPath

__all__ = ["LANGUAGES", "Literal", "Source", "language", "names", "read", "texts"]

LANGUAGES = {
    ".py": "python", ".pyi": "python", ".js": "js", ".mjs": "js", ".cjs": "js", ".ts": "js",
    ".jsx": "js", ".tsx": "js", ".c": "c", ".h": "c", ".cc": "c", ".cpp": "c", ".hpp": "c",
    ".cxx": "c", ".java": "c", ".cs": "c", ".kt": "c", ".swift": "c", ".scala": "c", ".rs": "rust",
    ".go": "go", ".sh": "shell", ".bash": "shell", ".bats": "shell", ".rb": "ruby",
    ".pl": "ruby", ".php": "c", ".lua": "ruby", ".awk": "ruby", ".mk": "shell",
}  # fmt: skip
_HASHES = {"python", "shell", "ruby"}
_QUOTES = {"python": "\"'", "shell": "\"'", "js": "\"'`", "go": "\"'`", "ruby": "\"'`"}
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "0": "\0"}


def language(path: str, text: str = "") -> str | None:
    """The language of a file, by its ending or its first line; None for what is no program."""
    name = PurePosixPath(path)
    if name.suffix in LANGUAGES:
        return LANGUAGES[name.suffix]
    if name.name in {"Makefile", "makefile", "GNUmakefile"}:
        return "shell"
    first = text[:120].partition("\n")[0]
    if first.startswith("#!"):
        for word, kind in (("python", "python"), ("node", "js"), ("perl", "ruby"), ("ruby", "ruby"),
                           ("sh", "shell")):  # fmt: skip
            if word in first:
                return kind
    return None


@dataclass(frozen=True, slots=True)
class Literal:
    """A text in quotes, or a number, with the line it stands on."""

    value: str
    line: int
    quoted: bool


@dataclass(frozen=True, slots=True)
class Source:
    """A program text.

    ``code`` has comments replaced by blanks and texts in quotes by two quotes around blanks, at the
    same places; ``bare`` has the comments alone replaced.
    """

    text: str
    kind: str
    code: str
    bare: str
    literals: tuple[Literal, ...]

    def line_of(self, place: int) -> int:
        """Line of a place in the text, from 1."""
        return self.text.count("\n", 0, place) + 1

    def line(self, number: int) -> str:
        """A line, without blanks around it."""
        lines = self.text.split("\n")
        return lines[number - 1].strip() if 0 < number <= len(lines) else ""


@lru_cache(maxsize=64)
def read(text: str, kind: str) -> Source:
    """Take a program text apart."""
    code, bare = list(text), list(text)
    found: list[Literal] = []
    line, counted = 1, 0
    for match in _pattern(kind).finditer(text):
        start, end = match.span()
        line += text.count("\n", counted, start)
        counted = start
        if match.lastgroup == "comment":
            _blank(code, start, end)
            _blank(bare, start, end)
        elif match.lastgroup == "number":
            found.append(Literal(match[0].replace("_", ""), line, quoted=False))
        elif match.lastgroup == "truth":
            found.append(Literal(match[0].lower(), line, quoted=False))
        elif match.lastgroup == "text":
            found.append(Literal(_value(text, match, kind), line, quoted=True))
            _blank(code, start + 1, end - 1)
    whole = Source(text, kind, "".join(code), "".join(bare), tuple(found))
    more = (*_together(whole), *_documents(whole), *_decoded(whole))
    return replace(whole, literals=(*found, *more))


def _value(text: str, match: re.Match[str], kind: str) -> str:
    """What a text in quotes is; in raw ones, a backslash is itself."""
    inner, before = _inside(match[0]), text[max(match.start() - 10, 0) : match.start()]
    raw = match[0][0] == "'" if kind == "shell" else kind == "go" and match[0][0] == "`"
    return inner if raw or _RAW.search(before) else _unescaped(inner)


# What stands before the quotes of a raw text.
_RAW = re.compile(r"(?:(?<!\w)(?:[rR][bB]?|[bB][rR]|(?:u8|[LuU])?R)|@|\bString\.raw)$")
_DOCUMENT = re.compile(
    r"<<[-~]?[ \t]*([\"']?)([A-Za-z_]\w*)\1[^\n]*\n(.*?)\n[ \t]*\2[ \t]*(?:\n|;|\Z)", re.DOTALL
)


def names(source: Source, path: str) -> bool:
    """Whether a program imports, includes or mentions another by its file's name."""
    place = PurePosixPath(path)
    named = re.compile(rf"(?<![\w.-]){re.escape(place.name)}(?![\w-])")
    if any(one.quoted and named.search(one.value) for one in source.literals):
        return True
    stem = re.escape(place.stem)
    bare = re.escape(place.name) if source.kind == "shell" else None
    return re.search(
        rf"(?m)^[ \t]*+(?:from|import|use|(?:pub )?mod|require|load|source|\.)\s"
        rf"[^\n]*(?<!\w){stem}\b"
        rf"|(?:require|import|from|include|load|import_module|__import__)\w*\s*[(]?\s*[\"'<`][^\"'\n]*"
        rf"(?<!\w){stem}(?!\w)" + (rf"|(?<![\w.-]){bare}(?![\w.-])" if bare else ""),
        source.bare,
    ) is not None  # fmt: skip


def _documents(source: Source) -> list[Literal]:
    """Here-documents, whole."""
    if source.kind not in {"shell", "ruby"} or "<<" not in source.text:
        return []
    return [
        Literal(match[3], source.line_of(match.start(3)), quoted=True)
        for match in _DOCUMENT.finditer(source.text)
    ]


def texts(source: Source) -> Iterator[tuple[int, int, str]]:
    """Texts in quotes as they stand: start, end and value of each."""
    for match in _pattern(source.kind).finditer(source.text):
        if match.lastgroup == "text":
            yield match.start(), match.end(), _value(source.text, match, source.kind)


def _together(source: Source) -> list[Literal]:
    """Texts that are put together from pieces that stand one behind the other."""
    found = []
    for match in _PIECES.finditer(source.code):
        pieces = _texts(source, match.start(), match.end())
        if len(pieces) > 1 and match[0].strip():
            found.append(Literal("".join(pieces), source.line_of(match.start()), quoted=True))
    for match in _JOINED.finditer(source.code):
        pieces = _texts(source, match.start(), match.end(1))
        between = _texts(source, match.end(1), match.end())
        text = (between[0] if between else "").join(pieces)
        found.append(Literal(text, source.line_of(match.start()), quoted=True))
    return found


_PIECES = re.compile(r"([\"'`])\s*+\1(?:[ \t\n]*+(?:\+[ \t\n]*+)?([\"'`])\s*+\2)+")
_JOINED = re.compile(r"\[([^\[\]]*+)\]\s*+\.\s*+join\s*+\([^)]*+\)")


def _texts(source: Source, start: int, end: int) -> list[str]:
    inner = _pattern(source.kind).finditer(source.text, start, end)
    return [
        match[0] if match.lastgroup == "number" else _value(source.text, match, source.kind)
        for match in inner
        if match.lastgroup in {"number", "text"}
    ]


def _decoded(source: Source) -> list[Literal]:
    """Texts in base64, and the literals in them, where the program decodes any."""
    if not re.search(r"b64|base64|atob|fromhex|unhexlify", source.code):
        return []
    found = []
    for one in source.literals:
        text = _plain(one.value) if one.quoted else None
        if text is not None:
            found.append(Literal(text, one.line, quoted=True))
            inner = read(text, "js").literals if len(text) < len(source.text) else ()
            found += [replace(each, line=one.line) for each in inner]
    return found


def _plain(text: str) -> str | None:
    if len(text) < 8 or not re.fullmatch(r"[A-Za-z0-9+/\s]+=*\s*", text):
        return None
    for decode in (base64.b64decode, bytes.fromhex):
        try:
            plain = decode(text).decode("utf-8")
        except ValueError:
            continue
        if plain.isprintable() or "\n" in plain:
            return plain
    return None


def _pattern(kind: str) -> re.Pattern[str]:
    if kind not in _PATTERNS:
        comment = r"\#[^\n]*" if kind in _HASHES else r"//[^\n]*|/\*.*?(?:\*/|\Z)"
        quotes = _QUOTES.get(kind, '"' if kind == "rust" else "\"'")
        texts = [rf"{q}(?:\\.|[^{q}\\])*{q}" if q == "`" else rf"{q}(?:\\.|[^{q}\\\n])*{q}"
                 for q in quotes]  # fmt: skip
        if kind == "shell":
            comment = r"(?:(?<=\s)|(?<=^)|(?<=;))\#[^\n]*"
            texts = [r'"(?:\\.|[^"\\])*"', r"'[^']*'"]
        if kind == "python":
            texts = [r'"""(?:\\.|[^\\])*?"""', r"'''(?:\\.|[^\\])*?'''", *texts]
        if kind == "c":  # of its relatives: Java, Kotlin, Swift, C#; raw texts of C++
            texts = [r'"""(?:\\.|[^\\])*?"""', r'(?<=R)"\w*\(.*?\)\w*"', *texts]
        if kind == "rust":
            texts = [r'r\#+".*?"\#+', r'"(?:\\.|[^"\\])*"', r"'(?:\\.|[^'\\\n])'"]
        _PATTERNS[kind] = re.compile(
            rf"(?P<comment>{comment})|(?P<text>{'|'.join(texts)})"
            r"|(?P<number>(?<![\w.])-?\d[\d_]*(?:\.\d+)?(?![\w.]))"
            + ("" if kind == "shell" else r"|(?P<truth>(?<![\w.])(?:[Tt]rue|[Ff]alse)(?!\w))")
            + (rf"|(?P<regex>{_REGEX})" if kind in {"js", "ruby"} else ""),
            re.DOTALL | re.MULTILINE,
        )
    return _PATTERNS[kind]


_PATTERNS: dict[str, re.Pattern[str]] = {}
# A pattern between slashes, where no division can stand: quotes in it open no text.
_REGEX = (
    r"(?:^|(?<=[(,=:\[!&|?{;+~<>])|(?<=\breturn)|(?<=\bcase)|(?<=\bsplit)|(?<=\bgrep))[ \t]*+"
    r"/(?![*/])(?:\\.|\[(?:\\.|[^\]\\\n])*+\]|[^/\\\[\n])++/"
)


def _blank(letters: list[str], start: int, end: int) -> None:
    for place in range(start, end):
        if letters[place] != "\n":
            letters[place] = " "


def _inside(text: str) -> str:
    if text.startswith(("r#", "r##")):
        return text.partition('"')[2].rpartition('"')[0]
    for mark in ('"""', "'''"):
        if text.startswith(mark) and len(text) >= 6:
            return text[3:-3]
    raw = re.fullmatch(r'"(\w*)\((.*)\)\1"', text, re.DOTALL)
    return raw[2] if raw and "\n" in text else text[1:-1]


def _unescaped(text: str) -> str:
    if "\\" not in text:
        return text
    whole = _ESCAPED.sub(_letter, text)
    # Halves of letters beyond the first plane are put together; one alone is none.
    return whole.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


_ESCAPED = re.compile(r"\\(?:x([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4})|(.))", re.DOTALL)


def _letter(match: re.Match[str]) -> str:
    coded = match[1] or match[2]
    return chr(int(coded, 16)) if coded else _ESCAPES.get(match[3], match[3])
