"""Limits on all processes of a sandbox together: control groups, version 1 and 2.

Sources: the kernel's ``Documentation/admin-guide/cgroup-v2.rst`` and ``cgroup-v1/``.
"""

from __future__ import annotations

import os
import time

from headway.elicit.sandbox import names

TYPE_CHECKING = False  # what typing says, without loading it
if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Group", "leftovers", "make"]

_ROOT = "/sys/fs/cgroup"


class Group:
    """The cgroups of one sandbox: a folder for each job, ``memory``, ``pids``, ``cpu``, ``freeze``.

    Attributes
    ----------
    folders : dict of str to str
        Job -> folder; a job that no cgroup could be had for is missing.
    """

    def __init__(self, folders: dict[str, str]) -> None:
        self.folders = folders

    def versions(self) -> dict[str, int]:
        """Job -> version of the cgroup that does it."""
        return {job: 2 if _is_second(folder) else 1 for job, folder in self.folders.items()}

    def join(self) -> None:
        """Move this process in; call it between fork and exec."""
        for folder in set(self.folders.values()):
            _write(folder, "cgroup.procs", "0")

    def limit(self, memory: int, pids: int, cpus: float | None) -> None:
        """Set the limits of the jobs that there are cgroups for; no swap."""
        if folder := self.folders.get("memory"):
            if _is_second(folder):
                _write(folder, "memory.max", str(memory))
                _write_if_there(folder, "memory.swap.max", "0")
                _write_if_there(folder, "memory.oom.group", "0")
            else:
                _write(folder, "memory.limit_in_bytes", str(memory))
                _write_if_there(folder, "memory.memsw.limit_in_bytes", str(memory))
        if folder := self.folders.get("pids"):
            _write(folder, "pids.max", str(pids))
        if cpus is not None and (folder := self.folders.get("cpu")):
            quota, period = round(cpus * 100_000), 100_000
            if _is_second(folder):
                _write(folder, "cpu.max", f"{quota} {period}")
            else:
                _write(folder, "cpu.cfs_period_us", str(period))
                _write(folder, "cpu.cfs_quota_us", str(quota))

    def peak(self) -> int | None:
        """The most memory that was in use, in bytes."""
        folder = self.folders.get("memory")
        if not folder:
            return None
        name = "memory.peak" if _is_second(folder) else "memory.max_usage_in_bytes"
        text = _read(folder, name)
        return int(text) if text else None

    def oom_kills(self) -> int | None:
        """Processes that were killed for memory."""
        folder = self.folders.get("memory")
        if not folder:
            return None
        name = "memory.events" if _is_second(folder) else "memory.oom_control"
        for line in _read(folder, name).splitlines():
            key, _, value = line.partition(" ")
            if key == "oom_kill":
                return int(value)
        return None

    def freeze(self, still: bool) -> bool:
        """Make all processes stand still, or go on; False where there is no such cgroup."""
        folder = self.folders.get("freeze")
        if not folder:
            return False
        second = _is_second(folder)
        _write(
            folder,
            "cgroup.freeze" if second else "freezer.state",
            str(int(still)) if second else ("FROZEN" if still else "THAWED"),
        )
        for _ in range(1000):  # it is not done at once: a second at most
            state = _read(folder, "cgroup.events" if second else "freezer.state")
            if (f"frozen {int(still)}" if second else ("FROZEN" if still else "THAWED")) in state:
                return True
            time.sleep(0.001)
        return False

    def members(self) -> set[int]:
        """Processes in any of the cgroups."""
        found: set[int] = set()
        for folder in self.folders.values():
            found.update(int(pid) for pid in _read(folder, "cgroup.procs").split())
        return found

    def kill(self) -> None:
        """SIGKILL to all members, at once where the kernel can."""
        for folder in set(self.folders.values()):
            if _write_if_there(folder, "cgroup.kill", "1"):
                return
        self.freeze(still=False)
        for pid in self.members():
            try:
                os.kill(pid, 9)
            except ProcessLookupError:
                continue

    def remove(self) -> None:
        """Remove the folders; their processes must be gone, or are on their way out."""
        for folder in set(self.folders.values()):
            for _ in range(500):
                try:
                    os.rmdir(folder)
                except FileNotFoundError:
                    break
                except OSError:  # busy while the last process is being taken apart
                    time.sleep(0.002)
                else:
                    break


