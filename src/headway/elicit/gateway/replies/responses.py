"""Replies of OpenAI Responses.

https://platform.openai.com/docs/api-reference/responses-streaming: ``response.completed``,
``response.incomplete`` and ``response.failed`` carry the response with its usage.
"""

from __future__ import annotations

from typing import Any

from headway.elicit.gateway.replies.seen import Seen, count, part, split
from headway.elicit.tokens import Tokens

__all__ = ["event", "tokens", "whole"]

_ENDS = ("response.completed", "response.incomplete", "response.failed")


def event(seen: Seen, name: str, document: dict[str, Any]) -> None:
    """Read one event of a stream."""
    kind = document.get("type") or name
    if kind in _ENDS:
        _response(seen, part(document, "response"))
        seen.done = True
    elif kind == "response.created":
        # Echoes what was asked; what ran is said again at the end.
        seen.add_ran(model=part(document, "response", "model"))
    elif kind == "error":
        seen.fail(document.get("error") or document)
    else:
        seen.add_output(document.get("delta"))


def whole(seen: Seen, document: dict[str, Any]) -> None:
    """Read a reply that is not a stream."""
    _response(seen, document)


def _response(seen: Seen, response: Any) -> None:
    if part(response, "error"):
        seen.fail(part(response, "error"))
    seen.final = seen.add_usage(part(response, "usage"))
    seen.add_ran(
        model=part(response, "model"),
        service_tier=part(response, "service_tier"),
        effort=part(response, "reasoning", "effort"),
        temperature=part(response, "temperature"),
        top_p=part(response, "top_p"),
        max_tokens=part(response, "max_output_tokens"),
    )


def tokens(usage: dict[str, Any]) -> Tokens:
    """Five kinds of token.

    https://platform.openai.com/docs/api-reference/responses/object, "usage": ``input_tokens``
    include the cached ones, ``output_tokens`` the reasoning.
    """
    given, output = count(usage, "input_tokens"), count(usage, "output_tokens")
    if given is None or output is None:
        raise ValueError("input_tokens or output_tokens are missing")
    read = count(usage, "input_tokens_details", "cached_tokens")
    written = count(usage, "input_tokens_details", "cache_write_tokens")
    reasoning = count(usage, "output_tokens_details", "reasoning_tokens")
    return Tokens(
        uncached_input=split(given, read, written),
        cache_read=read or 0,
        cache_write=written or 0,
        visible_output=split(output, reasoning),
        reasoning=reasoning,
    )
