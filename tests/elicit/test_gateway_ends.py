"""Budgets, keys and ends: what a run may spend, what no file may hold, how a gateway stops."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from tests.elicit.running import CANARY, PATHS, STREAMS, Gateway, body
from tests.elicit.scripted import Scripted, Turn

from headway.elicit.gateway.config import parse
from headway.elicit.gateway.redact import keys
from headway.elicit.gateway.wire import read
from headway.elicit.profile import load
from headway.elicit.tokens import Tokens
from headway.errors import GatewayError

COSTS_60 = Turn(text="hello", tokens=Tokens(40, 0, 0, 20, 0))


@pytest.mark.parametrize(
    ("format_", "stream"),
    [("messages", True), ("chat", True), ("responses", False), ("gemini", False)],
)
def test_a_spent_budget_is_told_in_the_format_s_shape_without_a_digit(
    tmp_path: Path, format_: str, stream: bool
):
    budget = {"kind": "tokens", "limit": 100}
    path = (STREAMS if stream else PATHS)[format_]
    with Scripted([COSTS_60]) as server, Gateway(tmp_path, server.url, budget) as gateway:
        statuses = [gateway.ask(path, body(format_, stream=stream)).status for _ in range(3)]
        assert statuses == [200, 200, 402]
        reply = gateway.ask(path, body(format_, stream=stream))
        told = gateway.wait_for("refused", reason="budget", first=True)
        ended = gateway.stop()
    assert reply.document["error"]["message"] == "budget used up"
    text = json.dumps({**reply.document["error"], "code": None})
    assert not any(character.isdigit() for character in text)
    assert (told["exchange"], told["status"]) == (3, 402)
    summary = ended.summary
    assert (summary.spent, summary.limit, summary.overshoot) == (120, 100, 20)
    assert summary.refusals == {"budget": 2}
    assert abs(summary.first_402 - told["time"]) < 1
    assert len(server.got) == 2


def test_weights_decide_what_is_spent(tmp_path: Path):
    weights = {"uncached_input": 1, "cache_read": 0.1, "cache_write": 1.25, "visible_output": 5}
    budget = {"kind": "tokens", "limit": 1000, "weights": weights}
    turn = Turn(tokens=Tokens(100, 200, 40, 10, 4))
    with Scripted([turn]) as server, Gateway(tmp_path, server.url, budget) as gateway:
        gateway.ask(PATHS["chat"], body("chat"))
        spent = gateway.wait_for("spent")
        assert gateway.stop().summary.spent == 100 + 20 + 50 + 50 + 4
    assert (spent["spent"], spent["limit"], spent["unit"]) == (224, 1000, "weighted tokens")


def test_admitted_requests_finish_and_count(tmp_path: Path):
    budget = {"kind": "tokens", "limit": 10}
    turn = Turn(text="hello", tokens=Tokens(40, 0, 0, 20, 0), delay=0.5)
    with Scripted([turn]) as server, Gateway(tmp_path, server.url, budget) as gateway:
        with ThreadPoolExecutor(3) as pool:
            asked = [pool.submit(gateway.ask, PATHS["chat"], body("chat")) for _ in range(3)]
            assert [future.result().status for future in asked] == [200, 200, 200]
        assert gateway.ask(PATHS["chat"], body("chat")).status == 402
        summary = gateway.stop().summary
    assert (summary.spent, summary.overshoot) == (180, 170)


def test_concurrency_is_capped_and_the_rest_wait(tmp_path: Path):
    config = {"max_concurrent": 2}
    with (
        Scripted([Turn(delay=0.2)]) as server,
        Gateway(tmp_path, server.url, config=config) as gateway,
        ThreadPoolExecutor(6) as pool,
    ):
        asked = [pool.submit(gateway.ask, PATHS["chat"], body("chat")) for _ in range(6)]
        assert {future.result().status for future in asked} == {200}
        assert server.most == 2


def test_waiting_requests_are_refused_once_the_budget_is_spent(tmp_path: Path):
    budget = {"kind": "tokens", "limit": 10}
    turn = Turn(tokens=Tokens(40, 0, 0, 20, 0), delay=0.2)
    config = {"max_concurrent": 1}
    with (
        Scripted([turn]) as server,
        Gateway(tmp_path, server.url, budget, config=config) as gateway,
        ThreadPoolExecutor(3) as pool,
    ):
        asked = [pool.submit(gateway.ask, PATHS["chat"], body("chat")) for _ in range(3)]
        assert sorted(future.result().status for future in asked) == [200, 402, 402]


def test_the_request_right_after_a_stream_finds_it_counted(tmp_path: Path):
    """Usage counts when it is seen, not when the connection is done."""
    budget = {"kind": "tokens", "limit": 50}
    turn = Turn(text="hello", tokens=Tokens(40, 0, 0, 20, 0), pause=0.3)
    with Scripted([turn]) as server, Gateway(tmp_path, server.url, budget) as gateway:
        given = body("messages", stream=True)
        with gateway.opened(PATHS["messages"], given) as response:
            while b"message_delta" not in response.readline():
                pass
            assert gateway.ask(PATHS["messages"], body("messages")).status == 402
            response.read()
        assert gateway.stop().summary.spent == 60


def test_a_budget_of_time_leaves_out_the_back_off(tmp_path: Path):
    budget = {"kind": "time", "limit": 1.0}
    turns = [Turn(status=429), Turn(status=500), COSTS_60]
    with Scripted(turns) as server, Gateway(tmp_path, server.url, budget) as gateway:
        for status in (429, 500, 200):
            assert gateway.ask(PATHS["chat"], body("chat")).status == status
            if status != 200:
                time.sleep(0.7)
        time.sleep(1.1)
        assert gateway.ask(PATHS["chat"], body("chat")).status == 402
        summary = gateway.stop().summary
    assert summary.back_off > 1.4
    assert summary.unit == "seconds"
    assert 1.0 < summary.spent < summary.seconds - 1.3


def test_money(tmp_path: Path):
    price = {"uncached_input": 3, "cache_read": 0.3, "cache_write": 3.75, "visible_output": 15,
             "reasoning": 15, "date": "2026-08-01", "source": "a price list"}  # fmt: skip
    budget = {"kind": "money", "limit": 0.001, "prices": price}
    with Scripted([COSTS_60]) as server, Gateway(tmp_path, server.url, budget) as gateway:
        # 40 × 3 + 20 × 15 = 420 millionths each.
        statuses = [gateway.ask(PATHS["chat"], body("chat")).status for _ in range(4)]
        assert statuses == [200, 200, 200, 402]
        summary = gateway.stop().summary
    assert summary.spent == pytest.approx(0.00126)
    assert summary.unit == "USD"


FORMS = [CANARY, json.dumps(CANARY)[1:-1], CANARY.replace("/", "\\/"),
         "sk-canary%2F4f9a%2B0c3d%3D%3Dkey", "sk-canary%2f4f9a%2b0c3d%3d%3dkey"]  # fmt: skip


def test_no_key_is_written_anywhere(tmp_path: Path):
    """A canary goes in at every place that a key could; everything that was written is searched."""
    quoted = FORMS[3]
    leaks = Turn(
        status=401,
        body=json.dumps({"error": {"message": f"wrong key {CANARY}", "type": "auth"}}),
        headers={"x-debug": f"key={CANARY}"},
    )
    echo = Turn(text=f"your key is {CANARY}, is it not?", pieces=1, headers={"x-echo": CANARY})
    broken = Turn(body=f'{{"broken {CANARY}')
    with Scripted([leaks, echo, echo, broken]) as server:
        gateway = Gateway(tmp_path, server.url, profile={"estimates": True})
        with gateway:
            shown: list[Any] = []
            given = body("chat", note=f"my key: {CANARY}")
            headers = {"authorization": f"Bearer {CANARY}", "x-extra": CANARY}
            path = PATHS["chat"]
            shown.append(gateway.ask(path, given, headers=headers))
            shown.append(gateway.ask(f"{path}?key={quoted}&note={quoted}", given))
            shown.append(gateway.ask(path, body("chat", stream=True)))
            shown.append(gateway.ask(path, body("chat")))
            # Refusals that quote what was asked.
            shown.append(gateway.ask(f"/v1/{quoted}", given))
            shown.append(gateway.ask(path, body("chat", model=CANARY)))
            shown.append(gateway.ask(path, given, headers={"content-encoding": CANARY}))
            shown.append(gateway.ask(path, body("chat", tools=[{"type": CANARY}])))
            # Requests that are no HTTP: errors of the library itself.
            # Their pages show a line to the one who sent it; nothing of it may be written.
            assert b"400" in raw(gateway, f"GARBAGE {CANARY}\r\n\r\n")
            assert b"400" in raw(gateway, f"GET / HTTP/1.1\r\nBad header {CANARY}\r\n\r\n")
            ended = gateway.stop()
    # The server did get the key, so the canary was alive.
    assert all(got.headers["authorization"] == f"Bearer {CANARY}" for got in server.got)
    assert len(server.got) == 4
    written = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    assert {path.name for path in written} == {"wire.jsonl.zst", "gateway.json"}
    everything = {
        **{path.name: data.decode("utf-8", "replace") for path, data in written.items()},
        "wire": json.dumps(ended.wire),
        "wire as text": json.dumps(ended.wire, ensure_ascii=False),
        "events": json.dumps(ended.events),
        "stderr": ended.errors,
        "replies": repr(shown),
    }
    for name, text in everything.items():
        for form in [*FORMS, "4f9a"]:
            assert form not in text, name
    assert len(ended.wire) == 8
    assert "key_in_request" in ended.wire[0]["marks"]
    assert ended.summary.marks["key_in_request"] == 5
    # What the server streamed reached the harness as it is in the log: without the key.
    assert "[redacted]" in ended.wire[1]["reply_body"] == shown[1].body.decode()


def raw(gateway: Gateway, text: str) -> bytes:
    import socket

    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(5)
        connection.connect(str(gateway.socket))
        connection.sendall(text.encode())
        return connection.recv(10_000)


def test_a_traceback_holds_no_key(tmp_path: Path):
    """Even an error of ours that quotes the key: logs, warnings and tracebacks pass one filter."""
    code = (
        "import io, logging, sys, warnings\n"
        "from headway.elicit.gateway.redact import Redactor\n"
        "from headway.elicit.gateway.serving import quiet\n"
        f"key = {CANARY!r}\n"
        "quiet(Redactor([key]), sys.stderr)\n"
        "logging.getLogger('aiohttp.server').error('failed: %s', key)\n"
        "warnings.warn(key)\n"
        "try:\n"
        "    raise ValueError(key)\n"
        "except ValueError:\n"
        "    logging.exception('caught')\n"
        "raise RuntimeError(f'broken by {key}')\n"
    )
    # From a file, since a traceback quotes the line; the line itself names no key.
    script = tmp_path / "fails.py"
    script.write_text(code.replace(repr(CANARY), "sys.argv[1]"))
    run = subprocess.run(
        [sys.executable, str(script), CANARY], capture_output=True, text=True, check=False
    )
    assert run.stderr.count("[redacted]") == 4
    assert "RuntimeError: broken by [redacted]" in run.stderr
    assert "4f9a" not in run.stderr


@pytest.mark.parametrize(
    ("key", "sentence"),
    [(None, "holds no key"), ("tiny", "shorter than 8"), ("white space\ninside it", "no header")],
)
def test_a_key_that_cannot_be_kept_safe_is_refused(key: str | None, sentence: str):
    environment = {} if key is None else {"HEADWAY_SCRIPTED_KEY": key}
    with pytest.raises(GatewayError, match=sentence) as caught:
        keys(load("scripted"), environment)
    assert key is None or key not in str(caught.value)


@pytest.mark.parametrize(
    ("config", "sentence"),
    [
        ({"colour": "red"}, "colour"),
        ({"folder": "/nowhere/at/all"}, "the log cannot be written"),
        ({"socket": "/tmp/" + "x" * 200 + "/s"}, "cannot listen"),
    ],
)
def test_what_it_cannot_start_with_is_one_sentence(
    tmp_path: Path, config: dict[str, Any], sentence: str
):
    run = subprocess.run(
        [sys.executable, "-m", "headway.elicit.gateway"],
        input=Gateway(tmp_path, "http://127.0.0.1:1", config=config).document(),
        env={**os.environ, "HEADWAY_SCRIPTED_KEY": CANARY},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (run.returncode, run.stdout) == (2, "")
    assert sentence in run.stderr
    assert len(run.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    ("config", "field"),
    [
        ({"harness_formats": ["telepathy"]}, "harness_formats.0"),
        ({"budget": {"kind": "money", "limit": 1}}, "prices"),
        ({"budget": {"kind": "tokens", "limit": 0}}, "budget.limit"),
        ({"max_concurrent": 0}, "max_concurrent"),
    ],
)
def test_a_wrong_configuration_names_its_field(tmp_path: Path, config: dict[str, Any], field: str):
    with pytest.raises(GatewayError, match=field):
        parse(Gateway(tmp_path, "http://127.0.0.1:1", config=config).document())


def test_a_harness_without_a_common_format_is_not_runnable(tmp_path: Path):
    gateway = Gateway(tmp_path, "http://127.0.0.1:1")
    given = json.loads(gateway.document())
    given["profile"]["endpoints"] = {"chat": given["profile"]["endpoints"]["chat"]}
    assert parse(json.dumps(given)).formats == ("chat",)
    given["harness_formats"] = ["responses"]
    with pytest.raises(GatewayError, match="served as chat and the harness speaks responses"):
        parse(json.dumps(given))


def test_sigterm_within_a_stream_ends_the_log_in_order(tmp_path: Path):
    turn = Turn(text="word " * 100, pieces=100, pause=0.1)
    with (
        Scripted([turn]) as server,
        Gateway(tmp_path, server.url) as gateway,
        gateway.opened(PATHS["messages"], body("messages", stream=True)) as response,
    ):
        response.readline()
        ended = gateway.stop()
    assert ended.code == 0
    assert ended.errors == ""
    assert [line["exchange"] for line in ended.wire] == [1]
    assert ended.wire[0]["tokens"]["estimated"]
    assert ended.summary.exchanges == 1
    assert ended.summary.wire_sha256


def test_sigkill_loses_no_line_that_was_written(tmp_path: Path):
    with Scripted([COSTS_60]) as server, Gateway(tmp_path, server.url) as gateway:
        for _ in range(3):
            gateway.ask(PATHS["chat"], body("chat"))
        gateway.ask("/v1/unlisted", {})
        gateway.wait_for("refused")
        time.sleep(0.1)
        gateway.process.send_signal(signal.SIGKILL)
        gateway.process.wait()
        lines = list(read(gateway.folder / "wire.jsonl.zst"))
    assert [line["exchange"] for line in lines] == [1, 2, 3, 4]
    assert not (gateway.folder / "gateway.json").exists()


def test_a_gateway_whose_supervisor_died_ends_by_itself(tmp_path: Path):
    with Scripted([COSTS_60]) as server:
        gateway = Gateway(tmp_path, server.url)
        code = (
            "import subprocess, sys\n"
            "p = subprocess.Popen([sys.executable, '-m', 'headway.elicit.gateway'],\n"
            "    stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)\n"
            "p.stdin.write(sys.stdin.read()); p.stdin.close()\n"
            "p.stdout.readline()\n"
            "print(p.pid)\n"
        )
        subprocess.run(
            [sys.executable, "-c", code],
            input=gateway.document(),
            env={**os.environ, "HEADWAY_SCRIPTED_KEY": CANARY},
            capture_output=True,
            text=True,
            check=True,
        )
        deadline = time.monotonic() + 10
        while not (gateway.folder / "gateway.json").exists():
            assert time.monotonic() < deadline
            time.sleep(0.05)
    assert json.loads((gateway.folder / "gateway.json").read_text())["ended"] == "term"


def test_a_full_disk_is_fatal_and_told(tmp_path: Path):
    """No more than 4 kB may be written: the log breaks, the supervisor knows, nothing goes on."""

    class Small(Gateway):
        def start(self) -> None:
            super().start()
            resource.prlimit(self.process.pid, resource.RLIMIT_FSIZE, (4096, 4096))

    def noise(_: Any) -> Turn:
        return Turn(text=os.urandom(3000).hex())

    with Scripted(noise) as server, Small(tmp_path, server.url) as gateway:
        statuses = [gateway.ask(PATHS["chat"], body("chat")).status for _ in range(4)]
        assert statuses[0] == 200
        assert statuses[-1] == 402
        gateway.wait_for("infra", kind="log", fatal=True)
        ended = gateway.stop()
    assert ended.code == 1
    assert (ended.summary.ended, ended.summary.fatal) == ("failed", "log")
    assert ended.summary.wire_sha256 is None
    assert [line["exchange"] for line in ended.wire] == list(range(1, len(ended.wire) + 1))


def test_refused_requests_do_not_fill_the_log(tmp_path: Path):
    config = {"limits": {"refusals": 3}}
    with Scripted() as server, Gateway(tmp_path, server.url, config=config) as gateway:
        for _ in range(6):
            gateway.ask("/v1/unlisted", {})
        gateway.ask(PATHS["chat"], body("chat"))
        ended = gateway.stop()
    assert [line["kind"] for line in ended.wire] == ["refused"] * 3 + ["generate"]
    assert ended.summary.refusals == {"path": 6}


def test_a_body_beyond_the_limit_is_refused(tmp_path: Path):
    config = {"limits": {"body": 1000}}
    with Scripted() as server, Gateway(tmp_path, server.url, config=config) as gateway:
        reply = gateway.ask(PATHS["chat"], body("chat", note="x" * 2000))
        assert reply.status == 413
        gateway.wait_for("refused", reason="body", status=413)
    assert not server.got
