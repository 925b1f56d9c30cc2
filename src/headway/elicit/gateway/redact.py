"""Keys are taken out of all that is written or shown, whatever the path they came by."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from urllib.parse import quote, quote_plus

from headway.elicit.profile import Profile
from headway.errors import GatewayError

__all__ = ["MARK", "Flow", "Redactor", "keys"]

MARK = "[redacted]"
_MARK = MARK.encode()

# Shorter ones would be found in text that has nothing to do with them.
_SHORTEST = 8

_HEADERS = frozenset(
    {"authorization", "proxy-authorization", "x-api-key", "x-goog-api-key", "api-key", "cookie"}
)
_QUERY = frozenset({"key", "api_key", "api-key", "access_token", "token"})


def keys(profile: Profile, environment: Mapping[str, str]) -> dict[str, str]:
    """Values of the environment variables that a profile names, by variable.

    Raises
    ------
    GatewayError
        If one is not set or empty, too short to be redacted, or cannot be part of a header.
    """
    found = {}
    for name in profile.key_variables():
        value = environment.get(name, "").strip()
        if not value:
            raise GatewayError(f"The environment variable {name} of the profile holds no key.")
        if len(value) < _SHORTEST:
            raise GatewayError(
                f"The key in {name} is shorter than {_SHORTEST} characters and could not be "
                "redacted; leave key_env empty for a server that wants none."
            )
        if not (value.isascii() and value.isprintable()):
            raise GatewayError(f"The key in {name} holds characters that no header can carry.")
        found[name] = value
    return found


class Redactor:
    """Replaces keys, as they are, within JSON, and percent-encoded."""

    def __init__(self, secrets: Iterable[str]) -> None:
        forms = {form.encode() for secret in secrets for form in _forms(secret)}
        # The longest first: a form can begin with another.
        self._forms = tuple(sorted(forms, key=len, reverse=True))
        self._firsts = frozenset(form[0] for form in forms)
        self._longest = max(map(len, forms), default=1)

    def data(self, data: bytes) -> bytes:
        """Bytes without keys."""
        for form in self._forms:
            if form in data:
                data = data.replace(form, _MARK)
        return data

    def text(self, text: str) -> str:
        """Text without keys."""
        return self.data(text.encode("utf-8", "surrogatepass")).decode("utf-8", "surrogatepass")

    def holds(self, data: bytes) -> bool:
        """Whether a key is in these bytes."""
        return any(form in data for form in self._forms)

    def headers(self, headers: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
        """Headers as they may be written: without the value of any that carries a key."""
        return [
            (name, MARK if name.lower() in _HEADERS else self.text(value))
            for name, value in headers
        ]

    def query(self, pairs: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
        """Parameters of an address as they may be written."""
        return [
            (self.text(name), MARK if is_key_parameter(name) else self.text(value))
            for name, value in pairs
        ]

    def begun(self, data: bytes) -> int:
        """Length of the end of ``data`` that could be the start of a key."""
        tail = data[-self._longest + 1 :] if self._longest > 1 else b""
        for start, byte in enumerate(tail):
            if byte in self._firsts:
                end = tail[start:]
                if any(form.startswith(end) for form in self._forms):
                    return len(end)
        return 0


def is_key_parameter(name: str) -> bool:
    """Whether a parameter of an address carries a key."""
    return name.lower() in _QUERY


def _forms(secret: str) -> set[str]:
    inside = json.dumps(secret)[1:-1]
    quoted = {quote(secret, safe=""), quote_plus(secret)}
    # The digits of percent-encoding come in both cases.
    lower = {re.sub("%..", lambda found: found[0].lower(), form) for form in quoted}
    return {secret, inside, inside.replace("/", "\\/"), *quoted, *lower}


class Flow:
    """Redacts a stream: holds back only what could be the start of a key, so nothing is delayed."""

    def __init__(self, redactor: Redactor) -> None:
        self._redactor = redactor
        self._held = b""

    def feed(self, chunk: bytes) -> bytes:
        """The bytes that may go on."""
        data = self._redactor.data(self._held + chunk)
        held = self._redactor.begun(data)
        self._held = data[len(data) - held :]
        return data[: len(data) - held]

    def close(self) -> bytes:
        """What was held back at the end."""
        held, self._held = self._held, b""
        return held
