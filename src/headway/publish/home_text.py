"""What was brought home from runs, for a person."""

from __future__ import annotations

from typing import Any

from headway.publish.table import prose
from headway.publish.words import clean

__all__ = ["export_text", "import_text"]


def import_text(document: dict[str, Any]) -> str:
    """What ``headway import`` did, by which rule, and what to know."""
    counts = ", ".join(f"{count:,} {status}" for status, count in document["by_status"].items())
    rule = document["rules"]
    # The verifier says 1 for solved; any other threshold is said.
    won = "its score is 1" if rule["threshold"] >= 1 else f"its score is ≥ {rule['threshold']:g}"
    if rule["cases"]:
        won += ", or cases passed of cases run where the verifier tells them"
    kinds = (("models", "model"), ("setups", "setup"), ("items", "task"))
    models, setups, tasks = (_counted(len(document[key]), word) for key, word in kinds)
    held = f"{_counted(document['runs'], 'run')} ({counts}) of {models} in {setups} on {tasks}"
    parts = [
        f"{held}: {_counted(document['responses'], 'response')} in {document['file']}.",
        f"A run is one trial, and a success if {won}.",
        *_flagged(document["flagged"], rule["flagged"]),
        *_missing(document["missing"]),
        *document["cautions"],
        *([f"{_counted(document['again'], 'folder')} met twice."] if document["again"] else ()),
        f"headway fit {document['file']}",
    ]
    return "\n\n".join(prose(clean(part)) for part in parts)


def _flagged(flagged: dict[str, Any], rule: str) -> list[str]:
    """What the audit found, and the responses with and without it."""
    if not flagged["runs"]:
        return []
    kinds = ", ".join(f"{kind} {count}" for kind, count in flagged["by_kind"].items())
    both = [
        f"{flagged[way]['successes']:,} of {flagged[way]['trials']:,} trials are successes {words}"
        for way, words in (("with", "with them"), ("without", "without them"))
    ]
    here = {
        "counted": "Here they count, and one that was tampered with is no success.",
        "missing": "Here they are missing.",
        "believed": "Here they count as the verifier scored them, whatever was found.",
    }[rule]
    said = (
        f"The audit found something in {_counted(flagged['runs'], 'run')} ({kinds}), of which "
        f"{flagged['tampered']:,} were tampered with: {both[0]}, {both[1]}. {here}"
    )
    return [said]


def export_text(document: dict[str, Any]) -> str:
    """What ``headway elicit export`` wrote."""
    said = f"{_counted(len(document['files']), 'file')} in {document['out']}."
    if left := document["left_out"]:
        said += (
            f" {_counted(len(left), 'run')} without a reply or a score left out: {_listed(left)}."
        )
    return prose(clean(said))


def _counted(count: int, word: str) -> str:
    return f"{count:,} {word}{'' if count == 1 else 's'}"


def _missing(missing: list[dict[str, str]]) -> list[str]:
    if not missing:
        return []
    first = missing[0]
    more = f" The others: {_listed([m['run'] for m in missing[1:]])}." if missing[1:] else ""
    return [f"Missing, not zero: {len(missing):,}. {first['run']}: {first['why']}{more}"]


def _listed(names: list[str]) -> str:
    shown = ", ".join(names[:5])
    return f"{shown} and {len(names) - 5:,} more" if len(names) > 5 else shown
