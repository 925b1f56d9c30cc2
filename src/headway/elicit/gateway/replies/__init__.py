"""What a reply says of itself: usage, the model that ran, whether it is whole.

One module per wire format, each with the same three functions::

    event(seen, name, document)   # one event of a stream
    whole(seen, document)         # a reply that is not a stream
    tokens(usage) -> Tokens       # the provider's usage as five disjoint kinds
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from headway.elicit.gateway.replies import chat, gemini, messages, responses
from headway.elicit.gateway.replies.seen import Seen
from headway.elicit.profile import Format
from headway.elicit.tokens import Tokens

__all__ = ["READERS", "Reads", "Seen"]


@dataclass(frozen=True, slots=True)
class Reads:
    """How replies of one wire format are read."""

    event: Callable[[Seen, str, dict[str, Any]], None]
    whole: Callable[[Seen, dict[str, Any]], None]
    tokens: Callable[[dict[str, Any]], Tokens]


READERS: dict[Format, Reads] = {
    "messages": Reads(messages.event, messages.whole, messages.tokens),
    "chat": Reads(chat.event, chat.whole, chat.tokens),
    "responses": Reads(responses.event, responses.whole, responses.tokens),
    "gemini": Reads(gemini.event, gemini.whole, gemini.tokens),
}
