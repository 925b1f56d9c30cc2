"""The commands by name, and how a run ends: quietly, or with one sentence and exit code 2."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Sequence

from cyclopts import App, CycloptsError

from headway import __version__
from headway.cli import (
    browse,
    completion,
    diagnose,
    elicit_home,
    fit,
    ledger,
    measure,
    predict,
    why_claims,
    why_leverage,
)
from headway.cli.elicit import elicit
from headway.cli.help import HelpPage
from headway.cli.terminal import console, say, sorry
from headway.cli.why import why
from headway.errors import HeadwayError

HELP = """How far are open models behind closed ones? Months, with honest intervals.

Example: headway gap"""

app = App(
    name="headway",
    help=HELP,
    version=__version__,
    # Plain text is the fastest to load, and reads the same with and without a terminal.
    help_format="plaintext",
    help_formatter=HelpPage(),
    result_action="return_value",
    suppress_keyboard_interrupt=False,  # what an interrupt leaves is for main to end
)
app.command(measure.gap)
app.command(measure.scale)
app.command(fit.fit)
app.command(fit.setups)
app.command(diagnose.diagnose)
app.command(elicit_home.import_, name="import")
app.command(predict.predict)
app.command(browse.models)
app.command(browse.model)
app.command(browse.benchmarks)
app.command(browse.lenses)
app.command(browse.claims)
app.command(completion.completion)

shelf = App(name="ledger", help="Check, copy and extend the evidence.")
shelf.command(ledger.check)
shelf.command(ledger.snapshot)
shelf.command(ledger.export)
shelf.command(ledger.import_, name="import")
app.command(shelf)
why.command(why_leverage.leverage)
why.command(why_leverage.selection)
why.command(why_leverage.widening)
why.command(why_claims.claims)
app.command(why)
app.command(elicit)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command and leave with its exit code: 0, or 2 after a mistake.

    Parameters
    ----------
    arguments
        Words after ``headway``; None takes them from the command line.
    """
    try:
        code = _run(sys.argv[1:] if arguments is None else list(arguments))
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader (`head`, a pager) has left; Python would complain again at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 141
    except KeyboardInterrupt:
        code = 130
        if threading.active_count() > 1:  # Python would wait for fits that nobody wants any more
            os._exit(code)
    sys.exit(code)


def _run(arguments: list[str]) -> int:
    try:
        result = app(
            arguments,
            console=console(sys.stdout),
            error_console=console(sys.stderr),
            print_error=False,
            exit_on_error=False,
        )
    except CycloptsError as error:
        sorry(f"{error} See: headway --help")
        return 2
    except HeadwayError as error:
        sorry(str(error))
        return 2
    if isinstance(result, str):
        say(result)
    return result if isinstance(result, int) else 0
