"""The processes inside a sandbox, seen from outside."""

from __future__ import annotations

import os
import time

try:  # the public module loads enum, which takes longer than all that is left here
    import _signal as signal  # type: ignore[import-not-found]
except ImportError:
    import signal

__all__ = ["end_children", "first", "inside", "reap", "runs", "send"]


def _children(pid: int) -> list[int]:
    return _listed(f"/proc/{pid}/task/{pid}/children")


def _listed(path: str) -> list[int]:
    return [int(word) for word in _read(path).split()]


def _read(path: str) -> bytes:
    """A small file of ``/proc``; nothing where its process is gone."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return b""
    try:
        data = b""
        while piece := os.read(handle, 1 << 16):
            data += piece
    except OSError:
        return b""
    finally:
        os.close(handle)
    return data


def first(top: int) -> int:
    """Bubblewrap's init of the sandbox; 0 while there is none."""
    return next(iter(_children(top)), 0)


def runs(top: int) -> bool:
    """Whether the command has taken the place of the last of bubblewrap's processes."""
    return any(_name(pid) not in {_name(top), b""} for pid in _children(first(top)))


def _name(pid: int) -> bytes:
    return _read(f"/proc/{pid}/comm")


def inside(top: int) -> list[int]:
    """Descendants of bubblewrap but for its own init, which is the first of them.

    Children of threads other than the first are found when that thread is asked.
    """
    found: list[int] = []
    waiting = [grandchild for child in _children(top) for grandchild in _all_children(child)]
    while waiting:
        pid = waiting.pop()
        found.append(pid)
        waiting += _all_children(pid)
    return found


def _all_children(pid: int) -> list[int]:
    try:
        threads = os.listdir(f"/proc/{pid}/task")
    except OSError:
        return []
    if len(threads) == 1:
        return _children(pid)
    return [child for thread in threads for child in _listed(f"/proc/{pid}/task/{thread}/children")]


def send(top: int, number: int) -> None:
    """A signal to every process inside, and to nothing outside that took over a number."""
    room = {_namespace(child) for child in _children(top)}
    for pid in inside(top):
        try:
            handle = os.pidfd_open(pid)
        except OSError:
            continue
        try:
            # The handle holds one process, and the number is its while that process lives.
            if _namespace(pid) in room:
                signal.pidfd_send_signal(handle, number)
        except ProcessLookupError:
            continue
        finally:
            os.close(handle)


def _namespace(pid: int) -> str:
    try:
        return os.readlink(f"/proc/{pid}/ns/pid")
    except OSError:
        return ""


def end_children() -> None:
    """SIGKILL to what this process started, for what is in no cgroup."""
    for pid in _children(os.getpid()):
        try:
            os.kill(pid, 9)
        except ProcessLookupError:
            continue


def reap(seconds: float) -> bool:
    """Wait until this process has no descendants; False when some outlive the time.

    Works because orphans become our children, and the init of a process namespace ends only
    after everything in it has.
    """
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            pid, _ = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return True
        if not pid:
            time.sleep(0.001)
    return False
