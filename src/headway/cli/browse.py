"""Looking around: models, benchmarks, lenses, claims."""

from __future__ import annotations

from headway.cli.options import Csv, Folder, Json, one_form


def models(
    *,
    group: str | None = None,
    ledger: Folder = None,
    as_json: Json = False,
    as_csv: Csv = False,
) -> str:
    """List the models of the ledger.

    Example: headway models --group 'country:CN & open'

    Parameters
    ----------
    group
        Only these: open, closed, country:CN, org:OpenAI, params<=32B, a name; join with " & ".
    ledger
        Folder of another ledger: a snapshot, a store or text tables.
    as_json
        Print JSON with all facts.
    as_csv
        Print CSV with all facts.
    """
    from headway.ledger import load, members
    from headway.publish import listing

    book = load(ledger)
    every = list(book.models.values())
    inside = members(group, every) if group else [True] * len(every)
    chosen = [model for model, yes in zip(every, inside, strict=True) if yes]
    return _print(listing.models(book, chosen), as_json, as_csv)


def model(name: str, /, *, ledger: Folder = None, as_json: Json = False) -> str:
    """Show one model: its facts with their sources, and its scores.

    Example: headway model 'DeepSeek V4 Pro'

    Parameters
    ----------
    name
        Name, id or alias, in upper or lower case.
    ledger
        Folder of another ledger.
    as_json
        Print JSON.
    """
    from headway.ledger import find_model, load
    from headway.publish import listing

    book = load(ledger)
    card = listing.model_card(book, find_model(book, name))
    return listing.to_json(card) if as_json else listing.card_text(card)


def benchmarks(*, ledger: Folder = None, as_json: Json = False, as_csv: Csv = False) -> str:
    """List the benchmarks of the ledger.

    Example: headway benchmarks --csv

    Parameters
    ----------
    ledger
        Folder of another ledger.
    as_json
        Print JSON with all facts.
    as_csv
        Print CSV with all facts.
    """
    from headway.ledger import load
    from headway.publish import listing

    return _print(listing.benchmarks(load(ledger)), as_json, as_csv)


def lenses(*, as_json: Json = False, as_csv: Csv = False) -> str:
    """List the lenses: the published recipes, and our own.

    Example: headway lenses

    Parameters
    ----------
    as_json
        Print JSON.
    as_csv
        Print CSV.
    """
    from headway import lens as recipes
    from headway.publish import listing

    chosen = [recipes.load(name) for name in recipes.names()]
    return _print(listing.lenses(chosen), as_json, as_csv)


def claims(*, ledger: Folder = None, as_json: Json = False, as_csv: Csv = False) -> str:
    """List published statements on gaps, with their rules and sources.

    Example: headway claims --json

    Parameters
    ----------
    ledger
        Folder of another ledger.
    as_json
        Print JSON with rules and addresses.
    as_csv
        Print CSV with rules and addresses.
    """
    from headway.ledger import load
    from headway.publish import listing

    return _print(listing.claims(load(ledger)), as_json, as_csv)


def _print(found: object, as_json: bool, as_csv: bool) -> str:
    from headway.publish.listing import Listing

    assert isinstance(found, Listing)
    one_form(as_json=as_json, as_csv=as_csv)
    if as_json:
        return found.json()
    return found.csv() if as_csv else found.text()
