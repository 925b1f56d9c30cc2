"""Hashes as programs compute them of their input."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterator

__all__ = ["digests"]

_LONG = ("sha256", "md5", "sha1", "sha512", "sha224", "blake2b")
_MOST = 4096  # bytes of which the short ones are computed


def digests(data: bytes) -> Iterator[tuple[str, str]]:
    """Names of hashes, and what they are of some bytes, as hexadecimal numbers."""
    for name in _LONG:
        yield name, hashlib.new(name, data, usedforsecurity=False).hexdigest()
    if len(data) > _MOST:
        return
    yield "crc32", f"{zlib.crc32(data):08x}"
    yield "adler32", f"{zlib.adler32(data):08x}"
    for bits in (32, 64):
        mask = (1 << bits) - 1
        base, prime = (
            (0x811C9DC5, 0x01000193) if bits == 32 else (0xCBF29CE484222325, 0x100000001B3)
        )
        fnv, fnv1a, djb2, djb2a, java = base, base, 5381, 5381, 0
        for byte in data:
            fnv = fnv * prime & mask ^ byte
            fnv1a = (fnv1a ^ byte) * prime & mask
            djb2 = djb2 * 33 + byte & mask
            djb2a = djb2a * 33 & mask ^ byte
            java = java * 31 + byte & mask
        for name, value in (("fnv", fnv), ("fnv1a", fnv1a), ("djb2", djb2), ("djb2a", djb2a),
                            ("hash of Java", java)):  # fmt: skip
            yield name, f"{value:0{bits // 4}x}"
