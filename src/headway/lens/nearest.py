"""The nearest lens of every published claim: data, read from one file beside the lenses."""

from __future__ import annotations

import tomllib
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from headway.errors import LensError
from headway.lens.recipe import Lens, load

Ask = Literal["months", "points", "difference", "dates", "slope", "velocity", "speed", "influence"]


class Nearest(BaseModel):
    """How a claim is tested; the fields are explained at the head of ``lens/nearest.toml``."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    lens: str = ""
    ask: Ask = "months"
    models: tuple[str, ...] = Field(default=(), max_length=2)
    minus: str = ""
    like: tuple[str, ...] = Field(default=(), max_length=2)
    since: date | None = None
    part: Literal["", "before", "after", "ratio"] = ""
    without: tuple[str, ...] = ()
    as_scored: bool = False
    changed: dict[str, Any] = Field(default={}, alias="with")
    note: str = ""
    cannot: str = ""

    def recipe(self) -> Lens:
        """The lens with its changes, which ``overrides`` names in words.

        Raises
        ------
        LensError
            If a change does not fit the lens.
        """
        base = load(self.lens)
        raw = base.model_dump()
        for part, value in self.changed.items():
            # Options belong to their rule: a rule is replaced whole.
            whole = part == "rule" or not isinstance(value, dict)
            raw[part] = value if whole else {**raw[part], **value}
        try:
            made = Lens.model_validate(raw)
        except ValidationError as error:
            raise LensError(
                f"nearest.toml: the changes do not fit {self.lens!r}: {error}"
            ) from None
        return made.model_copy(update={"overrides": tuple(_words(self.changed))})


@cache
def nearest() -> dict[str, Nearest]:
    """All claims that are described, by id.

    Raises
    ------
    LensError
        If the file has a field that is not known.
    """
    text = files("headway.lens").joinpath("nearest.toml").read_text(encoding="utf-8")
    found = {}
    for name, fields in tomllib.loads(text).items():
        try:
            found[name] = Nearest.model_validate(fields)
        except ValidationError as error:
            raise LensError(f"nearest.toml: {name}: {error}") from None
    return found


def _words(changed: dict[str, Any], within: str = "") -> list[str]:
    out = []
    for name, value in changed.items():
        if isinstance(value, dict):
            out += _words(value, "" if name in {"groups", "evidence"} else f"{name} ")
        elif isinstance(value, list):
            out.append(f"{within}{name} {', '.join(map(str, value)) or 'all'}")
        else:
            out.append(f"{within}{name} {value}")
    return [text.replace("_", " ").replace("rule name", "rule") for text in out]
