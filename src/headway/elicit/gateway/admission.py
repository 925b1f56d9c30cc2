"""From a harness's request to what is sent to the server, or to the reason why it is not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from headway.elicit.gateway import change, checks, encoding
from headway.elicit.gateway.checks import Refusal
from headway.elicit.gateway.config import Config
from headway.elicit.gateway.document import Document, parse
from headway.elicit.gateway.formats import Route, Rules, rules
from headway.elicit.gateway.headers import authorisation, to_server
from headway.elicit.gateway.record import Record
from headway.elicit.profile import Endpoint, Format
from headway.errors import DataError

__all__ = ["Outgoing", "outgoing"]


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A request as it is sent."""

    url: str
    headers: list[tuple[str, str]]
    body: bytes


def outgoing(
    config: Config,
    keys: dict[str, str],
    record: Record,
    route: Route,
    named: str,
    query: str,
) -> Outgoing | Refusal:
    """Check a request and change what is to be changed; both are noted in its record.

    Parameters
    ----------
    record : Record
        With format, headers and body as they came.
    named : str
        Model that the path names; empty where the body does.
    query : str
        Query string that goes on, without keys.
    """
    format_ = record.format
    assert format_ is not None
    given = rules(format_)
    found = _document(config, record)
    if isinstance(found, Refusal):
        return found
    refused = _checked(config, given, found, named)
    if refused is not None:
        return refused
    end = config.endpoint(format_)
    _changed(config, format_, found, record, named)
    body = _packed(found, record)
    url = end.url + route.target(end.model).removeprefix(given.prefix)
    return Outgoing(
        url + (f"?{query}" if query else ""),
        to_server(record.headers, _authorisation(end, given, keys)),
        body,
    )


def _authorisation(end: Endpoint, given: Rules, keys: dict[str, str]) -> list[tuple[str, str]]:
    key = keys[end.key_env] if end.key_env else None
    return authorisation(end.auth or given.auth, key)


def _document(config: Config, record: Record) -> Document | Refusal:
    """The body of a request, unpacked; the record then holds it as text."""
    if record.coding is not None:
        if record.coding not in encoding.CODINGS:
            known = ", ".join(encoding.CODINGS)
            return Refusal(
                415, "encoding", f"bodies in {record.coding!r} are not read; {known} are"
            )
        try:
            record.body = encoding.decoded(record.body, record.coding, config.limits.body)
        except DataError as error:
            return Refusal(400, "encoding", str(error))
    try:
        return parse(record.body)
    except DataError as error:
        return Refusal(400, "body", str(error))


def _checked(config: Config, given: Rules, document: Document, named: str) -> Refusal | None:
    model = named or document.members.get("model")
    if model != config.model_seen_by_harness:
        return Refusal(404, "model", f"the model {str(model)[:80]!r} is not the run's")
    return checks.refusal(
        document,
        given,
        server_tools=config.allow_server_tools,
        remote_urls=config.allow_remote_urls,
    )


def _changed(
    config: Config, format_: Format, document: Document, record: Record, named: str
) -> None:
    given, end = rules(format_), config.endpoint(format_)
    record.asked = _declared(named or document.members.get("model"), document, given)
    changes = record.changes
    if named:
        changes.note("model", named, end.model)
    else:
        change.set_model(document, end.model, changes)
    if config.sampling == "profile" and record.kind == "generate":
        change.set_sampling(document, given, config.profile.sampling, changes)
    if format_ == "chat":
        change.show_usage(document, changes)
    record.sent = _declared(end.model, document, given)


def _declared(model: Any, document: Document, given: Rules) -> dict[str, Any]:
    return {"model": model, **change.sampling_of(document, given)}


def _packed(document: Document, record: Record) -> bytes:
    """What is sent: the bytes that came where nothing was changed, in the coding they came in."""
    if not document.changed:
        return record.came
    body = document.edited().encode()
    return body if record.coding is None else encoding.encoded(body, record.coding)
