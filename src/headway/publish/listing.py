"""Lists of what the ledger holds, for people (a table) and for programs (JSON, CSV)."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from headway.publish.table import Column, prose, table
from headway.publish.words import clean, says

if TYPE_CHECKING:
    from headway.ledger import Ledger
    from headway.lens import Lens
    from headway.records import Model

Row = dict[str, Any]


@dataclass(frozen=True)
class Listing:
    """Rows under one name; ``columns`` says which keys a person sees, and how."""

    name: str
    rows: Sequence[Row]
    columns: Mapping[str, Column]
    note: str = ""

    def text(self) -> str:
        """A table of at most 80 columns with a closing line."""
        rows = [[show(row[key]) for key in self.columns] for row in self.rows]
        body = table(list(self.columns.values()), rows)
        return "\n\n".join(part for part in (body, self.note and prose(self.note)) if part)

    def json(self) -> str:
        """An object with one list under the name of the listing."""
        return to_json({self.name: list(self.rows)})

    def csv(self) -> str:
        """Every key as a column, unknown values empty."""
        return to_csv(self.rows)


def to_json(value: object) -> str:
    """Indented JSON; days as ISO text, infinities are never written."""
    return json.dumps(value, indent=2, ensure_ascii=False, default=str, allow_nan=False)


def to_csv(rows: Sequence[Row]) -> str:
    """Rows as CSV with a header line; None is empty."""
    out = io.StringIO()
    if rows:
        writer = csv.DictWriter(out, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return out.getvalue().rstrip("\n")


def show(value: object) -> str:
    """A cell for a person: a dash where nothing is known."""
    if value is None or value == "":
        return "–"
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)


def models(ledger: Ledger, chosen: Sequence[Model]) -> Listing:
    """Models with developer, day, weights and how many scores they have."""
    count = Counter(result.model for result in ledger.results)
    rows = [
        {
            **model.model_dump(mode="json"),
            "aliases": "; ".join(model.aliases),
            "scores": count[model.id],
        }
        for model in sorted(chosen, key=lambda m: (str(m.released or ""), m.name))
    ]
    columns = {
        "name": Column("model", wrap=True, least=20),
        "organization": Column("developer", wrap=True, least=12),
        "country": Column("from"),
        "released": Column("released"),
        "weights": Column("weights"),
        "scores": Column("scores", right=True),
    }
    return Listing("models", rows, columns, f"{len(rows)} models. Snapshot {ledger.id}.")


def benchmarks(ledger: Ledger) -> Listing:
    """Benchmarks with domain, access, items and how many scores they have."""
    count = Counter(result.benchmark for result in ledger.results)
    rows = [
        {**b.model_dump(mode="json"), "scores": count[b.id]}
        for b in sorted(ledger.benchmarks.values(), key=lambda b: (b.domain or "", b.name))
    ]
    columns = {
        "name": Column("benchmark", wrap=True, least=20),
        "domain": Column("domain"),
        "access": Column("items are"),
        "n_items": Column("items", right=True),
        "released": Column("released"),
        "scores": Column("scores", right=True),
    }
    return Listing("benchmarks", rows, columns, f"{len(rows)} benchmarks. Snapshot {ledger.id}.")


def claims(ledger: Ledger) -> Listing:
    """Published statements, newest first."""
    rows = [
        {**claim.model_dump(mode="json"), "says": says(claim)}
        for claim in sorted(ledger.claims, key=lambda c: (c.date, c.id), reverse=True)
    ]
    columns = {
        "id": Column("claim", wrap=True, least=16),
        "who": Column("who", wrap=True, least=12),
        "date": Column("date"),
        "kind": Column("kind"),
        "says": Column("says", wrap=True, least=14),
    }
    return Listing("claims", rows, columns, f"{len(rows)} claims. --json has rules and addresses.")


def lenses(chosen: Sequence[Lens]) -> Listing:
    """Recipes by name, with what each one chooses."""
    rows = [
        {
            "name": lens.name,
            "title": lens.title,
            "leaders": lens.groups.leaders,
            "followers": lens.groups.followers,
            "scale": lens.scale.name,
            "rule": lens.rule.name,
            "as_of": lens.as_of,
            "source": lens.source,
            "why": lens.why,
        }
        for lens in chosen
    ]
    columns = {
        "name": Column("lens"),
        "scale": Column("scale"),
        "rule": Column("rule"),
        "title": Column("what it asks", wrap=True, least=20),
    }
    return Listing("lenses", rows, columns, "A lens of your own works by its path: --lens my.toml")


def model_card(ledger: Ledger, model: Model) -> Row:
    """All facts of one model with their sources, and all its scores."""
    scores = [
        {
            "benchmark": ledger.benchmarks[result.benchmark].name,
            "score": result.score,
            "chance_corrected": result.chance_corrected,
            "evaluator": result.evaluator,
            "reported_by": result.reported_by,
            "source": result.source,
        }
        for result in ledger.results
        if result.model == model.id
    ]
    return {**model.model_dump(mode="json"), "scores": sorted(scores, key=lambda s: s["benchmark"])}


def card_text(card: Row) -> str:
    """The same for a person."""
    facts = [
        prose(str(value), first=f"{key.replace('_', ' ')}: ", rest="    ")
        for key, value in card.items()
        if key not in {"scores", "name", "aliases"} and value not in (None, "", [])
    ]
    also = f" (also {', '.join(map(clean, card['aliases']))})" if card["aliases"] else ""
    columns = {
        "benchmark": Column("benchmark", wrap=True, least=20),
        "score": Column("score", right=True),
        "evaluator": Column("run by", wrap=True, least=12),
        "reported_by": Column("reported by"),
        "source": Column("source", wrap=True, least=12),
    }
    rows = [{**row, "score": f"{row['score']:.3f}"} for row in card["scores"]]
    note = f"{len(rows)} scores, as shares of what chance leaves to solve where chance is known."
    listing = Listing("scores", rows, columns, note).text() if rows else "No scores."
    return "\n".join([prose(f"{card['name']}{also}"), *facts]) + "\n\n" + listing
