"""A profile: what one model wants, and where it is served, each value with its source."""

from __future__ import annotations

import datetime as dt
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, field_validator

from headway.elicit.budget import Prices
from headway.errors import ProfileError
from headway.ledger.shelf import Shelf

__all__ = [
    "Auth",
    "Endpoint",
    "Format",
    "Preferred",
    "Profile",
    "Prompts",
    "Sampling",
    "load",
    "names",
]

Format: TypeAlias = Literal["messages", "chat", "responses", "gemini"]
Auth: TypeAlias = Literal["bearer", "x-api-key", "x-goog-api-key", "api-key"]

# Stands in an address for a server whose port is only known when it runs.
_BASE = "{base}"


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", protected_namespaces=())


class Endpoint(_Part):
    """Where one wire format is served.

    ``url`` is what the vendor's own client takes as its base: with ``/v1`` for chat completions
    and Responses, without a version for Messages and Gemini. ``model`` is the name that the server
    knows. ``key_env`` names the environment variable that holds the key, or is empty for servers
    that want none; ``auth`` is the header that carries it, by default the format's own. ``date``
    is the day on which the source was read, here and below.
    """

    url: str
    model: str = Field(min_length=1)
    key_env: str | None = None
    auth: Auth | None = None
    source: str = Field(min_length=1)
    date: dt.date | None = None

    @field_validator("url")
    @classmethod
    def _address(cls, url: str) -> str:
        if not url.startswith(("http://", "https://", _BASE)):
            raise ValueError("an address starts with http:// or https://, or with {base}")
        return url.rstrip("/")


class Sampling(_Part):
    """Sampling that the model's maker recommends; None is unstated and left to the harness."""

    temperature: float | None = Field(default=None, ge=0)
    top_p: float | None = Field(default=None, gt=0, le=1)
    max_tokens: int | None = Field(default=None, ge=1)
    effort: str | None = None
    source: str = ""
    date: dt.date | None = None


class Prompts(_Part):
    """A system prompt, and what is to be added to a harness's own, where the maker states them."""

    system: str | None = None
    addition: str | None = None
    source: str = ""
    date: dt.date | None = None


class Preferred(_Part):
    """The harness that the model's maker trains it in, recommends or makes for it."""

    harness: str = Field(min_length=1)
    source: str = Field(min_length=1)
    date: dt.date


class Profile(_Part):
    """One model as it is to be run.

    Attributes
    ----------
    name, title, source : str
    endpoints : dict of Format to Endpoint
        The wire formats that are served; the gateway never translates between them.
    preferred : Preferred or None
    unknown : dict of str to str
        Why there is no ``sampling``, ``prompts``, ``preferred`` or ``prices``: what was looked for
        and when. Nothing is guessed.
    splits_reasoning : bool
        Whether the server reports reasoning tokens apart from other output.
    estimates : bool
        Whether a reply without usage may be counted by an estimate; otherwise it ends the run.
    aliases : tuple of str
        Patterns (``*`` and ``?``) of the names under which the server may say it ran the model.
    """

    name: str
    title: str
    source: str = ""
    endpoints: dict[Format, Endpoint] = Field(min_length=1)
    sampling: Sampling = Sampling()
    prompts: Prompts = Prompts()
    preferred: Preferred | None = None
    prices: Prices | None = None
    splits_reasoning: bool = False
    estimates: bool = False
    aliases: tuple[str, ...] = ()
    unknown: dict[Literal["sampling", "prompts", "preferred", "prices"], str] = {}

    def at(self, base: str) -> Profile:
        """The profile with ``{base}`` in its addresses replaced, as for a server on loopback."""
        moved = {
            name: end.model_copy(update={"url": end.url.replace(_BASE, base.rstrip("/"))})
            for name, end in self.endpoints.items()
        }
        return self.model_copy(update={"endpoints": moved})

    def is_declared(self, format_: Format, ran: str) -> bool:
        """Whether a name that the server gave is the model's own, or one of its aliases."""
        own = self.endpoints[format_].model
        return ran == own or any(fnmatchcase(ran, alias) for alias in self.aliases)

    def common(self, formats: tuple[Format, ...]) -> Format:
        """The first of a harness's wire formats that the model is served in.

        Raises
        ------
        ProfileError
            If there is none; the sentence says what each side speaks.
        """
        for name in formats:
            if name in self.endpoints:
                return name
        raise ProfileError(
            f"{self.name} is served as {', '.join(self.endpoints)} and the harness speaks "
            f"{', '.join(formats) or 'nothing'}: no wire format is common, and none is translated."
        )

    def key_variables(self) -> tuple[str, ...]:
        """Names of the environment variables that hold keys."""
        named = (end.key_env for end in self.endpoints.values())
        return tuple(dict.fromkeys(name for name in named if name))


_SHELF = Shelf("profile", "headway.elicit", "profiles", Profile, ProfileError)


def names() -> tuple[str, ...]:
    """Names of the shipped profiles."""
    return _SHELF.names


def load(name: str | Path) -> Profile:
    """Read a profile by name, or a user's own by path (anything ending in ``.toml``).

    Raises
    ------
    UnknownNameError
        If no shipped profile has this name; the nearest are offered.
    ProfileError
        If a file cannot be read, is not TOML, or has a field that a profile does not have.
    """
    return _SHELF.load(name)
