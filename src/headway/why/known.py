"""What is known of harnesses, developers and weights: data, and the ledger asked by name."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

STANDARD, OWN, OTHER = "standard", "own", "other"


@dataclass(frozen=True)
class Known:
    """The shipped file ``harness.toml`` and the weights that the shipped ledger states."""

    sets: tuple[Mapping[str, Any], ...]
    makers: Mapping[str, tuple[str, ...]]
    names: Mapping[str, str]
    openness: Mapping[str, str]
    ledger: Mapping[str, str]

    def weights(self, model: str) -> str | None:
        """``open``, ``closed`` or None: by the ledger first, then by the file; never a guess."""
        found = self.ledger.get(_plain(self.names.get(model, model)))
        return found or self.openness.get(model)

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
    for model in load().models.values():
        for name in (model.name, model.id, *model.aliases):
            weights.setdefault(_plain(name), set()).add(str(model.weights))
    sure = {k: next(iter(v)) for k, v in weights.items() if len(v) == 1}
    return Known(
        sets=tuple(page["set"]),
        makers={who: tuple(starts) for who, starts in page["makers"].items()},
        names=page["names"],
        openness=page["openness"],
        ledger={k: v for k, v in sure.items() if v in {"open", "closed"}},
    )


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.casefold())
