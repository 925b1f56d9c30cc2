"""Launching the runs of a design, asking how far they are, and stopping them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from headway.cli.live import live
from headway.cli.options import Flag, Json
from headway.cli.terminal import note, say
from headway.errors import LaunchError

if TYPE_CHECKING:
    from headway.elicit.launch import Folder

Place = Annotated[str, Parameter(show_default=False)]


def carry_out(
    source: Path,
    out: Path | None,
    executor: str | None,
    installed: Path | None,
    *,
    changed: bool,
    as_json: bool,
) -> int:
    """Launch a design, show how far it is, and say what came of it; gives the exit code."""
    from headway.elicit.design import load
    from headway.elicit.launch import Folder, launch, status
    from headway.publish.launch_text import status_text
    from headway.publish.listing import to_json

    place = out or Path("runs", load(source).name)
    with live() as show:
        came = launch(
            source, place, executor, show, installed=installed, changed=changed, signals=True
        )
    for left in came.not_runnable:
        note(f"Not run: {left.model} in {left.harness}: {left.why}")
    document = status(Folder(place))
    say(to_json(document) if as_json else f"{place}: {status_text(document)}")
    if came.ended in {"all", "stop"}:
        if came.why:
            note(came.why)
        return 0 if came.signal is None else 128 + came.signal
    raise LaunchError(came.why)


def status(place: Place = "runs", /, *, as_json: Json = False) -> str:
    """Say how far the runs of a design are, and what they have cost.

    Example: headway elicit status design.toml

    Parameters
    ----------
    place
        The design's file, or the folder of its runs.
    as_json
        Print JSON (its form: docs/schema/status.json).
    """
    from headway.elicit.launch import status as look
    from headway.publish.launch_text import status_text
    from headway.publish.listing import to_json

    document = look(_folder(place))
    return to_json(document) if as_json else status_text(document)


def stop(place: Place = "runs", /, *, now: Flag = False) -> None:
    """Stop a launch in order: runs in progress finish, and no further one begins.

    Example: headway elicit stop design.toml

    The same command that began it goes on later. Control-C in its terminal does the same, and
    a second one what --now does.

    Parameters
    ----------
    place
        The design's file, or the folder of its runs.
    now
        End the runs in progress, too; what they had spent counts, and they are done again.
    """
    from headway.elicit.launch import stop as ask

    folder = _folder(place)
    process = ask(folder, now=now)
    what = "ends its runs" if now else "lets its runs in progress finish"
    say(f"The launcher of {folder.path} (process {process}) {what}, and stops.")


def _folder(place: str) -> Folder:
    """The folder of a design's runs, from the design or from the folder itself."""
    from headway.elicit.design import load
    from headway.elicit.launch import Folder

    path = Path(place)
    return Folder(Path("runs", load(path).name) if path.suffix == ".toml" else path)
