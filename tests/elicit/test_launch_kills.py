"""A launcher that is killed at random moments loses no finished run, and leaves nothing behind.

``make test`` kills it 10 times; HEADWAY_KILLS=50 does so 50 times.
"""

from __future__ import annotations

import ctypes
import os
import random
import re
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.elicit.launching import CANARY, Launch, serving, wait_until

from headway.elicit.record.folder import RECORD, altered, read
from headway.elicit.sandbox import cgroups

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="bubblewrap is for Linux"),
    pytest.mark.slow,
]

KILLS = int(os.environ.get("HEADWAY_KILLS", "10"))
SUBREAPER = 36


@pytest.fixture
def orphans() -> Iterator[Any]:
    """Descendants that have lost their parents: while this holds, they become our children."""
    libc = ctypes.CDLL(None)
    libc.prctl(SUBREAPER, 1, 0, 0, 0)
    before = children()
    yield lambda: [pid for pid in children() if pid not in before and not reaped(pid)]
    libc.prctl(SUBREAPER, 0, 0, 0, 0)


def children() -> list[int]:
    tasks = Path("/proc/self/task").iterdir()
    return [int(pid) for task in tasks for pid in (task / "children").read_text().split()]


def reaped(pid: int) -> bool:
    try:
        return os.waitpid(pid, os.WNOHANG)[0] == pid
    except ChildProcessError:
        return True


@pytest.fixture
def temporary(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder for temporary files, and so for sockets, whose path is short."""
    place = Path(tempfile.mkdtemp(prefix="hw-"))
    monkeypatch.setenv("TMPDIR", str(place))
    yield place
    for left in place.iterdir():
        # Python itself probes whether it can write here, with a file that a kill may leave.
        assert re.fullmatch("[a-z0-9_]{8}", left.name), left
        assert left.is_file(), left
        assert left.read_bytes() in {b"", b"blat"}, left
        left.unlink()
    place.rmdir()


def sockets(place: Path) -> list[str]:
    lines = Path("/proc/net/unix").read_text(encoding="utf-8", errors="replace").splitlines()
    return [line for line in lines if str(place) in line]


def mounts() -> list[str]:
    lines = Path("/proc/self/mounts").read_text(encoding="utf-8").splitlines()
    return [line for line in lines if "headway" in line]


def ledger(made: Launch) -> dict[str, Any]:
    """What the runs say, but for times, and for hashes and sizes of what holds times."""
    found = {}
    for name in made.finished():
        run = read(made.out / name)
        assert altered(made.out / name, run) == ()
        document = run.model_dump(mode="json")
        for field in ("started", "seconds", "stop_seconds", "peak_memory"):
            del document[field]
        del document["verifier"]["seconds"]
        document["files"] = sorted(document["files"])
        found[name] = document
    return found


def test_a_launcher_that_is_killed_loses_nothing(
    tmp_path: Path, temporary: Path, orphans: Any, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("HEADWAY_SCRIPTED_KEY", CANARY)
    chance = random.Random(20261125)
    runs = 3 * KILLS
    groups, mounted = set(cgroups.leftovers()), mounts()
    first: dict[str, int] = {}
    with serving() as server:
        # What comes of a launch that is left alone, and how long one takes here and now.
        begun = time.monotonic()
        whole = Launch(tmp_path / "whole", server.url, attempts=4, runs=4)
        assert whole.run().returncode == 0
        took = time.monotonic() - begun
        made = Launch(tmp_path, server.url, attempts=runs, runs=4)
        for _ in range(KILLS):
            process = made.begin()
            time.sleep(chance.uniform(0, 1.2 * took))
            process.send_signal(signal.SIGKILL)
            process.communicate(timeout=180)
            for name in made.finished():
                first.setdefault(name, (made.out / name / RECORD).stat().st_mtime_ns)
        said = made.run()
        assert said.returncode == 0, said.stderr
        # Every finished run was kept, once, as it was.
        assert len(made.finished()) == runs
        for name, moment in first.items():
            assert (made.out / name / RECORD).stat().st_mtime_ns == moment
        done = [line["run"] for line in made.log() if line["event"] == "done"]
        assert len(done) == len(set(done))
        lost = [line for line in made.log() if line["event"] == "lost"]
        assert len(lost) >= KILLS / 5, "too few runs were interrupted for this to say much"
        # Nothing half-written, and nobody and nothing is left.
        assert {p.name for p in made.out.iterdir()} == {*made.finished(), "design.toml", ".headway"}
        wait_until(lambda: not orphans())
        wait_until(lambda: set(cgroups.leftovers()) <= groups)
        assert sockets(temporary) == []
        assert mounts() == mounted
    # The same as without a kill, except times.
    expected = ledger(whole)
    found = ledger(made)
    assert {name: found[name] for name in expected} == expected
    template = {
        k: v for k, v in next(iter(expected.values())).items() if k not in {"id", "attempt"}
    }
    for document in found.values():
        assert {k: v for k, v in document.items() if k not in {"id", "attempt"}} == template
