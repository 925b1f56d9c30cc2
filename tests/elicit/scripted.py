"""A server of models that plays a script, in all four wire formats, streamed and not.

Nothing of it is simulated but the model: it is a real HTTP server on loopback. A script is a list
of turns (the last one goes on for ever), or a function of what was asked::

    with Scripted([Turn(text="hello", tokens=Tokens(7, visible_output=2))]) as server:
        ...  # ask server.url + "/v1/chat/completions"
        server.got[0].document["model"]

As a process of its own: ``python tests/elicit/scripted.py PORT`` plays one long reply.
"""

from __future__ import annotations

import asyncio
import gzip
import json
import sys
import threading
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Self

import zstandard
from aiohttp import web

from headway.elicit.tokens import Tokens

SAYS = "scripted-upstream"


@dataclass(frozen=True)
class Call:
    """A call of a tool."""

    name: str
    arguments: dict[str, Any]
    id: str = ""  # one of its own, as servers give


@dataclass(frozen=True)
class Turn:
    """One reply.

    ``tokens`` is what its usage says, None leaves the usage out. ``status`` other than 200 sends
    ``body`` (or an error of the format). ``cut`` closes the connection after so many bytes of the
    body, ``silent`` after none and without an answer. ``delay`` and ``pause`` are seconds before
    the reply and between the events of a stream; with a ``gate`` it waits until that is open.
    ``model`` is what the reply says it ran.
    """

    text: str = ""
    reasoning: str = ""
    calls: tuple[Call, ...] = ()
    tokens: Tokens | None = field(default_factory=lambda: Tokens(10, 0, 0, 5, 0))
    status: int = 200
    body: str | bytes | None = None
    headers: dict[str, str] = field(default_factory=dict)
    delay: float = 0.0
    gate: threading.Event | None = None
    pause: float = 0.0
    pieces: int = 4
    cut: int | None = None
    silent: bool = False
    model: str = SAYS
    says: dict[str, Any] = field(default_factory=dict)
    number: int = 0  # of the reply: harnesses take replies of one id for one reply

    def numbered(self, number: int) -> Turn:
        """The same as one reply of a server, with ids that no other has."""
        calls = tuple(
            replace(call, id=call.id or f"call_{number}_{place}")
            for place, call in enumerate(self.calls)
        )
        return replace(self, number=number, calls=calls)


