"""What a request may not ask of a server: tools of its own, addresses, further models."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from headway.elicit.gateway.document import Document
from headway.elicit.gateway.formats import Rules

__all__ = ["Refusal", "refusal"]


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a request does not pass: HTTP status, reason (of the event), and words for people."""

    status: int
    reason: str
    detail: str


def refusal(
    document: Document, rules: Rules, *, server_tools: bool = False, remote_urls: bool = False
) -> Refusal | None:
    """The first thing in a request that its rules do not allow; None if there is nothing.

    Parameters
    ----------
    server_tools, remote_urls : bool
        The design allows tools that the server runs, and addresses that it fetches.
    """
    found = itertools.chain(
        _fields(document, rules, server_tools), _below(document, rules, server_tools, remote_urls)
    )
    return next(found, None)


def _fields(document: Document, rules: Rules, tools: bool) -> Iterator[Refusal]:
    """Top-level fields; one that is empty or false asks for nothing."""
    asked = {name.casefold() for name, value in document.members.items() if value}
    for field in asked.intersection(rules.more_models):
        yield Refusal(404, "model", f"the field {field} names further models")
    for field in asked.intersection(rules.uncounted_fields):
        yield Refusal(400, "uncounted", f"the field {field} asks for work that is not counted")
    if not tools:
        for field in asked.intersection(rules.server_fields):
            yield Refusal(400, "server_tool", f"the field {field} makes the server act")


def _below(document: Document, rules: Rules, tools: bool, urls: bool) -> Iterator[Refusal]:
    """Tools and addresses at any depth."""
    addresses = _cased(rules.address_keys)
    for key, value in _pairs(document.members, _cased(rules.opaque_keys)):
        if key == "tools" and not tools:
            yield from _tools(value, rules)
        elif key in addresses and not urls and _is_address(value):
            yield Refusal(400, "remote_url", f"{key} is an address that the server would fetch")


def _is_address(value: Any) -> bool:
    """Data in place, and files that were given an id, are not fetched from anywhere."""
    return isinstance(value, str) and not value.startswith("data:")


def _cased(names: tuple[str, ...]) -> set[str]:
    return {name.casefold() for name in names}


def _pairs(inside: Any, opaque: set[str]) -> Iterator[tuple[str, Any]]:
    """Every key and value at any depth, but nothing below the harness's own data.

    At the top an opaque name is no data: ``input`` of Responses holds the messages.
    """
    stack: list[Any] = [inside]
    while stack:
        value = stack.pop()
        if isinstance(value, dict):
            for key, below in value.items():
                low = key.casefold()
                yield low, below
                if isinstance(below, (dict, list)) and (low not in opaque or value is inside):
                    stack.append(below)
        elif isinstance(value, list):
            stack.extend(v for v in value if isinstance(v, (dict, list)))


def _tools(tools: Any, rules: Rules) -> Iterator[Refusal]:
    listed = tools if isinstance(tools, list) else [tools]
    for tool in listed:
        if not isinstance(tool, dict):
            # A list of names, as of a server's MCP tools, offers nothing by itself.
            continue
        for name in _names(tool, rules):
            yield Refusal(400, "server_tool", f"the tool {name[:80]!r} is not run by the harness")


def _names(tool: dict[str, Any], rules: Rules) -> Iterator[str]:
    """Kinds of a tool that the harness does not run itself."""
    if rules.tool_keys:
        yield from (key for key in tool if key not in rules.tool_keys)
        return
    types = [value for key, value in tool.items() if key.casefold() == "type"] or [""]
    for kind in types:
        text = kind if isinstance(kind, str) else "" if kind is None else repr(kind)
        if not any(fnmatchcase(text, allowed) for allowed in rules.tool_types):
            yield text or "without a type"
