"""Published claims beside what the data here say."""

from __future__ import annotations

from pathlib import Path

from headway.cli.options import Csv, Folder, Json, check_plot, one_form
from headway.cli.terminal import progress


def claims(
    *names: str,
    ledger: Folder = None,
    as_json: Json = False,
    as_csv: Csv = False,
    plot: Path | None = None,
) -> str:
    """Test published claims: the same recipe on our data, our default, and what lies between.

    Example: headway why claims epoch-2026-open-lag caisi-v4-lag

    Parameters
    ----------
    names
        Ids of claims (headway claims lists them); default: all, which takes about a minute.
    ledger
        Folder of another ledger: a snapshot, a store or text tables.
    as_json
        Print JSON (its form: docs/schema/claims.json).
    as_csv
        Print CSV, one row per claim.
    plot
        Draw the claims in months: FILE.svg, .png, .pdf or .html.
    """
    from headway.ledger import load
    from headway.publish.claims_chart import claims_chart
    from headway.publish.listing import to_csv, to_json
    from headway.publish.why_claims import claims_document, claims_rows, claims_text
    from headway.why.claims import Bench
    from headway.why.claims import claims as tested

    one_form(as_json=as_json, as_csv=as_csv)
    check_plot(plot)
    bench = Bench(load(ledger))
    with progress() as tick:
        found = tested(bench, names, progress=tick)
    document = claims_document(bench, found)
    if plot:
        claims_chart(document, plot)
    if as_json:
        return to_json(document)
    return to_csv(claims_rows(document)) if as_csv else claims_text(document)
