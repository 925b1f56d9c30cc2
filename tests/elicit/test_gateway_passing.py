"""The gateway as a process: what passes, what is changed, what is recorded."""

from __future__ import annotations

import gzip
import json
import os
import socket
import stat
import subprocess
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import zstandard
from tests.elicit.running import MODEL, PATHS, STREAMS, Connection, Gateway, body
from tests.elicit.scripted import EVENTS, WHOLE, Call, Scripted, Turn, block

from headway.elicit.tokens import Tokens

TURN = Turn(
    text="Grüße 🙂, all is well.",
    reasoning="What to say?",
    calls=(Call("bash", {"command": "ls"}),),
    tokens=Tokens(100, 20, 3, 50, 7),
)
FORMATS = list(PATHS)


@pytest.fixture(scope="module")
def server() -> Iterator[Scripted]:
    with Scripted([TURN]) as running:
        yield running


@pytest.fixture(scope="module")
def gateway(server: Scripted, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    """One gateway for all that needs no settings of its own."""
    with Gateway(tmp_path_factory.mktemp("gw"), server.url) as running:
        yield running


def said(server: Scripted) -> Turn:
    """The last reply of the server, with its ids."""
    return TURN.numbered(len(server.got))


@pytest.mark.parametrize("format_", FORMATS)
def test_a_whole_reply_passes_byte_for_byte(gateway: Gateway, server: Scripted, format_: str):
    reply = gateway.ask(PATHS[format_], body(format_))
    wanted = json.dumps(WHOLE[format_](said(server))).encode()
    assert (reply.status, reply.body) == (200, wanted)
    assert reply.headers["content-type"] == "application/json"


@pytest.mark.parametrize("format_", FORMATS)
def test_a_stream_passes_byte_for_byte(gateway: Gateway, server: Scripted, format_: str):
    # Chat completions are asked for their usage here, so nothing is hidden.
    more = {"stream_options": {"include_usage": True}} if format_ == "chat" else {}
    given = body(format_, stream=True, **more)
    reply = gateway.ask(STREAMS[format_], given)
    wanted = b"".join(block(name, data) for name, data in EVENTS[format_](said(server), given))
    assert reply.body == wanted
    assert reply.whole


def test_a_usage_that_the_harness_did_not_ask_for_is_hidden_from_it(
    gateway: Gateway, server: Scripted
):
    given = body("chat", stream=True)
    reply = gateway.ask(PATHS["chat"], given)
    assert server.got[-1].document["stream_options"] == {"include_usage": True}
    assert reply.body == b"".join(block(n, d) for n, d in EVENTS["chat"](said(server), given))
    assert b"prompt_tokens" not in reply.body


def test_a_harness_that_wants_no_usage_is_left_alone(server: Scripted, tmp_path: Path):
    options = {"include_usage": False}
    with Gateway(tmp_path, server.url, profile={"estimates": True}) as gateway:
        gateway.ask(PATHS["chat"], body("chat", stream=True, stream_options=options))
        assert server.got[-1].document["stream_options"] == options
        assert gateway.stop().summary.tokens.estimated


KEPT = {
    "anthropic-beta": "context-1m-2025-08-07,unheard-of-2031-01-01",
    "anthropic-version": "2023-06-01",
    "user-agent": "harness/1.0",
    "x-stainless-lang": "js",
}
LOST = {
    "x-api-key": "dummy",
    "x-goog-api-key": "dummy",
    "api-key": "dummy",
    "accept-encoding": "gzip, br",
    "connection": "keep-alive, x-hop",
    "x-hop": "1",
    "te": "trailers",
    "proxy-authorization": "Basic eA==",
}


def test_only_host_authorisation_hops_and_codings_are_changed(gateway: Gateway, server: Scripted):
    given = body("messages", unknown_field={"kept": [1.50, "ü"]}, temperature=0.123)
    raw = json.dumps(given, indent=1, ensure_ascii=False).encode()
    path = PATHS["messages"] + "?beta=true&key=dummy&x=a%20b"
    gateway.ask(path, raw, headers={**KEPT, **LOST})
    got = server.got[-1]
    assert got.body == raw.replace(MODEL.encode(), b"scripted-upstream")
    assert got.query == {"beta": "true", "x": "a b"}
    sent = got.headers
    assert {name: sent[name] for name in KEPT} == KEPT
    assert sent["x-api-key"] == "sk-canary/4f9a+0c3d==key"
    assert sent["host"] == server.url.removeprefix("http://")
    assert sent["accept-encoding"] == "identity"
    assert set(sent) == {
        *KEPT, "host", "x-api-key", "accept-encoding", "content-length", "content-type",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("format_", "name", "value"),
    [
        ("messages", "x-api-key", "{}"),
        ("chat", "authorization", "Bearer {}"),
        ("responses", "authorization", "Bearer {}"),
        ("gemini", "x-goog-api-key", "{}"),
    ],
)
def test_each_format_carries_its_key(
    gateway: Gateway, server: Scripted, format_: str, name: str, value: str
):
    gateway.ask(PATHS[format_], body(format_))
    assert server.got[-1].headers[name] == value.format(gateway.key)


PACK = {
    "gzip": gzip.compress,
    "deflate": zlib.compress,
    "zstd": lambda b: zstandard.ZstdCompressor().compress(b),
}


@pytest.mark.parametrize("coding", PACK)
def test_a_compressed_body_passes_compressed(gateway: Gateway, server: Scripted, coding: str):
    packed = PACK[coding](json.dumps(body("responses")).encode())
    reply = gateway.ask(PATHS["responses"], packed, headers={"content-encoding": coding})
    assert reply.status == 200
    assert server.got[-1].headers["content-encoding"] == coding
    assert server.got[-1].document["model"] == "scripted-upstream"


def test_a_coding_that_cannot_be_read_is_refused(gateway: Gateway):
    reply = gateway.ask(PATHS["chat"], b"\x1b\x03", headers={"content-encoding": "br"})
    assert reply.status == 415
    assert "gzip, deflate, zstd" in reply.document["error"]["message"]


def test_a_greeting_and_the_list_of_models_are_the_gateway_s_own(
    gateway: Gateway, server: Scripted
):
    before = len(server.got)
    hello = gateway.ask("/", method="HEAD")
    assert (hello.status, hello.body) == (200, b"")
    models = gateway.ask("/v1/models", method="GET").document["data"]
    assert [model["id"] for model in models] == [MODEL]
    gemini = gateway.ask("/v1beta/models", method="GET").document["models"]
    assert [model["name"] for model in gemini] == [f"models/{MODEL}"]
    assert gateway.ask("/health", method="GET").document == {"ok": True}
    assert len(server.got) == before


@pytest.mark.parametrize(
    ("path", "count"),
    [("/v1/messages/count_tokens", 42), (f"/v1beta/models/{MODEL}:countTokens", 42)],
)
def test_counting_tokens_passes(gateway: Gateway, path: str, count: int):
    reply = gateway.ask(path, body("gemini" if "beta" in path else "messages"))
    assert reply.document["input_tokens"] == count


def message(document: dict[str, Any]) -> str:
    return document["error"]["message"]


@pytest.mark.parametrize(
    ("path", "given", "status", "reason"),
    [
        ("/v1/messages", body("messages", model="another"), 404, "model"),
        ("/v1/chat/completions", body("chat", model=None), 404, "model"),
        ("/v1/responses", {"input": "no model"}, 404, "model"),
        ("/v1beta/models/another:generateContent", body("gemini"), 404, "model"),
        ("/v1/embeddings", body("chat"), 404, "path"),
        ("/v1/messages", body("messages", tools=[{"type": "web_search_20250305"}]), 400,
         "server_tool"),
        ("/v1beta/models/the-model:generateContent", body("gemini", tools=[{"googleSearch": {}}]),
         400, "server_tool"),
        ("/v1/chat/completions", b"no json", 400, "body"),
        ("/v1/chat/completions", b'{"model": "the-model", "model": "another"}', 400, "body"),
    ],
)  # fmt: skip
def test_a_refusal_has_the_format_s_shape_and_its_event(
    gateway: Gateway, server: Scripted, path: str, given: Any, status: int, reason: str
):
    before = len(server.got)
    reply = gateway.ask(path, given)
    assert (reply.status, reply.headers["x-should-retry"]) == (status, "false")
    assert message(reply.document)
    if path.endswith("/messages"):
        assert reply.document["type"] == "error"
    elif "v1beta" in path:
        assert reply.document["error"]["code"] == status
    gateway.wait_for("refused", reason=reason, status=status)
    assert len(server.got) == before


def test_a_web_socket_is_refused(gateway: Gateway):
    headers = {"connection": "Upgrade", "upgrade": "websocket", "sec-websocket-version": "13",
               "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ=="}  # fmt: skip
    reply = gateway.ask(PATHS["responses"], method="GET", headers=headers)
    assert reply.status == 426
    gateway.wait_for("refused", reason="upgrade", status=426)


def test_one_connection_carries_many_requests(gateway: Gateway):
    connection = Connection(gateway.socket)
    for _ in range(3):
        connection.request("POST", PATHS["chat"], json.dumps(body("chat")))
        assert connection.getresponse().read()
    connection.close()


def test_a_client_that_waits_for_leave_to_send_its_body_gets_it(gateway: Gateway):
    """As curl does with large bodies (RFC 9110, section 10.1.1)."""
    raw = json.dumps(body("chat")).encode()
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(10)
        connection.connect(str(gateway.socket))
        head = f"POST {PATHS['chat']} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(raw)}\r\n"
        connection.sendall(f"{head}Expect: 100-continue\r\n\r\n".encode())
        assert connection.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
        connection.sendall(raw)
        assert connection.recv(100).startswith(b"HTTP/1.1 200 OK")


def test_the_socket_is_for_its_own_user_alone(gateway: Gateway):
    assert stat.S_IMODE(gateway.socket.stat().st_mode) == 0o600
    assert stat.S_IMODE(gateway.socket.parent.stat().st_mode) == 0o700


def test_every_exchange_is_a_line_of_the_log(server: Scripted, tmp_path: Path):
    with Gateway(tmp_path, server.url) as gateway:
        given = body("chat", stream=True, temperature=0.7)
        gateway.ask(PATHS["chat"], given, headers={"user-agent": "harness/1.0"})
        packed = gzip.compress(json.dumps(body("messages")).encode())
        gateway.ask(PATHS["messages"], packed, headers={"content-encoding": "gzip"})
        gateway.ask("/v1/files", {"x": 1})
        ended = gateway.stop()
    stream, whole, refused = ended.wire
    assert (ended.code, ended.errors) == (0, "")
    assert json.loads(stream["request"]["body"]) == given
    assert ["User-Agent", "harness/1.0"] in stream["request"]["headers"] or [
        "user-agent", "harness/1.0",
    ] in stream["request"]["headers"]  # fmt: skip
    assert [change["what"] for change in stream["changed"]] == [
        "model",
        "stream_options.include_usage",
    ]
    assert stream["declared"]["asked"]["model"] == MODEL
    assert stream["declared"]["sent"]["temperature"] == 0.7
    assert stream["declared"]["ran"] == {"model": "scripted-upstream"}
    # The hidden chunk is in the log.
    assert '"prompt_tokens": 123' in stream["reply_body"]
    assert stream["tokens"] == Tokens(100, 20, 3, 50, 7).to_dict()
    times = stream["times"]
    assert times["start"] <= times["admitted"] <= times["first_byte"] <= times["end"]
    assert json.loads(whole["request"]["body"]) == body("messages")
    assert whole["request"]["coding"] == "gzip"
    assert whole["request"]["bytes"] == len(packed)
    assert (refused["kind"], refused["refused"]["reason"], refused["status"]) == (
        "refused",
        "path",
        404,
    )
    summary = ended.summary
    assert (summary.exchanges, summary.replies, summary.refusals) == (2, 2, {"path": 1})
    assert summary.tokens == Tokens(200, 40, 6, 114, None)
    assert summary.spent == 360
    assert summary.as_declared
    assert not gateway.socket.exists()


ASKED: dict[str, dict[str, Any]] = {
    "messages": {"temperature": 1, "max_tokens": 9, "output_config": {"effort": "low"}},
    "chat": {"temperature": 1, "max_completion_tokens": 9, "reasoning_effort": "low"},
    "responses": {"temperature": 1, "max_output_tokens": 9, "reasoning": {"effort": "low"}},
    "gemini": {"generationConfig": {"temperature": 1, "maxOutputTokens": 9, "topK": 4,
                                    "thinkingConfig": {"thinkingLevel": "low"}}},
}  # fmt: skip


def test_the_profile_s_sampling_takes_the_place_of_the_harness_s(server: Scripted, tmp_path: Path):
    sent = {}
    with Gateway(tmp_path, server.url, config={"sampling": "profile"}) as gateway:
        for format_, asked in ASKED.items():
            gateway.ask(PATHS[format_], body(format_, **asked))
            sent[format_] = server.got[-1].document
        gateway.ask(PATHS["chat"], body("chat"))
        lines = gateway.stop().wire
    for format_ in ("messages", "chat", "responses"):
        assert (sent[format_]["temperature"], sent[format_]["top_p"]) == (0.5, 0.9)
    assert sent["gemini"]["generationConfig"] == {
        "temperature": 0.5, "maxOutputTokens": 1000, "topK": 4, "topP": 0.9,
        "thinkingConfig": {"thinkingLevel": "low"},
    }  # fmt: skip
    # Chat completions limit tokens in either of two ways: the one in force is set.
    assert sent["chat"]["max_completion_tokens"] == 1000
    assert "max_tokens" not in sent["chat"]
    assert server.got[-1].document["max_tokens"] == 1000
    wanted = {"temperature": 0.5, "top_p": 0.9, "max_tokens": 1000, "effort": "low"}
    for line in lines[:4]:
        assert line["declared"]["asked"] == {
            "model": MODEL, "temperature": 1, "top_p": None, "max_tokens": 9, "effort": "low",
        }  # fmt: skip
        assert line["declared"]["sent"] == {"model": "scripted-upstream", **wanted}
        assert {change["from"] for change in line["changed"] if "temp" in change["what"]} == {1}


def test_a_design_may_allow_tools_of_servers_and_addresses(server: Scripted, tmp_path: Path):
    config = {"allow_server_tools": True, "allow_remote_urls": True}
    with Gateway(tmp_path, server.url, config=config) as gateway:
        image = {"type": "image", "source": {"type": "url", "url": "https://x/y.png"}}
        given = body("messages", tools=[{"type": "web_search_20250305", "name": "web_search"}])
        given["messages"].append({"role": "user", "content": [image]})
        assert gateway.ask(PATHS["messages"], given).status == 200


def test_reasoning_is_apart_only_where_the_profile_says_so(server: Scripted, tmp_path: Path):
    with Gateway(tmp_path, server.url, profile={"splits_reasoning": False}) as gateway:
        gateway.ask(PATHS["chat"], body("chat"))
        assert gateway.stop().summary.tokens == Tokens(100, 20, 3, 57, None)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can act as two users")
def test_another_user_cannot_reach_the_socket(server: Scripted, tmp_path: Path):
    code = (
        "import os, socket, sys\n"
        "uid = int(sys.argv[2])\n"
        "os.setgroups([]); os.setgid(uid); os.setuid(uid)\n"
        "s = socket.socket(socket.AF_UNIX)\n"
        "s.connect(sys.argv[1])\n"
        "s.sendall(b'GET /v1/models HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n')\n"
        "print(s.recv(100).split()[1].decode())"
    )

    def as_user(uid: int) -> str:
        run = subprocess.run(
            [sys.executable, "-S", "-c", code, str(gateway.socket), str(uid)],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        return run.stdout.strip() or run.stderr.splitlines()[-1]

    for folder in (tmp_path, *tmp_path.parents[:3]):
        # More rights, never fewer: one of them may be everybody's folder for temporary files.
        folder.chmod(folder.stat().st_mode | 0o055)
    with Gateway(tmp_path, server.url, config={"socket_uid": 54321}) as gateway:
        assert as_user(54321) == "200"
        assert "Permission denied" in as_user(54322)
        assert as_user(0) == "200"
        # Even where the folder lets them in, the other end is asked who it is.
        gateway.socket.parent.chmod(0o755)
        gateway.socket.chmod(0o666)
        assert as_user(54322) == "403"
        gateway.wait_for("refused", reason="peer")
