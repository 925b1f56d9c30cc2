"""Which commits an agent may name: those of what is checked out, and its own."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from headway.elicit.audit.reading.repository import Repository

__all__ = ["HASH", "Own"]

HASH = re.compile(r"(?<![\w/.-])\^?([0-9a-f]{7,40})(?=$|[\^~@:.])")
_WORD = re.compile(r"(?<![0-9A-Za-z])[0-9a-f]{7,40}(?![0-9A-Za-z])")
_BEFORE = re.compile(r"^[\^]?([\w./-]*)@\{(\d+)\}")
_FAILED = re.compile(r"^fatal:|nothing to commit|no changes added|Aborting|No local changes to")
# How many entries of the reflog a command makes at least.
_MOVES = {"commit": 1, "merge": 1, "reset": 1, "checkout": 1, "switch": 1, "cherry-pick": 1,
          "revert": 1, "am": 1, "rebase": 2}  # fmt: skip
_KEEPS_BEFORE = {"merge", "reset", "rebase"}
# What they print is part of what they are asked for; other commands list other branches.
_PRINTS = {"log", "show", "ls-tree", "ls-files", "rev-parse", "rev-list", "diff", "hash-object",
           "write-tree", "commit-tree", "cat-file", "blame", "merge-base", "commit", "merge",
           "revert", "cherry-pick", "rebase", "diff-tree", "mktree", "symbolic-ref", "notes",
           "annotate", "whatchanged", "shortlog"}  # fmt: skip
_QUIET = {"add", "status", "config", "init", "rm", "mv", "checkout", "switch", "reset", "restore",
          "apply", "check-ignore", "version", "diff-files", "diff-index", "update-index", "clean",
          "gc", "am", "format-patch", "read-tree"}  # fmt: skip


@dataclass
class Own:
    """Grows while the agent works.

    Attributes
    ----------
    held : Repository or None
        What was given, where it can be read.
    hashes : set of str
        Objects of the agent's own, as they were printed.
    moves : int
        Entries of the reflog that the agent has made.
    stashes : int
    before : bool
        Whether ``ORIG_HEAD`` is of the agent's own making.
    """

    held: Repository | None
    hashes: set[str] = field(default_factory=set)
    moves: int = 0
    stashes: int = 0
    before: bool = False

    def __post_init__(self) -> None:
        self.hashes |= set(self.held.own or ()) if self.held else set()
        self._names = self.held.names_beyond() if self.held else set()

    def has(self, commit: str) -> bool:
        """Whether a hash is of the agent's own; decimal numbers are no hashes."""
        return commit.isdecimal() or any(
            one.startswith(commit) or commit.startswith(one) for one in self.hashes
        )

    @property
    def has_stash(self) -> bool:
        """Whether a stash can be the agent's own: it made one, or none was given."""
        given = self.held is None or "refs/stash" in self.held.refs
        return self.stashes > 0 or not given

    def names_beyond(self, name: str) -> bool:
        """Whether a branch or tag was given and is not part of what is checked out."""
        return name in self._names

    def is_part(self, name: str) -> bool:
        """Whether a branch or tag that was given is part of it."""
        if self.held is None or self.held.own is None or name in self._names:
            return False
        known = {re.sub(r"^refs/(?:heads|tags|remotes)/", "", one) for one in self.held.refs}
        return name in known or name in self.held.refs

    def earlier(self, word: str) -> bool:
        """Whether ``HEAD@{2}``, ``stash@{0}``, ``@{-1}`` or ``ORIG_HEAD`` is of its own making."""
        if word.lstrip("^") == "stash":
            return self.has_stash
        if word.lstrip("^").startswith("ORIG_HEAD"):
            return self.before
        if re.match(r"\^?@\{-\d+\}", word):
            return self.moves > 0
        found = _BEFORE.match(word)
        if found is None:
            return False
        number = int(found[2])
        if found[1].endswith("stash"):
            return number < self.stashes or (self.has_stash and not self.stashes)
        return number <= self.moves

    def made_all(self, lines: Iterable[str]) -> bool:
        """Whether what was printed names none of the commits that were given beyond it."""
        if self.held is None or self.held.own is None:
            return False
        beyond = set(self.held.commits or ()) - set(self.held.own)
        words = [word for line in lines for word in _WORD.findall(line)]
        return not any(commit.startswith(word) for commit in beyond for word in words)

    def learn(self, words: tuple[str, ...], lines: list[str]) -> None:
        """What a command adds to it that looked at nothing else."""
        sub = words[0]
        if any(_FAILED.search(line) for line in lines):
            return
        if sub == "stash":
            self._stashed(words)
        paths = "--" in words or "-f" in words
        if sub in _MOVES and not (sub == "checkout" and paths):
            self.moves += _MOVES[sub]
        self.before |= sub in _KEEPS_BEFORE

    def print(self, subs: Iterable[str], lines: list[str]) -> None:
        """Objects that a step printed which looked at nothing else."""
        asked = set(subs)
        if not asked & _PRINTS or asked - _PRINTS - _QUIET:
            return
        strange = set(self.held.commits or ()) - set(self.held.own or ()) if self.held else set()
        for line in lines:
            for one in _WORD.findall(line):
                if not any(commit.startswith(one) for commit in strange):
                    self.hashes.add(one)

    def _stashed(self, words: tuple[str, ...]) -> None:
        act = next((word for word in words[1:] if not word.startswith("-")), "push")
        if act in {"push", "save"}:
            self.stashes += 1
        elif act in {"pop", "drop"}:
            self.stashes = max(0, self.stashes - 1)
        elif act == "clear":
            self.stashes = 0
