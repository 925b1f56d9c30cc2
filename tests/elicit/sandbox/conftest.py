"""A sandbox with small limits, and a way to run a shell or Python script in it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from headway.elicit.sandbox import Ended, Sandbox, Spec, interpreter

MB = 2**20
PATH = {"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": "/home/agent"}
PYTHON = interpreter.PYTHON


@pytest.fixture(autouse=True)
def linux_only():
    if sys.platform != "linux":
        pytest.skip("bubblewrap is for Linux: a sandbox on macOS needs a Linux machine")


@dataclass(frozen=True)
class Done:
    """A run that has ended."""

    ended: Ended

    @property
    def out(self) -> str:
        return self.ended.stdout.path.read_text(errors="replace")

    @property
    def err(self) -> str:
        return self.ended.stderr.path.read_text(errors="replace")


def small(folder: Path, **wanted) -> Spec:
    limits = {
        "memory": 256 * MB,
        "pids": 64,
        "disk": 16 * MB,
        "inodes": 2000,
        "seconds": 60,
        "grace": 2,
    }
    return Spec(folder, **{**limits, **wanted})


@pytest.fixture
def box(tmp_path: Path) -> Callable[..., Sandbox]:
    """A sandbox that is still to be opened; each has a folder of its own."""
    count = iter(range(100))

    def make(**wanted) -> Sandbox:
        folder = tmp_path / f"run{next(count)}"
        folder.mkdir()
        return Sandbox(small(folder, **wanted))

    return make


@pytest.fixture
def shell(box) -> Callable[..., Done]:
    """Run a shell script to its end."""

    def run(script: str, env: dict[str, str] | None = None, **wanted) -> Done:
        with box(**wanted) as sandbox:
            sandbox.start(["sh", "-c", script], {**PATH, **(env or {})})
            return Done(sandbox.wait())

    return run


@pytest.fixture
def python(box) -> Callable[..., Done]:
    """Run a Python script to its end."""

    def run(script: str, **wanted) -> Done:
        with box(**wanted) as sandbox:
            sandbox.start([PYTHON, "-I", "-S", "-c", script], PATH)
            return Done(sandbox.wait())

    return run


@pytest.fixture
def alive(box) -> Callable[..., object]:
    """A sandbox whose shell script goes on, and has said ``up``."""

    @contextmanager
    def run(script: str, **wanted) -> Iterator[Sandbox]:
        with box(**wanted) as sandbox:
            sandbox.start(["sh", "-c", f"{script}\necho up; exec sleep 1000"], PATH)
            until(lambda: "up" in (sandbox.spec.folder / "stdout").read_text())
            yield sandbox

    return run


def until(happens: Callable[[], bool], seconds: float = 30) -> None:
    """Wait for it."""
    import time

    end = time.monotonic() + seconds
    while not happens():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.01)


def processes(marker: str) -> list[int]:
    """Processes of this machine whose command line has the marker."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                line = (entry / "cmdline").read_bytes()
            except OSError:
                continue
            if marker.encode() in line:
                found.append(int(entry.name))
    return found


def inside_of(sandbox: Sandbox) -> Path:
    """The sandbox's disk, seen from outside while its supervisor lives."""
    from headway.elicit.sandbox.stage import folder_of

    assert sandbox._process
    return Path(f"/proc/{sandbox._process.pid}/root{folder_of()}/disk")
