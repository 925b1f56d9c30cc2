"""The launcher: 200 scripted runs, 8 at a time, and what the live view costs.

Needs a source checkout and the extra ``elicit``: the scripted server is that of the tests. Prints
wall and processor time of a run, and the share of one processor that the launcher takes with the
live view and without. ``python benchmarks/launcher.py [RUNS [AT_ONCE]]``
"""

from __future__ import annotations

import os
import pty
import resource
import select
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.elicit.launching import CANARY, Launch, serving, slowly

from headway.elicit.record.folder import altered, read


def whole(runs: int, at_once: int) -> None:
    """All runs, none lost."""
    os.environ["HEADWAY_SCRIPTED_KEY"] = CANARY
    with serving() as server, tempfile.TemporaryDirectory() as home:
        made = Launch(Path(home), server.url, attempts=runs, runs=at_once)
        before, begun = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
        said = made.run(timeout=3600)
        took = time.monotonic() - begun
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        assert said.returncode == 0, said.stderr
        names = made.finished()
        assert len(names) == runs
        assert made.status()["by_status"]["solved"] == runs
        assert all(altered(made.out / name, read(made.out / name)) == () for name in names)
        asked = len(server.got)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(f"{runs} runs, {at_once} at a time: {took:.0f} s, {took / runs:.2f} s a run; "
          f"none lost, {asked} requests for {2 * runs} replies; "
          f"{used / runs:.2f} s of processor a run")  # fmt: skip


def view(runs: int = 8, pause: float = 10.0) -> None:
    """Processor time of the launcher's own process, on a terminal and without one.

    The runs wait for their server, so that next to nothing but the launcher is at work.
    """
    used = {}
    for name in ("lines", "view"):
        with serving(slowly(pause)) as server, tempfile.TemporaryDirectory() as home:
            made = Launch(Path(home), server.url, attempts=runs, runs=runs)
            ours, theirs = pty.openpty()
            process = made.begin(at=theirs) if name == "view" else made.begin()
            os.close(theirs)
            marks = []
            while process.poll() is None:
                if name == "view" and select.select([ours], [], [], 0.1)[0]:
                    try:
                        os.read(ours, 1 << 16)
                    except OSError:
                        break
                elif name == "lines":
                    time.sleep(0.1)
                ticks = _ticks(process.pid)
                if len(server.got) >= runs and ticks is not None:
                    marks.append((time.monotonic(), ticks))
            os.close(ours)
            process.communicate()
            # The middle, while all runs wait.
            middle = [m for m in marks if m[0] - marks[0][0] < pause * 1.5]
            seconds = middle[-1][0] - middle[0][0]
            used[name] = (middle[-1][1] - middle[0][1]) / os.sysconf("SC_CLK_TCK") / seconds
    print(f"launcher with {runs} runs in progress: {used['view']:.1%} of a processor with the live "
          f"view, {used['lines']:.1%} without")  # fmt: skip


def _ticks(pid: int) -> int | None:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return int(fields[11]) + int(fields[12])


if __name__ == "__main__":
    view()
    whole(*(int(word) for word in sys.argv[1:]) if sys.argv[1:] else (200, 8))
