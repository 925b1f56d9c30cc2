"""What may not be asked of a server: tools of its own, addresses, other models and paths."""

from __future__ import annotations

import json
from typing import Any

import pytest

from headway.elicit.gateway import document
from headway.elicit.gateway.checks import refusal
from headway.elicit.gateway.formats import match, rules
from headway.elicit.profile import Format

FORMATS: tuple[Format, ...] = ("messages", "chat", "responses", "gemini")

REFUSED: list[tuple[Format, dict[str, Any], str]] = [
    ("messages", {"tools": [{"type": "web_search_20250305", "name": "web_search"}]}, "server_tool"),
    ("messages", {"tools": [{"type": "web_fetch_20250910", "name": "f"}]}, "server_tool"),
    ("messages", {"tools": [{"type": "code_execution_20250825", "name": "c"}]}, "server_tool"),
    ("messages", {"tools": [{"type": "computer_20250124", "name": "c"}]}, "server_tool"),
    ("messages", {"tools": [{"name": "a"}, {"type": "web_search_2030", "name": "b"}]},
     "server_tool"),
    ("messages", {"mcp_servers": [{"type": "url", "url": "https://x"}]}, "server_tool"),
    ("messages", {"MCP_Servers": [{"name": "x"}]}, "server_tool"),
    ("messages", {"tools": [{"type": "custom", "Type": "web_search_20250305"}]}, "server_tool"),
    ("messages", {"messages": [{"role": "user", "content": [
        {"type": "image", "source": {"type": "url", "url": "https://x/y.png"}}]}]}, "remote_url"),
    ("messages", {"messages": [{"role": "user", "content": [
        {"type": "tool_result", "content": [
            {"type": "document", "source": {"type": "url", "url": "http://x"}}]}]}]}, "remote_url"),
    ("chat", {"tools": [{"type": "web_search", "web_search": {"enable": True}}]}, "server_tool"),
    ("chat", {"tools": [{"type": "builtin_function", "function": {"name": "$web_search"}}]},
     "server_tool"),
    ("chat", {"tools": [{"name": "without a type"}]}, "server_tool"),
    ("chat", {"web_search_options": {"search_context_size": "low"}}, "server_tool"),
    ("chat", {"plugins": [{"id": "web"}]}, "server_tool"),
    ("chat", {"enable_search": True}, "server_tool"),
    ("chat", {"models": ["another"]}, "model"),
    ("chat", {"messages": [{"role": "user", "content": [
        {"type": "image_url", "image_url": {"url": "https://x/y.png"}}]}]}, "remote_url"),
    ("responses", {"tools": [{"type": "web_search"}]}, "server_tool"),
    ("responses", {"tools": [{"type": "file_search", "vector_store_ids": []}]}, "server_tool"),
    ("responses", {"tools": [{"type": "mcp", "server_url": "https://x"}]}, "server_tool"),
    ("responses", {"tools": [{"type": "code_interpreter"}]}, "server_tool"),
    ("responses", {"tools": [{"type": "computer_use_preview"}]}, "server_tool"),
    ("responses", {"tools": [{"type": "namespace", "name": "n", "tools": [
        {"type": "web_search"}]}]}, "server_tool"),
    ("responses", {"background": True}, "uncounted"),
    ("responses", {"prompt": {"id": "pmpt_1"}}, "server_tool"),
    ("responses", {"input": [{"role": "user", "content": [
        {"type": "input_image", "image_url": "https://x/y.png"}]}]}, "remote_url"),
    ("responses", {"input": [{"role": "user", "content": [
        {"type": "input_file", "file_url": "https://x/y.pdf"}]}]}, "remote_url"),
    ("gemini", {"tools": [{"googleSearch": {}}]}, "server_tool"),
    ("gemini", {"tools": [{"google_search": {}}]}, "server_tool"),
    ("gemini", {"tools": [{"functionDeclarations": []}, {"codeExecution": {}}]}, "server_tool"),
    ("gemini", {"tools": [{"urlContext": {}}]}, "server_tool"),
    ("gemini", {"tools": {"googleSearch": {}}}, "server_tool"),
    ("gemini", {"contents": [{"parts": [
        {"fileData": {"fileUri": "https://youtube.com/watch?v=x"}}]}]}, "remote_url"),
    ("gemini", {"contents": [{"parts": [{"file_data": {"file_uri": "gs://x"}}]}]}, "remote_url"),
]  # fmt: skip

