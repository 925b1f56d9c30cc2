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
        yield _plain
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


def _plain(state: State) -> None:
    """One line for each run that finished."""
    from headway.publish.launch_text import finished_lines

    for line in finished_lines(state):
        note(line)
