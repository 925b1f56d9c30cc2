"""The gateway's one handler: a request from its arrival to its line in the log."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import struct
import time
from dataclasses import asdict, dataclass, field
from typing import Any

import aiohttp
from aiohttp import web

from headway.elicit.gateway import faces, outcome
from headway.elicit.gateway.admission import Outgoing, outgoing
from headway.elicit.gateway.checks import Refusal
from headway.elicit.gateway.config import Config
from headway.elicit.gateway.events import Events
from headway.elicit.gateway.exchange import Exchange, Failed
from headway.elicit.gateway.formats import Route, match
from headway.elicit.gateway.headers import without_key
from headway.elicit.gateway.meter import Meter
from headway.elicit.gateway.record import Fault, Record
from headway.elicit.gateway.redact import Redactor
from headway.elicit.gateway.tally import Tally
from headway.elicit.gateway.watch import Watch
from headway.elicit.gateway.wire import Wire
from headway.errors import HarnessGoneError

__all__ = ["Proxy"]

# Clients of both vendors' libraries obey this: what was refused is refused again.
_NO_RETRY = {"x-should-retry": "false"}


@dataclass(slots=True)
class Proxy:
    """A run's gateway: what it was told, what it holds, what it counts."""

    config: Config
    keys: dict[str, str]
    redactor: Redactor
    session: aiohttp.ClientSession
    meter: Meter
    wire: Wire
    emit: Events
    tally: Tally = field(default_factory=Tally)
    gate: asyncio.Semaphore = field(init=False)

    def __post_init__(self) -> None:
        self.gate = asyncio.Semaphore(self.config.max_concurrent)

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer one request."""
        if request.rel_url.raw_path == "/health" and request.method == "GET":
            return web.json_response({"ok": True})
        record = _record(self.tally.next(), request)
        try:
            try:
                return await self._answer(request, record)
            except HarnessGoneError:
                # Nobody reads it; the library finds the connection closed, and says nothing.
                return web.Response(status=499)
            finally:
                self._end(record)
        except asyncio.CancelledError:
            raise
        except BaseException as error:
            self.failed(error, record.exchange)
            raise

    def failed(self, error: BaseException, exchange: int | None = None) -> None:
        """Tell of a fault of our own: the run is missing data, and no failure of the model."""
        self.tally.failures["gateway"] += 1
        self._infra(exchange, Fault("gateway", type(error).__name__, fatal=True))

    async def _answer(self, request: web.BaseRequest, record: Record) -> web.StreamResponse:
        found = self._listed(request, record)
        if isinstance(found, Refusal):
            return await self._refuse(request, record, found)
        route, named = found
        if route.kind not in {"generate", "count"}:
            return await self._own(request, record, route)
        out = await self._read(request, record, route, named)
        if isinstance(out, Refusal):
            return await self._refuse(request, record, out)
        async with self.gate:
            over = self._over()
            if over is not None:
                return await self._refuse(request, record, over)
            return await self._send(request, record, out)

    async def _read(
        self, request: web.BaseRequest, record: Record, route: Route, named: str
    ) -> Outgoing | Refusal:
        if request.headers.get("expect", "").lower() == "100-continue":
            await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            # No part of the reply, as the library counts it.
            request.writer.output_size = 0
        try:
            record.came = record.body = await request.read()
        except web.HTTPRequestEntityTooLarge:
            return Refusal(413, "body", "the body is too large")
        except web.RequestPayloadError:
            return Refusal(400, "body", "the body is not whole")
        query = request.rel_url.raw_query_string
        out = outgoing(self.config, self.keys, record, route, named, without_key(query))
        if self.redactor.holds(record.body + repr((query, record.headers)).encode()):
            # No key is in the sandbox; one that comes from there was got by other ways.
            record.mark("key_in_request")
            self.emit("mark", exchange=record.exchange, mark="key_in_request")
        return out

    def _over(self) -> Refusal | None:
        """Why the run is over; None while it is not."""
        if self.tally.fatal is not None:
            return Refusal(402, "fatal", "this run has ended")
        return None if self.meter.admits else Refusal(402, "budget", faces.BUDGET)

    def _listed(self, request: web.BaseRequest, record: Record) -> tuple[Route, str] | Refusal:
        if not _is_own(request, self.config.socket_uid):
            return Refusal(403, "peer", "this socket belongs to another sandbox")
        if "upgrade" in request.headers:
            return Refusal(426, "upgrade", "the gateway speaks plain HTTP and no other protocol")
        query = dict(request.rel_url.query)
        found = match(self.config.formats, request.method, request.rel_url.path, query)
        if found is None:
            return Refusal(404, "path", f"{request.method} {record.path} is not listed")
        record.format, route, named = found
        record.kind = route.kind
        return route, named

    async def _send(
        self, request: web.BaseRequest, record: Record, out: Outgoing
    ) -> web.StreamResponse:
        number = record.exchange
        record.admitted = time.time()
        self.emit("request", exchange=number, format=record.format, path=record.path)
        assert record.format is not None
        watch = Watch(
            record.format,
            record.changes.hide_usage,
            lambda tokens: self.meter.charge(number, outcome.split(tokens, self.config.profile)),
        )
        begun = self.meter.clock.begin()
        exchange = Exchange(
            self.session, self.redactor, record, watch, self.config.limits.reply_for_usage
        )
        try:
            done = await exchange.run(request, out)
        except (asyncio.CancelledError, HarnessGoneError):
            record.mark("harness_gone")
            raise
        finally:
            outcome.judge(record, watch, self.config)
            self.meter.clock.end(begun, failed=outcome.is_back_off(record))
            self._settle(record)
        if isinstance(done, Failed):
            return await self._tell(request, record, done.status, done.message, "upstream")
        return done

    def _settle(self, record: Record) -> None:
        """Count an exchange that has ended, and tell the supervisor."""
        self.meter.settle(record.exchange, record.tokens)
        for fault in record.faults:
            self._infra(record.exchange, fault)
        for mark in outcome.TOLD.intersection(record.marks):
            self.emit("mark", exchange=record.exchange, mark=mark)
        self.emit(
            "reply",
            exchange=record.exchange,
            status=record.status,
            seconds=time.time() - record.start,
            first_byte=record.first_byte and record.first_byte - record.start,
            marks=record.marks,
            tokens=record.tokens and record.tokens.to_dict(),
        )
        self._spent(record.exchange)

    def _spent(self, exchange: int) -> None:
        self.emit(
            "spent",
            exchange=exchange,
            spent=self.meter.spent,
            limit=self.meter.budget.limit,
            unit=self.meter.unit,
            tokens=self.meter.tokens.to_dict(),
            back_off=self.meter.clock.back_off,
        )

    def _infra(self, exchange: int | None, fault: Fault) -> None:
        if fault.fatal and self.tally.fatal is None:
            self.tally.fatal = fault.kind
        self.emit("infra", exchange=exchange, **asdict(fault))

    async def _own(
        self, request: web.BaseRequest, record: Record, route: Route
    ) -> web.StreamResponse:
        """An answer of the gateway's own: a greeting, or the one model there is."""
        assert record.format is not None
        if route.kind == "hello":
            return await self._reply(request, record, 200, None)
        body = faces.models(record.format, route.kind, self.config.model_seen_by_harness)
        return await self._reply(request, record, 200, body)

    async def _refuse(
        self, request: web.BaseRequest, record: Record, refusal: Refusal
    ) -> web.StreamResponse:
        record.refused = refusal
        first = self.tally.refuse(refusal.reason)
        self.emit(
            "refused",
            exchange=record.exchange,
            status=refusal.status,
            reason=refusal.reason,
            detail=self.redactor.text(refusal.detail),
            first=first,
        )
        return await self._tell(request, record, refusal.status, refusal.detail, refusal.reason)

    async def _tell(
        self, request: web.BaseRequest, record: Record, status: int, message: str, reason: str
    ) -> web.StreamResponse:
        """An error in the shape of the request's wire format, or of the harness's first."""
        format_ = record.format or self.config.formats[0]
        return await self._reply(
            request, record, status, faces.error(format_, status, message, reason)
        )

    async def _reply(
        self, request: web.BaseRequest, record: Record, status: int, body: dict[str, Any] | None
    ) -> web.StreamResponse:
        text = b"" if body is None else self.redactor.data(json.dumps(body).encode())
        if record.status is None:
            record.status = status
        record.reply.add(text)
        headers = _NO_RETRY if record.refused else {}
        if status == 426:
            headers = {**headers, "Upgrade": "HTTP/1.1"}
        response = web.Response(
            status=status, body=text, content_type="application/json", headers=headers
        )
        await response.prepare(request)
        await response.write_eof()
        return response

    def _end(self, record: Record) -> None:
        """Write the line of an exchange."""
        record.end = time.time()
        self.tally.add(record)
        many = self.tally.refusals.total() > self.config.limits.refusals
        if self.wire.broken or (record.refused is not None and many):
            return
        try:
            self.wire.write(record.head(self.config.run, self.redactor), record.reply)
        except OSError as error:
            self.tally.failures["log"] += 1
            detail = f"the log cannot be written: {error.strerror}"
            self._infra(record.exchange, Fault("log", detail, fatal=True))


def _record(number: int, request: web.BaseRequest) -> Record:
    coding = request.headers.get("content-encoding", "identity").strip().lower()
    return Record(
        number,
        request.method,
        request.rel_url.raw_path,
        list(request.rel_url.query.items()),
        list(request.headers.items()),
        coding=None if coding == "identity" else coding,
    )


def _is_own(request: web.BaseRequest, uid: int | None) -> bool:
    """Whether the process at the other end belongs to the sandbox, or to the gateway's user."""
    if uid is None or not hasattr(socket, "SO_PEERCRED") or request.transport is None:
        return True
    peer = request.transport.get_extra_info("socket")
    if peer is None or peer.family != socket.AF_UNIX:
        return True
    # struct ucred: pid, uid, gid (unix(7)).
    _, found, _ = struct.unpack("3i", peer.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))
    return found in {uid, os.geteuid()}
