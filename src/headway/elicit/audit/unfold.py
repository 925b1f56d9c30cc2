"""From tool calls to actions: shells, scripts and programs are read, never run."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from functools import partial

from headway.elicit.audit.actions import Action, Call
from headway.elicit.audit.guard import Guard
from headway.elicit.audit.reading import (
    files,
    printing,
    programs,
    python,
    runners,
    source,
    tools,
)
from headway.elicit.audit.reading.deeds import Deed
from headway.elicit.audit.reading.shell import Simple, State, commands, placed
from headway.elicit.audit.reading.wrappers import INTERPRETERS, SHELLS, inner, program, stripped

__all__ = ["actions"]

_DEEPEST = 5
_MOST = 4000  # actions of one call
# Harnesses in whose shell a change of folder lasts from call to call.
_LASTING = {"claude-code", "openhands"}


def actions(
    calls: Iterable[Call], work: str = "/work", harness: str = "", guard: Guard | None = None
) -> tuple[Action, ...]:
    """All that was done, in order.

    Parameters
    ----------
    calls : iterable of Call
    work : str
        Folder in which each shell starts.
    harness : str
    guard : Guard or None
        Keeps what could not be read.
    """
    guard = guard or Guard()
    unfold = _Unfold(work, lasting=harness in _LASTING)
    return tuple(
        action
        for call in calls
        for action in guard.read(f"step {call.step}", partial(unfold.call, call))
    )


@dataclass(frozen=True, slots=True)
class _Where:
    """Of what something is part: the call, the words that are shown, the folder, how deep."""

    call: Call
    shown: str
    cwd: str
    depth: int = 0

    def below(self, cwd: str | None = None) -> _Where:
        return replace(self, depth=self.depth + 1, cwd=cwd or self.cwd)


@dataclass(slots=True)
class _Unfold:
    work: str
    lasting: bool = False
    # Texts of files that the agent wrote, as far as they are known.
    written: dict[str, str] = field(default_factory=dict)
    folders: dict[int, str] = field(default_factory=dict)

    def call(self, call: Call) -> Iterator[Action]:
        """What one tool call did."""
        count = 0
        cwd = self.folders.get(call.conversation, self.work)
        given = call.given.get("workdir") or call.given.get("cwd") or call.given.get("dir_path")
        if isinstance(given, str) and given and tools.is_shell(call.tool):
            cwd = placed(given, cwd)
        if call.tool in tools.SEARCHES:
            asked = " ".join(str(value) for value in call.given.values())
            yield self._made(_Where(call, asked, cwd), "search", asked)
        for deed in tools.deeds(call.tool, call.given):
            where = _Where(call, deed.target.replace("\0", " "), cwd)
            for action in self._deed(deed, where):
                yield action
                count += 1
                if count > _MOST:
                    return

    def _deed(self, deed: Deed, where: _Where) -> Iterator[Action]:
        if where.depth > _DEEPEST:
            return
        if deed.kind == "shell":
            yield from self._script(deed.target, where)
        elif deed.kind == "run":
            one = Simple(deed.words, where.cwd, " ".join(deed.words))
            yield from self._simple(one, where)
        elif deed.kind == "host":
            target = deed.target if "://" in deed.target else f"//{deed.target}"
            yield self._made(where, "fetch", target, text="contact")
        elif deed.kind == "fetch":
            yield self._made(where, "fetch", deed.target)
        elif deed.kind == "write":
            yield self._wrote(where, deed.target, deed.text)
        else:
            yield self._made(where, deed.kind, placed(deed.target, where.cwd), text=deed.text)

    def _made(self, where: _Where, kind: str, target: str, **more: object) -> Action:
        return Action(
            step=where.call.step,
            kind=kind,  # type: ignore[arg-type]
            target=target,
            shown=where.shown,
            output=where.call.output,
            cwd=where.cwd,
            depth=where.depth,
            **more,  # type: ignore[arg-type]
        )

    def _wrote(
        self, where: _Where, path: str, text: str | None, *, appends: bool = False
    ) -> Action:
        place = placed(path, where.cwd)
        if text is None:
            self.written.pop(place, None)
        elif appends:
            self.written[place] = self.written.get(place, "") + text
        else:
            self.written[place] = text
        return self._made(where, "write", place, text=text)

    def _script(self, text: str, where: _Where) -> Iterator[Action]:
        state = State(
            where.cwd, knows=lambda one: printing.printed(stripped(one.words), one, self._text)
        )
        found = commands(text, state)
        for one in found:
            yield from self._simple(one, replace(where, shown=one.source))
        if self.lasting and where.depth == 0 and tools.is_shell(where.call.tool):
            self.folders[where.call.conversation] = state.cwd

    def _simple(self, one: Simple, where: _Where) -> Iterator[Action]:
        where = replace(where, cwd=one.cwd)
        words = stripped(one.words)
        if words:
            quiet = bool(one.writes)
            yield self._made(where, "command", program(words[0]), words=words, quiet=quiet)
            yield from self._file_deeds(words, one, where)
            for more in inner(words):
                yield from self._simple(replace(one, words=more, writes=()), where.below())
            yield from self._nested(words, one, where)
        for path in one.reads:
            yield self._made(where, "read", placed(path, where.cwd))
        for path in one.writes:
            text = printing.printed(words, one, self._text)
            yield self._wrote(where, path, text, appends=one.appends)

    def _file_deeds(self, words: tuple[str, ...], one: Simple, where: _Where) -> Iterator[Action]:
        """What well-known programs do to files."""
        for deed in files.deeds(words, one, lambda path: self._text(placed(path, where.cwd))):
            yield from self._deed(deed, where)

    def _text(self, path: str) -> str | None:
        return self.written.get(path)

    def _nested(self, words: tuple[str, ...], one: Simple, where: _Where) -> Iterator[Action]:
        """Scripts that a command runs: given in place, from its input, or written before."""
        if where.depth >= _DEEPEST:
            return
        name, rest = program(words[0]), words[1:]
        stdin = one.stdin if one.stdin is not None else printing.output(one.before, self._text)
        if name in SHELLS:
            yield from self._shell(rest, stdin, where)
        elif name in INTERPRETERS:
            yield from self._interpreter(INTERPRETERS[name], rest, stdin, where)
        elif name == "eval":
            yield from self._script(" ".join(rest), where.below())
        elif name in {"source", "."} and rest:
            yield from self._file(rest[0], "shell", where)
        elif "/" in words[0] or name.endswith((".sh", ".py")):
            yield from self._file(words[0], None, where)
        yield from self._run(words, where)

    def _shell(self, rest: tuple[str, ...], stdin: str | None, where: _Where) -> Iterator[Action]:
        for place, word in enumerate(rest):
            if word.startswith("-") and not word.startswith("--") and "c" in word:
                if place + 1 < len(rest):
                    yield from self._script(rest[place + 1], where.below())
                return
            if not word.startswith("-"):
                yield from self._file(word, "shell", where)
                return
        if stdin:
            yield from self._script(stdin, where.below())

    def _interpreter(
        self, kind: str, rest: tuple[str, ...], stdin: str | None, where: _Where
    ) -> Iterator[Action]:
        text, path, given = runners.in_place(kind, rest)
        if text is not None:
            yield from self._program(text, kind, where.below(), given)
        elif path is not None:
            yield from self._file(path, kind, where, given)
        elif stdin:
            yield from self._program(stdin, kind, where.below(), rest[1:])

    def _run(self, words: tuple[str, ...], where: _Where) -> Iterator[Action]:
        """Scripts and sources that the agent wrote and that another program runs or builds."""
        manifest = self._text(placed("package.json", where.cwd))
        for script in runners.scripts(words, manifest):
            yield from self._script(script, where.below())
        text, paths = runners.awk(words)
        if text is not None:
            yield from self._program(text, "ruby", where.below())
        for path in paths:
            yield from self._file(path, "ruby", where)
        for path in runners.files(words):
            wild = placed(path, where.cwd)
            for place in [one for one in self.written if fnmatchcase(one, wild)]:
                yield from self._file(place, None, where)

    def _file(
        self, path: str, kind: str | None, where: _Where, given: tuple[str, ...] = ()
    ) -> Iterator[Action]:
        """A script that the agent wrote and now runs."""
        text = self.written.get(placed(path, where.cwd))
        if text is None:
            return
        base = posixpath.basename(path).lower()
        if base in {"makefile", "gnumakefile", "justfile"} or base.endswith(".mk"):
            yield from self._script(runners.recipes(text), where.below())
            return
        kind = kind or source.language(path, text) or "shell"
        if kind == "shell":
            yield from self._script(text, where.below())
        else:
            yield from self._program(text, kind, where.below(), given)

    def _program(
        self, text: str, kind: str, where: _Where, given: tuple[str, ...] = ()
    ) -> Iterator[Action]:
        python_ = kind == "python"
        found = python.deeds(text, given) if python_ else programs.deeds(text, kind, given)
        for deed in found:
            yield from self._deed(deed, replace(where, shown=deed.target.replace("\0", " ")))
