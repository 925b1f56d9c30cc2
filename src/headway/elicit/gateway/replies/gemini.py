"""Replies of Gemini.

https://ai.google.dev/api/generate-content: every chunk is a whole ``GenerateContentResponse``, with
the counts so far; the last one has a ``finishReason``.
"""

from __future__ import annotations

import json
from typing import Any

from headway.elicit.gateway.replies.seen import Seen, count, part, split
from headway.elicit.tokens import Tokens

__all__ = ["event", "tokens", "whole"]


def event(seen: Seen, name: str, document: dict[str, Any]) -> None:
    """Read one chunk of a stream."""
    del name  # chunks have none
    if document.get("error"):
        seen.fail(document["error"])
        return
    counted = seen.add_usage(document.get("usageMetadata"))
    seen.add_ran(
        model=document.get("modelVersion"),
        service_tier=part(document, "usageMetadata", "serviceTier"),
    )
    # A prompt that was blocked has no candidates at all.
    ended = bool(part(document, "promptFeedback", "blockReason"))
    for candidate in document.get("candidates") or ():
        ended = ended or bool(part(candidate, "finishReason"))
        for piece in part(candidate, "content", "parts") or ():
            call = part(piece, "functionCall")
            seen.add_output(part(piece, "text"), json.dumps(call) if call else None)
    seen.done = seen.done or ended
    seen.final = seen.final or (counted and seen.done)


def whole(seen: Seen, document: dict[str, Any]) -> None:
    """Read a reply that is not a stream."""
    event(seen, "", document)
    seen.final = bool(seen.usage)


def tokens(usage: dict[str, Any]) -> Tokens:
    """Five kinds of token.

    https://ai.google.dev/api/generate-content#UsageMetadata: ``promptTokenCount`` includes the
    cached content; ``thoughtsTokenCount`` is apart from ``candidatesTokenCount``, and
    ``toolUsePromptTokenCount`` from the prompt: ``totalTokenCount`` is the sum of these four.
    A count of 0 is left out, as in all JSON of protocol buffers. Writing to an implicit cache is
    not reported.
    """
    prompt = count(usage, "promptTokenCount")
    if prompt is None:
        raise ValueError("promptTokenCount is missing")
    read = count(usage, "cachedContentTokenCount") or 0
    return Tokens(
        uncached_input=split(prompt, read) + (count(usage, "toolUsePromptTokenCount") or 0),
        cache_read=read,
        visible_output=count(usage, "candidatesTokenCount") or 0,
        reasoning=count(usage, "thoughtsTokenCount") or 0,
    )