@dataclass(frozen=True)
class Got:
    """One request as the server got it."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes
    document: dict[str, Any]


def pieces(text: str, number: int) -> list[str]:
    """A text in so many pieces, none empty."""
    size = max(1, -(-len(text) // number))
    return [text[i : i + size] for i in range(0, len(text), size)]


# Anthropic Messages.


def messages_usage(tokens: Tokens) -> dict[str, Any]:
    return {
        "input_tokens": tokens.uncached_input,
        "cache_read_input_tokens": tokens.cache_read,
        "cache_creation_input_tokens": tokens.cache_write,
        "output_tokens": tokens.output,
    }


def messages_blocks(turn: Turn) -> list[dict[str, Any]]:
    blocks: list[dict[str, Any]] = []
    if turn.reasoning:
        blocks.append({"type": "thinking", "thinking": turn.reasoning, "signature": "c2lnbmVk"})
    if turn.text:
        blocks.append({"type": "text", "text": turn.text})
    calls = [
        {"type": "tool_use", "id": call.id, "name": call.name, "input": call.arguments}
        for call in turn.calls
    ]
    return [*blocks, *calls]


def messages_whole(turn: Turn) -> dict[str, Any]:
    reply = {
        "id": f"msg_{turn.number}",
        "type": "message",
        "role": "assistant",
        "model": turn.model,
        "content": messages_blocks(turn),
        "stop_reason": "tool_use" if turn.calls else "end_turn",
        "stop_sequence": None,
        **turn.says,
    }
    if turn.tokens is None:
        return reply
    # What a turn says of its usage, such as counts of searches, stands beside the tokens.
    return {**reply, "usage": {**messages_usage(turn.tokens), **turn.says.get("usage", {})}}


def messages_deltas(block: dict[str, Any], number: int) -> Iterator[dict[str, Any]]:
    if block["type"] == "text":
        for piece in pieces(block["text"], number):
            yield {"type": "text_delta", "text": piece}
    elif block["type"] == "thinking":
        for piece in pieces(block["thinking"], number):
            yield {"type": "thinking_delta", "thinking": piece}
        yield {"type": "signature_delta", "signature": block["signature"]}
    else:
        for piece in pieces(json.dumps(block["input"]), number):
            yield {"type": "input_json_delta", "partial_json": piece}


_EMPTY = {"text": {"text": ""}, "thinking": {"thinking": "", "signature": ""}}


def messages_events(turn: Turn, asked: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    start = {**messages_whole(turn), "content": [], "stop_reason": None}
    if turn.tokens is not None:
        start["usage"] = {**start["usage"], "output_tokens": 1}
    yield "message_start", {"type": "message_start", "message": start}
    for index, block in enumerate(messages_blocks(turn)):
        empty = {**block, **_EMPTY.get(block["type"], {"input": {}})}
        yield (
            "content_block_start",
            {"type": "content_block_start", "index": index, "content_block": empty},
        )
        for delta in messages_deltas(block, turn.pieces):
            yield (
                "content_block_delta",
                {"type": "content_block_delta", "index": index, "delta": delta},
            )
        yield "content_block_stop", {"type": "content_block_stop", "index": index}
    end: dict[str, Any] = {
        "type": "message_delta",
        "delta": {"stop_reason": "tool_use" if turn.calls else "end_turn", "stop_sequence": None},
    }
    if turn.tokens is not None:
        end["usage"] = {"output_tokens": turn.tokens.output}
    yield "message_delta", end
    yield "message_stop", {"type": "message_stop"}


# OpenAI chat completions.


def chat_usage(tokens: Tokens) -> dict[str, Any]:
    usage: dict[str, Any] = {
        "prompt_tokens": tokens.input,
        "completion_tokens": tokens.output,
        "total_tokens": tokens.input + tokens.output,
        "prompt_tokens_details": {
            "cached_tokens": tokens.cache_read,
            "cache_write_tokens": tokens.cache_write,
        },
    }
    if tokens.reasoning is not None:
        usage["completion_tokens_details"] = {"reasoning_tokens": tokens.reasoning}
    return usage


def chat_calls(turn: Turn) -> list[dict[str, Any]]:
    return [
        {
            "id": call.id,
            "type": "function",
            "function": {"name": call.name, "arguments": json.dumps(call.arguments)},
        }
        for call in turn.calls
    ]


def chat_whole(turn: Turn) -> dict[str, Any]:
    message: dict[str, Any] = {"role": "assistant", "content": turn.text or None}
    if turn.reasoning:
        message["reasoning_content"] = turn.reasoning
    if turn.calls:
        message["tool_calls"] = chat_calls(turn)
    choice = {
        "index": 0,
        "message": message,
        "finish_reason": "tool_calls" if turn.calls else "stop",
    }
    reply = {
        "id": f"chatcmpl-{turn.number}",
        "object": "chat.completion",
        "created": 1,
        "model": turn.model,
        "choices": [choice],
        **turn.says,
    }
    return reply if turn.tokens is None else {**reply, "usage": chat_usage(turn.tokens)}


def chat_events(turn: Turn, asked: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    base = {
        "id": f"chatcmpl-{turn.number}",
        "object": "chat.completion.chunk",
        "created": 1,
        "model": turn.model,
        **turn.says,
    }

    def chunk(delta: dict[str, Any], finish: str | None = None) -> tuple[str, Any]:
        choice = {"index": 0, "delta": delta, "finish_reason": finish}
        return "", {**base, "choices": [choice]}

    yield chunk({"role": "assistant", "content": ""})
    for piece in pieces(turn.reasoning, turn.pieces):
        yield chunk({"reasoning_content": piece})
    for piece in pieces(turn.text, turn.pieces):
        yield chunk({"content": piece})
    for index, call in enumerate(chat_calls(turn)):
        first = {**call["function"], "arguments": ""}
        yield chunk({"tool_calls": [{**call, "index": index, "function": first}]})
        for piece in pieces(call["function"]["arguments"], turn.pieces):
            yield chunk({"tool_calls": [{"index": index, "function": {"arguments": piece}}]})
    yield chunk({}, "tool_calls" if turn.calls else "stop")
    wanted = (asked.get("stream_options") or {}).get("include_usage")
    if wanted and turn.tokens is not None:
        yield "", {**base, "choices": [], "usage": chat_usage(turn.tokens)}
    yield "", "[DONE]"


# OpenAI Responses.


def responses_usage(tokens: Tokens) -> dict[str, Any]:
    return {
        "input_tokens": tokens.input,
        "input_tokens_details": {
            "cached_tokens": tokens.cache_read,
            "cache_write_tokens": tokens.cache_write,
        },
        "output_tokens": tokens.output,
        "output_tokens_details": {"reasoning_tokens": tokens.reasoning or 0},
        "total_tokens": tokens.input + tokens.output,
    }


def responses_items(turn: Turn) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = []
    if turn.reasoning:
        summary = [{"type": "summary_text", "text": turn.reasoning}]
        items.append({"type": "reasoning", "id": f"rs_{turn.number}", "summary": summary})
    if turn.text:
        content = [{"type": "output_text", "text": turn.text, "annotations": []}]
        items.append(
            {"type": "message", "id": f"msg_{turn.number}", "role": "assistant",
             "status": "completed", "content": content}
        )  # fmt: skip
    calls = [
        {"type": "function_call", "id": f"fc_{call.id}", "call_id": call.id,
         "name": call.name, "arguments": json.dumps(call.arguments), "status": "completed"}
        for call in turn.calls
    ]  # fmt: skip
    return [*items, *calls]


def responses_whole(turn: Turn) -> dict[str, Any]:
    reply = {
        "id": f"resp_{turn.number}",
        "object": "response",
        "created_at": 1,
        "status": "completed",
        "model": turn.model,
        "output": responses_items(turn),
        **turn.says,
    }
    return reply if turn.tokens is None else {**reply, "usage": responses_usage(turn.tokens)}


def responses_events(turn: Turn, asked: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    number = iter(range(10**9))

    def event(kind: str, **fields: Any) -> tuple[str, Any]:
        return kind, {"type": kind, "sequence_number": next(number), **fields}

    whole = responses_whole(turn)
    started = {**whole, "status": "in_progress", "output": [], "usage": None}
    yield event("response.created", response=started)
    yield event("response.in_progress", response=started)
    for index, item in enumerate(whole["output"]):
        yield event("response.output_item.added", output_index=index, item={**item, "content": []})
        place = {"item_id": item["id"], "output_index": index}
        if item["type"] == "message":
            for piece in pieces(turn.text, turn.pieces):
                yield event("response.output_text.delta", **place, content_index=0, delta=piece)
        elif item["type"] == "function_call":
            for piece in pieces(item["arguments"], turn.pieces):
                yield event("response.function_call_arguments.delta", **place, delta=piece)
        yield event("response.output_item.done", output_index=index, item=item)
    yield event("response.completed", response=whole)


# Gemini.


def gemini_usage(tokens: Tokens) -> dict[str, int]:
    usage = {
        "promptTokenCount": tokens.input,
        "cachedContentTokenCount": tokens.cache_read,
        "candidatesTokenCount": tokens.visible_output,
        "thoughtsTokenCount": tokens.reasoning or 0,
        "totalTokenCount": tokens.input + tokens.output,
    }
    return {name: value for name, value in usage.items() if value}


def gemini_reply(turn: Turn, parts: list[Any], finish: str | None) -> dict[str, Any]:
    candidate: dict[str, Any] = {"content": {"role": "model", "parts": parts}, "index": 0}
    if finish:
        candidate["finishReason"] = finish
    return {"candidates": [candidate], "modelVersion": turn.model, **turn.says}


def gemini_parts(turn: Turn, number: int) -> list[Any]:
    thoughts = [{"text": piece, "thought": True} for piece in pieces(turn.reasoning, number)]
    texts = [{"text": piece} for piece in pieces(turn.text, number)]
    calls = [{"functionCall": {"name": c.name, "args": c.arguments}} for c in turn.calls]
    return [*thoughts, *texts, *calls]


def gemini_whole(turn: Turn) -> dict[str, Any]:
    reply = gemini_reply(turn, gemini_parts(turn, 1), "STOP")
    return reply if turn.tokens is None else {**reply, "usageMetadata": gemini_usage(turn.tokens)}


def gemini_events(turn: Turn, asked: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    for part in gemini_parts(turn, turn.pieces):
        reply = gemini_reply(turn, [part], None)
        if turn.tokens is not None:
            reply["usageMetadata"] = {"promptTokenCount": turn.tokens.input}
        yield "", reply
    end = gemini_reply(turn, [{"text": ""}], "STOP")
    if turn.tokens is not None:
        end["usageMetadata"] = gemini_usage(turn.tokens)
    yield "", end


WHOLE: dict[str, Callable[[Turn], dict[str, Any]]] = {
    "messages": messages_whole,
    "chat": chat_whole,
    "responses": responses_whole,
    "gemini": gemini_whole,
}
EVENTS: dict[str, Callable[[Turn, dict[str, Any]], Iterator[tuple[str, Any]]]] = {
    "messages": messages_events,
    "chat": chat_events,
    "responses": responses_events,
    "gemini": gemini_events,
}


def format_of(path: str) -> str:
    if "/v1beta/models/" in path:
        return "gemini"
    ends = {"/messages": "messages", "/chat/completions": "chat", "/responses": "responses"}
    return next((name for end, name in ends.items() if path.endswith(end)), "")


def block(name: str, data: Any) -> bytes:
    """One event as bytes; chunks of chat completions and Gemini have no name."""
    text = data if isinstance(data, str) else json.dumps(data)
    return (f"event: {name}\n" if name else "").encode() + f"data: {text}\n\n".encode()


def unpacked(body: bytes, coding: str | None) -> bytes:
    if coding == "gzip":
        return gzip.decompress(body)
    if coding == "deflate":
        return zlib.decompress(body)
    if coding == "zstd":
        return zstandard.ZstdDecompressor().decompressobj().decompress(body)
    return body


class Scripted:
    """The server, in a thread of its own; a context manager."""

    def __init__(
        self, script: Sequence[Turn] | Callable[[Got], Turn] = (), *, port: int = 0
    ) -> None:
        self.script = script
        self.got: list[Got] = []
        self.streamed: list[bytes] = []  # the events of the latest stream so far
        self.busy = self.most = 0  # requests at one time, now and at most
        self.port = port
        self._turn = 0
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._stop: asyncio.Event
        self._thread = threading.Thread(target=self._run, daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._ready.wait(10)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(10)
        assert not self._thread.is_alive()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self.serve())
        self._loop.close()

    async def serve(self) -> None:
        self._stop = asyncio.Event()
        runner = web.ServerRunner(
            web.Server(self._answer, access_log=None, auto_decompress=False, max_field_size=65536,
                       request_factory=_request),
            shutdown_timeout=0.1,
        )  # fmt: skip
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", self.port)
        await site.start()
        self.port = runner.addresses[0][1]
        self._ready.set()
        await self._stop.wait()
        await runner.cleanup()

    def _next(self, got: Got) -> Turn:
        if callable(self.script):
            return self.script(got)
        self._turn += 1
        return self.script[min(self._turn, len(self.script)) - 1] if self.script else Turn()

    async def _answer(self, request: web.BaseRequest) -> web.StreamResponse:
        self.busy += 1
        self.most = max(self.most, self.busy)
        try:
            return await self._play(request)
        finally:
            self.busy -= 1

    async def _play(self, request: web.BaseRequest) -> web.StreamResponse:
        body = await request.read()
        try:
            document = json.loads(unpacked(body, request.headers.get("content-encoding")) or "{}")
        except ValueError:
            document = {}
        got = Got(
            request.method,
            request.path,
            dict(request.query),
            {name.lower(): value for name, value in request.headers.items()},
            body,
            document,
        )
        self.got.append(got)
        if request.path.endswith(("/count_tokens", "/input_tokens", ":countTokens")):
            return web.json_response({"input_tokens": 42, "totalTokens": 42})
        name = format_of(request.path)
        if not name:
            return web.json_response({"error": {"message": f"no {request.path}"}}, status=404)
        turn = self._next(got).numbered(len(self.got))
        await asyncio.sleep(turn.delay)
        # The gate belongs to another thread.
        while turn.gate and not turn.gate.is_set():  # noqa: ASYNC110
            await asyncio.sleep(0.02)
        streamed = document.get("stream") is True or request.path.endswith(":streamGenerateContent")
        if turn.silent:
            assert request.transport
            request.transport.close()
            return web.Response()
        try:
            if turn.status != 200 or turn.body is not None or not streamed:
                return await self._whole(request, name, turn)
            return await self._stream(request, name, turn, document)
        except ConnectionError:
            # The client left.
            return web.Response()

    async def _whole(self, request: web.BaseRequest, name: str, turn: Turn) -> web.StreamResponse:
        failed = {"type": "error", "error": {"type": "scripted", "message": "as the script says"}}
        reply = json.dumps(WHOLE[name](turn) if turn.status == 200 else failed)
        given = reply if turn.body is None else turn.body
        body = given if isinstance(given, bytes) else given.encode()
        headers = {"content-type": "application/json", **turn.headers}
        response = web.StreamResponse(status=turn.status, headers=headers)
        response.content_length = len(body)
        await response.prepare(request)
        await response.write(body[: turn.cut])
        if turn.cut is not None:
            assert request.transport
            request.transport.close()
        else:
            await response.write_eof()
        return response

    async def _stream(
        self, request: web.BaseRequest, name: str, turn: Turn, document: dict[str, Any]
    ) -> web.StreamResponse:
        headers = {"content-type": "text/event-stream", **turn.headers}
        response = web.StreamResponse(headers=headers)
        await response.prepare(request)
        left = turn.cut
        self.streamed = []
        for event, data in EVENTS[name](turn, document):
            raw = block(event, data)
            if left is not None and len(raw) >= left:
                await response.write(raw[:left])
                assert request.transport
                request.transport.close()
                return response
            left = None if left is None else left - len(raw)
            self.streamed.append(raw)
            await response.write(raw)
            if turn.pause:
                await asyncio.sleep(turn.pause)
        await response.write_eof()
        return response


def _request(*parts: Any) -> web.BaseRequest:
    return web.BaseRequest(*parts, asyncio.get_running_loop(), client_max_size=64 << 20)


def main() -> None:
    """Serve as a process of its own: prints the address, and ends with its standard input.

    A request's header ``x-pause`` sets the seconds between the events of its reply.
    """

    def script(got: Got) -> Turn:
        return Turn(text="word " * 200, pieces=50, pause=float(got.headers.get("x-pause", 0)))

    with Scripted(script, port=int(sys.argv[1])) as server:
        sys.stdout.write(f"{server.url}\n")
        sys.stdout.flush()
        sys.stdin.read()


if __name__ == "__main__":
    main()
