"""Designs on a Dask cluster whose scheduler, workers and launcher have networks of their own."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from tests.elicit.cluster import SERVER, DaskCluster, Machines, cluster, ip
from tests.elicit.launching import CANARY, Launch, serving, wait_until

from headway.elicit.launch import launch
from headway.elicit.launch.packed import Packed, pack, unpack
from headway.elicit.record.folder import altered, read
from headway.errors import RunError

pytest.importorskip("distributed", reason="the extra scale-out is not installed")
pytestmark = [
    pytest.mark.skipif(
        sys.platform != "linux" or bool(os.getuid()) or not shutil.which("ip"),
        reason="network namespaces take Linux, root and iproute2",
    ),
    pytest.mark.slow,
]


def design(made: DaskCluster, home: Path, **more: object) -> Launch:
    """A design that is launched from a machine that has no key and reaches no model's server."""
    before = ("env", "-u", "HEADWAY_SCRIPTED_KEY", *made.machines.inside("launcher"))
    return Launch(home, f"http://127.0.0.1:{SERVER}", before=before, **more)  # type: ignore[arg-type]


def runs_in(made: DaskCluster, name: str) -> list[str]:
    """Processes of runs on a machine."""
    lines = made.machines.processes(name)
    return [line for line in lines if "launch.child" in line or "elicit.gateway" in line]


def test_a_cluster_runs_a_design_and_one_worker_is_killed(tmp_path: Path):
    with cluster(tmp_path, "one", "two") as made:
        given = design(made, tmp_path / "design", attempts=40, runs=4)
        process = given.begin("--executor", made.address)
        # In mid-run: some are done, and some are in progress there.
        wait_until(lambda: process.poll() is not None or len(given.finished()) >= 6, 240)
        wait_until(lambda: process.poll() is not None or runs_in(made, "one"))
        assert process.poll() is None, process.communicate()
        made.workers["one"].send_signal(signal.SIGKILL)
        wait_until(lambda: made.machines.processes("one") == made.machines.servers("one"), 60)
        _, err = process.communicate(timeout=500)
        assert process.returncode == 0, err + made.machines.said()[-4000:]
        assert made.machines.processes("launcher") == []
    names = given.finished()
    assert len(names) == 40
    for name in names:
        run = read(given.out / name)
        assert (run.ended, run.status) == ("completed", "solved")
        assert altered(given.out / name, run) == ()
    log = given.log()
    done = Counter(line["run"] for line in log if line["event"] == "done")
    assert done == Counter(names)
    # What the worker had in progress was made again, once.
    lost = Counter(line["run"] for line in log if line["event"] == "lost")
    assert 1 <= len(lost) <= 2
    assert set(lost.values()) == {1}
    document = given.status()
    assert document["by_status"]["solved"] == 40
    assert document["spent"]["lost"]["attempts"] == len(lost)
    assert not list(given.out.glob(".draft-*"))


@pytest.mark.parametrize("how", ["stop", "kill"])
def test_runs_on_workers_end_with_their_launcher(how: str, tmp_path: Path):
    with cluster(tmp_path, "one", delay=300) as made:
        given = design(made, tmp_path / "design", attempts=2, runs=2)
        process = given.begin("--executor", made.address)
        wait_until(
            lambda: sum("gateway" in line for line in made.machines.processes("one")) == 2, 120
        )
        if how == "stop":
            assert given.ask("stop", "--now").returncode == 0
        else:
            process.kill()
        _, err = process.communicate(timeout=90)
        assert process.returncode == (0 if how == "stop" else -9), err
        # Dask's own cancelling would leave them running.
        wait_until(lambda: not runs_in(made, "one"), 90)
    assert given.finished() == []
    lost = [line for line in given.log() if line["event"] == "lost"]
    if how == "stop":
        assert [line["known"] for line in lost] == [True, True]
        return
    # Nobody could tell what they had spent: the next launch counts them, and says so.
    assert lost == []
    with serving() as server:
        given.url, given.before = server.url, ("env", f"HEADWAY_SCRIPTED_KEY={CANARY}")
        given.write()
        assert given.run().returncode == 0
    document = given.status()
    assert document["by_status"]["solved"] == 2
    assert document["spent"]["lost"] == {"attempts": 2, "estimated": 2, "money": None}


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"resources": "other=1"}, "of 1 workers none offers the resource 'headway'"),
        ({"resources": "headway=9"}, "offers 9 runs at once and has 2 threads"),
        ({"HEADWAY_SCRIPTED_KEY": ""}, "takes its key from $HEADWAY_SCRIPTED_KEY, which is not"),
    ],
)
def test_a_cluster_that_does_not_fit(more: dict[str, str], sentence: str, tmp_path: Path):
    with cluster(tmp_path, "one", **more) as made:
        given = design(made, tmp_path / "design", attempts=1)
        said = given.run("--executor", made.address)
    assert said.returncode == 2
    assert sentence in " ".join(said.stderr.split())
    assert "Traceback" not in said.stderr
    assert given.finished() == []


def test_no_cluster_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("HEADWAY_SCRIPTED_KEY", CANARY)
    machines = Machines(tmp_path)
    try:
        machines.add("launcher")
        given = Launch(tmp_path / "design", "http://127.0.0.1:1")
        given.before = machines.inside("launcher")
        said = given.run("--executor", "dask://10.231.7.1:8786")
        assert said.returncode == 2
        assert "no Dask scheduler answers there" in " ".join(said.stderr.split())
        said = given.run("--executor", "slurm://here")
        assert said.returncode == 2
        assert "There is no executor 'slurm://here'" in said.stderr
    finally:
        machines.close()


# ------------------------------------------------------------------------------ bytes


def test_a_folder_comes_back_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("HEADWAY_SCRIPTED_KEY", CANARY)
    with serving() as server:
        made = Launch(tmp_path / "design", server.url, attempts=1)
        assert launch(made.design, made.out).ended == "all"
    [name] = made.finished()
    there = tmp_path / "there"
    there.mkdir()
    packed = pack(made.out / name)
    assert unpack(packed, there, name)
    run = read(there / name)
    assert altered(there / name, run) == ()
    # The first complete one wins.
    mark = (there / name / "run.json").stat().st_mtime_ns
    assert not unpack(packed, there, name)
    assert (there / name / "run.json").stat().st_mtime_ns == mark
    assert [path.name for path in there.iterdir()] == [name]
    broken = Packed(packed.data[:-1] + b"x", packed.sha256)
    with pytest.raises(RunError, match="not what its worker sent"):
        unpack(broken, tmp_path, name)
    (made.out / name / "verifier/stdout").write_text("another")
    with pytest.raises(RunError, match="is not as its worker wrote it"):
        unpack(pack(made.out / name), tmp_path, name)
    assert not list(tmp_path.glob(".draft-*"))


def test_the_machines_of_these_tests_are_apart(tmp_path: Path):
    machines = Machines(tmp_path)
    try:
        machines.add("one")
        own = subprocess.run(
            [*machines.inside("one"), "ip", "-o", "link"],
            capture_output=True, text=True, check=True,
        ).stdout  # fmt: skip
        assert "eth0" in own
        assert "to-one" not in own
    finally:
        machines.close()
    with pytest.raises(subprocess.CalledProcessError):
        ip("netns", "exec", f"{machines.mark}-one", "true")
