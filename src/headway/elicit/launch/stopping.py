"""A request to stop: from a person at the terminal, or from ``headway elicit stop``."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from headway.elicit.launch.folder import Folder
from headway.elicit.launch.lock import holder
from headway.errors import LaunchError
from headway.ledger.disk import replace_file

__all__ = ["Stopping", "stop"]

_WORDS = ("", "finish", "now")


class Stopping:
    """How urgently a launch is to stop: not at all, after the runs in progress, or now.

    The first SIGINT asks for the one, a second or SIGTERM for the other.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._level = 0
        self.signal: int | None = None

    @property
    def soon(self) -> bool:
        """Whether no further run is to begin."""
        return self._level >= 1

    @property
    def now(self) -> bool:
        """Whether the runs in progress are to end."""
        return self._level >= 2

    def look(self) -> None:
        """See whether another process asked."""
        try:
            word = self._path.read_text(encoding="ascii").strip()
        except OSError:
            return
        if word in _WORDS:
            self._level = max(self._level, _WORDS.index(word))

    def _heard(self, number: int, at: FrameType | None) -> None:
        del at
        self.signal = number
        self._level = 2 if number == signal.SIGTERM else min(self._level + 1, 2)

    @contextmanager
    def hearing(self) -> Iterator[None]:
        """Take signals in place of what they do by default; only in a program's main thread."""
        before = {
            number: signal.signal(number, self._heard) for number in (signal.SIGINT, signal.SIGTERM)
        }
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def stop(folder: Folder, *, now: bool) -> int:
    """Ask the launcher of a folder to stop, and return its process id.

    Raises
    ------
    LaunchError
        If none works there.
    """
    folder.state()
    process = holder(folder.lock)
    if process is None:
        raise LaunchError(f"No launcher works in {folder.path}: there is nothing to stop.")
    replace_file(folder.stop, _WORDS[2 if now else 1].encode())
    return process
