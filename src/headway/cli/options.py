"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter, validators

from headway.errors import HeadwayError

Json = Annotated[bool, Parameter(name="--json", negative=(), show_default=False)]
Csv = Annotated[bool, Parameter(name="--csv", negative=(), show_default=False)]
Flag = Annotated[bool, Parameter(negative=(), show_default=False)]
Count = Annotated[int, Parameter(validator=validators.Number(gte=0, lte=100_000))]
Folder = Annotated[Path | None, Parameter(name="--ledger")]
Words = Annotated[list[str] | None, Parameter(negative=())]
Pair = Annotated[tuple[str, str] | None, Parameter(negative=())]


def one_form(*, as_json: bool, as_csv: bool) -> None:
    """Refuse two output forms at once.

    Raises
    ------
    HeadwayError
        If both are asked for.
    """
    if as_json and as_csv:
        raise HeadwayError("Give --json or --csv, not both.")


def check_plot(plot: Path | None) -> None:
    """Say what is wrong with the path of a plot before any work is done.

    Raises
    ------
    DataError
        If its ending is none that can be drawn, or its folder does not exist.
    """
    if plot:
        from headway.publish.chart import check_path

        check_path(plot)
