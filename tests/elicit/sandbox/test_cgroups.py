"""Limits of cgroups: what is written where.

Version 2 is the same on all machines but on those whose kernel has its controllers at version 1, as
that of these tests may be: there it can freeze and kill, and no more. What must be written is then
held here by files alone; that the kernel obeys is held by the escape tests, with what there is.
"""

from __future__ import annotations

from pathlib import Path

from headway.elicit.sandbox.cgroups import Group


def second(folder: Path) -> Group:
    """One folder for all jobs, as at version 2."""
    (folder / "cgroup.controllers").write_text("cpu memory pids\n")
    return Group(dict.fromkeys(("memory", "pids", "cpu", "freeze"), str(folder)))


def test_limits_of_version_2(tmp_path: Path):
    group = second(tmp_path)
    (tmp_path / "memory.swap.max").write_text("max")
    group.limit(memory=256 * 2**20, pids=64, cpus=1.5)
    said = {path.name: path.read_text() for path in tmp_path.iterdir()}
    # Documentation/admin-guide/cgroup-v2.rst: bytes; a number; "quota period" in microseconds.
    assert said["memory.max"] == "268435456"
    assert said["memory.swap.max"] == "0"
    assert said["pids.max"] == "64"
    assert said["cpu.max"] == "150000 100000"
    assert group.versions() == {"memory": 2, "pids": 2, "cpu": 2, "freeze": 2}


def test_what_version_2_tells(tmp_path: Path):
    group = second(tmp_path)
    assert (group.peak(), group.oom_kills()) == (None, None)  # a kernel older than memory.peak
    (tmp_path / "memory.peak").write_text("1234567\n")
    events = "low 0\nhigh 0\nmax 7\noom 3\noom_kill 2\noom_group_kill 0\n"
    (tmp_path / "memory.events").write_text(events)
    (tmp_path / "cgroup.procs").write_text("12\n13\n")
    assert (group.peak(), group.oom_kills(), group.members()) == (1234567, 2, {12, 13})
    (tmp_path / "cgroup.kill").write_text("")
    group.kill()
    assert (tmp_path / "cgroup.kill").read_text() == "1"
