"""One request to the server and its reply back, with the faults that lie between."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Awaitable
from dataclasses import dataclass

import aiohttp
from aiohttp import web
from multidict import CIMultiDict
from yarl import URL

from headway.elicit.gateway.admission import Outgoing
from headway.elicit.gateway.headers import to_harness
from headway.elicit.gateway.record import Record
from headway.elicit.gateway.redact import Flow, Redactor
from headway.elicit.gateway.watch import Watch
from headway.errors import HarnessGoneError

__all__ = ["Exchange", "Failed", "given"]

_STREAM = "text/event-stream"

_FAULTS = {429: "upstream_limit", 401: "upstream_refused", 403: "upstream_refused"}


@dataclass(frozen=True, slots=True)
class Failed:
    """The server gave no reply that could go on: what to tell the harness."""

    status: int
    message: str


@dataclass(slots=True)
class Exchange:
    """What one exchange needs.

    Attributes
    ----------
    largest : int
        Bytes of a reply that is no stream.
    fault : str or None
        The kind of fault that cut the reply.
    """

    session: aiohttp.ClientSession
    redactor: Redactor
    record: Record
    watch: Watch
    largest: int
    fault: str | None = None

    async def run(self, request: web.BaseRequest, out: Outgoing) -> web.StreamResponse | Failed:
        """Send the request and pass the reply on; faults are noted in the record.

        Raises
        ------
        HarnessGoneError
            If the harness left meanwhile.
        """
        try:
            async with self.session.post(
                URL(out.url, encoded=True),
                headers=out.headers,
                data=out.body,
                allow_redirects=False,
            ) as reply:
                return await self._pass(request, reply)
        except TimeoutError:
            return self._failed("upstream_slow", 504, "the server of the model is silent")
        except aiohttp.ClientError as error:
            # The text of an error can name the address; keys are redacted where it is written.
            detail = f"{type(error).__name__}: {error}"
            return self._failed("upstream_down", 502, "the server of the model is down", detail)

    def _failed(self, kind: str, status: int, message: str, detail: str = "") -> Failed:
        self.record.fault(kind, self.redactor.text(detail or message))
        return Failed(status, message)

    async def _pass(
        self, request: web.BaseRequest, reply: aiohttp.ClientResponse
    ) -> web.StreamResponse | Failed:
        record = self.record
        record.status = reply.status
        record.reply_headers = list(reply.headers.items())
        if 300 <= reply.status < 400:
            # Followed, the key would go to another server; passed, the harness would try to.
            return self._failed("upstream_refused", 502, "the server of the model redirects")
        self._judge(reply)
        if reply.status < 300 and reply.content_type == _STREAM:
            return await self._stream(request, reply)
        return await self._whole(request, reply)

    def _judge(self, reply: aiohttp.ClientResponse) -> None:
        """Note a status that is the server's fault, not the harness's."""
        wait = reply.headers.get("retry-after")
        after = f", retry after {wait}" if wait else ""
        kind = _FAULTS.get(reply.status, "upstream_error" if reply.status >= 500 else None)
        if kind is not None:
            self.record.fault(kind, self.redactor.text(f"status {reply.status}{after}"))

    async def _whole(
        self, request: web.BaseRequest, reply: aiohttp.ClientResponse
    ) -> web.StreamResponse | Failed:
        pieces: list[bytes] = []
        size = 0
        async for piece in self._chunks(reply):
            pieces.append(piece)
            size += len(piece)
            if size > self.largest:
                return self._failed("malformed", 502, "the reply is too large to be read")
        if self.fault is not None:
            message = "the reply of the model's server was cut"
            return self._failed(self.fault, 502, message)
        body = self.redactor.data(b"".join(pieces))
        self.record.reply.add(body)
        if reply.status < 300:
            # Before it goes on, so that the next request finds it counted.
            self.watch.whole(body)
        headers = to_harness(reply.headers.items(), self.redactor)
        response = web.Response(
            status=reply.status, reason=reply.reason, body=body, headers=CIMultiDict(headers)
        )
        await given(response.prepare(request))
        await given(response.write_eof())
        return response

    async def _stream(
        self, request: web.BaseRequest, reply: aiohttp.ClientResponse
    ) -> web.StreamResponse:
        headers = to_harness(reply.headers.items(), self.redactor)
        response = web.StreamResponse(
            status=reply.status, reason=reply.reason, headers=CIMultiDict(headers)
        )
        await given(response.prepare(request))
        async for piece in self._shown(reply):
            await given(response.write(piece))
        if self.fault is None:
            await given(response.write_eof())
        elif request.transport is not None:
            # Cut for the harness as it was cut for us: no last chunk.
            self.record.fault(self.fault, "the stream was cut")
            request.transport.close()
        return response

    async def _shown(self, reply: aiohttp.ClientResponse) -> AsyncIterator[bytes]:
        """What passes of a stream, piece by piece as it comes.

        A piece is read after it was written, so that reading delays it by nothing; the next
        request of the harness is seen later still, and finds it counted. Where an event may have
        to be hidden, it is read before.
        """
        flow, watch = Flow(self.redactor), self.watch
        async for chunk in self._chunks(reply):
            data = flow.feed(chunk)
            if not watch.hide_usage and data:
                yield data
            shown = watch.feed(data)
            self.record.reply.add(data)
            if watch.hide_usage and shown:
                yield shown
        end = flow.close()
        self.record.reply.add(end)
        if shown := watch.feed(end) + watch.close(cut=self.fault is not None):
            yield shown

    async def _chunks(self, reply: aiohttp.ClientResponse) -> AsyncIterator[bytes]:
        """A body as it comes; where it is cut, ``fault`` says how."""
        try:
            async for chunk in reply.content.iter_any():
                if self.record.first_byte is None:
                    self.record.first_byte = time.time()
                yield chunk
        except TimeoutError:
            self.fault = "upstream_slow"
        except aiohttp.ClientError:
            self.fault = "upstream_cut"
        if self.fault is not None:
            self.record.mark("cut")


async def given(writing: Awaitable[object]) -> None:
    """Write to the harness.

    Raises
    ------
    HarnessGoneError
        If it has left, which is no fault of ours.
    """
    try:
        await writing
    except ConnectionError:
        raise HarnessGoneError("the harness left before its reply was whole") from None