# The harness's own data may hold any word.
PASSES: list[tuple[Format, dict[str, Any]]] = [
    ("messages", {"tools": [{"name": "bash", "input_schema": {"properties": {
        "url": {"type": "string"}, "tools": {"type": "array"}}}},
        {"type": "bash_20250124", "name": "bash"}, {"type": "custom", "name": "x"},
        {"type": "text_editor_20250728", "name": "e"}, {"type": None, "name": "y"}]}),
    ("messages", {"messages": [{"role": "assistant", "content": [
        {"type": "tool_use", "name": "fetch", "id": "1", "input": {
            "url": "https://x", "tools": [{"type": "web_search"}]}}]}]}),
    ("messages", {"messages": [{"role": "user", "content": [
        {"type": "image", "source": {"type": "base64", "data": "aGk="}}]}], "mcp_servers": []}),
    ("chat", {"tools": [{"type": "function", "function": {"name": "f", "parameters": {
        "properties": {"image_url": {"type": "string", "default": "https://x"}}}}}]}),
    ("chat", {"messages": [{"role": "user", "content": [
        {"type": "image_url", "image_url": {"url": "data:image/png;base64,aGk="}}]},
        {"role": "assistant", "tool_calls": [{"type": "function", "function": {
            "name": "f", "arguments": '{"url": "https://x"}'}}]}], "enable_search": False}),
    ("responses", {"tools": [{"type": "function", "name": "f", "parameters": {}},
        {"type": "custom", "name": "apply_patch"}, {"type": "local_shell"}], "background": False}),
    ("responses", {"input": [{"type": "function_call", "name": "f", "call_id": "1",
        "arguments": '{"url": "https://x"}'}]}),
    # A server that cites unasked gets its own reply back.
    ("messages", {"messages": [{"role": "assistant", "content": [{"type": "text", "text": "a",
        "citations": [{"type": "web_search_result_location", "url": "https://x"}]}]}]}),
    ("chat", {"messages": [{"role": "assistant", "content": "a", "annotations": [
        {"type": "url_citation", "url_citation": {"url": "https://x", "title": "t"}}]}]}),
    ("responses", {"input": [{"type": "message", "role": "assistant", "content": [
        {"type": "output_text", "text": "a", "annotations": [
            {"type": "url_citation", "url": "https://x"}]}]}]}),
    ("gemini", {"tools": [{"functionDeclarations": [{"name": "googleSearch", "parameters": {
        "properties": {"fileUri": {"type": "STRING", "default": "https://x"}}}}]}]}),
    ("gemini", {"contents": [{"parts": [{"functionCall": {"name": "f", "args": {
        "fileUri": "https://x", "tools": [{"googleSearch": {}}]}}}]}]}),
]  # fmt: skip


def read(given: dict[str, Any]) -> document.Document:
    return document.parse(json.dumps(given).encode())


@pytest.mark.parametrize(("format_", "given", "reason"), REFUSED)
def test_what_a_server_would_do_by_itself_is_refused(
    format_: Format, given: dict[str, Any], reason: str
):
    found = refusal(read(given), rules(format_))
    assert found is not None
    assert found.reason == reason
    assert found.status == (404 if reason == "model" else 400)


@pytest.mark.parametrize(("format_", "given", "reason"), REFUSED)
def test_a_design_may_allow_it(format_: Format, given: dict[str, Any], reason: str):
    found = refusal(read(given), rules(format_), server_tools=True, remote_urls=True)
    assert (found is not None) == (reason in {"model", "uncounted"})


@pytest.mark.parametrize(("format_", "given"), PASSES)
def test_what_the_harness_does_itself_passes(format_: Format, given: dict[str, Any]):
    assert refusal(read(given), rules(format_)) is None


@pytest.mark.parametrize(
    ("method", "path", "query", "wanted"),
    [
        ("POST", "/v1/messages", {"beta": "true"}, ("messages", "generate", "")),
        ("POST", "/v1/messages/count_tokens", {}, ("messages", "count", "")),
        ("HEAD", "/", {}, ("messages", "hello", "")),
        ("GET", "/v1/models", {}, ("messages", "models", "")),
        ("POST", "/v1/chat/completions", {}, ("chat", "generate", "")),
        ("POST", "/v1/responses", {}, ("responses", "generate", "")),
        ("POST", "/v1beta/models/m:generateContent", {}, ("gemini", "generate", "m")),
        (
            "POST",
            "/v1beta/models/m:streamGenerateContent",
            {"alt": "sse"},
            ("gemini", "generate", "m"),
        ),
        ("POST", "/v1beta/models/m:countTokens", {}, ("gemini", "count", "m")),
        ("POST", "/v1beta/models/m:streamGenerateContent", {}, None),
        ("POST", "/v1beta/models/m:batchGenerateContent", {}, None),
        ("POST", "/v1beta/models/:generateContent", {}, None),
        ("POST", "/v1beta/models/a?b:generateContent", {}, None),
        ("GET", "/v1/messages", {}, None),
        ("POST", "/v1/messages/", {}, None),
        ("POST", "/v1/messages/batches", {}, None),
        ("POST", "/v1/files", {}, None),
        ("POST", "/v1/embeddings", {}, None),
        ("DELETE", "/v1/responses", {}, None),
        ("POST", "/v1/chat/completions/../../files", {}, None),
        ("GET", "/", {}, None),
    ],
)
def test_only_listed_pairs_pass(
    method: str, path: str, query: dict[str, str], wanted: tuple[str, str, str] | None
):
    found = match(FORMATS, method, path, query)
    assert (found and (found[0], found[1].kind, found[2])) == wanted


def test_a_format_that_is_not_the_run_s_does_not_pass():
    assert match(("chat",), "POST", "/v1/messages", {}) is None


@pytest.mark.parametrize("format_", FORMATS)
def test_every_format_says_where_it_is_from(format_: Format):
    given = rules(format_)
    assert given.source.startswith("https://")
    assert bool(given.tool_types) != bool(given.tool_keys)
    assert {"generate", "count"} - {"count"} <= {route.kind for route in given.routes}
