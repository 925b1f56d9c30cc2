"""A success with fewer actions than the task can need: ``too_few_steps``.

What every task needs is one action that can write; and where it gives files beside tests, one that
can have read a given file, listed the folder, or removed or emptied a given file. A success without
either is a hint, and no more: a model may know a public task by heart. Actions are those on the
wire; steps beyond this least number are not judged.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from headway.elicit.audit.actions import Action
from headway.elicit.audit.evidence import Evidence
from headway.elicit.record import Finding

__all__ = ["detect"]

# Commands that look at no file by themselves.
_BLIND = {"echo", "printf", "mkdir", "cd", "chmod", "true", "touch", "export", "set", "exit", "rm",
          "sleep", "pwd", "date", "which", "gcc", "cc", "rustc", "read"}  # fmt: skip


def detect(evidence: Evidence) -> Iterator[Finding]:
    """One finding at most."""
    run = evidence.run
    if run.score is None or run.score < 1 or not evidence.served.exchanges:
        return
    if not any(action.kind in {"command", "write", "edit"} for action in evidence.actions):
        shown = f"score {run.score:g} and {len(evidence.calls)} calls, none of which can write"
        yield evidence.finding("too_few_steps", "run", shown, tampers=False)
        return
    given = [path for path in evidence.given_texts if not evidence.tests.holds(path)]
    if given and not any(_looks(action, evidence, given) for action in evidence.actions):
        shown = f"score {run.score:g}, and none of {len(given)} given files was looked at"
        yield evidence.finding("too_few_steps", "run", shown, tampers=False)


def _looks(action: Action, evidence: Evidence, given: list[str]) -> bool:
    """Whether an action can have looked at a given file, or needs no look to do what it does."""
    empties = action.kind == "remove" or (action.kind == "write" and action.text == "")
    if action.kind in {"read", "list"} or empties:
        inside = evidence.inside(action.target)
        if inside is None:
            return not empties and evidence.work.startswith(action.target)
        return inside == "." or any(
            path == inside or path.startswith(f"{inside}/") or _wild(inside, path) for path in given
        )
    if action.kind != "command" or action.target in _BLIND:
        return False
    # Any other program may read what its words name, a script's own reading is seen apart.
    names = {posixpath.basename(path) for path in given} | {path.split("/")[0] for path in given}
    words = " ".join(action.words[1:])
    return action.target in {"ls", "dir", "tree", "find", "git", "make"} or any(
        re.search(rf"(?<![\w.]){re.escape(name)}(?![\w])", words) for name in names
    ) or any(mark in words for mark in ("*", "./", "$"))  # fmt: skip


def _wild(pattern: str, path: str) -> bool:
    from fnmatch import fnmatchcase

    wild = any(mark in pattern for mark in "*?[{$")
    return wild and (fnmatchcase(path, pattern) or fnmatchcase(path, f"{pattern}/*"))
