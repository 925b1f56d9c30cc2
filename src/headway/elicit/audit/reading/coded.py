"""Texts that stand in a program in another form: coded, packed, turned round, as numbers."""

from __future__ import annotations

import base64
import bz2
import codecs
import lzma
import re
import zlib
from collections.abc import Callable, Iterator

from headway.elicit.audit.reading.source import Source

__all__ = ["hidden"]

_SHORTEST = 60
_LARGEST = 1 << 20
_NUMBER = r"(?:0x[0-9A-Fa-f]{1,2}|\d{1,3})"
_NUMBERS = re.compile(rf"(?:{_NUMBER}\s*,\s*){{40,}}{_NUMBER}")
_DECODERS: tuple[Callable[[str], bytes], ...] = (
    bytes.fromhex, base64.b64decode, base64.urlsafe_b64decode, base64.b32decode, base64.b85decode,
    base64.a85decode,
)  # fmt: skip


def hidden(source: Source) -> Iterator[tuple[int, str]]:
    """Plain texts of what is coded, with their lines."""
    for one in source.literals:
        if one.quoted and _SHORTEST <= len(one.value) <= _LARGEST:
            yield from ((one.line, text) for text in _plain(one.value))
    for match in _NUMBERS.finditer(source.code):
        numbers = [int(word, 0 if "x" in word else 10) for word in re.split(r"\s*,\s*", match[0])]
        if max(numbers) < 256:
            for text in _unpacked(bytes(numbers)):
                yield source.line_of(match.start()), text


def _plain(text: str) -> Iterator[str]:
    yield text[::-1]
    yield codecs.decode(text, "rot13")
    packed = "".join(text.split())
    if len(packed) < 0.9 * len(text):
        return
    for decode in _DECODERS:
        try:
            data = decode(packed)
        except ValueError:
            continue
        yield from _unpacked(data)
    yield from _unpacked(text.encode("latin-1", "replace"))


def _unpacked(data: bytes) -> Iterator[str]:
    """The text of bytes, which may be packed; of more than a megabyte, its start."""
    for unpack in (bytes, _inflated, _bz2, _xz):
        try:
            yield unpack(data).decode("utf-8", "ignore" if unpack is not bytes else "strict")
        except (ValueError, OSError, EOFError, zlib.error, lzma.LZMAError):
            continue


def _inflated(data: bytes) -> bytes:
    return zlib.decompressobj(zlib.MAX_WBITS | 32).decompress(data, _LARGEST)


def _bz2(data: bytes) -> bytes:
    return bz2.BZ2Decompressor().decompress(data, _LARGEST)


def _xz(data: bytes) -> bytes:
    return lzma.LZMADecompressor(memlimit=_LARGEST * 64).decompress(data, _LARGEST)
