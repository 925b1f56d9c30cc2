"""Plain tables that fit: at most 80 columns, no colour needed, safe for any text."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from headway.publish.words import clean

WIDTH = 80
_GAP = "  "


@dataclass(frozen=True)
class Column:
    """A column: its header, and whether it reads from the right and may be broken."""

    header: str
    right: bool = False
    wrap: bool = False
    least: int = 8


def table(columns: Sequence[Column], rows: Iterable[Sequence[object]], width: int = WIDTH) -> str:
    """Lay out rows under their headers; wrapping columns shrink until all fit ``width``."""
    cells = [[clean(cell) for cell in row] for row in rows]
    sizes, gap = _sizes(columns, cells, width)
    lines = [line for row in _headed(columns, cells, sizes) for line in row]
    return "\n".join(gap.join(line).rstrip() for line in lines)


def prose(text: str, width: int = WIDTH, first: str = "", rest: str | None = None) -> str:
    """Wrapped text; ``first`` opens the first line and ``rest`` (or spaces) the others."""
    hang = " " * cells_wide(first) if rest is None else rest
    lines = _wrap(clean(text), width - cells_wide(hang), width - cells_wide(first))
    return "\n".join([first + lines[0], *(hang + line for line in lines[1:])])


def cells_wide(text: str) -> int:
    """Columns that a terminal needs for a text: two for a wide character, none for a mark."""
    return sum(
        0 if unicodedata.combining(c) else 1 + (unicodedata.east_asian_width(c) in "WF")
        for c in text
    )


def _sizes(columns: Sequence[Column], cells: list[list[str]], width: int) -> tuple[list[int], str]:
    sizes = [
        max([_header_width(column), *(cells_wide(row[k]) for row in cells)])
        for k, column in enumerate(columns)
    ]
    over = sum(sizes) + len(_GAP) * (len(sizes) - 1) - width
    # One space between columns is enough where two do not fit.
    gap = _GAP if over <= 0 else " "
    over = sum(sizes) + len(gap) * (len(sizes) - 1) - width
    words = [max(map(_longest_word, column), default=0) for column in zip(*cells, strict=True)]
    while over > 0:
        loose = [k for k, c in enumerate(columns) if c.wrap]
        # Give up room between words first, then whole words, then whatever is widest.
        spare = [k for k in loose if sizes[k] > max(words[k], columns[k].least)]
        spare = spare or [k for k in loose if sizes[k] > columns[k].least]
        widest = max(spare or range(len(sizes)), key=lambda k: sizes[k])
        sizes[widest] -= 1
        over -= 1
    return sizes, gap


def _longest_word(text: str) -> int:
    return max((cells_wide(word) for word in text.split()), default=0)


def _header_width(column: Column) -> int:
    return max(cells_wide(word) for word in column.header.split("\n"))


def _headed(
    columns: Sequence[Column], cells: list[list[str]], sizes: list[int]
) -> Iterable[list[list[str]]]:
    titles = [column.header.split("\n") for column in columns]
    tall = max(len(title) for title in titles)
    # Headers stand on the line above the first row.
    yield _block([[""] * (tall - len(t)) + t for t in titles], columns, sizes)
    for row in cells:
        yield _block([_wrap(c, n) for c, n in zip(row, sizes, strict=True)], columns, sizes)


def _block(parts: list[list[str]], columns: Sequence[Column], sizes: list[int]) -> list[list[str]]:
    tall = max(len(part) for part in parts)
    full = [part + [""] * (tall - len(part)) for part in parts]
    return [
        [_pad(part[k], n, c.right) for part, n, c in zip(full, sizes, columns, strict=True)]
        for k in range(tall)
    ]


def _pad(text: str, size: int, right: bool) -> str:
    room = " " * max(size - cells_wide(text), 0)
    return room + text if right else text + room


def _wrap(text: str, size: int, first: int | None = None) -> list[str]:
    """Break at spaces, and inside a word only where it is wider than the line."""
    lines = [""]
    for word in text.split():
        for piece in _pieces(word, size):
            room = size if first is None or len(lines) > 1 else first
            joined = f"{lines[-1]} {piece}" if lines[-1] else piece
            if cells_wide(joined) <= room:
                lines[-1] = joined
            else:
                lines.append(piece)
    return lines


def _pieces(word: str, size: int) -> Iterable[str]:
    piece = ""
    for letter in word:
        if piece and cells_wide(piece + letter) > size:
            yield piece
            piece = ""
        piece += letter
    yield piece
