"""What a gateway is told: one JSON document on standard input, without any key in it."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from headway.elicit.budget import Budget
from headway.elicit.profile import Endpoint, Format, Profile
from headway.errors import GatewayError, ProfileError

__all__ = ["Config", "Limits", "parse"]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", protected_namespaces=())


class Limits(_Part):
    """Seconds and bytes beyond which the gateway gives up on an exchange.

    Attributes
    ----------
    connect, silence : float
        Seconds to connect to the server, and without a byte from it.
    body : int
        Bytes of a request.
    reply_for_usage : int
        Bytes of a reply that is not a stream, beyond which its usage is not read.
    refusals : int
        Refused requests that are written to the log; further ones are counted only.
    back_off : float
        Seconds between a failed exchange and the next request that are taken for waiting.
    """

    connect: float = Field(default=20.0, gt=0)
    silence: float = Field(default=900.0, gt=0)
    body: int = Field(default=64 << 20, gt=0)
    reply_for_usage: int = Field(default=64 << 20, gt=0)
    refusals: int = Field(default=2000, ge=0)
    back_off: float = Field(default=600.0, ge=0)


class Config(_Part):
    """One run's gateway.

    Attributes
    ----------
    run : str
        Id of the run, as it appears in the log.
    socket : Path
        Unix socket to listen on. Its folder is made, and must hold nothing else.
    socket_uid : int or None
        Host user of the sandbox, who alone may connect (besides the gateway's own user).
    folder : Path
        Existing folder for ``wire.jsonl.zst`` and ``gateway.json``.
    profile : Profile
        Where the model is served. Keys are named there and read from the environment.
    harness_formats : tuple of Format
        Wire formats that the harness speaks; those that are served pass, and one must be.
    model_seen_by_harness : str
        The one model name that passes; the endpoint's own name is sent in its place.
    sampling : {'harness', 'profile'}
        Whose sampling is sent.
    budget : Budget
    max_concurrent : int
        Exchanges at one time; others wait.
    allow_server_tools, allow_remote_urls : bool
        Whether the design lets the server run tools, or fetch addresses.
    """

    run: str = Field(min_length=1)
    socket: Path
    socket_uid: int | None = Field(default=None, ge=0)
    folder: Path
    profile: Profile
    harness_formats: tuple[Format, ...] = Field(min_length=1)
    model_seen_by_harness: str = Field(min_length=1)
    sampling: Literal["harness", "profile"] = "harness"
    budget: Budget
    max_concurrent: int = Field(default=16, ge=1)
    allow_server_tools: bool = False
    allow_remote_urls: bool = False
    limits: Limits = Limits()

    @model_validator(mode="after")
    def _served(self) -> Config:
        try:
            self.profile.common(self.harness_formats)
        except ProfileError as error:
            raise ValueError(str(error).rstrip(".")) from None
        return self

    @property
    def formats(self) -> tuple[Format, ...]:
        """Wire formats that pass: spoken by the harness and served."""
        return tuple(name for name in self.harness_formats if name in self.profile.endpoints)

    def endpoint(self, format_: Format) -> Endpoint:
        """Where a wire format of this run is served."""
        return self.profile.endpoints[format_]


def parse(text: str) -> Config:
    """Read a configuration.

    Raises
    ------
    GatewayError
        If it is not JSON, or a field is missing, unknown or wrong; the sentence names the field.
    """
    try:
        return Config.model_validate_json(text)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        field = ".".join(str(part) for part in first["loc"]) or "the document"
        raise GatewayError(f"Gateway configuration: {field}: {first['msg']}.") from None
