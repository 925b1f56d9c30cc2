"""Values of expressions in programs without a parser here, as far as they stand there.

One reader for all of these languages: texts put together by ``+``, ``.`` or ``..``, by ``join``,
``sprintf`` or a template, and names that are given such a text once.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from functools import cached_property

from headway.elicit.audit.reading.source import Source, texts

__all__ = ["UNKNOWN", "Values"]

UNKNOWN = "{}"  # a piece that is computed
_SPACE = re.compile(r"[\s&*]*(?:\b(?:await|my|our|new|return|mut)\b\s*)*")
_NAME = re.compile(r"[$@]?[A-Za-z_]\w*(?:(?:\.|->|::)\w+|\[[^\]\n]*\]|\{[^}\n]*\})*")
_GIVEN = re.compile(
    r"(?<![\w$@])([$@]?[A-Za-z_]\w*+)(?:\[\w*+\])?(?:\s*+:\s*+[\w<>&' ]++)?\s*+:?=(?![=>~])"
    r"|#\s*+define\s++(\w++)(?=\s)"
)
_OPTIONS = re.compile(r"(?<!\w)([a-z_]\w*+)\s*+=\s*+(?=\{)")
_ELSE = re.compile(r"\s*(?:\|\||//|\?\?|\bor\b)\s*")
# Calls that give back what they are given, or a path of it.
_SAME = re.compile(
    r"(?:URL|URI(?:\.\w+)?|Uri(?:\.\w+)?|Url::parse|String(?:::from)?|encodeURI|Path(?:\.of)?"
    r"|Paths\.get|Path::new|PathBuf::from|File)\s*\(\s*"
)
_PATH = re.compile(r"(?:path|filepath|File|Path|posix)\s*\.\s*(?:join|resolve|Join)\s*\(\s*")
_FORMAT = re.compile(r"(?:\w+\.)?(?:sprintf|Sprintf|format!?)\s*\(\s*")
_JOIN = re.compile(r"join\s*\(?\s*")
_LIST = re.compile(r"(?:qw|%w)\s*+[(\[{<]([^(){}\[\]<>]*+)[)\]}>]")
_AFTER = re.compile(r"\s*(?:\.\s*join\s*\(\s*|\*\s*)(?=[\"'`])")
_INSIDE = re.compile(
    r"\$\{([^{}]*+)\}|#\{([^{}]*+)\}|(\$\w++)((?:->)?[\[{][^\[\]{}]*+[\]}])?|@\{\[[^\[\]]*+\]\}"
)
_MOST = 400  # names, and pieces of one value


class Values:
    """What stands in a program."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.code = source.code
        self.texts = {start: (end, text) for start, end, text in texts(source)}
        self.names: dict[str, str] = {}
        for match in list(_GIVEN.finditer(self.code))[:_MOST]:
            text, _ = self.at(match.end())
            if text is not None and text.strip(UNKNOWN):
                self.names.setdefault(match[1] or match[2], text)

    @cached_property
    def options(self) -> dict[str, int]:
        """Names of options that are put together before, and where the first of each begins."""
        found: dict[str, int] = {}
        for match in _OPTIONS.finditer(self.source.bare):
            found.setdefault(match[1], match.end())
        return found

    def at(self, place: int, depth: int = 0) -> tuple[str | None, int]:
        """The text of an expression, with marks for what is not known, and where it ends."""
        pieces: list[str | None] = []
        for _ in range(_MOST):
            text, place = self._one(self._skip(place), depth)
            pieces.append(text)
            more = self._plus(place)
            if more is None:
                break
            place = more
        known = any(piece is not None for piece in pieces)
        return "".join(UNKNOWN if p is None else p for p in pieces) if known else None, place

    def arguments(self, place: int, most: int = 8) -> Iterator[str | None]:
        """Values of what stands behind a bracket, up to the one that closes it."""
        for _ in range(most):
            text, end = self.at(place)
            yield text
            closing = self._closing(end)
            if closing is None:
                return
            place = closing

    def _closing(self, place: int) -> int | None:
        """Place behind the next comma of the same depth."""
        depth = 0
        for at in range(place, min(len(self.code), place + 600)):
            mark = self.code[at]
            depth += (mark in "([{") - (mark in ")]}")
            if depth < 0 or (mark == ";" and depth == 0):
                return None
            if depth == 0 and (mark == "," or self.code[at : at + 2] == "=>"):
                return at + (1 if mark == "," else 2)
        return None

    def _skip(self, place: int) -> int:
        found = _SPACE.match(self.code, place)
        return found.end() if found else place

    def _plus(self, place: int) -> int | None:
        point = r"|\s\.\s|\.(?=[\"'$])" if self.source.kind in {"ruby", "c"} else ""
        found = re.compile(rf"\s*(?:\+(?!=){point}|\.\.(?=\s*[\"'\w]))\s*").match(self.code, place)
        return found.end() if found else None

    def _one(self, place: int, depth: int) -> tuple[str | None, int]:
        if place in self.texts:
            return self._text(place)
        if depth > 4:
            return None, place + 1
        for pattern, read in (
            (_SAME, self._same),
            (_PATH, self._path),
            (_FORMAT, self._format),
            (_JOIN, self._join),
        ):
            found = pattern.match(self.code, place)
            if found:
                return read(found.end(), depth + 1)
        if self.code.startswith(("[", "%w"), place):
            return self._list(place, depth + 1)
        return self._named(place, depth)

    def _named(self, place: int, depth: int) -> tuple[str | None, int]:
        name = _NAME.match(self.code, place)
        if name is None:
            return None, place
        text = self.names.get(name[0].partition(".")[0] if "." in name[0] else name[0])
        text = None if "." in name[0] and self.source.kind == "js" else text
        other = _ELSE.match(self.code, name.end())
        if text is None and other:
            return self.at(other.end(), depth + 1)
        return text, name.end()

    def _text(self, place: int) -> tuple[str, int]:
        end, text = self.texts[place]
        quote = self.source.text[place]
        filled = quote == "`" if self.source.kind == "js" else quote != "'"
        if not filled or self.source.kind in {"go", "rust"}:
            return text, end

        def value(found: re.Match[str]) -> str:
            name = (found[1] or found[2] or found[3] or "").strip()
            told = self.names.get(name) or self.names.get(f"${name}")
            # The shell's parent is known by the name that languages give it.
            told = "$PPID" if re.search(r"\bppid\b", name) else told
            return UNKNOWN if told is None or found[4] else told

        return _INSIDE.sub(value, text), end

    def _until(self, place: int, marks: str = ")") -> int:
        found = re.compile(rf"\s*[{re.escape(marks)}]").match(self.code, place)
        return found.end() if found else place

    def _same(self, place: int, depth: int) -> tuple[str | None, int]:
        text, end = self.at(place, depth)
        return text, self._until(end)

    def _items(self, place: int, depth: int) -> tuple[list[str], int]:
        """Texts of a list, and its end."""
        found: list[str] = []
        if quoted := _LIST.match(self.source.text, place):
            return quoted[1].split(), quoted.end()
        while len(found) < _MOST:
            text, end = self.at(place, depth)
            found.append(UNKNOWN if text is None else text)
            comma = re.compile(r"\s*,").match(self.code, end)
            if not comma:
                return found, end
            place = comma.end()
        return found, place

    def _path(self, place: int, depth: int) -> tuple[str | None, int]:
        parts, end = self._items(place, depth)
        return posixpath.join(*parts), self._until(end)

    def _format(self, place: int, depth: int) -> tuple[str | None, int]:
        parts, end = self._items(place, depth)
        values = iter(parts[1:])
        text = re.sub(r"%[-0-9.]*[sdvq]|\{\}", lambda _: next(values, UNKNOWN), parts[0])
        return text, self._until(end)

    def _join(self, place: int, depth: int) -> tuple[str | None, int]:
        between, end = self.at(place, depth)
        comma = re.compile(r"\s*,\s*").match(self.code, end)
        if between is None or comma is None:
            return None, end
        parts, end = self._items(comma.end(), depth)
        return between.join(parts), self._until(end)

    def _list(self, place: int, depth: int) -> tuple[str | None, int]:
        start = place + 1 if self.code[place] == "[" else place
        parts, end = self._items(start, depth)
        end = self._until(end, "]") if start > place else end
        after = _AFTER.match(self.code, end)
        if after is None:
            return None, end
        between, end = self.at(after.end(), depth)
        return (between or "").join(parts), self._until(end)
