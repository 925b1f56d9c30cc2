"""What passes in each wire format: data files beside this one, read once."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Literal, TypeAlias
from urllib.parse import quote

from pydantic import BaseModel, ConfigDict

from headway.elicit.profile import Auth, Format

__all__ = ["Kind", "Route", "Rules", "match", "rules"]

Kind: TypeAlias = Literal["generate", "count", "hello", "models", "model"]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Route(_Part):
    """One method and path that passes; ``{model}`` stands for the run's model in the path.

    ``generate`` and ``count`` go to the server; ``hello``, ``models`` and ``model`` are answered
    by the gateway itself, since a server's list would name other models. ``query`` are parameters
    that must be there.
    """

    method: str
    path: str
    kind: Kind
    query: dict[str, str] = {}

    def fits(self, method: str, path: str, query: dict[str, str]) -> str | None:
        """The model that the path names, an empty text if it names none, None if it is not it."""
        if method != self.method or not self.query.items() <= query.items():
            return None
        before, mark, after = self.path.partition("{model}")
        if not mark:
            return "" if path == self.path else None
        # Longer than both ends together, so that the two cannot overlap.
        if len(path) <= len(before + after) or not path.startswith(before):
            return None
        name = path[len(before) : len(path) - len(after)]
        return name if path.endswith(after) and not set(name) & set(":?#") else None

    def target(self, model: str) -> str:
        """The path to ask a server for."""
        return self.path.replace("{model}", quote(model, safe="/"))


class Sampling(_Part):
    """Where a request holds each value of sampling, by dotted path; alternatives in order.

    The first that is there is the one in force; where none is, a value is added at the last.
    """

    temperature: tuple[str, ...]
    top_p: tuple[str, ...]
    max_tokens: tuple[str, ...]
    effort: tuple[str, ...]


class Rules(_Part):
    """One wire format.

    Attributes
    ----------
    prefix : str
        Start of the paths that a profile's address already ends with.
    routes : tuple of Route
    tool_types, tool_keys : tuple of str
        Types (patterns) or keys of tools that the harness runs itself. A tool of any other kind is
        taken for one that the server runs. One of the two is empty; a type that is absent counts
        as an empty text.
    server_fields : tuple of str
        Top-level fields that make a server search, run code or connect by itself.
    more_models : tuple of str
        Top-level fields that name further models.
    uncounted_fields : tuple of str
        Top-level fields that make a server work after its reply, where no usage is seen.
    address_keys : tuple of str
        Keys whose texts are addresses that the server would fetch.
    opaque_keys : tuple of str
        Keys below which data lie that no server reads so: the harness's own (arguments, schemas),
        and citations of an earlier reply.
    """

    title: str
    source: str
    auth: Auth
    prefix: str = ""
    routes: tuple[Route, ...]
    tool_types: tuple[str, ...] = ()
    tool_keys: tuple[str, ...] = ()
    server_fields: tuple[str, ...] = ()
    more_models: tuple[str, ...] = ()
    uncounted_fields: tuple[str, ...] = ()
    address_keys: tuple[str, ...] = ()
    opaque_keys: tuple[str, ...] = ()
    sampling: Sampling


@cache
def rules(name: Format) -> Rules:
    """The rules of a wire format."""
    text = files(__name__).joinpath(f"{name}.toml").read_text(encoding="utf-8")
    return Rules.model_validate(tomllib.loads(text))


def match(
    formats: tuple[Format, ...], method: str, path: str, query: dict[str, str]
) -> tuple[Format, Route, str] | None:
    """The wire format and route of a request, with the model that its path names; None if unlisted.

    Where formats share a path (``/v1/models``), the harness's first format has it.
    """
    for name in formats:
        for route in rules(name).routes:
            model = route.fits(method, path, query)
            if model is not None:
                return name, route, model
    return None
