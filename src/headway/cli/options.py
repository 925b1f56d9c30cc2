"""Options that several commands share, each with its words of help."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter, validators

from headway.errors import HeadwayError

Json = Annotated[bool, Parameter(name="--json", negative=(), show_default=False)]
Csv = Annotated[bool, Parameter(name="--csv", negative=(), show_default=False)]
Flag = Annotated[bool, Parameter(negative=(), show_default=False)]
Count = Annotated[int, Parameter(validator=validators.Number(gte=0, lte=100_000))]
Folder = Annotated[Path | None, Parameter(name="--ledger")]
Words = Annotated[list[str] | None, Parameter(negative=())]
Pair = Annotated[tuple[str, str] | None, Parameter(negative=())]
Data = Annotated[Path, Parameter(name="DATA", show_default=False)]
Recipe = Annotated[str, Parameter(help="A recipe by name or by the path of a TOML file.")]
Draws = Annotated[
    int | None,
    Parameter(
        validator=validators.Number(gte=20, lte=100_000),
        help="Joint draws; default: those of the lens.",
    ),
]


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


@Parameter(name="*")
@dataclass(frozen=True)
class Given:
    """The evidence: the shipped ledger, another one, or a table.

    Parameters
    ----------
    data
        A table of your own: columns model, benchmark, score, released, weights, ...
    ledger
        Folder of another ledger: a snapshot, a store or text tables.

    Raises
    ------
    HeadwayError
        If both are given.
    """

    data: Path | None = None
    ledger: Folder = None

    def __post_init__(self) -> None:
        if self.data and self.ledger:
            raise HeadwayError(
                "Give --data or --ledger, not both: each of them is all the evidence."
            )


@Parameter(name="*")
@dataclass(frozen=True)
class Form:
    """How an answer is printed: as text, unless a form for programs is asked for.

    Parameters
    ----------
    as_json
        Print JSON.
    as_csv
        Print CSV.

    Raises
    ------
    HeadwayError
        If both are asked for.
    """

    as_json: Json = False
    as_csv: Csv = False

    def __post_init__(self) -> None:
        one_form(as_json=self.as_json, as_csv=self.as_csv)

    def say(
        self,
        document: dict[str, Any],
        rows: Callable[[dict[str, Any]], list[dict[str, Any]]],
        text: Callable[[dict[str, Any]], str],
    ) -> str:
        """The answer as it is to be printed."""
        from headway.publish.listing import to_csv, to_json

        if self.as_json:
            return to_json(document)
        return to_csv(rows(document)) if self.as_csv else text(document)


@Parameter(name="*")
@dataclass(frozen=True)
class Drawn(Form):
    """How an answer is printed and drawn.

    Parameters
    ----------
    as_json
        Print JSON.
    as_csv
        Print CSV.
    plot
        Draw the answer: FILE.svg, .png, .pdf or .html.

    Raises
    ------
    DataError
        If the picture could not be written: before any work is done for it.
    """

    plot: Path | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        check_plot(self.plot)

    def draw(self, spec: Callable[..., dict[str, Any]], *what: object) -> None:
        """Draw ``spec(*what)``, a Vega-Lite specification, if a picture is asked for."""
        if self.plot:
            from headway.publish.chart import save

            save(spec(*what), self.plot)


def rows_of(name: str) -> Callable[[dict[str, Any]], list[dict[str, Any]]]:
    """Rows of an answer that stand under a name of its document."""

    def rows(document: dict[str, Any]) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = document[name]
        return found

    return rows


SHIPPED, TEXT, SHOWN = Given(), Form(), Drawn()
