"""What servers of models do on their own side, as their replies tell it.

https://docs.claude.com/en/docs/agents-and-tools/tool-use/web-search-tool and web-fetch-tool;
https://platform.openai.com/docs/guides/tools-web-search (annotations of chat completions, items of
Responses); GLM's chat completions list what was searched in a field of the reply, and so do
https://docs.perplexity.ai/api-reference/chat-completions-post and https://docs.x.ai/docs/guides/live-search.
"""

from __future__ import annotations

from typing import Any

from tests.elicit.scripted import (
    Turn,
    chat_whole,
    messages_blocks,
    responses_items,
)

PAGE = "https://github.com/example/slug/blob/main/slug.py"
_QUERY = "slug.py accents unicodedata fix"


def _message(turn: Turn, blocks: list[dict[str, Any]], **requests: int) -> dict[str, Any]:
    usage = {"server_tool_use": requests}
    return {"content": [*blocks, *messages_blocks(turn)], "usage": usage}


def messages_search(turn: Turn) -> dict[str, Any]:
    use = {"type": "server_tool_use", "id": "srvtoolu_1", "name": "web_search"}
    hit = {"type": "web_search_result", "url": PAGE, "title": "slug", "encrypted_content": "ZQ=="}
    blocks = [
        {**use, "input": {"query": _QUERY}},
        {"type": "web_search_tool_result", "tool_use_id": "srvtoolu_1", "content": [hit]},
    ]
    return _message(turn, blocks, web_search_requests=1)


def messages_fetch(turn: Turn) -> dict[str, Any]:
    use = {"type": "server_tool_use", "id": "srvtoolu_2", "name": "web_fetch"}
    source = {"type": "text", "media_type": "text/plain", "data": "def slug(title): ..."}
    page = {
        "type": "web_fetch_result",
        "url": PAGE,
        "content": {"type": "document", "source": source},
    }
    blocks = [
        {**use, "input": {"url": PAGE}},
        {"type": "web_fetch_tool_result", "tool_use_id": "srvtoolu_2", "content": page},
    ]
    return _message(turn, blocks, web_search_requests=0, web_fetch_requests=1)


def messages_failed(turn: Turn) -> dict[str, Any]:
    """A search that the server began and that failed."""
    use = {"type": "server_tool_use", "id": "srvtoolu_3", "name": "web_search"}
    error = {"type": "web_search_tool_result_error", "error_code": "unavailable"}
    blocks = [
        {**use, "input": {"query": _QUERY}},
        {"type": "web_search_tool_result", "tool_use_id": "srvtoolu_3", "content": error},
    ]
    return _message(turn, blocks, web_search_requests=1)


def messages_none(turn: Turn) -> dict[str, Any]:
    """The counts that a server sends that did nothing of the kind."""
    return _message(turn, [], web_search_requests=0, web_fetch_requests=0)


def _chat(turn: Turn, **more: Any) -> dict[str, Any]:
    choice = chat_whole(turn)["choices"][0]
    return {"choices": [{**choice, "message": {**choice["message"], **more}}]}


def chat_cited(turn: Turn) -> dict[str, Any]:
    cited = {"url": PAGE, "title": "slug.py", "start_index": 0, "end_index": 4}
    return _chat(turn, annotations=[{"type": "url_citation", "url_citation": cited}])


def chat_none(turn: Turn) -> dict[str, Any]:
    """The empty list that a server sends with every reply."""
    return _chat(turn, annotations=[])


def chat_listed(turn: Turn) -> dict[str, Any]:
    del turn
    hit = {"title": "slug.py", "link": PAGE, "media": "GitHub", "content": "def slug(title): ..."}
    return {"web_search": [{**hit, "refer": "ref_1"}]}


def chat_sources(turn: Turn) -> dict[str, Any]:
    """Sources beside the choices, as Perplexity and xAI list them."""
    del turn
    hit = {"title": "slug.py", "url": PAGE, "date": "2026-03-05"}
    return {"citations": [PAGE], "search_results": [hit]}


def chat_no_sources(turn: Turn) -> dict[str, Any]:
    """The same lists where nothing was searched."""
    del turn
    return {"citations": [], "search_results": [], "web_search": None}


def messages_quoted(turn: Turn) -> dict[str, Any]:
    """Text that quotes what was found; the search itself is not among the blocks."""
    place = {"type": "web_search_result_location", "url": PAGE, "cited_text": "def slug"}
    return {"content": [{"type": "text", "text": turn.text, "citations": [place]}]}


def responses_search(turn: Turn) -> dict[str, Any]:
    action = {"type": "search", "query": _QUERY}
    item = {"type": "web_search_call", "id": "ws_1", "status": "completed", "action": action}
    return {"output": [item, *responses_items(turn)]}


SAYS = {
    "messages_search": messages_search,
    "messages_fetch": messages_fetch,
    "messages_failed": messages_failed,
    "messages_none": messages_none,
    "chat_cited": chat_cited,
    "chat_none": chat_none,
    "chat_listed": chat_listed,
    "chat_sources": chat_sources,
    "chat_no_sources": chat_no_sources,
    "messages_quoted": messages_quoted,
    "responses_search": responses_search,
}
