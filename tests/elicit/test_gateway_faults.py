"""Faults of servers: each has its own event and mark, and reaches the harness as what it is."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest
from tests.elicit.running import PATHS, STREAMS, Gateway, body
from tests.elicit.scripted import Scripted, Turn

from headway.elicit.tokens import Tokens

FORMATS = list(PATHS)
GOOD = Turn(text="hello", tokens=Tokens(100, 0, 0, 20, 0))


def short(**more: float) -> dict[str, Any]:
    return {"limits": {"connect": 2.0, "silence": 0.3, **more}}


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


def test_a_server_that_closes_without_a_word(tmp_path: Path):
    with Scripted([Turn(silent=True)]) as server, Gateway(tmp_path, server.url) as gateway:
        assert gateway.ask(PATHS["chat"], body("chat")).status == 502
        assert gateway.stop().infra() == [("upstream_down", False)]


def test_a_server_that_is_slow_to_answer(tmp_path: Path):
    with (
        Scripted([Turn(delay=2)]) as server,
        Gateway(tmp_path, server.url, config=short()) as gateway,
    ):
        reply = gateway.ask(PATHS["responses"], body("responses"))
        assert (reply.status, reply.document["error"]["type"]) == (504, "server_error")
        ended = gateway.stop()
    assert ended.infra() == [("upstream_slow", False)]
    assert ended.summary.back_off > 0.29


def test_a_stream_that_falls_silent(tmp_path: Path):
    turn = Turn(text="hello " * 10, pause=2)
    with Scripted([turn]) as server, Gateway(tmp_path, server.url, config=short()) as gateway:
        reply = gateway.ask(PATHS["chat"], body("chat", stream=True))
        assert (reply.status, reply.whole) == (200, False)
        ended = gateway.stop()
    assert ended.infra() == [("upstream_slow", False)]
    assert {"cut", "estimated"} <= set(ended.wire[0]["marks"])


@pytest.mark.parametrize("format_", FORMATS)
def test_a_stream_cut_in_the_middle_is_estimated_and_cut_for_the_harness(
    tmp_path: Path, format_: str
):
    turn = Turn(text="word " * 40, tokens=Tokens(100, 7, 0, 50, 0), pieces=40, cut=2000)
    with Scripted([turn]) as server, Gateway(tmp_path, server.url) as gateway:
        reply = gateway.ask(STREAMS[format_], body(format_, stream=True))
        assert not reply.whole
        ended = gateway.stop()
    line = ended.wire[0]
    assert ended.infra() == [("upstream_cut", False)]
    assert line["marks"] == ["cut", "estimated"]
    tokens = Tokens.from_dict(line["tokens"])
    assert tokens.estimated
    # Some of the 200 characters came, at four characters a token.
    assert 0 < tokens.output < 50
    if format_ == "messages":
        # Its start said what the input was.
        assert (tokens.uncached_input, tokens.cache_read) == (100, 7)
    assert ended.summary.spent == tokens.input + tokens.output
    assert len(line["reply_body"]) == 2000


def test_a_stream_that_ends_before_its_reply_is_cut_too(tmp_path: Path):
    start = 'data: {"choices": [{"delta": {"content": "hel"}}]}\n\n'
    turn = Turn(body=start, headers={"content-type": "text/event-stream"})
    with Scripted([turn]) as server, Gateway(tmp_path, server.url) as gateway:
        assert gateway.ask(PATHS["chat"], body("chat", stream=True)).body == start.encode()
        ended = gateway.stop()
    assert ended.infra() == [("upstream_cut", False)]
    assert ended.summary.tokens.estimated


def test_a_whole_reply_cut_in_the_middle(tmp_path: Path):
    with (
        Scripted([Turn(text="hello", cut=30)]) as server,
        Gateway(tmp_path, server.url) as gateway,
    ):
        assert gateway.ask(PATHS["chat"], body("chat")).status == 502
        ended = gateway.stop()
    assert ended.infra() == [("upstream_cut", False)]
    assert ended.wire[0]["marks"] == ["cut", "estimated"]


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
    tmp_path: Path, status: int, headers: dict[str, str], kind: str, detail: str
):
    with (
        Scripted([Turn(status=status, headers=headers), GOOD]) as server,
        Gateway(tmp_path, server.url) as gateway,
    ):
        reply = gateway.ask(PATHS["messages"], body("messages"))
        assert (reply.status, reply.document["error"]["type"]) == (status, "scripted")
        assert reply.headers.get("retry-after") == headers.get("retry-after")
        assert gateway.ask(PATHS["messages"], body("messages")).status == 200
        ended = gateway.stop()
    assert gateway.wait_for("infra", kind=kind)["detail"] == detail
    assert ended.infra() == [(kind, False)]
    # Nothing was retried by the gateway, and a failure costs nothing.
    assert len(server.got) == 2
    assert ended.summary.spent == 120


def test_a_refusal_of_the_request_is_the_harness_s_own(tmp_path: Path):
    with Scripted([Turn(status=400)]) as server, Gateway(tmp_path, server.url) as gateway:
        assert gateway.ask(PATHS["chat"], body("chat")).status == 400
        ended = gateway.stop()
    assert ended.infra() == []
    assert ended.summary.tokens == Tokens()


def test_a_redirect_is_not_followed_and_not_passed(tmp_path: Path):
    turn = Turn(status=307, headers={"location": "http://127.0.0.1:9/v1/messages"})
    with Scripted([turn]) as server, Gateway(tmp_path, server.url) as gateway:
        reply = gateway.ask(PATHS["messages"], body("messages"))
        assert reply.status == 502
        assert "location" not in reply.headers
        assert gateway.stop().infra() == [("upstream_refused", False)]
    assert len(server.got) == 1


@pytest.mark.parametrize("estimates", [False, True])
def test_malformed_json(tmp_path: Path, estimates: bool):
    with (
        Scripted([Turn(body='{"choices": [')]) as server,
        Gateway(tmp_path, server.url, profile={"estimates": estimates}) as gateway,
    ):
        reply = gateway.ask(PATHS["chat"], body("chat"))
        assert (reply.status, reply.body) == (200, b'{"choices": [')
        ended = gateway.stop()
    assert ended.infra() == [("no_usage", not estimates), ("malformed", False)]
    assert ended.summary.fatal == (None if estimates else "no_usage")


def test_one_malformed_event_of_a_stream(tmp_path: Path):
    text = (
        'data: {"choices": [{"delta": {"content": "hi"}, "finish_reason": "stop"}]}\n\n'
        "data: {broken\n\n"
        'data: {"choices": [], "usage": {"prompt_tokens": 3, "completion_tokens": 2}}\n\n'
        "data: [DONE]\n\n"
    )
    turn = Turn(body=text, headers={"content-type": "text/event-stream"})
    with Scripted([turn]) as server, Gateway(tmp_path, server.url) as gateway:
        reply = gateway.ask(PATHS["chat"], body("chat", stream=True))
        assert b"{broken" in reply.body
        assert b"usage" not in reply.body
        ended = gateway.stop()
    assert ended.infra() == [("malformed", False)]
    assert ended.summary.tokens == Tokens(3, 0, 0, 2, None)


@pytest.mark.parametrize("format_", FORMATS)
@pytest.mark.parametrize("stream", [False, True])
def test_a_reply_without_usage_ends_the_run(tmp_path: Path, format_: str, stream: bool):
    with (
        Scripted([Turn(text="hello", tokens=None)]) as server,
        Gateway(tmp_path, server.url) as gateway,
    ):
        path = (STREAMS if stream else PATHS)[format_]
        assert gateway.ask(path, body(format_, stream=stream)).status == 200
        later = gateway.ask(path, body(format_, stream=stream))
        assert later.status == 402
        assert not any(c.isdigit() for c in later.document["error"]["message"])
        ended = gateway.stop()
    assert ended.infra() == [("no_usage", True)]
    assert ended.summary.fatal == "no_usage"
    assert ended.summary.first_402 is None
    assert ended.wire[0]["marks"] == ["usage_missing", "estimated"]
    assert len(server.got) == 1


def test_a_profile_may_permit_estimates(tmp_path: Path):
    with (
        Scripted([Turn(text="hello", tokens=None)]) as server,
        Gateway(tmp_path, server.url, profile={"estimates": True}) as gateway,
    ):
        for _ in range(2):
            assert gateway.ask(PATHS["chat"], body("chat")).status == 200
        ended = gateway.stop()
    assert ended.summary.fatal is None
    assert ended.summary.tokens.estimated


@pytest.mark.parametrize("format_", FORMATS)
def test_another_model_marks_the_run(tmp_path: Path, format_: str):
    with (
        Scripted([GOOD, Turn(model="cheaper-model")]) as server,
        Gateway(tmp_path, server.url) as gateway,
    ):
        for _ in range(2):
            assert gateway.ask(STREAMS[format_], body(format_, stream=True)).status == 200
        ended = gateway.stop()
    assert [line["marks"] for line in ended.wire] == [[], ["model_changed"]]
    assert ended.summary.ran == {"scripted-upstream": 1, "cheaper-model": 1}
    assert not ended.summary.as_declared
    assert gateway.wait_for("mark", mark="model_changed")["exchange"] == 2


def test_an_alias_of_the_model_is_as_declared(tmp_path: Path):
    with (
        Scripted([Turn(model="scripted-2026-01-01")]) as server,
        Gateway(tmp_path, server.url, profile={"aliases": ["scripted-2026-*"]}) as gateway,
    ):
        gateway.ask(PATHS["chat"], body("chat"))
        assert gateway.stop().summary.as_declared


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
    tmp_path: Path, says: dict[str, Any], changed: bool
):
    asked = {"temperature": 0.3, "reasoning": {"effort": "high"}}
    with Scripted([Turn(says=says)]) as server, Gateway(tmp_path, server.url) as gateway:
        gateway.ask(PATHS["responses"], body("responses", stream=True, **asked))
        ended = gateway.stop()
    assert ended.wire[0]["marks"] == (["sampling_changed"] if changed else [])
    assert ended.summary.as_declared != changed


def test_an_error_within_a_stream_is_the_server_s(tmp_path: Path):
    text = 'event: error\ndata: {"type": "error", "error": {"type": "overloaded_error"}}\n\n'
    turn = Turn(body=text, headers={"content-type": "text/event-stream"})
    with Scripted([turn]) as server, Gateway(tmp_path, server.url) as gateway:
        assert gateway.ask(PATHS["messages"], body("messages", stream=True)).body == text.encode()
        ended = gateway.stop()
    assert ended.infra() == [("upstream_error", False)]
    assert ended.summary.fatal is None


def test_a_harness_that_leaves_is_noted_and_the_server_is_let_go(tmp_path: Path):
    turn = Turn(text="word " * 100, pieces=100, pause=0.05)
    with Scripted([turn]) as server, Gateway(tmp_path, server.url) as gateway:
        with gateway.opened(PATHS["messages"], body("messages", stream=True)) as response:
            response.read(500)
        reply = gateway.wait_for("reply")
        assert "harness_gone" in reply["marks"]
        ended = gateway.stop()
    assert ended.infra() == []
    assert ended.summary.tokens.estimated
    assert ended.errors == ""


def test_an_event_is_not_held_until_the_next(tmp_path: Path):
    """The first event reaches the harness long before the second exists."""
    turn = Turn(text="word word", pieces=2, pause=0.5)
    with Scripted([turn]) as server, Gateway(tmp_path, server.url) as gateway:
        for format_ in ("messages", "chat"):
            begun = time.monotonic()
            with gateway.opened(STREAMS[format_], body(format_, stream=True)) as response:
                line = response.readline()
                assert line.startswith((b"event: message_start", b"data: {"))
                assert time.monotonic() - begun < 0.5
                # Read to its end, so that this is no harness that left.
                response.read()


def test_a_compressed_reply_reaches_the_harness_as_what_it_asked_for(tmp_path: Path):
    """A server that packs against our wish is unpacked: usage is read, and the harness too."""
    import gzip
    import threading
    from http.server import BaseHTTPRequestHandler, HTTPServer

    text = json.dumps(
        {"model": "scripted-upstream", "usage": {"prompt_tokens": 3, "completion_tokens": 2}}
    )

    class Packs(BaseHTTPRequestHandler):
        def do_POST(self):
            self.rfile.read(int(self.headers["content-length"]))
            packed = gzip.compress(text.encode())
            self.send_response(200)
            self.send_header("content-type", "application/json")
            self.send_header("content-encoding", "gzip")
            self.send_header("content-length", str(len(packed)))
            self.end_headers()
            self.wfile.write(packed)

        def log_message(self, *_: object):
            pass

    with HTTPServer(("127.0.0.1", 0), Packs) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        with Gateway(tmp_path, f"http://127.0.0.1:{server.server_port}") as gateway:
            reply = gateway.ask(PATHS["chat"], body("chat"))
            assert reply.body == text.encode()
            assert "content-encoding" not in reply.headers
            assert gateway.stop().summary.tokens == Tokens(3, 0, 0, 2, None)
        server.shutdown()
