"""Designs of quick runs against the scripted server, and launchers as processes of their own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from tests.elicit.scripted import Call, Got, Scripted, Turn

from headway.elicit.tokens import Tokens

CANARY = "sk-canary/3b9c+77dd==launch"
FIRST = Tokens(100, 20, 3, 40, 5)
LAST = Tokens(150, 30, 0, 7, 2)


def solves(got: Got) -> Turn:
    """One command that solves the task *lines*, then the answer; the server keeps no state."""
    if any(turn["role"] == "tool" for turn in got.document["messages"]):
        return Turn(text="Done.", tokens=LAST)
    call = Call("bash", {"command": "wc -l < notes.txt > count.txt"})
    return Turn(text="I count.", calls=(call,), tokens=FIRST)


def slowly(seconds: float) -> Callable[[Got], Turn]:
    """The same, each reply after so many seconds."""

    def script(got: Got) -> Turn:
        return replace(solves(got), delay=seconds)

    return script


@dataclass
class Gated:
    """The same, but the second reply comes only when the gate is open."""

    gate: threading.Event = field(default_factory=threading.Event)
    waiting: int = 0

    def __call__(self, got: Got) -> Turn:
        turn = solves(got)
        if turn.calls or self.gate.is_set():
            return turn
        self.waiting += 1
        return replace(turn, gate=self.gate)


PRICED = """
title = "Scripted server of the tests, with prices"
splits_reasoning = true
[endpoints.chat]
url = "{base}/v1"
model = "scripted-upstream"
key_env = "HEADWAY_SCRIPTED_KEY"
source = "tests/elicit/scripted.py"
[prices]
uncached_input = 1000.0
cache_read = 1000.0
cache_write = 1000.0
visible_output = 1000.0
reasoning = 1000.0
date = 2026-11-25
source = "a dollar for a thousand tokens"
"""
# What the runs of ``solves`` cost at these prices.
COST = (FIRST.input + FIRST.output + LAST.input + LAST.output) / 1000


@dataclass
class Launch:
    """A design in a folder, and the program that launches it."""

    home: Path
    url: str
    attempts: int = 4
    runs: int = 4
    tasks: tuple[str, ...] = ("lines",)
    model: str = "scripted"
    more: str = ""
    budget: str = "100000"
    before: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        self.home.mkdir(exist_ok=True)
        self.out = self.home / "out"
        self.write()

    @property
    def design(self) -> Path:
        return self.home / "design.toml"

    def write(self) -> None:
        """Write the design."""
        names = ", ".join(f'"{name}"' for name in self.tasks)
        self.design.write_text(
            f'name = "quick"\nmodels = ["{self.model}"]\ntasks = [{names}]\n'
            f"attempts = {self.attempts}\n{self.more}\n"
            f"[concurrency]\nruns = {self.runs}\n"
            f'[setups.common]\nharness = "common"\n[budgets]\nsmall = "{self.budget}"\n'
            f'[servers]\n"{self.model}" = "{self.url}"\n',
            encoding="utf-8",
        )

    def priced(self, cap: float) -> None:
        """Give the model prices, and the design a cap."""
        path = self.home / "priced.toml"
        path.write_text(PRICED, encoding="utf-8")
        self.model = str(path)
        self.cap(cap)

    def cap(self, cap: float) -> None:
        """Change the cap."""
        self.more = f"cap = {{limit = {cap}}}"
        self.write()

    def begin(self, *words: str, at: int = subprocess.PIPE, **env: str) -> subprocess.Popen[str]:
        """Start the launcher, its standard error going somewhere; it is not waited for."""
        return subprocess.Popen(
            [
                *self.before,
                *(sys.executable, "-m", "headway", "elicit", "run", str(self.design)),
                *("--out", str(self.out), *words),
            ],
            env={**os.environ, "HEADWAY_SCRIPTED_KEY": CANARY, **env},
            text=True,
            stdout=subprocess.PIPE,
            stderr=at,
        )

    def run(self, *words: str, timeout: float = 300) -> subprocess.CompletedProcess[str]:
        """Launch, and wait for the end."""
        process = self.begin(*words)
        out, err = process.communicate(timeout=timeout)
        return subprocess.CompletedProcess(process.args, process.returncode, out, err)

    def ask(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Another command of the program, with the folder behind it."""
        return subprocess.run(
            [sys.executable, "-m", "headway", "elicit", *words, str(self.out)],
            capture_output=True,
            text=True,
            check=False,
        )

    def status(self) -> dict[str, Any]:
        """The document of ``headway elicit status``."""
        said = self.ask("status", "--json")
        assert said.returncode == 0, said.stderr
        return json.loads(said.stdout)

    def finished(self) -> list[str]:
        """Names of the run folders that are there."""
        if not self.out.is_dir():
            return []
        return sorted(path.parent.name for path in self.out.glob("[!.]*/run.json"))

    def log(self) -> list[dict[str, Any]]:
        """What the launcher wrote down."""
        path = self.out / ".headway/log.jsonl"
        return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def wait_until(true: Callable[[], Any], seconds: float = 180) -> Any:
    """Wait for something to be so."""
    until = time.monotonic() + seconds
    while not (found := true()):
        assert time.monotonic() < until, "it did not come to be so"
        time.sleep(0.02)
    return found


@contextmanager
def serving(script: Any = solves) -> Iterator[Scripted]:
    with Scripted(script) as server:
        yield server


def ended(process: subprocess.Popen[str], number: int = signal.SIGKILL) -> None:
    """Send a signal, and wait for the end."""
    process.send_signal(number)
    process.communicate(timeout=180)


def main() -> None:
    """Serve as a process of its own, each reply after so many seconds; ends with its input."""
    with Scripted(slowly(float(sys.argv[2])), port=int(sys.argv[1])) as server:
        sys.stdout.write(f"{server.url}\n")
        sys.stdout.flush()
        sys.stdin.read()


if __name__ == "__main__":
    main()
