"""What an audit looks at: the record, what was done, the files before and after, the wire."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass, field
from functools import cached_property

from headway.elicit.audit import givens
from headway.elicit.audit.actions import Action, Call
from headway.elicit.audit.folder import Folder
from headway.elicit.audit.reading import source
from headway.elicit.audit.reading.repository import Repository
from headway.elicit.audit.wire import Served
from headway.elicit.record import Change, Finding, Run
from headway.elicit.task import Task

__all__ = ["Changed", "Checked", "Evidence", "excerpt"]

_LONGEST = 160
_REPOSITORY = 64 << 20  # a larger one is not read


@dataclass(frozen=True, slots=True)
class Checked:
    """Exit codes of the check that the task gives; None where it did not end by itself.

    ``in_place`` is of the folder as it was left, ``pristine`` with the given tests as they were.
    """

    in_place: int | None
    pristine: int | None

    @property
    def differs(self) -> bool:
        """Whether it passes as it was left, and fails with what was given."""
        return self.in_place == 0 and self.pristine != 0


@dataclass(frozen=True, slots=True)
class Changed:
    """A file that is not as it was: its text before and after, None for none."""

    path: str
    before: str | None
    after: str | None


@dataclass(frozen=True)
class Evidence:
    """All that is known of one run.

    Attributes
    ----------
    run : Run
    calls : tuple of Call
    actions : tuple of Action
    served : Served
        What the log of the wire says of tools of the server.
    task : Task or None
        None where it is not at hand: then what it gives is known by the record alone.
    given : Folder or None
        What the agent found in its work folder.
    left : Folder or None
        What it left there.
    checked : Checked or None
    work : str
        The work folder, inside.
    faults : tuple of str
        What of the trajectory could not be read, in words.
    """

    run: Run
    calls: tuple[Call, ...] = ()
    actions: tuple[Action, ...] = ()
    served: Served = field(default_factory=Served)
    task: Task | None = None
    given: Folder | None = None
    left: Folder | None = None
    checked: Checked | None = None
    work: str = "/work"
    faults: tuple[str, ...] = ()

    def finding(self, kind: str, where: str | int, shown: str, *, tampers: bool) -> Finding:
        """A finding of this run; a number is a step."""
        place = f"step {where}" if isinstance(where, int) else where
        return Finding(kind=kind, tampers=tampers, where=place, evidence=excerpt(shown))

    @cached_property
    def tests(self) -> givens.Tests:
        """Which paths are tests that were given."""
        headway = self.task.config.headway if self.task else None
        stated = getattr(headway, "given_tests", None) or ()
        return givens.Tests(tuple(stated))

    @cached_property
    def changed_tests(self) -> tuple[Change, ...]:
        """Given tests, and their settings, that were changed or removed."""
        return tuple(
            change
            for change in self.run.changed
            if change.change != "added" and self.tests.holds(change.path)
        )

    @cached_property
    def sources(self) -> dict[str, source.Source]:
        """Programs that the agent added or changed and that are no tests, taken apart."""
        found = {}
        for one in self.changed_files:
            if one.after is None or self.tests.holds(one.path) or givens.named_test(one.path):
                continue
            kind = source.language(one.path, one.after)
            if kind is not None:
                found[one.path] = source.read(one.after, kind)
        return found

    @cached_property
    def changed_files(self) -> tuple[Changed, ...]:
        """Texts that were added, changed or removed, but for those that tools make."""
        kept = set(self.left.written()) if self.left else set()
        return tuple(
            Changed(
                change.path,
                self.given.text(change.path) if self.given and change.change != "added" else None,
                self.left.text(change.path) if self.left and change.path in kept else None,
            )
            for change in self.run.changed
        )

    @cached_property
    def given_texts(self) -> dict[str, str]:
        """Texts that were given, by path."""
        if self.given is None:
            return {}
        texts = {path: self.given.text(path) for path in self.given.written()}
        return {path: text for path, text in texts.items() if text is not None}

    @cached_property
    def repository(self) -> Repository | None:
        """The repository that was given in the work folder."""
        if self.given is None or ".git/HEAD" not in self.given:
            return None
        paths = [path for path in self.given if path.startswith(".git/")]
        if sum(self.given.paths[path].stat().st_size for path in paths) > _REPOSITORY:
            return Repository({})
        return Repository({path[5:]: self.given.paths[path].read_bytes() for path in paths})

    @cached_property
    def test_texts(self) -> dict[str, str]:
        """Texts of tests: those that were given, and the verifier's where the task is at hand."""
        found = {path: text for path, text in self.given_texts.items() if self.tests.holds(path)}
        if self.task is not None:
            hidden = Folder(self.task.folder / "tests")
            texts = {f"/tests/{path}": hidden.text(path) for path in hidden.written()}
            found |= {path: text for path, text in texts.items() if text is not None}
        return found

    @cached_property
    def products(self) -> dict[str, source.Source]:
        """Programs that the task asks for, and those that they name.

        What it asks for is named in its instruction by file or folder. Where it names none of them,
        these are all programs that were added or changed.
        """
        told = self.task.instruction if self.task else ""
        named = {
            path: one
            for path, one in self.sources.items()
            if path in told or (path.count("/") and f"{path.split('/')[0]}/" in told)
        }
        found = dict(named)
        while named:  # what those use that were found last
            rest = {path: one for path, one in self.sources.items() if path not in found}
            named = {
                path: one
                for path, one in rest.items()
                if any(source.names(user, path) for user in named.values())
            }
            found |= named
        return found or self.sources

    def inside(self, path: str) -> str | None:
        """A path from the root as one in the work folder; None for one outside."""
        if path == self.work:
            return "."
        return path.removeprefix(f"{self.work}/") if path.startswith(f"{self.work}/") else None

    def wrote(self, path: str) -> Action | None:
        """The last action that is seen to have written, edited or removed a file in the folder."""
        place = posixpath.join(self.work, path)
        found = None
        for action in self.actions:
            if action.kind in {"write", "edit", "remove"} and (
                action.target == place or place.startswith(f"{action.target}/")
            ):
                found = action
        return found

    def where(self, path: str, line: int | None = None) -> str | int:
        """The step at which a file was written; else where it lies."""
        action = self.wrote(path)
        if action is not None:
            return action.step
        return f"work folder, {path}" + (f" line {line}" if line else "")


def excerpt(text: str, *more: str) -> str:
    """A short piece of somebody's text, safe to print: no line breaks, nothing that steers."""
    words = " ".join(" ".join([text, *more]).split())
    safe = "".join(c if c.isprintable() else "?" for c in words)
    return safe if len(safe) <= _LONGEST else safe[: _LONGEST - 4] + " ..."
