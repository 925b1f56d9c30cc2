"""What happened in a folder of runs, one JSON line each, only ever added to.

Lines that later decisions hang on are of these kinds (``event``):

=========  =========================================================================================
event      fields beside ``time``
=========  =========================================================================================
began      run, n (which attempt of ours at it), where (``here`` or the address of a worker)
done       run, n
lost       run, n, draft, tokens or null, money or null, known (false: an estimate, or the most that
           it can have been), why
refused    run, n, why: it cannot begin, and nothing was asked of any server
=========  =========================================================================================

Others (``launch``, ``end``, ``stop``) are for people.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from headway.errors import LaunchError

__all__ = ["Log", "lines"]


class Log:
    """Adds lines to a log.

    Raises
    ------
    LaunchError
        From every call, if the disk refuses.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._handle: int | None = None

    def __call__(self, event: str, **fields: Any) -> dict[str, Any]:
        """Add one line, see it on the disk, and return it."""
        line = {"event": event, "time": time.time(), **fields}
        data = (json.dumps(line, ensure_ascii=False) + "\n").encode()
        try:
            if self._handle is None:
                flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC
                self._handle = os.open(self.path, flags, 0o644)
                if _torn(self._handle):
                    os.write(self._handle, b"\n")
            if os.write(self._handle, data) < len(data):
                raise OSError(28, "No space left on device")  # noqa: TRY301 - as the next one will
            os.fdatasync(self._handle)
        except OSError as error:
            raise LaunchError(
                f"{self.path}: cannot be written: {error.strerror}; make room, and give the same "
                "command again: what was finished is kept."
            ) from None
        return line

    def close(self) -> None:
        """Let go of the file."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None


def lines(path: Path) -> Iterator[dict[str, Any]]:
    """The lines of a log; what a full disk or an ended program tore is left out."""
    if not path.exists():
        return
    with path.open("rb") as file:
        for line in file:
            try:
                found = json.loads(line)
            except ValueError:
                continue
            if isinstance(found, dict) and "event" in found:
                yield found


def _torn(handle: int) -> bool:
    """Whether the last line has no end."""
    size = os.fstat(handle).st_size
    return size > 0 and os.pread(handle, 1, size - 1) != b"\n"
