"""Replies of OpenAI chat completions, and of the many servers that speak them.

https://platform.openai.com/docs/api-reference/chat-streaming: with ``include_usage`` one more
chunk follows, with no choices and the usage of the whole; then ``[DONE]``.
"""

from __future__ import annotations

from typing import Any

from headway.elicit.gateway.replies.seen import Seen, count, part, split
from headway.elicit.tokens import Tokens

__all__ = ["event", "is_usage_alone", "tokens", "whole"]

_TEXTS = ("content", "reasoning_content", "reasoning", "refusal")


def event(seen: Seen, name: str, document: dict[str, Any]) -> None:
    """Read one chunk of a stream."""
    del name  # chunks have none
    if document.get("error"):
        seen.fail(document["error"])
        return
    _common(seen, document)
    for choice in document.get("choices") or ():
        if part(choice, "finish_reason"):
            seen.done = True
        delta = part(choice, "delta")
        if isinstance(delta, dict):
            seen.add_output(*(delta.get(key) for key in _TEXTS))
            for call in delta.get("tool_calls") or ():
                seen.add_output(part(call, "function", "name"), part(call, "function", "arguments"))


def whole(seen: Seen, document: dict[str, Any]) -> None:
    """Read a reply that is not a stream."""
    if document.get("error"):
        seen.fail(document["error"])
    _common(seen, document)
    seen.done = True


def _common(seen: Seen, document: dict[str, Any]) -> None:
    # Moonshot puts the usage of a stream into its last choice.
    choices = document.get("choices")
    first = choices[0] if isinstance(choices, list) and choices else None
    for usage in (document.get("usage"), part(first, "usage")):
        seen.final = seen.add_usage(usage) or seen.final
    seen.add_ran(model=document.get("model"), service_tier=document.get("service_tier"))


def is_usage_alone(document: Any) -> bool:
    """Whether a chunk is the one that ``include_usage`` adds."""
    return part(document, "choices") == [] and isinstance(part(document, "usage"), dict)


def tokens(usage: dict[str, Any]) -> Tokens:
    """Five kinds of token.

    https://platform.openai.com/docs/api-reference/chat/object, "usage": ``prompt_tokens`` include
    the cached ones, ``completion_tokens`` the reasoning. Others differ, and are told by their sums:
    where ``total_tokens`` exceed prompt and completion, that much output was not in
    ``completion_tokens`` (xAI's reasoning, Gemini's thinking behind its own chat completions).
    Names of the cache: OpenAI; DeepSeek (``prompt_cache_hit_tokens``); Moonshot
    (``cached_tokens``); OpenRouter and DashScope for what was written.
    """
    prompt, completion = count(usage, "prompt_tokens"), count(usage, "completion_tokens")
    if prompt is None or completion is None:
        raise ValueError("prompt_tokens or completion_tokens are missing")
    read = _first(
        usage,
        ("prompt_tokens_details", "cached_tokens"),
        ("prompt_cache_hit_tokens",),
        ("cached_tokens",),
    )
    written = _first(
        usage,
        ("prompt_tokens_details", "cache_write_tokens"),
        ("prompt_tokens_details", "cache_creation_input_tokens"),
    )
    reasoning = count(usage, "completion_tokens_details", "reasoning_tokens")
    beyond = max(0, (count(usage, "total_tokens") or 0) - prompt - completion)
    if beyond and not reasoning:
        reasoning = beyond
    inside = None if beyond and reasoning == beyond else reasoning
    return Tokens(
        uncached_input=split(prompt, read, written),
        cache_read=read or 0,
        cache_write=written or 0,
        visible_output=split(completion, inside),
        reasoning=reasoning,
    )


def _first(usage: dict[str, Any], *paths: tuple[str, ...]) -> int | None:
    for path in paths:
        value = count(usage, *path)
        if value is not None:
            return value
    return None
