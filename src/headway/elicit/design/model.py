"""The nouns of a design, as a person writes them in TOML."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from headway.elicit.profile import Prompts
from headway.elicit.run.asked import asked_budget
from headway.errors import DesignError, RunError
from headway.ledger.shelf import nearest

__all__ = ["FORMAT", "Cap", "Concurrency", "Design", "Limit", "Setup", "load"]

FORMAT: Literal["headway-design/1"] = "headway-design/1"
# Prompts that need no table: the harness's own, and those that the model's maker states.
GIVEN_PROMPTS = ("harness", "profile")

_Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$", max_length=60)]
_Texts = Annotated[tuple[Annotated[str, Field(min_length=1)], ...], Field(min_length=1)]
_Amount = Annotated[float, Field(gt=0, allow_inf_nan=False)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", protected_namespaces=())


class Cap(_Part):
    """Money that the whole design may cost."""

    limit: _Amount
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] = "USD"


class Concurrency(_Part):
    """How many runs go at once: in all, at each server, and at servers by their host's name."""

    runs: Annotated[int, Field(ge=1)] = 4
    upstream: Annotated[int, Field(ge=1)] | None = None
    upstreams: dict[str, Annotated[int, Field(ge=1)]] = {}

    def at(self, upstream: str) -> int:
        """Most runs at once that ask this host."""
        return min(self.upstreams.get(upstream, self.upstream or self.runs), self.runs)


class Limit(_Part):
    """A budget of one run, as on the command line: ``500000``, ``"600s"`` or ``"2.5USD"``.

    ``weights`` is what a token of each kind counts; only for budgets in tokens.
    """

    limit: str
    weights: dict[str, float] = {}

    @model_validator(mode="before")
    @classmethod
    def _plain(cls, given: Any) -> Any:
        return given if isinstance(given, dict) else {"limit": given}

    @field_validator("limit", mode="before")
    @classmethod
    def _text(cls, limit: Any) -> Any:
        number = isinstance(limit, int | float) and not isinstance(limit, bool)
        return str(limit) if number else limit

    @model_validator(mode="after")
    def _readable(self) -> Limit:
        try:
            asked_budget(self.limit, self.weights)
        except RunError as error:
            raise ValueError(str(error).rstrip(".")) from None
        return self


class Setup(_Part):
    """How each model is run: in which harness, with which prompts, sampling and effort.

    Attributes
    ----------
    harness : str
        ``common`` (the design's one for all models), ``own`` (each model's preferred one),
        ``each`` (all of the design's ``harnesses`` in turn), or a harness by name or path.
    prompts : str
        ``harness`` (its own, unaltered), ``profile`` (what the model's maker states), or a name
        under ``[prompts]``.
    sampling : {'profile', 'harness'} or None
        Whose sampling is sent; None is the profile's for our own loop, else the harness's.
    effort : str or None
        Effort of reasoning that is sent in place of any other; the server knows its words.
    temperature : float or None
        Sent in place of any other.
    max_tokens : int or None
        Longest reply, in tokens; sent in place of any other.
    budgets : tuple of str
        Budgets by name; empty is all of the design's.
    """

    harness: Annotated[str, Field(min_length=1)]
    prompts: str = "harness"
    sampling: Literal["profile", "harness"] | None = None
    effort: str | None = None
    temperature: Annotated[float, Field(ge=0, allow_inf_nan=False)] | None = None
    max_tokens: Annotated[int, Field(ge=1)] | None = None
    budgets: tuple[str, ...] = ()

    @property
    def sent(self) -> dict[str, Any]:
        """What is sent in place of any other, by the names of a profile's sampling."""
        named = {name: getattr(self, name) for name in ("effort", "temperature", "max_tokens")}
        return {name: value for name, value in named.items() if value is not None}


