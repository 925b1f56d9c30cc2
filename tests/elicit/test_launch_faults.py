"""What can be wrong with a design's folder, disk or clock: one sentence, and nothing is lost."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.elicit.launching import CANARY, Gated, Launch, serving, solves, wait_until
from tests.elicit.scripted import Got, Turn

from headway.elicit.launch import Folder, launch, status
from headway.elicit.launch.lock import holder
from headway.elicit.record.folder import altered, read

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="bubblewrap is for Linux")


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEADWAY_SCRIPTED_KEY", CANARY)


def refused(said: subprocess.CompletedProcess[str]) -> str:
    """The one sentence of a program that refuses."""
    assert said.returncode == 2, (said.stdout, said.stderr)
    assert said.stdout == ""
    assert "Traceback" not in said.stderr
    return " ".join(said.stderr.split())


def test_two_launchers_on_one_folder(tmp_path: Path):
    with serving(gated := Gated()) as server:
        made = Launch(tmp_path, server.url, attempts=1)
        first = made.begin()
        wait_until(lambda: gated.waiting == 1)
        sentence = refused(made.run())
        assert f"is in use by another launcher (process {first.pid})" in sentence
        assert "headway elicit stop" in sentence
        gated.gate.set()
        _, err = first.communicate(timeout=180)
        assert first.returncode == 0, err
    assert len(made.finished()) == 1


def test_a_lock_ends_with_its_holder(tmp_path: Path):
    with serving(gated := Gated()) as server:
        made = Launch(tmp_path, server.url, attempts=1)
        first = made.begin()
        wait_until(lambda: gated.waiting == 1)
        lock = made.out / ".headway/lock"
        assert holder(lock) == first.pid
        first.send_signal(signal.SIGKILL)
        first.communicate()
        assert holder(lock) is None
        gated.gate.set()
        assert launch(made.design, made.out).ended == "all"


def test_a_folder_of_a_newer_version(tmp_path: Path):
    made = Launch(tmp_path, "http://127.0.0.1:1")
    (made.out / ".headway").mkdir(parents=True)
    state = made.out / ".headway/launch.json"
    state.write_text('{"format": "headway-launch/2", "runs": []}', encoding="utf-8")
    for said in (made.run(), made.ask("status"), made.ask("stop")):
        sentence = refused(said)
        assert "was written by a newer Headway" in sentence
        assert "update Headway" in sentence
    assert [path.name for path in made.out.rglob("*")] == [".headway", "launch.json"]
    state.write_text("{", encoding="utf-8")
    assert "was not written by a launcher" in refused(made.ask("status"))


def test_a_folder_that_is_none(tmp_path: Path):
    made = Launch(tmp_path, "http://127.0.0.1:1")
    made.out.mkdir()
    assert "holds no runs of a design" in refused(made.ask("status"))
    made.out.rmdir()
    made.out.write_text("a file", encoding="utf-8")
    assert "no runs can be written there" in refused(made.run())


def test_a_design_that_was_changed(tmp_path: Path):
    with serving() as server:
        made = Launch(tmp_path, server.url, attempts=2)
        assert launch(made.design, made.out).ended == "all"
        before = made.finished()
        made.attempts = 3
        made.write()
        sentence = refused(made.run())
        assert "of its 3 runs 2 are as before (2 of them finished)" in sentence
        assert "0 finished ones are not in it any more" in sentence
        made.budget = "90000"
        made.write()
        sentence = refused(made.run())
        assert "of its 3 runs 0 are as before" in sentence
        assert "2 finished ones are not in it any more" in sentence
        assert made.finished() == before
        assert made.run("--changed").returncode == 0
        assert len(made.finished()) == 5
        assert made.status()["by_status"]["solved"] == 3
        # Begun with these now: no word is needed any more.
        assert made.run().returncode == 0


def test_what_a_design_names_was_changed(tmp_path: Path):
    with serving() as server:
        made = Launch(tmp_path, server.url, attempts=1)
        made.priced(100)
        assert launch(made.design, made.out).ended == "all"
        path = made.home / "priced.toml"
        path.write_text(path.read_text(encoding="utf-8") + "\n[sampling]\ntemperature = 0.1\n")
        assert "or what it names, was changed" in refused(made.run())


def test_a_single_run_of_a_design_takes_no_model(tmp_path: Path):
    made = Launch(tmp_path, "http://127.0.0.1:1")
    assert "states models, setups and budgets" in refused(made.run("--model", "scripted"))


def test_runs_that_cannot_begin(tmp_path: Path):
    made = Launch(tmp_path, "http://127.0.0.1:1", attempts=2)
    process = made.begin(HEADWAY_SCRIPTED_KEY="")
    _, err = process.communicate(timeout=180)
    assert process.returncode == 2
    sentence = " ".join(err.split())
    assert "2 runs could not be made: The profile scripted takes its key from" in sentence
    assert made.finished() == []
    assert not list(made.out.glob(".draft-*"))
    # Nothing was asked of a server: nothing was spent.
    assert made.status()["spent"]["lost"]["attempts"] == 0


def test_a_record_that_is_broken_is_named(tmp_path: Path):
    with serving() as server:
        made = Launch(tmp_path, server.url, attempts=1)
        assert launch(made.design, made.out).ended == "all"
    [name] = made.finished()
    (made.out / name / "run.json").write_text("{", encoding="utf-8")
    assert "run.json is no JSON object" in refused(made.ask("status"))


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 64 megabytes."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", str(place)]
    if os.getuid() or subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("only root can mount a small disk")
    yield place
    subprocess.run(["umount", str(place)], check=True)


@pytest.mark.slow
def test_a_disk_that_fills(small_disk: Path, tmp_path: Path):
    filler = small_disk / "filler"
    count = 0

    def script(got: Got) -> Turn:
        nonlocal count
        turn = solves(got)
        if turn.calls:
            return turn
        count += 1
        if count == 2:
            # While a second run is in progress, somebody fills the disk to the last byte.
            room = os.statvfs(small_disk)
            filler.write_bytes(b"\0" * (room.f_bavail * room.f_frsize))
        return turn

    with serving(script) as server:
        made = Launch(tmp_path, server.url, attempts=4, runs=1)
        made.out = small_disk / "out"
        process = made.begin()
        _, err = process.communicate(timeout=180)
        assert process.returncode == 2
        sentence = " ".join(err.split())
        assert "No space left on device" in sentence or "is nearly full" in sentence, sentence
        assert "Traceback" not in err
        whole = [name for name in made.finished() if read(made.out / name).counts]
        assert len(whole) >= 1
        kept = {name: read(made.out / name) for name in whole}
        # Full before anything begins: refused at once.
        said = made.run()
        assert said.returncode == 2
        assert "Traceback" not in said.stderr
        filler.unlink()
        said = made.run()
        assert said.returncode == 0, said.stderr
    for name, run in kept.items():
        assert read(made.out / name) == run
    assert made.status()["by_status"]["solved"] == 4
    assert all(altered(made.out / name, read(made.out / name)) == () for name in made.finished())


def test_a_clock_that_jumps(tmp_path: Path):
    """Every process of the launch finds its clock an hour off, forth and back, at every call."""
    (tmp_path / "sitecustomize.py").write_text(
        "import itertools, time\n_now = time.time\n"
        "off = itertools.cycle([3600, -3600, -3600, 3600, -3600, 3600, 3600])\n"
        "time.time = lambda: _now() + next(off)\n"
    )
    with serving() as server:
        made = Launch(tmp_path, server.url, attempts=3, runs=2)
        path = os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")])
        process = made.begin(PYTHONPATH=path)
        _, err = process.communicate(timeout=180)
        assert process.returncode == 0, err
    times = [line["time"] for line in made.log()]
    assert max(times) - min(times) > 3000, "the clock did not jump"
    for name in made.finished():
        run = read(made.out / name)
        assert (run.ended, run.status) == ("completed", "solved")
        assert 0 < run.seconds < 100
        assert 0 <= run.verifier.seconds < 100
    assert status(Folder(made.out))["by_status"]["solved"] == 3


def test_lines_of_the_log_that_a_full_disk_tore_are_left_out(tmp_path: Path):
    with serving() as server:
        made = Launch(tmp_path, server.url, attempts=1)
        assert launch(made.design, made.out).ended == "all"
        path = made.out / ".headway/log.jsonl"
        with path.open("a", encoding="utf-8") as file:
            file.write('{"event": "lost", "ru')
        assert status(Folder(made.out))["spent"]["lost"]["attempts"] == 0
        assert launch(made.design, made.out).ended == "all"
    lines = path.read_text(encoding="utf-8").splitlines()
    assert json.loads(lines[-1])["event"] == "end"
