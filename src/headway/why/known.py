"""What is known of harnesses, developers and weights: data, and the ledger asked by name."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

STANDARD, OWN, OTHER = "standard", "own", "other"
_VERSION = re.compile(r" \([^)]*\)$")


@dataclass(frozen=True)
class Known:
    """The shipped file ``harness.toml`` and the weights that the shipped ledger states.

    ``ledger`` is by name, ``versions`` by the name without a version's day, where all agree.
    """

    sets: tuple[Mapping[str, Any], ...]
    makers: Mapping[str, tuple[str, ...]]
    names: Mapping[str, str]
    openness: Mapping[str, str]
    ledger: Mapping[str, str]
    versions: Mapping[str, str]

    def weights(self, model: str) -> str | None:
        """``open``, ``closed`` or None: by the ledger first, then by the file; never a guess."""
        name = _plain(self.names.get(model, model))
        return self.ledger.get(name) or self.versions.get(name) or self.openness.get(model)

    def maker(self, model: str) -> str | None:
        """Developer by the start of the name; None where no start is known."""
        plain = _plain(model)
        return next((who for who, starts in self.makers.items() if plain.startswith(starts)), None)


@cache
def known() -> Known:
    """Read the shipped file and the shipped ledger once."""
    import tomllib

    from headway.ledger import load

    page = tomllib.loads(files("headway.why").joinpath("harness.toml").read_text("utf-8"))
    weights: dict[str, set[str]] = {}
    versions: dict[str, set[str]] = {}
    for model in load().models.values():
        for name in (model.name, model.id, *model.aliases):
            weights.setdefault(_plain(name), set()).add(str(model.weights))
        versions.setdefault(_plain(_VERSION.sub("", model.name)), set()).add(str(model.weights))
    return Known(
        sets=tuple(page["set"]),
        makers={who: tuple(starts) for who, starts in page["makers"].items()},
        names=page["names"],
        openness={name: label for name, (label, _) in page["openness"].items()},
        ledger=_sure(weights),
        versions=_sure(versions),
    )


def _sure(labels: Mapping[str, set[str]]) -> dict[str, str]:
    """Names of one label, if it is one that says something."""
    one = {name: next(iter(found)) for name, found in labels.items() if len(found) == 1}
    return {name: label for name, label in one.items() if label in {"open", "closed"}}


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.casefold())
