"""Which headers pass the gateway, in both directions."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import parse_qsl, urlencode

from headway.elicit.gateway.redact import Redactor, is_key_parameter
from headway.elicit.profile import Auth

__all__ = ["authorisation", "to_harness", "to_server", "without_key"]

# RFC 9110, section 7.6.1, and those of RFC 2616 that old programs still send.
_HOP = frozenset(
    {
        "connection", "keep-alive", "proxy-authenticate", "proxy-authorization",
        "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade", "expect",
    }
)  # fmt: skip

# Set anew: host and authorisation, the length of what is sent, and codings of the reply.
_OWN = frozenset(
    {
        "host", "authorization", "x-api-key", "x-goog-api-key", "api-key", "cookie",
        "content-length", "accept-encoding",
    }
)  # fmt: skip


def authorisation(auth: Auth, key: str | None) -> list[tuple[str, str]]:
    """The header that carries a key; none for a server that wants none."""
    if key is None:
        return []
    return [("Authorization", f"Bearer {key}")] if auth == "bearer" else [(auth, key)]


def _named(headers: list[tuple[str, str]]) -> set[str]:
    """Headers that a ``Connection`` header makes hop-by-hop."""
    values = [value for name, value in headers if name.lower() == "connection"]
    return {part.strip().lower() for value in values for part in value.split(",")}


def to_server(
    headers: Iterable[tuple[str, str]], own: Iterable[tuple[str, str]]
) -> list[tuple[str, str]]:
    """The harness's headers but for host, authorisation and hop-by-hop, and ours."""
    given = list(headers)
    out = _HOP | _OWN | _named(given)
    passed = [(name, value) for name, value in given if name.lower() not in out]
    return [*passed, *own, ("Accept-Encoding", "identity")]


def to_harness(headers: Iterable[tuple[str, str]], redactor: Redactor) -> list[tuple[str, str]]:
    """A server's headers but for hop-by-hop, and but for its length and coding.

    The coding is undone (none was asked for), and the framing of the body is the hop's own.
    """
    given = list(headers)
    out = _HOP | _named(given) | {"content-encoding", "content-length"}
    return [(n, redactor.text(v)) for n, v in given if n.lower() not in out]


def without_key(query: str) -> str:
    """A query string without the parameters that carry a key; the rest as it came."""
    pairs = parse_qsl(query, keep_blank_values=True)
    kept = [(name, value) for name, value in pairs if not is_key_parameter(name)]
    return query if len(kept) == len(pairs) else urlencode(kept)
