"""``gateway.json``: what one run spent and what became of its requests."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from headway.elicit.profile import Format
from headway.elicit.tokens import Tokens

__all__ = ["Summary"]


class Summary(BaseModel):
    """The end of a gateway's run.

    Attributes
    ----------
    ended : {'term', 'failed'}
        As it was told to, or with a log that is not whole.
    exchanges : int
        Requests that were sent to a server.
    replies : int
        Those that were answered with status 200 to 299.
    refusals : dict of str to int
        Requests that were not sent, by reason (:mod:`headway.elicit.gateway.events`).
    failures : dict of str to int
        Exchanges that failed, by kind of ``infra`` event.
    marks : dict of str to int
        Exchanges that carry a mark, by mark.
    fatal : str or None
        The first failure after which the run cannot count, such as ``no_usage``.
    tokens : Tokens
    spent, limit, overshoot : float
        In ``unit``; overshoot is what was spent beyond the limit.
    seconds, back_off : float
        From the first request to the end, and that part of it in which servers failed.
    first_402 : float or None
        Seconds since 1970 of the first request that found the budget spent.
    model : dict of Format to str
        The names that are sent.
    ran : dict of str to int
        The names that servers gave, with how often.
    as_declared : bool
        No exchange carries the mark ``model_changed`` or ``sampling_changed``.
    wire_sha256 : str or None
        Of the log; None where it could not be written.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", protected_namespaces=())

    run: str
    ended: Literal["term", "failed"]
    exchanges: int
    replies: int
    refusals: dict[str, int]
    failures: dict[str, int]
    marks: dict[str, int]
    fatal: str | None
    tokens: Tokens
    spent: float
    limit: float
    unit: str
    overshoot: float
    seconds: float
    back_off: Annotated[float, Field(ge=0)]
    first_402: float | None
    model: dict[Format, str]
    ran: dict[str, int]
    as_declared: bool
    wire_sha256: str | None
