"""The live view of a launch: a few lines that are drawn again, or plain lines."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from headway.cli.terminal import console, note

if TYPE_CHECKING:
    from headway.elicit.launch import State

# Once a second costs little, and nobody reads faster.
_EVERY = 1.0


@contextmanager
def live() -> Iterator[Callable[[State], None]]:
    """Give a function that shows how far a launch is, on standard error."""
    if not sys.stderr.isatty():
        yield _Plain().show
        return
    from rich.live import Live
    from rich.text import Text

    from headway.publish.launch_text import launch_lines

    board = console(sys.stderr)
    drawn = 0.0
    # Drawn by us alone: a thread that draws by itself costs more than all the rest.
    with Live(console=board, auto_refresh=False, transient=True) as view:

        def show(state: State) -> None:
            nonlocal drawn
            if time.monotonic() - drawn < _EVERY:
                return
            drawn = time.monotonic()
            view.update(Text("\n".join(launch_lines(state, board.width))), refresh=True)

        yield show


class _Plain:
    """One line for each run that finishes."""

    def __init__(self) -> None:
        self._last: str | None = None

    def show(self, state: State) -> None:
        from headway.publish.launch_text import finished_line

        if state.last is not None and state.last.id != self._last:
            self._last = state.last.id
            note(finished_line(state))
