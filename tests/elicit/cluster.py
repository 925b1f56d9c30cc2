"""A Dask cluster whose machines are network namespaces, joined by a bridge in one of their own."""

from __future__ import annotations

import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.elicit.launching import CANARY

ROOT = str(Path(__file__).resolve().parents[2])
PORT = 8786
SERVER = 8080  # the scripted server's, on the loopback of each worker


def ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True, timeout=20)


@dataclass
class Machines:
    """Network namespaces by name, each with an address; processes that run in them."""

    home: Path
    mark: str = field(default_factory=lambda: f"hw{secrets.token_hex(3)}")
    names: list[str] = field(default_factory=list)
    started: list[subprocess.Popen[str]] = field(default_factory=list)

    def add(self, name: str) -> str:
        """A machine; gives its address."""
        space, number = f"{self.mark}-{name}", len(self.names) + 1
        if not self.names:
            ip("netns", "add", f"{self.mark}-hub")
            ip("-n", f"{self.mark}-hub", "link", "add", "bridge0", "type", "bridge")
            ip("-n", f"{self.mark}-hub", "link", "set", "bridge0", "up")
        self.names.append(name)
        ip("netns", "add", space)
        ip("-n", space, "link", "set", "lo", "up")
        hub = f"{self.mark}-hub"
        ip("-n", space, "link", "add", "eth0", "type", "veth", "peer", f"to-{name}", "netns", hub)
        ip("-n", hub, "link", "set", f"to-{name}", "master", "bridge0", "up")
        ip("-n", space, "addr", "add", f"10.231.7.{number}/24", "dev", "eth0")
        ip("-n", space, "link", "set", "eth0", "up")
        return f"10.231.7.{number}"

    def inside(self, name: str) -> tuple[str, ...]:
        """What stands before a command that runs there; only the network is another."""
        return ("nsenter", f"--net=/run/netns/{self.mark}-{name}")

    def start(self, name: str, *words: str, **env: str) -> subprocess.Popen[str]:
        """A Python program there."""
        said = (self.home / f"{name}-{len(self.started)}.txt").open("w")
        process = subprocess.Popen(
            [*self.inside(name), sys.executable, *words],
            cwd=ROOT,
            env={**os.environ, "TMPDIR": str(self.temporary(name)), **env},
            stdin=subprocess.PIPE,
            stdout=said,
            stderr=said,
            text=True,
        )
        said.close()
        self.started.append(process)
        return process

    def temporary(self, name: str) -> Path:
        """A machine's own folder for temporary files: its disk."""
        place = Path("/tmp", f"{self.mark}-{name}")
        place.mkdir(exist_ok=True)
        return place

    def said(self) -> str:
        return "\n".join(path.read_text() for path in sorted(self.home.glob("*.txt")))

    def processes(self, name: str) -> list[str]:
        """Command lines of what runs there."""
        space = f"{self.mark}-{name}"
        found = []
        for pid in self.ids(space):
            try:
                words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
            except OSError:
                continue
            found.append(b" ".join(words).decode(errors="replace"))
        return found

    def servers(self, name: str) -> list[str]:
        """Command lines of the servers of models that run there."""
        return [line for line in self.processes(name) if "tests.elicit.launching" in line]

    @staticmethod
    def ids(space: str) -> list[str]:
        said = subprocess.run(
            ["ip", "netns", "pids", space], capture_output=True, text=True, check=True
        )
        return said.stdout.split()

    def close(self) -> None:
        for process in self.started:
            process.kill()
            process.communicate()
        for name in self.names:
            space = f"{self.mark}-{name}"
            for pid in self.ids(space):
                os.kill(int(pid), signal.SIGKILL)
            ip("netns", "del", space)
            subprocess.run(["rm", "-rf", str(self.temporary(name))], check=True)
        if self.names:
            ip("netns", "del", f"{self.mark}-hub")


@dataclass
class DaskCluster:
    """A scheduler and workers, each on a machine of its own, and a machine for the launcher."""

    machines: Machines
    address: str
    workers: dict[str, subprocess.Popen[str]]


@contextmanager
def cluster(
    home: Path, *workers: str, delay: float = 0.2, resources: str = "headway=2", **env: str
) -> Iterator[DaskCluster]:
    """A cluster; each worker reaches a scripted server on its own loopback, and no other."""
    machines = Machines(home)
    try:
        host = machines.add("scheduler")
        machines.add("launcher")
        machines.start(
            "scheduler", "-m", "distributed.cli.dask_scheduler",
            *("--host", host, "--port", str(PORT), "--no-dashboard", "--no-show"),
        )  # fmt: skip
        given = {"HEADWAY_SCRIPTED_KEY": CANARY, **env}
        started = {}
        for name in workers:
            own = machines.add(name)
            machines.start(name, "-m", "tests.elicit.launching", str(SERVER), str(delay))
            started[name] = machines.start(
                name, "-m", "distributed.cli.dask_worker", f"tcp://{host}:{PORT}",
                *("--host", own, "--name", name, "--nthreads", "2", "--no-nanny", "--no-dashboard"),
                *("--resources", resources, "--local-directory", str(machines.temporary(name))),
                **{k: v for k, v in given.items() if v},
            )  # fmt: skip
        _wait(machines, len(workers))
        yield DaskCluster(machines, f"dask://{host}:{PORT}", started)
    finally:
        machines.close()


def _wait(machines: Machines, workers: int) -> None:
    until = time.monotonic() + 90
    while machines.said().count("Starting established connection") < workers:
        for process in machines.started:
            assert process.poll() is None, machines.said()
        assert time.monotonic() < until, machines.said()
        time.sleep(0.1)
