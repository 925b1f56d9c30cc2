"""A lens: a named, complete recipe from evidence to scale to gap, read from a TOML file."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from headway.errors import LensError
from headway.ledger.shelf import Shelf

DEFAULT = "headway"


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")
    why: str = Field(default="", description="Why this choice: every part of a lens says so.")


class Evidence(_Part):
    """Which scores count. An empty list means all."""

    sources: tuple[str, ...] = ()
    access: tuple[Literal["public", "semi-private", "private", "unknown"], ...] = ()
    domains: tuple[str, ...] = ()
    reported_by: tuple[str, ...] = ()
    benchmarks: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    models_since: date | None = None
    min_benchmarks: int = Field(default=4, ge=1)


class Dates(_Part):
    """Which day counts as a model's release, and whether a second day enters the draws."""

    day: Literal["released", "first-public", "weights"] = "released"
    uncertain: bool = False


class Groups(_Part):
    """Two groups by expression, and how often an unchecked label is taken to be wrong."""

    leaders: str = "closed"
    followers: str = "open"
    unchecked_wrong: float = Field(default=0.0, ge=0, le=1)


class ScaleChoice(_Part):
    """The estimator of abilities; `none` where the rule reads scores as they are."""

    name: Literal["eci", "rasch", "pooled", "none"] = "eci"
    draws: int = Field(default=500, ge=1, le=100_000)
    sampling: int = Field(default=200, ge=0, le=100_000)
    seed: int = 0
    options: dict[str, float] = {}


class RuleChoice(_Part):
    """The gap rule, its window and parameters."""

    name: str
    test: Literal["none", "paired", "z-independent"] = "none"
    since: date | None = None
    until: date | None = None
    last_months: int | None = Field(default=None, ge=1)
    options: dict[str, float | int | str] = {}


class Lens(_Part):
    """A recipe. ``overrides`` names every choice that an option changed, in words."""

    name: str
    title: str
    source: str = ""
    as_of: date | None = None
    claims: tuple[str, ...] = ()
    evidence: Evidence = Evidence()
    dates: Dates = Dates()
    groups: Groups = Groups()
    scale: ScaleChoice = ScaleChoice()
    rule: RuleChoice
    overrides: tuple[str, ...] = ()


def _first(error: ValidationError) -> str:
    first = error.errors()[0]
    field = ".".join(str(part) for part in first["loc"])
    if first["type"] == "extra_forbidden":
        return f"a lens has no field {field!r}; remove it or correct its name (see docs/lenses.md)."
    return f"the field {field!r} is wrong: {first['msg'].lower()}."


_SHELF = Shelf("lens", "headway.lens", "recipes", Lens, LensError, _first)


def names() -> tuple[str, ...]:
    """Names of the shipped lenses, the default first."""
    return (DEFAULT, *(name for name in _SHELF.names if name != DEFAULT))


def load(name: str | Path) -> Lens:
    """Read a lens by name, or a user's own by path (anything ending in ``.toml``).

    Raises
    ------
    UnknownNameError
        If no shipped lens has this name; the nearest are offered.
    LensError
        If a file cannot be read, is not TOML, or has a field that a lens does not have.
    """
    return _SHELF.load(name)


def override(
    lens: Lens,
    *,
    leaders: str | None = None,
    followers: str | None = None,
    rule: str | None = None,
    scale: str | None = None,
    since: date | None = None,
    as_of: date | None = None,
    draws: int | None = None,
) -> Lens:
    """Change choices of a lens; each change is named in ``overrides`` and so in the answer.

    Raises
    ------
    LensError
        If a value does not fit its field.
    """
    raw = lens.model_dump()
    if rule is not None and scale is None and (rule == "threshold") != (lens.scale.name == "none"):
        # That rule reads scores as they are, and every other needs abilities.
        scale = "none" if rule == "threshold" else "eci"
    _drop_what_belonged(raw, rule=rule, scale=scale, since=since, as_of=as_of)
    said = list(lens.overrides)
    wanted = (
        (raw["groups"], "leaders", leaders, "leaders"),
        (raw["groups"], "followers", followers, "followers"),
        (raw["rule"], "name", rule, "rule"),
        (raw["scale"], "name", scale, "scale"),
        (raw["rule"], "since", since, "since"),
        (raw, "as_of", as_of, "as of"),
        (raw["scale"], "draws", draws, "draws"),
    )
    for part, field, value, word in wanted:
        if value is not None and value != part[field]:
            said.append(f"{word} {value}" + (f" (not {part[field]})" if part[field] else ""))
            part[field] = value
    try:
        return Lens.model_validate({**raw, "overrides": said})
    except ValidationError as error:
        raise LensError(f"That option does not fit: {_first(error)}") from None


def _drop_what_belonged(raw: dict[str, Any], **new: object) -> None:
    """Options and tests belong to the rule or scale they were written for."""
    rule, scale = new["rule"], new["scale"]
    if rule is not None and rule != raw["rule"]["name"]:
        test = raw["rule"]["test"]
        lenient = str(rule).endswith("-lenient")
        raw["rule"]["test"] = ("paired" if test == "none" else test) if lenient else "none"
        raw["rule"]["options"] = {}
    if scale is not None and scale != raw["scale"]["name"]:
        raw["scale"]["options"] = {}
    if new["since"] is not None:
        raw["rule"]["last_months"] = None
    if new["as_of"] is not None:
        raw["rule"]["until"] = None
