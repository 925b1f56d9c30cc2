"""Writing to a terminal, a pipe or a file: plain text, at most 80 columns, nothing that steers."""

from __future__ import annotations

import io
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from rich.console import Console

Tick = Callable[[float, str], None]
WIDTH = 80
# Work that is shorter than this needs no bar.
PATIENCE = 1.0


def console(stream: TextIO) -> Console:
    """A console for help texts that never exceeds 80 columns."""
    from rich.console import Console

    plain = Console(file=stream, highlight=False, markup=False, emoji=False, soft_wrap=False)
    plain.width = min(plain.width, WIDTH)
    return plain


def say(text: str) -> None:
    """Print a finished text; letters that the terminal cannot show become "?"."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")
    sys.stdout.write(text + "\n")


def sorry(sentence: str) -> None:
    """Print one sentence to standard error."""
    from headway.publish.table import prose

    if isinstance(sys.stderr, io.TextIOWrapper):
        sys.stderr.reconfigure(errors="replace")
    sys.stderr.write(prose(" ".join(sentence.split())) + "\n")


def note(text: str) -> None:
    """Print something beside the answer to standard error, line by line as it is."""
    from headway.publish.words import clean

    if isinstance(sys.stderr, io.TextIOWrapper):
        sys.stderr.reconfigure(errors="replace")
    # Foreign text can hold what steers a terminal.
    sys.stderr.write("\n".join(clean(line) for line in text.split("\n")) + "\n")
    sys.stderr.flush()


@contextmanager
def progress() -> Iterator[Tick]:
    """Give a function ``tick(share, text)``; it draws a bar when work takes over a second.

    The bar goes to standard error, and only if that is a terminal.
    """
    bar = _Bar()
    try:
        yield bar.tick
    finally:
        bar.close()


class _Bar:
    def __init__(self) -> None:
        self._begun = time.monotonic()
        self._close: Callable[[], None] | None = None
        self._update: Tick | None = None
        self._opening = Lock()  # several threads tell what they have done

    def tick(self, share: float, text: str) -> None:
        with self._opening:
            if self._update is None and sys.stderr.isatty():
                if time.monotonic() - self._begun < PATIENCE:
                    return
                self._open()
        if self._update is not None:
            self._update(share, text)

    def close(self) -> None:
        if self._close is not None:
            self._close()

    def _open(self) -> None:
        from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

        columns = (
            BarColumn(bar_width=30),
            TextColumn("{task.percentage:>3.0f}%"),
            TimeElapsedColumn(),
            # Names of lenses come from files: never markup.
            TextColumn("{task.description}", markup=False),
        )
        bar = Progress(*columns, console=console(sys.stderr), transient=True)
        task = bar.add_task("", total=1.0)

        def update(share: float, text: str) -> None:
            bar.update(task, completed=share, description=text)

        self._update, self._close = update, bar.stop
        bar.start()