def make(name: str) -> Group:
    """A cgroup for each job, where one can be had."""
    folders: dict[str, str] = {}
    for job, controller, parent in _places():
        if job in folders:
            continue
        folder = f"{parent}/{name}"
        try:
            os.makedirs(folder, exist_ok=True)
        except OSError:
            continue
        needed = {"memory": "memory.max", "pids": "pids.max", "cpu": "cpu.max"}.get(job)
        if controller == "2" and needed and not os.path.exists(f"{folder}/{needed}"):
            continue
        folders[job] = folder
    return Group(folders)


def leftovers() -> dict[str, Group]:
    """Cgroups whose supervisor is gone, by its name."""
    found: dict[str, dict[str, str]] = {}
    for _, _, parent in _places():
        try:
            entries = os.listdir(parent)
        except OSError:
            continue
        for entry in filter(names.is_dead, entries):
            folder = f"{parent}/{entry}"
            found.setdefault(entry, {})[folder] = folder
    return {name: Group(folders) for name, folders in found.items()}


def _places() -> Iterator[tuple[str, str, str]]:
    """(job, version, folder to make a cgroup in): the best first, only those we may write to."""
    mounts = _mounts()
    if second := mounts.get("2"):
        for parent in _second_parents(second):
            yield "freeze", "2", parent
            for job in ("memory", "pids", "cpu"):
                yield job, "2", parent
    for job, controller in (
        ("memory", "memory"),
        ("pids", "pids"),
        ("cpu", "cpu"),
        ("freeze", "freezer"),
    ):
        if (first := mounts.get(controller)) and os.access(first, os.W_OK):
            yield job, "1", first


def _second_parents(root: str) -> Iterator[str]:
    """Folders of version 2 in which a cgroup of ours gets the controllers it needs.

    Our own cgroup's parent and the root; a controller is switched on where that is allowed.
    """
    own = ""
    with open("/proc/self/cgroup", encoding="utf-8") as file:
        for line in file:
            if line.startswith("0::"):
                own = line[3:].strip().rstrip("/")
    above = own.rpartition("/")[0]
    parents = [
        parent
        for parent in dict.fromkeys((f"{root}{own}", f"{root}{above}", root))
        if os.access(f"{parent}/cgroup.procs", os.W_OK)
    ]
    # One that has no controllers can still freeze and kill.
    yield from sorted(parents, key=lambda parent: not _switch_on(parent))[:1]


def _switch_on(parent: str) -> bool:
    """Whether cgroups in this folder have limits of memory and processes, after asking for them."""
    there = _read(parent, "cgroup.controllers").split()
    for controller in ("memory", "pids", "cpu"):
        if controller in there:
            _write_if_there(parent, "cgroup.subtree_control", f"+{controller}")
    return {"memory", "pids"} <= set(_read(parent, "cgroup.subtree_control").split())


def _mounts() -> dict[str, str]:
    """Controller, or ``2`` -> where its hierarchy is mounted."""
    found: dict[str, str] = {}
    with open("/proc/self/mounts", encoding="utf-8") as file:
        for line in file:
            _, target, kind, options, *_ = line.split()
            if kind == "cgroup2":
                found.setdefault("2", target)
            elif kind == "cgroup":
                for option in options.split(","):
                    found.setdefault(option, target)
    return found


def _is_second(folder: str) -> bool:
    return os.path.exists(f"{folder}/cgroup.controllers")


def _read(folder: str, name: str) -> str:
    try:
        with open(f"{folder}/{name}", encoding="ascii") as file:
            return file.read()
    except OSError:
        return ""


def _write(folder: str, name: str, text: str) -> None:
    with open(f"{folder}/{name}", "w", encoding="ascii") as file:
        file.write(text)


def _write_if_there(folder: str, name: str, text: str) -> bool:
    try:
        _write(folder, name, text)
    except OSError:
        return False
    return True
