"""Harnesses as they are installed once for all tests, and one run of one in a sandbox."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from headway.elicit import standard
from headway.elicit.harness import Harness, Setting, load
from headway.elicit.install import find, install
from headway.elicit.sandbox import Collected, Ended, Mount, Sandbox, Spec

MODEL = "the-model"
WHOLE = ("claude-code", "opencode", "codex")  # held by whole runs, in test_run.py
NATIVE = (*WHOLE, "qwen-code", "gemini-cli", "kimi-code", "pi")
# Hundreds of megabytes each: tried by hand, with -m large.
LARGE = ("mini-swe-agent", "inspect-react", "vibe", "openhands")
# How they exit when the budget is used up, all others with 1; None where a signal ended them.
EXITS = {
    "standard": 3,
    "pi": 0,
    "gemini-cli": None,
    "mini-swe-agent": None,
    "openhands": 0,
    "vibe": 2,
}


@contextmanager
def shelf(session: str) -> Iterator[Path]:
    """A folder that the workers of one test session share; the last of them removes it."""
    top = Path(tempfile.gettempdir()) / f"headway-harnesses-{os.getuid()}-{session}"
    top.mkdir(mode=0o755, exist_ok=True)
    with Path(f"{top}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_SH)
        try:
            yield top
        finally:
            fcntl.flock(lock, fcntl.LOCK_UN)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return
            shutil.rmtree(top, ignore_errors=True)
            Path(lock.name).unlink(missing_ok=True)


def installed(name: str, folder: Path) -> Path:
    """Where a harness lies; the first worker that asks installs it."""
    harness = load(name)
    if harness.package is None:
        return Path(standard.__file__).parent
    with (folder / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        found = find(harness, folder) or install(harness, folder, accept=lambda *_: True)
    return found.folder


@dataclass
class Ran:
    """What one run of a harness left."""

    ended: Ended
    work: Collected
    stdout: str
    stderr: str


def run(
    harness: Harness, place: Path, folder: Path, socket: Path, prompt: str, format_: str = ""
) -> Ran:
    """Run a harness in a sandbox as Headway does, and collect its work folder."""
    setting = Setting(
        prompt=prompt,
        model=MODEL,
        base_url="http://127.0.0.1:8080",
        format=format_ or harness.formats[0],
        work=PurePosixPath("/work"),
        home=PurePosixPath("/home/agent"),
        folder=PurePosixPath("/opt/harness"),
        max_turns=10,
    )
    call = harness.fill(setting)
    spec = Spec(
        folder,
        mounts=(Mount(place, "/opt/harness"),),
        files={f"/home/agent/{name}": text for name, text in call.seed_files.items()},
        socket=socket,
        seconds=240,
    )
    with Sandbox(spec) as box:
        box.start(call.argv, call.environment)
        ended = box.wait()
        work = box.collect(folder / "work")
    assert ended
    return Ran(ended, work, ended.stdout.path.read_text(), ended.stderr.path.read_text())
