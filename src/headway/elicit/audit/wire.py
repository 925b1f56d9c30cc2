"""What the log of the wire says of tools that the model's server runs."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

__all__ = ["Served", "Use", "Watch"]

# Blocks and items of replies that a server's own tools leave (the four formats' API references).
_SIGNS = (
    "server_tool_use", "web_search_tool_result", "web_fetch_tool_result",
    "code_execution_tool_result", "web_search_call", "file_search_call", "code_interpreter_call",
    "mcp_call", "groundingMetadata", "grounding_metadata", "url_citation", "urlContextMetadata",
    "web_search_requests", "web_search", "search_results", "citations",
)  # fmt: skip
# Names of such tools in requests, all in small letters and without "_".
_NAMES = re.compile(
    r'"(websearch|googlesearch|urlcontext|codeexecution|codeinterpreter|filesearch|mcp|webfetch'
    r"|plugins|searchparameters|enablesearch|builtinfunction|prompt|googlemaps|toolsearchtool)"
    r'[a-z0-9]*"'
)
# Somebody's own data, and the tools of a request, which some replies repeat.
_WORDS = {"arguments", "input", "args", "text", "tools"}


@dataclass(frozen=True, slots=True)
class Use:
    """A tool of the server in one exchange."""

    exchange: int
    name: str


@dataclass(frozen=True, slots=True)
class Served:
    """Tools of the server: declared in requests, refused by the gateway, used in replies.

    ``hosts`` are requests through the gateway for another host; ``exchanges`` counts all.
    """

    declared: tuple[Use, ...] = ()
    refused: tuple[Use, ...] = ()
    used: tuple[Use, ...] = ()
    hosts: tuple[Use, ...] = ()
    exchanges: int = 0


@dataclass(slots=True)
class Watch:
    """Notes what passes while the log is read once."""

    declared: list[Use] = field(default_factory=list)
    refused: list[Use] = field(default_factory=list)
    used: list[Use] = field(default_factory=list)
    hosts: list[Use] = field(default_factory=list)
    exchanges: int = 0
    _clean: set[str] = field(default_factory=set)

    def over(self, lines: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
        """The same lines."""
        for line in lines:
            self._note(line)
            yield line

    def served(self) -> Served:
        """What was noted."""
        return Served(
            tuple(self.declared),
            tuple(self.refused),
            tuple(self.used),
            tuple(self.hosts),
            self.exchanges,
        )

    def _note(self, line: Mapping[str, Any]) -> None:
        number, request = int(line["exchange"]), line.get("request") or {}
        self.exchanges += 1
        no = line.get("refused") or {}
        if no.get("reason") == "server_tool":
            self.refused.append(Use(number, str(no.get("detail"))))
        elif line.get("kind") == "generate":
            self.declared += [
                Use(number, name) for name in _declared(line, request.get("body"), self._clean)
            ]
        if "://" in str(request.get("path", "")):
            self.hosts.append(Use(number, str(request["path"])))
        reply = str(line.get("reply_body") or "")
        self.used += [Use(number, sign) for sign in _SIGNS if _holds(reply, sign)]


def _declared(line: Mapping[str, Any], body: object, clean: set[str]) -> Iterator[str]:
    """Tools of the server that a request offers, by the rules that the gateway refuses them by.

    ``clean`` holds names that were looked at before and are none of them: a harness's own tools
    may be called so, and are offered in every request.
    """
    format_ = line.get("format")
    if not format_ or not isinstance(body, str):
        return
    names = set(_NAMES.findall(body.lower().replace("_", "")))
    if names <= clean:
        return
    from headway.elicit.gateway.checks import refusal
    from headway.elicit.gateway.document import parse
    from headway.elicit.gateway.formats import rules
    from headway.errors import DataError

    try:
        found = refusal(parse(body.encode("utf-8", "surrogatepass")), rules(format_))
    except DataError:
        return
    if found is not None and found.reason == "server_tool":
        yield found.detail
    else:
        clean |= names


def _holds(text: str, sign: str) -> bool:
    """Whether a reply has the sign as a key or a type, not as words of the model."""
    mark = f'"{sign}"'
    if mark not in text:
        return False
    for piece in [text] if text.lstrip().startswith("{") else text.split("\n"):
        if mark not in piece:
            continue
        try:
            document = json.loads(piece.removeprefix("data:").strip())
        except (ValueError, RecursionError):
            continue
        if _below(document, sign):
            return True
    return False


def _below(value: Any, sign: str) -> bool:
    stack = [value]
    while stack:
        one = stack.pop()
        if isinstance(one, dict):
            if one.get("type") == sign or one.get(sign):
                return True
            stack.extend(below for key, below in one.items() if key not in _WORDS)
        elif isinstance(one, list):
            stack.extend(one)
    return False
