"""Usage of each wire format as five kinds, by hand, and what else a reply says."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.elicit.scripted import EVENTS, WHOLE, Call, Turn, block

from headway.elicit.gateway.replies import READERS
from headway.elicit.gateway.watch import Watch
from headway.elicit.profile import Format
from headway.elicit.tokens import Tokens

# Numbers by hand; the shapes are those of the vendors' documentation and of known servers.
USAGE: list[tuple[Format, str, dict[str, Any], Tokens]] = [
    (
        "messages",
        "cache on top of the input, thinking within the output",
        {"input_tokens": 50, "cache_read_input_tokens": 100_000,
         "cache_creation_input_tokens": 248, "output_tokens": 503},
        Tokens(50, 100_000, 248, 503, None),
    ),
    (
        "messages",
        "nulls where there is no cache",
        {"input_tokens": 5, "cache_read_input_tokens": None, "output_tokens": 3},
        Tokens(5, 0, 0, 3, None),
    ),
    (
        "chat",
        "OpenAI: cached within the prompt, reasoning within the completion",
        {"prompt_tokens": 2006, "completion_tokens": 300, "total_tokens": 2306,
         "prompt_tokens_details": {"cached_tokens": 1920},
         "completion_tokens_details": {"reasoning_tokens": 250}},
        Tokens(86, 1920, 0, 50, 250),
    ),
    (
        "chat",
        "llama.cpp: nothing is split",
        {"prompt_tokens": 12, "completion_tokens": 8, "total_tokens": 20},
        Tokens(12, 0, 0, 8, None),
    ),
    (
        "chat",
        "DeepSeek: hits and misses",
        {"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120,
         "prompt_cache_hit_tokens": 64, "prompt_cache_miss_tokens": 36,
         "completion_tokens_details": {"reasoning_tokens": 15}},
        Tokens(36, 64, 0, 5, 15),
    ),
    (
        "chat",
        "xAI: reasoning beside the completion",
        {"prompt_tokens": 32, "completion_tokens": 9, "total_tokens": 135,
         "completion_tokens_details": {"reasoning_tokens": 94}},
        Tokens(32, 0, 0, 9, 94),
    ),
    (
        "chat",
        "Gemini behind chat completions: thinking only within the total",
        {"prompt_tokens": 758, "completion_tokens": 102, "total_tokens": 1725},
        Tokens(758, 0, 0, 102, 865),
    ),
    (
        "chat",
        "Moonshot: cached tokens at the top; OpenRouter: what was written",
        {"prompt_tokens": 100, "completion_tokens": 1, "total_tokens": 101, "cached_tokens": 60,
         "prompt_tokens_details": {"cache_write_tokens": 30}},
        Tokens(10, 60, 30, 1, None),
    ),
    (
        "responses",
        "cached within the input, reasoning within the output",
        {"input_tokens": 75, "input_tokens_details": {"cached_tokens": 32},
         "output_tokens": 1186, "output_tokens_details": {"reasoning_tokens": 1024},
         "total_tokens": 1261},
        Tokens(43, 32, 0, 162, 1024),
    ),
    (
        "gemini",
        "cached within the prompt, thoughts beside the candidates, prompts of tools beside both",
        {"promptTokenCount": 1000, "cachedContentTokenCount": 600, "candidatesTokenCount": 40,
         "thoughtsTokenCount": 70, "toolUsePromptTokenCount": 9, "totalTokenCount": 1119},
        Tokens(409, 600, 0, 40, 70),
    ),
    (
        "gemini",
        "counts of 0 are left out",
        {"promptTokenCount": 7, "totalTokenCount": 7},
        Tokens(7, 0, 0, 0, 0),
    ),
]  # fmt: skip


@pytest.mark.parametrize(
    ("format_", "what", "usage", "wanted"), USAGE, ids=[f"{f}: {w}" for f, w, _, _ in USAGE]
)
def test_usage_by_hand(format_: Format, what: str, usage: dict[str, Any], wanted: Tokens):
    assert READERS[format_].tokens(usage) == wanted


@pytest.mark.parametrize(
    ("format_", "usage"),
    [
        ("messages", {"input_tokens": 5}),
        ("messages", {"input_tokens": "5", "output_tokens": 1}),
        ("chat", {"prompt_tokens": -1, "completion_tokens": 1}),
        ("chat", {"prompt_tokens": True, "completion_tokens": 1}),
        ("chat", {"prompt_tokens": 5, "completion_tokens": 1.5}),
        ("chat", {"prompt_tokens": 5, "completion_tokens": 1, "cached_tokens": 6}),
        ("responses", {"input_tokens": 1, "output_tokens": 1,
                       "output_tokens_details": {"reasoning_tokens": 2}}),
        ("gemini", {"candidatesTokenCount": 3}),
    ],
)  # fmt: skip
def test_usage_that_does_not_add_up_is_no_usage(format_: Format, usage: dict[str, Any]):
    with pytest.raises(ValueError, match=r"missing|no count|negative|more than"):
        READERS[format_].tokens(usage)


FORMATS: list[Format] = ["messages", "chat", "responses", "gemini"]
FULL = Turn(
    text="Hello there.",
    reasoning="A greeting is due.",
    calls=(Call("bash", {"command": "ls -la"}),),
    tokens=Tokens(100, 20, 0, 50, 7),
)


def told(format_: Format, turn: Turn, **asked: Any) -> tuple[Watch, list[Tokens]]:
    """A stream as a watch reads it, and the tokens that it told of meanwhile."""
    early: list[Tokens] = []
    watch = Watch(format_, False, early.append)
    for name, data in EVENTS[format_](turn, asked):
        watch.feed(block(name, data))
    watch.close()
    return watch, early


@pytest.mark.parametrize("format_", FORMATS)
def test_a_stream_and_a_whole_reply_count_the_same(format_: Format):
    watch, early = told(format_, FULL, stream_options={"include_usage": True})
    whole = Watch(format_, False, early.append)
    whole.whole(json.dumps(WHOLE[format_](FULL)).encode())
    assert watch.tokens() == whole.tokens() == early[-1]
    assert watch.tokens().output == 57
    assert watch.seen.done
    assert watch.seen.final
    assert watch.seen.ran["model"] == "scripted-upstream"
    assert watch.malformed is None
    # All text that was streamed is in the estimate that a cut would have used.
    assert watch.seen.characters >= len(FULL.text) + len('{"command": "ls -la"}')


@pytest.mark.parametrize("format_", FORMATS)
def test_a_reply_without_usage_has_none(format_: Format):
    from dataclasses import replace

    watch, early = told(format_, replace(FULL, tokens=None))
    assert watch.tokens() is None
    assert not early
    assert watch.seen.done


def test_the_start_of_a_messages_stream_is_not_its_usage():
    watch = Watch("messages", False, lambda _: None)
    for name, data in list(EVENTS["messages"](FULL, {}))[:-2]:
        watch.feed(block(name, data))
    assert not watch.seen.final
    assert watch.tokens() == Tokens(100, 20, 0, 1, None)


@pytest.mark.parametrize(
    ("format_", "event", "kind"),
    [
        ("messages", {"type": "error", "error": {"type": "overloaded_error"}}, "overloaded_error"),
        ("chat", {"error": {"message": "no", "type": "server_error"}}, "server_error"),
        ("responses", {"type": "error", "code": "server_error"}, "error"),
        ("responses", {"type": "response.failed", "response": {"error": {"code": "x"}}}, "x"),
        ("gemini", {"error": {"code": 503, "status": "UNAVAILABLE"}}, "503"),
    ],
)
def test_an_error_within_a_stream_is_seen(format_: Format, event: dict[str, Any], kind: str):
    watch = Watch(format_, False, lambda _: None)
    watch.feed(block("", event))
    assert watch.seen.error == kind


@pytest.mark.parametrize("format_", FORMATS)
@pytest.mark.parametrize(
    "text",
    ["nonsense", "[1]", '{"choices": 5, "candidates": 5, "type": "message_start", "message": 5}',
     '{"usage": 5, "usageMetadata": [], "response": "x", "type": "response.completed"}',
     '{"choices": [5, null], "candidates": ["x"], "delta": [1]}'],
)  # fmt: skip
def test_no_reply_breaks_the_reader(format_: Format, text: str):
    watch = Watch(format_, False, lambda _: None)
    watch.feed(f"data: {text}\n\n".encode())
    watch.whole(text.encode())
    assert watch.tokens() is None