class Design(_Part):
    """Models x setups x tasks x budgets x attempts.

    Attributes
    ----------
    format : str
        Version of this form.
    name : str
    models : tuple of str
        Profiles by name, or paths ending in ``.toml``.
    common : str
        The harness that ``harness = "common"`` stands for.
    harnesses : tuple of str
        What ``harness = "each"`` stands for.
    setups : dict of str to Setup
    prompts : dict of str to Prompts
        System prompts or additions to a harness's own, by name.
    tasks : tuple of str
        Suites or tasks that ship, by name; folders of a task, or of several.
    attempts : int
    budgets : dict of str to Limit
    cap : Cap or None
    concurrency : Concurrency
    seconds : float or None
        Longest time of one run's harness; None is the task's own, else an hour.
    max_turns : int
    at_spend : tuple of float
        Spend levels at which the work folder is copied and scored.
    servers : dict of str to str
        Address of the server of each model that one serves oneself, by its name in ``models``.
    seed : int
        Order of the runs; part of each run's id, so that another seed asks for new attempts.
    """

    format: Literal["headway-design/1"] = FORMAT
    name: _Name
    models: _Texts
    common: str = "standard"
    harnesses: tuple[str, ...] = ()
    setups: dict[_Name, Setup] = Field(min_length=1)
    prompts: dict[_Name, Prompts] = {}
    tasks: _Texts
    attempts: Annotated[int, Field(ge=1, le=10_000)] = 1
    budgets: dict[_Name, Limit] = Field(min_length=1)
    cap: Cap | None = None
    concurrency: Concurrency = Concurrency()
    seconds: _Amount | None = None
    max_turns: Annotated[int, Field(ge=1)] = 200
    at_spend: tuple[_Amount, ...] = ()
    servers: dict[str, str] = {}
    seed: int = 0

    @field_validator("models", "tasks", "harnesses")
    @classmethod
    def _once(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        for name in names:
            if names.count(name) > 1:
                raise ValueError(f"{name!r} is named twice")
        return names

    @model_validator(mode="after")
    def _known(self) -> Design:
        for name in self.prompts:
            if name in GIVEN_PROMPTS:
                raise ValueError(
                    f"prompts.{name}: this name has a meaning of its own; take another"
                )
        for name, setup in self.setups.items():
            _among(setup.prompts, (*GIVEN_PROMPTS, *self.prompts), f"setups.{name}.prompts")
            for budget in setup.budgets:
                _among(budget, tuple(self.budgets), f"setups.{name}.budgets")
            if setup.harness == "each" and not self.harnesses:
                raise ValueError(
                    f'setups.{name}.harness: "each" stands for the list harnesses, which is empty'
                )
        for model in self.servers:
            _among(model, self.models, "servers")
        return self


def _among(name: str, known: tuple[str, ...], field: str) -> None:
    if name not in known:
        raise ValueError(f"{field}: there is no {name!r}; {nearest(name, known)}")


def load(path: Path, base: Path | None = None) -> Design:
    """Read a design. Paths in it are taken from its own folder, and are absolute afterwards.

    Parameters
    ----------
    path : Path
    base : Path or None
        Folder that relative paths start from; None is the one that the file lies in.

    Raises
    ------
    DesignError
        If it cannot be read, is not TOML, or has a field that is unknown, missing or wrong.
    """
    try:
        given = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise DesignError(f"The design {str(path)!r} cannot be read: {reason}.") from None
    except tomllib.TOMLDecodeError as error:
        raise DesignError(f"{path}: not valid TOML: {error}.") from None
    _check_format(path, given.get("format", FORMAT))
    try:
        return Design.model_validate(_absolute(given, (base or path.parent).resolve()))
    except ValidationError as error:
        said = _sentence(error)
        raise DesignError(f"{path}: {said}{'' if said.endswith('?') else '.'}") from None


def _check_format(path: Path, stated: object) -> None:
    kind, _, version = str(stated).partition("/")
    if kind != "headway-design" or not version.isdecimal():
        raise DesignError(f"{path}: format: {stated!r} is none; this program reads {FORMAT}.")
    if int(version) > int(FORMAT.partition("/")[2]):
        raise DesignError(
            f"{path} is in the form {stated}, which is newer than this program's {FORMAT}: "
            "update Headway."
        )


def _absolute(given: dict[str, Any], base: Path) -> dict[str, Any]:
    """The same with paths made absolute: texts that end in .toml, and tasks that are folders."""

    def whole(text: Any, *, folder: bool = False) -> Any:
        if not isinstance(text, str):
            return text
        is_path = text.endswith(".toml") or (folder and ("/" in text or (base / text).is_dir()))
        return str(base / text) if is_path else text

    out = dict(given)
    for field in ("models", "harnesses", "tasks"):
        if isinstance(given.get(field), list):
            out[field] = [whole(text, folder=field == "tasks") for text in given[field]]
    if "common" in given:
        out["common"] = whole(given["common"])
    if isinstance(given.get("servers"), dict):
        out["servers"] = {whole(name): base_url for name, base_url in given["servers"].items()}
    if isinstance(given.get("setups"), dict):
        out["setups"] = {
            name: {**held, "harness": whole(held["harness"])}
            if isinstance(held, dict) and "harness" in held
            else held
            for name, held in given["setups"].items()
        }
    return out


def _sentence(error: ValidationError) -> str:
    # A misspelt name explains one that is missing.
    first = min(error.errors(include_url=False), key=lambda e: e["type"] != "extra_forbidden")
    message = first["msg"].removeprefix("Value error, ").rstrip(".")
    field = ".".join(str(part) for part in first["loc"] if part != "[key]")
    if first["type"] == "extra_forbidden":
        *parents, name = first["loc"]
        known = _fields(tuple(str(part) for part in parents))
        return f"{field}: a design has no such field; {nearest(str(name), known)}"
    if first["type"] == "missing":
        return f"{field}: is missing"
    return f"{field}: {message}" if field else message


def _fields(parents: tuple[str, ...]) -> tuple[str, ...]:
    """Names of the fields that stand beside one that is unknown."""
    tables: dict[str, type[BaseModel]] = {
        "setups": Setup,
        "budgets": Limit,
        "prompts": Prompts,
        "cap": Cap,
        "concurrency": Concurrency,
    }
    part = tables.get(parents[0]) if parents else Design
    return tuple(part.model_fields) if part else ()
