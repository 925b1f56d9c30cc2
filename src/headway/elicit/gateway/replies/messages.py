"""Replies of Anthropic Messages.

https://docs.claude.com/en/docs/build-with-claude/streaming: ``message_start`` carries the usage of
the input, ``message_delta`` cumulative counts, ``message_stop`` the end.
"""

from __future__ import annotations

from typing import Any

from headway.elicit.gateway.replies.seen import Seen, count, part
from headway.elicit.tokens import Tokens

__all__ = ["event", "tokens", "whole"]


def event(seen: Seen, name: str, document: dict[str, Any]) -> None:
    """Read one event of a stream."""
    kind = document.get("type") or name
    if kind == "message_start":
        _message(seen, part(document, "message"))
    elif kind == "content_block_delta":
        delta = part(document, "delta")
        seen.add_output(*(part(delta, key) for key in ("text", "partial_json", "thinking")))
    elif kind == "message_delta":
        seen.final = seen.add_usage(document.get("usage")) or seen.final
    elif kind == "message_stop":
        seen.done = True
    elif kind == "error":
        seen.fail(document.get("error"))


def whole(seen: Seen, document: dict[str, Any]) -> None:
    """Read a reply that is not a stream."""
    _message(seen, document)
    seen.final = bool(seen.usage)


def _message(seen: Seen, message: Any) -> None:
    seen.add_usage(part(message, "usage"))
    seen.add_ran(model=part(message, "model"), service_tier=part(message, "usage", "service_tier"))


def tokens(usage: dict[str, Any]) -> Tokens:
    """Five kinds of token.

    https://docs.claude.com/en/docs/build-with-claude/prompt-caching, "Tracking cache performance":
    ``input_tokens`` are those after the last cache breakpoint; what was read from a cache and
    written to it comes on top. Thinking is part of ``output_tokens``
    (https://docs.claude.com/en/docs/build-with-claude/extended-thinking) and not split from it.
    """
    given, output = count(usage, "input_tokens"), count(usage, "output_tokens")
    if given is None or output is None:
        raise ValueError("input_tokens or output_tokens are missing")
    return Tokens(
        uncached_input=given,
        cache_read=count(usage, "cache_read_input_tokens") or 0,
        cache_write=count(usage, "cache_creation_input_tokens") or 0,
        visible_output=output,
        reasoning=None,
    )
