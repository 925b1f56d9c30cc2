"""``wire.jsonl.zst``: every exchange of a run, one JSON line each, compressed as it is written.

A line has these members: ``exchange``, ``run``, ``kind`` (generate, count, hello, models, model or
refused), ``format``, ``request`` (method, path, query, headers, body, coding, bytes), ``changed``,
``declared`` (asked, sent, ran), ``status``, ``reply_headers``, ``times`` (start, admitted,
first_byte, end; seconds since 1970), ``usage`` (as found), ``tokens`` (five kinds), ``marks``,
``refused``, ``infra`` and ``reply_body``, which for a stream is its raw text as the server sent it.
Keys are redacted.

The compressor is flushed after every line, so that a gateway that is killed loses no line that it
had written; :func:`read` stops at the last whole one.
"""

from __future__ import annotations

import codecs
import hashlib
import io
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import zstandard

__all__ = ["NAME", "Spool", "Wire", "read"]

NAME = "wire.jsonl.zst"

# Texts of replies above this size are held compressed until their line is written.
_BLOCK = 64 << 10

# Every request of an agent repeats the ones before: a long window finds them.
_WINDOW = 22


class Spool:
    """The text of a reply as the inside of a JSON string, held small until it is written."""

    def __init__(self) -> None:
        self.bytes = 0
        self._decode = codecs.getincrementaldecoder("utf-8")("backslashreplace").decode
        self._block: list[bytes] = []
        self._waiting = 0
        self._packer: zstandard.ZstdCompressionObj | None = None
        self._packed: list[bytes] = []

    def add(self, data: bytes) -> None:
        """Add bytes of the reply, cut anywhere."""
        self.bytes += len(data)
        self._waiting += len(data)
        self._block.append(data)
        if self._waiting > _BLOCK:
            if self._packer is None:
                self._packer = zstandard.ZstdCompressor(level=1).compressobj()
            self._packed.append(self._packer.compress(self._taken(last=False)))

    def _taken(self, *, last: bool) -> bytes:
        text = self._decode(b"".join(self._block), last)
        self._block, self._waiting = [], 0
        return json.dumps(text, ensure_ascii=False)[1:-1].encode("utf-8", "surrogatepass")

    def pieces(self) -> Iterator[bytes]:
        """The JSON text, in pieces; once."""
        end = self._taken(last=True)
        if self._packer is not None:
            packed = io.BytesIO(b"".join([*self._packed, self._packer.flush()]))
            self._packed = []
            reader = zstandard.ZstdDecompressor().stream_reader(packed)
            while piece := reader.read(_BLOCK):
                yield piece
        yield end


class Wire:
    """Writes the log of one run.

    Raises
    ------
    OSError
        From any method: the file exists, or the disk is full. A log that failed once is not
        written to again, since what follows a torn line cannot be read.
    """

    def __init__(self, path: Path) -> None:
        self.broken = False
        self._hash = hashlib.sha256()
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        self._file = os.fdopen(handle, "wb", buffering=0)
        parameters = zstandard.ZstdCompressionParameters.from_level(3, window_log=_WINDOW)
        self._packer = zstandard.ZstdCompressor(compression_params=parameters).compressobj()

    def write(self, head: bytes, body: Spool) -> None:
        """Write one line: a JSON object, to which ``reply_body`` is added."""
        pack = self._packer.compress
        parts = [pack(head[:-1] + b', "reply_body": "'), *map(pack, body.pieces()), pack(b'"}\n')]
        self._put(b"".join([*parts, self._packer.flush(zstandard.COMPRESSOBJ_FLUSH_BLOCK)]))

    def close(self) -> str | None:
        """End the file; gives its SHA-256, or None if it broke."""
        try:
            if not self.broken:
                self._put(self._packer.flush())
                os.fsync(self._file.fileno())
        finally:
            self._file.close()
        return None if self.broken else self._hash.hexdigest()

    def _put(self, data: bytes) -> None:
        if self.broken:
            return
        view = memoryview(data)
        try:
            while view:
                view = view[self._file.write(view) :]
        except OSError:
            self.broken = True
            raise
        self._hash.update(data)


def read(path: Path) -> Iterator[dict[str, Any]]:
    """The lines of a log, up to the last whole one if its gateway was killed."""
    with path.open("rb") as file:
        reader = zstandard.ZstdDecompressor().stream_reader(file, read_across_frames=True)
        rest = b""
        while True:
            try:
                piece = reader.read(1 << 20)
            except zstandard.ZstdError:
                return
            if not piece:
                return
            *lines, rest = (rest + piece).split(b"\n")
            yield from map(json.loads, lines)
