"""Compressed bodies of requests: decoded to be read, and packed again where they were changed."""

from __future__ import annotations

import zlib

import zstandard

from headway.errors import DataError

__all__ = ["CODINGS", "decoded", "encoded"]

CODINGS = ("gzip", "deflate", "zstd")

# ``wbits`` of zlib: 31 reads and writes gzip, 15 the zlib form that HTTP calls deflate (RFC 9110).
_WBITS = {"gzip": 31, "deflate": 15}


def decoded(body: bytes, coding: str, limit: int) -> bytes:
    """The content of a body.

    Raises
    ------
    DataError
        If it is not in that coding, is cut, or holds more than ``limit`` bytes.
    """
    try:
        found, whole = _zstd(body, limit) if coding == "zstd" else _zlib(body, coding, limit)
    except (zlib.error, zstandard.ZstdError):
        raise DataError(f"the body is not in {coding}") from None
    if len(found) > limit:
        raise DataError("the body is too large")
    if not whole:
        raise DataError(f"the body is cut within {coding}")
    return found


def _zlib(body: bytes, coding: str, limit: int) -> tuple[bytes, bool]:
    reader = zlib.decompressobj(_WBITS[coding])
    found = reader.decompress(body, limit + 1)
    return found, reader.eof and not reader.unused_data


def _zstd(body: bytes, limit: int) -> tuple[bytes, bool]:
    reader = zstandard.ZstdDecompressor(max_window_size=1 << 27).decompressobj()
    found = bytearray()
    # Small steps, so that a bomb is noticed before it has unfolded.
    for start in range(0, len(body), 4096):
        if reader.eof:
            return bytes(found), False
        found += reader.decompress(body[start : start + 4096])
        if len(found) > limit:
            break
    return bytes(found), reader.eof and not reader.unused_data


def encoded(body: bytes, coding: str) -> bytes:
    """Pack a body."""
    if coding == "zstd":
        return zstandard.ZstdCompressor().compress(body)
    writer = zlib.compressobj(wbits=_WBITS[coding])
    return writer.compress(body) + writer.flush()
