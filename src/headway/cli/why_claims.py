"""Published claims beside what the data here say."""

from __future__ import annotations

from headway.cli.options import SHOWN, Drawn, Folder
from headway.cli.terminal import progress


def claims(
    *names: str,
    ledger: Folder = None,
    form: Drawn = SHOWN,
) -> str:
    """Test published claims: the same recipe on our data, our default, and what lies between.

    Example: headway why claims epoch-2026-open-lag caisi-v4-lag

    Parameters
    ----------
    names
        Ids of claims (headway claims lists them); default: all, which takes about a minute.
    ledger
        Folder of another ledger: a snapshot, a store or text tables.
    form.as_json
        Print JSON (its form: docs/schema/claims.json).
    form.as_csv
        Print CSV, one row per claim.
    form.plot
        Draw the claims in months: FILE.svg, .png, .pdf or .html.
    """
    from headway.ledger import load
    from headway.publish.claims_chart import claims_spec
    from headway.publish.why_claims import claims_document, claims_rows, claims_text
    from headway.why.claims import Bench
    from headway.why.claims import claims as tested

    bench = Bench(load(ledger))
    with progress() as tick:
        found = tested(bench, names, progress=tick)
    document = claims_document(bench, found)
    form.draw(claims_spec, document)
    return form.say(document, claims_rows, claims_text)
