"""How long a sandbox takes to start, and what is left of many. Run it on a quiet machine.

``python benchmarks/sandbox.py [RUNS]``: figures in milliseconds, median and tenth of 50 starts.
"""

from __future__ import annotations

import os
import resource
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from headway.elicit.sandbox import Sandbox, Spec, bwrap, sweep

MB = 2**20
ENV = {"PATH": "/usr/bin:/bin"}
SAY = ["sh", "-c", "echo up"]


def start(folder: Path, gateway: Path | None) -> tuple[float, float, float]:
    """Milliseconds to make a sandbox, then to have a command run, then to be rid of it."""
    begun = time.perf_counter()
    box = Sandbox(Spec(folder, memory=256 * MB, pids=64, disk=16 * MB, socket=gateway)).open()
    box.ready()
    ready = time.perf_counter()
    box.start(SAY, ENV)
    runs = time.perf_counter()
    ended = box.wait()
    assert ended
    assert ended.exit_code == 0, ended
    done = time.perf_counter()
    box.close()
    return 1e3 * (ready - begun), 1e3 * (runs - ready), 1e3 * (time.perf_counter() - done)


FIRST = """
import sys, time
from pathlib import Path
from headway.elicit.sandbox import Sandbox, Spec, warm
spec = Spec(Path(sys.argv[1]), memory=2**28, pids=64, disk=2**24)
if sys.argv[2] == "warm":
    warm()
    time.sleep(1)
begun = time.perf_counter()
with Sandbox(spec) as box:
    box.start(["sh", "-c", "echo up"], {"PATH": "/usr/bin:/bin"})
    print(1e3 * (time.perf_counter() - begun))
"""


def first(folder: Path, how: str) -> float:
    """Milliseconds until the command of a program's first sandbox runs."""
    words = [sys.executable, "-c", FIRST, str(folder), how]
    return float(subprocess.run(words, check=True, capture_output=True, text=True).stdout)


def alone(command: list[str]) -> float:
    begun = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    return 1e3 * (time.perf_counter() - begun)


def processor(run, count: int = 20) -> list[float]:
    """Milliseconds of processor time of all processes of a run: less noisy on a shared machine."""
    taken = []
    for _ in range(count):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        run()
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        taken.append(1e3 * (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime))
    return taken


def row(name: str, values: list[float]) -> None:
    tenth = statistics.quantiles(values, n=10)[0]
    print(f"{name:44} {statistics.median(values):7.1f} {tenth:7.1f}")


def starts(folder: Path, count: int = 50) -> None:
    print(f"{'milliseconds':44} {'median':>7} {'tenth':>7}")
    path = folder / "gateway"
    with socket.socket(socket.AF_UNIX) as gateway:
        gateway.bind(str(path))
        gateway.listen()
        for name, where in (("", None), (" with a relay", path)):
            made, run, gone = zip(*(start(folder, where) for _ in range(count)), strict=True)
            row(f"a supervisor and its sandbox{name}", list(made))
            row(f"a command in it{name}", list(run))
            row(f"together{name}", [one + two for one, two in zip(made, run, strict=True)])
            row(f"clearing up{name}", list(gone))
    for name, how in (("first of a program", "cold"), ("first of one that was warmed", "warm")):
        row(f"together, {name}", [first(folder, how) for _ in range(count // 4)])
    program = bwrap.find(sys.path)
    assert program
    row("python alone", [alone([sys.executable, "-I", "-S", "-c", ""]) for _ in range(count)])
    plain = [program, "--unshare-all", "--ro-bind", "/", "/", "true"]
    row("bubblewrap alone", [alone(plain) for _ in range(count)])
    row("processor: whole run", processor(lambda: start(folder, None)))
    row("processor: whole run with a relay", processor(lambda: start(folder, path)))
    row("processor: python alone", processor(lambda: alone([sys.executable, "-I", "-S", "-c", ""])))
    row("processor: bubblewrap alone", processor(lambda: alone(plain)))


def many(folder: Path, runs: int) -> None:
    """Runs at eight a time, one in five with a supervisor that is killed; what is left of them."""
    sweep()
    marker = f"benchmark-{os.getpid()}"
    names: list[str] = []
    lock = threading.Lock()
    mounts = Path("/proc/self/mounts").read_text()

    def one(turn: int) -> None:
        here = folder / str(turn)
        here.mkdir()
        with Sandbox(Spec(here, memory=64 * MB, pids=32, disk=MB)) as box:
            name = box.ready()["name"]
            with lock:
                names.append(name)
            box.start(["sh", "-c", f"setsid sleep 100 & : {marker}; sleep 0.05"], ENV)
            if turn % 5 == 0:
                assert box._process
                os.kill(box._process.pid, signal.SIGKILL)
            else:
                box.wait()

    begun = time.perf_counter()
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(one, range(runs)))
    seconds = time.perf_counter() - begun
    time.sleep(1)
    swept = sweep()
    groups = [path for path in Path("/sys/fs/cgroup").rglob("headway-*") if path.name in names]
    lines = [path for path in Path("/proc").glob("[0-9]*/cmdline") if marker in text_of(path)]
    print(
        f"\n{runs} runs at 8 a time in {seconds:.0f} s; {len(swept)} killed supervisors swept up"
        f" after; left: {len(lines)} processes, {len(groups)} cgroups,"
        f" {int(Path('/proc/self/mounts').read_text() != mounts)} mounts"
    )


def text_of(path: Path) -> str:
    try:
        return path.read_text(errors="replace")
    except OSError:
        return ""


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        starts(Path(folder))
        many(Path(folder), int(sys.argv[1]) if len(sys.argv) > 1 else 200)
