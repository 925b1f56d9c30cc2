"""Faults of servers: each has its own event and mark, and reaches the harness as what it is."""

from __future__ import annotations

import gzip
import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.elicit.running import PATHS, STREAMS, Gateway, Seen, body
from tests.elicit.scripted import Scripted, Turn

from headway.elicit.tokens import Tokens

FORMATS = list(PATHS)
GOOD = Turn(text="hello", tokens=Tokens(100, 0, 0, 20, 0))
STREAM = {"content-type": "text/event-stream"}

See = Callable[..., Seen]


@pytest.fixture(scope="module")
def server() -> Iterator[Scripted]:
    with Scripted() as running:
        yield running


@pytest.fixture(scope="module")
def gateway(server: Scripted, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    """One gateway for all faults after which a run goes on."""
    folder = tmp_path_factory.mktemp("gw")
    config = {"limits": {"connect": 5.0, "silence": 2.0}}
    profile = {"aliases": ["scripted-2026-*"]}
    with Gateway(folder, server.url, config=config, profile=profile) as running:
        yield running
        ended = running.stop()
    # Whatever went wrong, it wrote no traceback.
    assert (ended.code, ended.errors) == (0, "")
    assert ended.summary.fatal is None


@pytest.fixture
def see(server: Scripted, gateway: Gateway) -> See:
    """One exchange in which the server plays a turn."""

    def play(turn: Turn, format_: str = "chat", *, stream: bool = False, **more: Any) -> Seen:
        server.script = lambda _: turn
        path = (STREAMS if stream else PATHS)[format_]
        return gateway.see(path, body(format_, stream=stream, **more))

    return play


def test_a_server_that_is_down(tmp_path: Path):
    with Scripted() as gone:
        url = gone.url
    with Gateway(tmp_path, url) as gateway:
        reply = gateway.ask(PATHS["messages"], body("messages"))
        assert reply.status == 502
        assert reply.document["error"]["type"] == "api_error"
        ended = gateway.stop()
    assert ended.infra() == [("upstream_down", False)]
    assert ended.summary.failures == {"upstream_down": 1}
    assert (ended.summary.exchanges, ended.summary.tokens) == (1, Tokens())
    assert ended.wire[0]["tokens"] is None


def test_a_server_that_closes_without_a_word(see: See):
    seen = see(Turn(silent=True))
    assert seen.reply.status == 502
    assert seen.infra() == [("upstream_down", False)]
    assert seen.tokens is None


def test_a_server_that_is_slow_to_answer(see: See):
    seen = see(Turn(delay=4), "responses")
    assert (seen.reply.status, seen.reply.document["error"]["type"]) == (504, "server_error")
    assert seen.infra() == [("upstream_slow", False)]
    assert seen.tokens is None
    assert seen.events[-1]["back_off"] > 1.9


def test_a_stream_that_falls_silent(see: See):
    seen = see(Turn(text="hello " * 10, pause=4), stream=True)
    assert (seen.reply.status, seen.reply.whole) == (200, False)
    assert seen.infra() == [("upstream_slow", False)]
    assert seen.line["marks"] == ["cut", "estimated"]


@pytest.mark.parametrize("format_", FORMATS)
def test_a_stream_cut_in_the_middle_is_estimated_and_cut_for_the_harness(see: See, format_: str):
    turn = Turn(text="word " * 40, tokens=Tokens(100, 7, 0, 50, 0), pieces=40, cut=2000)
    seen = see(turn, format_, stream=True)
    assert not seen.reply.whole
    assert seen.infra() == [("upstream_cut", False)]
    assert seen.line["marks"] == ["cut", "estimated"]
    tokens = seen.tokens
    assert tokens
    assert tokens.estimated
    # Some of the 200 characters came, at four characters a token.
    assert 0 < tokens.output < 50
    if format_ == "messages":
        # Its start said what the input was.
        assert (tokens.uncached_input, tokens.cache_read) == (100, 7)
    assert len(seen.line["reply_body"]) == 2000
    assert seen.reply.body == seen.line["reply_body"].encode()


def test_a_stream_that_ends_before_its_reply_is_cut_too(see: See):
    start = 'data: {"choices": [{"delta": {"content": "hel"}}]}\n\n'
    seen = see(Turn(body=start, headers=STREAM), stream=True)
    assert seen.reply.body == start.encode()
    assert seen.infra() == [("upstream_cut", False)]
    assert seen.tokens
    assert seen.tokens.estimated


def test_a_whole_reply_cut_in_the_middle(see: See):
    seen = see(Turn(text="hello", cut=30))
    assert seen.reply.status == 502
    assert seen.infra() == [("upstream_cut", False)]
    assert seen.line["marks"] == ["cut", "estimated"]


@pytest.mark.parametrize(
    ("status", "headers", "kind", "detail"),
    [
        (429, {"retry-after": "7"}, "upstream_limit", "status 429, retry after 7"),
        (429, {}, "upstream_limit", "status 429"),
        (500, {}, "upstream_error", "status 500"),
        (529, {}, "upstream_error", "status 529"),
        (401, {}, "upstream_refused", "status 401"),
    ],
)
def test_a_failure_passes_as_it_came(
    see: See, server: Scripted, status: int, headers: dict[str, str], kind: str, detail: str
):
    before = len(server.got)
    seen = see(Turn(status=status, headers=headers), "messages")
    assert (seen.reply.status, seen.reply.document["error"]["type"]) == (status, "scripted")
    assert seen.reply.headers.get("retry-after") == headers.get("retry-after")
    assert [(fault["kind"], fault["detail"]) for fault in seen.line["infra"]] == [(kind, detail)]
    assert seen.infra() == [(kind, False)]
    # Nothing was retried by the gateway, and a failure costs nothing.
    assert len(server.got) == before + 1
    assert seen.tokens is None


def test_a_refusal_of_the_request_is_the_harness_s_own(see: See):
    seen = see(Turn(status=400))
    assert (seen.reply.status, seen.infra(), seen.tokens) == (400, [], None)


def test_a_redirect_is_not_followed_and_not_passed(see: See, server: Scripted):
    before = len(server.got)
    seen = see(Turn(status=307, headers={"location": "/v1/messages"}), "messages")
    assert seen.reply.status == 502
    assert "location" not in seen.reply.headers
    assert seen.infra() == [("upstream_refused", False)]
    assert len(server.got) == before + 1


def test_one_malformed_event_of_a_stream(see: See):
    text = (
        'data: {"choices": [{"delta": {"content": "hi"}, "finish_reason": "stop"}]}\n\n'
        "data: {broken\n\n"
        'data: {"choices": [], "usage": {"prompt_tokens": 3, "completion_tokens": 2}}\n\n'
        "data: [DONE]\n\n"
    )
    seen = see(Turn(body=text, headers=STREAM), stream=True)
    assert b"{broken" in seen.reply.body
    assert b"usage" not in seen.reply.body
    assert seen.infra() == [("malformed", False)]
    assert seen.tokens == Tokens(3, 0, 0, 2, None)


@pytest.mark.parametrize(
    ("format_", "stream", "turn", "kind"),
    [
        ("messages", True, Turn(text="hello", tokens=None), "no_usage"),
        ("responses", False, Turn(text="hello", tokens=None), "no_usage"),
        ("chat", False, Turn(body='{"choices": ['), "malformed"),
        ("gemini", False, Turn(body='{"usageMetadata": {"promptTokenCount": -1}}'), "malformed"),
    ],
)
def test_a_reply_whose_usage_cannot_be_known_ends_the_run(
    tmp_path: Path, format_: str, stream: bool, turn: Turn, kind: str
):
    path = (STREAMS if stream else PATHS)[format_]
    with Scripted([turn]) as server, Gateway(tmp_path, server.url) as gateway:
        reply = gateway.ask(path, body(format_, stream=stream))
        assert reply.status == 200
        if turn.body is not None:
            assert reply.body.decode() == turn.body
        later = gateway.ask(path, body(format_, stream=stream))
        assert later.status == 402
        assert not any(c.isdigit() for c in later.document["error"]["message"])
        ended = gateway.stop()
    assert ended.infra() == [(kind, True)]
    assert (ended.summary.fatal, ended.summary.first_402) == (kind, None)
    assert ended.wire[0]["marks"] == ["usage_missing", "estimated"]
    assert len(server.got) == 1


def test_a_profile_may_permit_estimates(tmp_path: Path):
    turns = [Turn(text="hello", tokens=None), Turn(body="{"), GOOD]
    with (
        Scripted(turns) as server,
        Gateway(tmp_path, server.url, profile={"estimates": True}) as gateway,
    ):
        for _ in turns:
            assert gateway.ask(PATHS["chat"], body("chat")).status == 200
        ended = gateway.stop()
    assert ended.infra() == [("no_usage", False), ("malformed", False)]
    assert ended.summary.fatal is None
    assert ended.summary.tokens.estimated


@pytest.mark.parametrize("format_", FORMATS)
def test_another_model_marks_the_run(see: See, format_: str):
    assert see(GOOD, format_, stream=True).line["marks"] == []
    seen = see(Turn(model="cheaper-model"), format_, stream=True)
    assert seen.line["marks"] == ["model_changed"]
    assert seen.line["declared"]["ran"]["model"] == "cheaper-model"
    assert {"event": "mark", "mark": "model_changed"}.items() <= {
        k: v for event in seen.events if event["event"] == "mark" for k, v in event.items()
    }.items()
    # An alias that the profile lists is the model.
    assert see(Turn(model="scripted-2026-01-01"), format_).line["marks"] == []


def test_a_changed_model_is_in_the_summary(tmp_path: Path):
    turns = [GOOD, Turn(model="cheaper-model")]
    with Scripted(turns) as server, Gateway(tmp_path, server.url) as gateway:
        for _ in turns:
            gateway.ask(PATHS["chat"], body("chat"))
        summary = gateway.stop().summary
    assert summary.ran == {"scripted-upstream": 1, "cheaper-model": 1}
    assert summary.marks == {"model_changed": 1}
    assert not summary.as_declared


@pytest.mark.parametrize(
    ("says", "changed"),
    [
        ({"temperature": 0.30000001192092896, "reasoning": {"effort": "high"}}, False),
        ({"temperature": 1.0, "reasoning": {"effort": "high"}}, True),
        ({"temperature": 0.3, "reasoning": {"effort": "low"}}, True),
        ({"top_p": 0.98, "service_tier": "default"}, False),
    ],
)
def test_a_sampling_that_the_server_changed_marks_the_run(
    see: See, says: dict[str, Any], changed: bool
):
    asked = {"temperature": 0.3, "reasoning": {"effort": "high"}}
    seen = see(Turn(says=says), "responses", stream=True, **asked)
    assert seen.line["marks"] == (["sampling_changed"] if changed else [])


def test_an_error_within_a_stream_is_the_server_s(see: See):
    text = 'event: error\ndata: {"type": "error", "error": {"type": "overloaded_error"}}\n\n'
    seen = see(Turn(body=text, headers=STREAM), "messages", stream=True)
    assert seen.reply.body == text.encode()
    assert seen.infra() == [("upstream_error", False)]


def test_a_harness_that_leaves_is_noted(server: Scripted, gateway: Gateway):
    server.script = lambda _: Turn(text="word " * 100, pieces=100, pause=0.05)
    before = len(gateway.events)
    with gateway.opened(PATHS["messages"], body("messages", stream=True)) as response:
        response.read(500)
    deadline = time.monotonic() + 10
    while not any(event["event"] == "reply" for event in gateway.events[before:]):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    told = gateway.events[before:]
    reply = next(event for event in told if event["event"] == "reply")
    assert reply["marks"] == ["harness_gone", "estimated"]
    assert not [event for event in told if event["event"] == "infra"]
    assert reply["tokens"]["estimated"]


@pytest.mark.parametrize("format_", ["messages", "chat"])
def test_an_event_is_not_held_until_the_next(server: Scripted, gateway: Gateway, format_: str):
    """The first event reaches the harness before the second exists."""
    server.script = lambda _: Turn(text="word word", pieces=2, pause=2.0)
    with gateway.opened(STREAMS[format_], body(format_, stream=True)) as response:
        assert response.readline().startswith((b"event: message_start", b"data: {"))
        assert len(server.streamed) == 1


def test_a_compressed_reply_reaches_the_harness_as_it_asked_for_it(see: See):
    """A server that packs against our wish is unpacked: usage is read, and the harness too."""
    usage = {"prompt_tokens": 3, "completion_tokens": 2}
    text = json.dumps({"model": "scripted-upstream", "usage": usage}).encode()
    seen = see(Turn(body=gzip.compress(text), headers={"content-encoding": "gzip"}))
    assert seen.reply.body == text
    assert "content-encoding" not in seen.reply.headers
    assert seen.tokens == Tokens(3, 0, 0, 2, None)
