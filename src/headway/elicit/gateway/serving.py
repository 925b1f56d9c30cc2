"""The process of a gateway: socket, signals, log, end."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import stat
import sys
import time
import traceback
from collections.abc import AsyncIterator
from pathlib import Path
from types import TracebackType
from typing import Any, TextIO

import aiohttp
from aiohttp import web
from aiohttp.abc import AbstractStreamWriter
from aiohttp.http import RawRequestMessage

from headway.elicit.gateway.config import Config
from headway.elicit.gateway.events import Events
from headway.elicit.gateway.meter import Clock, Meter
from headway.elicit.gateway.proxy import Proxy
from headway.elicit.gateway.redact import Redactor
from headway.elicit.gateway.wire import NAME, Wire
from headway.errors import GatewayError
from headway.ledger.disk import replace_file

__all__ = ["SUMMARY", "quiet", "serve"]

SUMMARY = "gateway.json"

# Idle connections are closed before servers do so (uvicorn: after 5 s), since a request that meets
# a connection that is just being closed cannot be sent again.
_IDLE = 4.0

# Lines and fields of requests; one harness sends 11 kB of headers.
_LONGEST = 64 << 10


def quiet(redactor: Redactor, stream: TextIO) -> None:
    """Let nothing be written to standard error that is not redacted: logs, warnings, tracebacks."""

    class Plain(logging.Formatter):
        def format(self, record: logging.LogRecord) -> str:
            return redactor.text(super().format(record))

    handler = logging.StreamHandler(stream)
    handler.setFormatter(Plain("%(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    logging.captureWarnings(capture=True)

    def hook(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        stream.write(redactor.text("".join(traceback.format_exception(kind, error, trace))))

    sys.excepthook = hook


async def serve(config: Config, keys: dict[str, str], redactor: Redactor, stream: TextIO) -> bool:
    """Serve one run until SIGTERM, SIGINT, or the death of the process that started it.

    Parameters
    ----------
    config : Config
    keys : dict of str to str
        By environment variable.
    redactor : Redactor
    stream : text file
        Gets ``ready``, then the events.

    Returns
    -------
    bool
        Whether the log is whole.

    Raises
    ------
    GatewayError
        If it cannot listen or write; nothing was served then.
    """
    proxy = await _proxy(config, keys, redactor, stream)
    stop = _stopping(stream)
    asyncio.get_running_loop().set_exception_handler(lambda loop, seen: _failed(proxy, loop, seen))
    try:
        async with proxy.session, _listening(proxy):
            stream.write("ready\n")
            stream.flush()
            await stop
    finally:
        proxy.emit.flush()
        whole = _finish(proxy)
    return whole


async def _proxy(config: Config, keys: dict[str, str], redactor: Redactor, stream: TextIO) -> Proxy:
    limits = config.limits
    try:
        wire = Wire(config.folder / NAME)
    except OSError as error:
        raise GatewayError(
            f"{config.folder / NAME}: the log cannot be written ({error.strerror}); "
            "give the run an existing folder of its own."
        ) from None
    session = aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=_IDLE),
        timeout=aiohttp.ClientTimeout(
            total=None, sock_connect=limits.connect, sock_read=limits.silence
        ),
        skip_auto_headers=("User-Agent", "Accept", "Content-Type"),
        cookie_jar=aiohttp.DummyCookieJar(),
        max_line_size=_LONGEST,
        max_field_size=_LONGEST,
    )
    meter = Meter(config.budget, Clock(time.monotonic, limits.back_off))
    return Proxy(config, keys, redactor, session, meter, wire, Events(stream, config.run))


@contextlib.asynccontextmanager
async def _listening(proxy: Proxy) -> AsyncIterator[None]:
    def request(
        message: RawRequestMessage,
        payload: aiohttp.StreamReader,
        protocol: web.RequestHandler,
        writer: AbstractStreamWriter,
        task: asyncio.Task[None],
    ) -> web.BaseRequest:
        loop, largest = asyncio.get_running_loop(), proxy.config.limits.body
        return web.BaseRequest(
            message, payload, protocol, writer, task, loop, client_max_size=largest
        )

    server = web.Server(
        proxy.handle,
        request_factory=request,
        handler_cancellation=True,
        access_log=None,
        auto_decompress=False,
        max_line_size=_LONGEST,
        max_field_size=_LONGEST,
        lingering_time=1.0,
    )
    runner = web.ServerRunner(server, shutdown_timeout=1.0)
    await runner.setup()
    try:
        await _bound(runner, proxy.config)
        yield
    finally:
        await runner.cleanup()
        proxy.config.socket.unlink(missing_ok=True)


async def _bound(runner: web.ServerRunner, config: Config) -> None:
    """Listen on a socket that only the sandbox's user (and ours) can reach."""
    path, uid = config.socket, config.socket_uid
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.parent.chmod(0o700)
        if any(path.parent.iterdir()):
            raise GatewayError(f"{path.parent}: the folder of the socket holds something else.")
        await web.UnixSite(runner, str(path)).start()
        path.chmod(0o600)
        if uid is not None and uid != os.geteuid():
            os.chown(path, uid, -1)
            os.chown(path.parent, uid, -1)
    except OSError as error:
        raise GatewayError(f"{path}: cannot listen ({error.strerror or error}).") from None


def _stopping(stream: TextIO) -> asyncio.Future[None]:
    """Done once the gateway is to end."""
    loop = asyncio.get_running_loop()
    stop = loop.create_future()

    def now() -> None:
        if not stop.done():
            stop.set_result(None)

    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, now)
    parent = os.getppid()

    def look() -> None:
        # The supervisor died without a word: nobody would ever stop us.
        if os.getppid() != parent:
            now()
        elif not stop.done():
            loop.call_later(1.0, look)

    look()
    # Where it tells through a pipe, its end is seen at once: a launch that goes on after a kill
    # waits for us.
    with contextlib.suppress(OSError, ValueError):
        if stat.S_ISFIFO(os.fstat(stream.fileno()).st_mode):
            loop.add_reader(stream.fileno(), now)
    return stop


def _failed(proxy: Proxy, loop: asyncio.AbstractEventLoop, seen: dict[str, Any]) -> None:
    """An exception that nothing waited for: said in the log as ever, and a fault of the run."""
    error = seen.get("exception")
    if error is not None and not isinstance(error, OSError):  # connections come and go
        proxy.failed(error)
    loop.default_exception_handler(seen)


def _finish(proxy: Proxy) -> bool:
    """Close the log and write the summary."""
    digest = None
    with contextlib.suppress(OSError):
        digest = proxy.wire.close()
    summary = proxy.tally.summary(proxy.config, proxy.meter, digest)
    text = proxy.redactor.text(summary.model_dump_json(indent=2))
    replace_file(Path(proxy.config.folder, SUMMARY), text.encode())
    return digest is not None
