"""Whether the gap between open and closed models changes with the harness."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from headway.cli.options import Json, check_plot
from headway.errors import HeadwayError

Data = Annotated[list[Path] | None, Parameter(name="DATA", show_default=False)]
Shared = Annotated[Path | None, Parameter(env_var="HEADWAY_SHARED", show_env_var=True)]


def harness(
    data: Data = None,
    /,
    *,
    shared: Shared = None,
    standard: str | None = None,
    level: float = 0.9,
    as_json: Json = False,
    plot: Path | None = None,
    page: Path | None = None,
) -> str:
    """Say whether the gap between open and closed models changes with the harness.

    Example: headway why harness runs.csv --standard terminus-2

    Parameters
    ----------
    data
        Responses, any number of files: columns model, item, harness, successes, trials, and any
        of openness, developer, harness_developer, date. Without a file: the sets under --shared.
    shared
        Folder with the published sets in data/.
    standard
        The standard harness of the files; default: the one that most models ran in.
    level
        Level of the intervals.
    as_json
        Print JSON (its form: docs/schema/harness.json).
    plot
        Draw the changes: FILE.svg, .png, .pdf or .html.
    page
        Write the page in Markdown as well.
    """
    from headway.ledger.disk import replace_file
    from headway.publish.chart import save
    from headway.publish.forest import changes_spec
    from headway.publish.harness import harness_document, harness_text
    from headway.publish.harness_page import harness_page
    from headway.publish.listing import to_json
    from headway.why.answer import from_files, from_shared

    check_plot(plot)
    if not 0 < level < 1:
        raise HeadwayError(f"The level {level:g} must lie between 0 and 1.")
    if not data and shared is None:
        raise HeadwayError("Give files of responses, or --shared with the folder of the sets.")
    answer = from_files(data, standard, level) if data else from_shared(_there(shared), level)
    document = harness_document(answer)
    if plot:
        save(changes_spec(document), plot)
    if page:
        replace_file(page, harness_page(document).encode())
    return to_json(document) if as_json else harness_text(document)


def _there(shared: Path | None) -> Path:
    if shared is None:
        raise HeadwayError("Give --shared with the folder of the published sets.")
    return shared
