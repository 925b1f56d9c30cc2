"""A gateway as a process of its own, and plain requests to its socket."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from headway.elicit.gateway.summary import Summary
from headway.elicit.gateway.wire import read
from headway.elicit.profile import load
from headway.elicit.tokens import Tokens

CANARY = "sk-canary/4f9a+0c3d==key"
MODEL = "the-model"

PATHS = {
    "messages": "/v1/messages",
    "chat": "/v1/chat/completions",
    "responses": "/v1/responses",
    "gemini": f"/v1beta/models/{MODEL}:generateContent",
}
STREAMS = {
    **PATHS,
    "gemini": f"/v1beta/models/{MODEL}:streamGenerateContent?alt=sse",
}


def body(format_: str, *, stream: bool = False, **more: Any) -> dict[str, Any]:
    """A small request of a wire format."""
    say = {"role": "user", "content": "Say hello."}
    if format_ == "gemini":
        return {"contents": [{"role": "user", "parts": [{"text": "Say hello."}]}], **more}
    base: dict[str, Any] = {"model": MODEL, **({"stream": True} if stream else {})}
    if format_ == "messages":
        return {**base, "max_tokens": 100, "messages": [say], **more}
    return {**base, "input" if format_ == "responses" else "messages": [say], **more}


class Connection(http.client.HTTPConnection):
    """HTTP over a unix socket."""

    def __init__(self, path: Path, timeout: float = 20) -> None:
        super().__init__("gateway", timeout=timeout)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self._path))


@dataclass
class Reply:
    status: int
    headers: dict[str, str]
    body: bytes
    whole: bool = True

    @property
    def document(self) -> dict[str, Any]:
        return json.loads(self.body)


@dataclass
class Ended:
    """What a gateway left."""

    code: int
    summary: Summary
    wire: list[dict[str, Any]]
    errors: str
    events: list[dict[str, Any]]

    def infra(self) -> list[tuple[str, bool]]:
        return infra(self.events)


def infra(events: list[dict[str, Any]]) -> list[tuple[str, bool]]:
    """Kinds of infra events, and whether they are fatal."""
    return [(e["kind"], e["fatal"]) for e in events if e["event"] == "infra"]


@dataclass
class Seen:
    """One exchange of a gateway that goes on: its reply, its line of the log, its events."""

    reply: Reply
    line: dict[str, Any]
    events: list[dict[str, Any]]

    def infra(self) -> list[tuple[str, bool]]:
        return infra(self.events)

    @property
    def tokens(self) -> Tokens | None:
        return self.line["tokens"] and Tokens.from_dict(self.line["tokens"])


@dataclass
class Gateway:
    """A context manager; ``with Gateway(tmp_path, server.url) as gateway: gateway.ask(...)``."""

    home: Path
    url: str
    budget: dict[str, Any] = field(default_factory=lambda: {"kind": "tokens", "limit": 10**6})
    profile: dict[str, Any] = field(default_factory=dict)
    key: str | None = CANARY
    config: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.socket = self.home / "s" / "gw"
        self.folder = self.home / "out"
        self.folder.mkdir(exist_ok=True)
        self.events: list[dict[str, Any]] = []
        self.ended: Ended | None = None

    def document(self) -> str:
        profile = json.loads(load("scripted").at(self.url).model_dump_json())
        config = {
            "run": "run-1",
            "socket": str(self.socket),
            "folder": str(self.folder),
            "profile": {**profile, **self.profile},
            "harness_formats": ["messages", "chat", "responses", "gemini"],
            "model_seen_by_harness": MODEL,
            "budget": self.budget,
            **self.config,
        }
        return json.dumps(config)

    def start(self) -> None:
        env = {k: v for k, v in os.environ.items() if k != "HEADWAY_SCRIPTED_KEY"}
        if self.key is not None:
            env["HEADWAY_SCRIPTED_KEY"] = self.key
        self.process = subprocess.Popen(
            [sys.executable, "-m", "headway.elicit.gateway"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=env,
        )
        assert self.process.stdin
        self.process.stdin.write(self.document())
        self.process.stdin.close()

    def __enter__(self) -> Self:
        self.start()
        assert self.process.stdout
        line = self.process.stdout.readline()
        if line != "ready\n":
            self.process.wait()
            assert self.process.stderr
            raise AssertionError(self.process.stderr.read())
        self._reader = threading.Thread(target=self._listen, daemon=True)
        self._reader.start()
        return self

    def _listen(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            self.events.append(json.loads(line))

    def __exit__(self, *_: object) -> None:
        if self.ended is None:
            self.process.kill()
            self.process.wait()
            self._reader.join(5)
        assert self.process.stdout
        assert self.process.stderr
        self.process.stdout.close()
        self.process.stderr.close()

    def stop(self) -> Ended:
        """End it, and read what it left."""
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(15)
        self._reader.join(5)
        assert self.process.stderr
        self.ended = Ended(
            code,
            Summary.model_validate_json((self.folder / "gateway.json").read_text()),
            list(read(self.folder / "wire.jsonl.zst")),
            self.process.stderr.read(),
            self.events,
        )
        return self.ended

    def see(self, path: str, data: dict[str, Any] | bytes | None = None, **how: Any) -> Seen:
        """Send one request, and wait until all is known of it."""
        mark = secrets.token_hex(8)
        reply = self.ask(path, data, headers={"x-mark": mark}, **how)
        deadline = time.monotonic() + 15
        while time.monotonic() < deadline:
            for line in read(self.folder / "wire.jsonl.zst"):
                if any(value == mark for _, value in line["request"]["headers"]):
                    number = line["exchange"]
                    self.wait_for("spent", exchange=number)
                    events = [e for e in self.events if e["exchange"] == number]
                    return Seen(reply, line, events)
            time.sleep(0.005)
        raise AssertionError("the exchange is not in the log")

    def wait_for(self, event: str, **fields: Any) -> dict[str, Any]:
        """The first event of this kind."""
        deadline = time.monotonic() + 15
        while time.monotonic() < deadline:
            for given in list(self.events):
                if given["event"] == event and fields.items() <= given.items():
                    return given
            time.sleep(0.01)
        raise AssertionError(f"no event {event} {fields} in {self.events}")

    @contextlib.contextmanager
    def opened(
        self,
        path: str,
        data: dict[str, Any] | bytes | None = None,
        *,
        method: str = "POST",
        headers: dict[str, str] | None = None,
    ) -> Iterator[http.client.HTTPResponse]:
        """A reply whose body is yet to be read."""
        connection = Connection(self.socket)
        raw = data if isinstance(data, bytes) or data is None else json.dumps(data).encode()
        given = {"content-type": "application/json", "authorization": "Bearer dummy-key-of-harness"}
        try:
            connection.request(method, path, raw, {**given, **(headers or {})})
            yield connection.getresponse()
        finally:
            connection.close()

    def ask(self, path: str, data: dict[str, Any] | bytes | None = None, **how: Any) -> Reply:
        """Send one request and read its reply."""
        with self.opened(path, data, **how) as response:
            headers = {name.lower(): value for name, value in response.getheaders()}
            try:
                return Reply(response.status, headers, response.read())
            except http.client.IncompleteRead as error:
                return Reply(response.status, headers, error.partial, whole=False)
            except ConnectionError:
                return Reply(response.status, headers, b"", whole=False)
