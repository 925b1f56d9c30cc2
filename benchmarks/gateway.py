"""What the gateway adds to a request, on loopback: the same requests with and without it.

Run by ``python benchmarks/gateway.py``. The server of the tests runs as a process of its own, the
gateway as another; this process is the harness. Requests with and without the gateway take turns
in one run, so that differences and ratios carry over to another machine.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import aiohttp

REPO = Path(__file__).resolve().parents[1]
KEY = "sk-benchmark-0123456789"
MODEL = "the-model"
BODY = 50_000
CHAT = "/v1/chat/completions"
PAUSE = 0.02


def main() -> None:
    from headway.elicit.profile import load

    with tempfile.TemporaryDirectory() as name:
        server, url = started([sys.executable, str(REPO / "tests/elicit/scripted.py"), "0"], None)
        home = Path(name)
        config = {
            "run": "benchmark",
            "socket": str(home / "s" / "gw"),
            "folder": name,
            "profile": json.loads(load("scripted").at(url).model_dump_json()),
            "harness_formats": ["chat"],
            "model_seen_by_harness": MODEL,
            "budget": {"kind": "tokens", "limit": 1e15},
        }
        gateway, _ = started([sys.executable, "-m", "headway.elicit.gateway"], json.dumps(config))
        try:
            asyncio.run(measure(url, home / "s" / "gw", gateway.pid))
            print(f"{'peak memory of the gateway':44} {peak(gateway.pid):9.0f} MB  (at most 150)")
        finally:
            gateway.send_signal(signal.SIGTERM)
            gateway.wait()
            assert server.stdin
            server.stdin.close()
            server.wait()
        log = home / "wire.jsonl.zst"
        print(f"{'log':44} {log.stat().st_size / 1e6:9.2f} MB")


def started(argv: list[str], config: str | None) -> tuple[subprocess.Popen[str], str]:
    """A process, and the line by which it says that it listens; what follows is thrown away."""
    env = {**os.environ, "HEADWAY_SCRIPTED_KEY": KEY, "PYTHONPATH": str(REPO / "src")}
    process = subprocess.Popen(
        argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=env
    )
    assert process.stdin
    assert process.stdout
    if config is not None:
        process.stdin.write(config)
        process.stdin.close()
    line = process.stdout.readline().strip()
    import threading

    threading.Thread(target=process.stdout.read, daemon=True).start()
    return process, line


def peak(pid: int) -> float:
    """Peak memory of a process in MB."""
    path = Path(f"/proc/{pid}/status")
    if not path.exists():
        return float("nan")
    line = next(row for row in path.read_text().splitlines() if row.startswith("VmHWM"))
    return int(line.split()[1]) / 1e3


def processor(pid: int) -> float:
    """Seconds of processor time of a process."""
    path = Path(f"/proc/{pid}/stat")
    if not path.exists():
        return float("nan")
    fields = path.read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@dataclass
class Way:
    """One way to the server."""

    session: aiohttp.ClientSession
    base: str
    model: str

    def ask(self, *, stream: bool, pause: float = 0):
        given = {
            "model": self.model,
            "messages": [{"role": "user", "content": CONTENT}],
            **({"stream": True, "stream_options": {"include_usage": True}} if stream else {}),
        }
        return self.session.post(
            self.base + CHAT,
            data=json.dumps(given),
            headers={"content-type": "application/json", "x-pause": str(pause)},
        )


# Words and escapes, as in a conversation with files in it.
CONTENT = ('def f(x):\n    return {"größe": x}  # ' * 2000)[: BODY - 300]


async def measure(url: str, socket: Path, pid: int) -> None:
    unlimited = aiohttp.TCPConnector(limit=0)
    through = aiohttp.UnixConnector(str(socket), limit=0)
    async with (
        aiohttp.ClientSession(connector=unlimited) as one,
        aiohttp.ClientSession(connector=through) as two,
    ):
        direct = Way(one, url, "scripted-upstream")
        gateway = Way(two, "http://gateway", MODEL)
        await latency(direct, gateway, pid)
        await first_byte(direct, gateway)
        await throughput(direct, gateway, pid)


async def whole(way: Way) -> float:
    begun = time.perf_counter()
    async with way.ask(stream=False) as reply:
        await reply.read()
        assert reply.status == 200
    return time.perf_counter() - begun


async def first(way: Way) -> float:
    begun = time.perf_counter()
    # As a model does: one event, and then the next after a while.
    async with way.ask(stream=True, pause=PAUSE) as reply:
        await reply.content.readany()
        return time.perf_counter() - begun


async def latency(direct: Way, gateway: Way, pid: int, times: int = 300) -> None:
    before = processor(pid)
    show("request with 50 kB, median", await turns(direct, gateway, whole, times), 3)
    taken = (processor(pid) - before) / (times + 10) * 1e3
    print(f"{'  of it processor time of the gateway':44} {taken:9.2f} ms")


async def first_byte(direct: Way, gateway: Way, times: int = 300) -> None:
    show("first byte of a stream, median", await turns(direct, gateway, first, times), 5)


async def turns(direct: Way, gateway: Way, run, times: int) -> list[tuple[float, float]]:
    for way in (direct, gateway):
        for _ in range(10):
            await run(way)
    return [(await run(direct), await run(gateway)) for _ in range(times)]


def show(what: str, pairs: list[tuple[float, float]], limit: float) -> None:
    alone = statistics.median(a for a, _ in pairs) * 1e3
    both = statistics.median(b for _, b in pairs) * 1e3
    print(
        f"{what:44} {both - alone:9.2f} ms  (at most {limit}; "
        f"{alone:.2f} without, {both:.2f} with, ratio {both / alone:.2f})"
    )


async def throughput(
    direct: Way, gateway: Way, pid: int, streams: int = 16, each: int = 25
) -> None:
    """Streams of 50 events without a pause, so that only processors limit them."""

    async def harness(way: Way) -> None:
        for _ in range(each):
            async with way.ask(stream=True) as reply:
                async for _ in reply.content.iter_any():
                    pass
                assert reply.status == 200

    rates = []
    before = processor(pid)
    for way in (direct, gateway):
        begun = time.perf_counter()
        await asyncio.gather(*(harness(way) for _ in range(streams)))
        rates.append(streams * each / (time.perf_counter() - begun))
    taken = (processor(pid) - before) / (streams * each) * 1e3
    print(
        f"{'streams a second, 16 at a time':44} {rates[1]:9.0f} /s  (at least 50; "
        f"{rates[0]:.0f} without, ratio {rates[1] / rates[0]:.2f})"
    )
    print(f"{'  processor time of the gateway a stream':44} {taken:9.2f} ms")


if __name__ == "__main__":
    main()
