"""What this machine can hold a sandbox to, found by trying."""

from __future__ import annotations

import os
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from headway.elicit.sandbox import bwrap, seccomp
from headway.elicit.sandbox.handle import Sandbox
from headway.elicit.sandbox.spec import MB, Spec
from headway.errors import SandboxError

__all__ = ["Finding", "check"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at.

    Attributes
    ----------
    name : str
        ``system``, ``bubblewrap``, ``start``, ``user``, ``memory``, ``processes``, ``freezing``
        or ``calls``.
    ok : bool
        Whether it is as strong as it can be.
    needed : bool
        Whether nothing can be run without it.
    text : str
        A sentence, which says what is weaker where it is not ok.
    """

    name: str
    ok: bool
    needed: bool
    text: str


def check() -> list[Finding]:
    """Try a sandbox, and say what holds it. Never raises for what this machine lacks."""
    if sys.platform != "linux":
        return [Finding("system", ok=False, needed=True, text=bwrap.ELSEWHERE)]
    program = bwrap.find(sys.path)
    if program is None:
        return [Finding("bubblewrap", ok=False, needed=True, text=bwrap.MISSING)]
    found = [Finding("bubblewrap", ok=True, needed=True, text=f"bubblewrap is {program}.")]
    with tempfile.TemporaryDirectory() as folder:
        try:
            with Sandbox(Spec(Path(folder), memory=64 * MB, disk=MB, seconds=20)) as box:
                limits = box.ready()["limits"]
                box.start(["true"], {"PATH": "/usr/bin:/bin"})
                ended = box.wait()
                assert ended
                said = ended.text or ended.stderr.path.read_text(errors="replace").strip()
        except SandboxError as error:
            return [*found, Finding("start", ok=False, needed=True, text=f"{error} {_HINT}")]
    if ended.exit_code != 0:
        text = f"A sandbox cannot start: {said}. {_HINT}"
        return [*found, Finding("start", ok=False, needed=True, text=text)]
    found.append(Finding("start", ok=True, needed=True, text="A sandbox starts and ends."))
    return [*found, _user(), *_limits(limits), _calls()]


_HINT = (
    "It takes user namespaces: see the settings kernel.unprivileged_userns_clone,"
    " user.max_user_namespaces and kernel.apparmor_restrict_unprivileged_userns."
)


def _user() -> Finding:
    root = not os.getuid()
    text = (
        "Each sandbox runs as a user of its own."
        if root
        else "Sandboxes run as you: one that broke out could read your files. Run as root for a"
        " user of its own for each."
    )
    return Finding("user", ok=root, needed=False, text=text)


def _limits(held: dict[str, int]) -> list[Finding]:
    weak = {
        "memory": "Memory: no cgroup can be made, so the limit is one of each process (RLIMIT_DATA)"
        " and a sandbox of many processes can use more; it is not counted either.",
        "pids": "Processes: no cgroup can be made, so the limit is that of the sandbox's user"
        " namespace (RLIMIT_NPROC).",
        "freeze": "Freezing: no cgroup can be made, so processes are stopped one by one for a"
        " snapshot, which a program can notice.",
    }
    named = {"memory": "memory", "pids": "processes", "freeze": "freezing"}
    found = []
    for job, name in named.items():
        ok = job in held
        text = f"{name.capitalize()}: held by a cgroup of version {held.get(job)}."
        found.append(Finding(name, ok=ok, needed=False, text=text if ok else weak[job]))
    return found


def _calls() -> Finding:
    if seccomp.program() is not None:
        return Finding("calls", ok=True, needed=False, text="System calls are filtered.")
    text = f"System calls are not filtered on {os.uname().machine}: only namespaces hold."
    return Finding("calls", ok=False, needed=False, text=text)
