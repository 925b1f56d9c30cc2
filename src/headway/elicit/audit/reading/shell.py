"""Shell scripts as simple commands, in the order in which they stand.

Parsed with the grammar of tree-sitter for bash (MIT), which goes on after a mistake as a shell that
is fed line by line would, and takes a tenth of a millisecond a script. (bashlex is GPL and was last
released in 2023; shfmt is a program to be started for each script.)
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tree_sitter import Node, Parser

__all__ = ["Simple", "State", "commands", "placed"]

_MOST_TURNS = 12  # of a loop over given words
_MOST_BYTES = 1 << 20
_NESTED = {"command_substitution", "process_substitution"}
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "\\": "\\", "'": "'", '"': '"', "e": "\x1b"}
# Words that stand by themselves, by their kind in the grammar.
_WORDS: dict[str, Callable[[str], str]] = {
    "raw_string": lambda text: text[1:-1],
    "ansi_c_string": lambda text: re.sub(
        r"\\(.)", lambda found: _ESCAPES.get(found[1], found[0]), text[2:-1]
    ),
    "word": lambda text: re.sub(r"\\(.)", r"\1", text, flags=re.DOTALL),
}
_HEREDOC = {"heredoc_redirect", "herestring_redirect"}


@dataclass(frozen=True, slots=True)
class Simple:
    """One simple command.

    Attributes
    ----------
    words : tuple of str
        Its words without quotes. What is not known here (a variable, what a command prints) stands
        as it was written, with its dollar sign; names that match files stand as patterns.
    writes, reads : tuple of str
        Targets of redirections.
    appends : bool
        Whether it adds to what it writes.
    stdin : str or None
        A here-document or here-string.
    before : Simple or None
        The command whose output it is piped.
    cwd : str
        Folder that it runs in.
    source : str
    guarded : bool
        Whether it stands in a branch, a loop or a function: it may not have run.
    last : bool
        Whether it is the last command of its script.
    """

    words: tuple[str, ...]
    cwd: str
    source: str
    writes: tuple[str, ...] = ()
    reads: tuple[str, ...] = ()
    appends: bool = False
    stdin: str | None = None
    before: Simple | None = None
    guarded: bool = False


@dataclass(slots=True)
class State:
    """What a script's later commands find: the folder, and variables whose values are known."""

    cwd: str = "/work"
    names: dict[str, str] = field(default_factory=dict)
    # What a command prints, where its words alone say it.
    knows: Callable[[Simple], str | None] = lambda _: None

    def copy(self) -> State:
        """For a subshell."""
        return State(self.cwd, dict(self.names), self.knows)


def commands(script: str, state: State | None = None) -> list[Simple]:
    """The simple commands of a script.

    Parameters
    ----------
    script : str
    state : State or None
        Folder and variables at its start; has those of its end afterwards.
    """
    if len(script) > _MOST_BYTES:
        script = script[:_MOST_BYTES]
    tree = _parser().parse(script.encode("utf-8", "replace"))
    return list(_Walk(state or State()).walk(tree.root_node))


def placed(path: str, cwd: str) -> str:
    """A path as it is from the root; the home is the agent's own."""
    if path == "~" or path.startswith("~/"):
        path = "/home/agent" + path[1:]
    for name in ("$HOME", "${HOME}"):
        if path.startswith(name):
            path = "/home/agent" + path[len(name) :]
    for name in ("$PWD", "${PWD}"):
        if path.startswith(name):
            path = cwd + path[len(name) :]
    return posixpath.normpath(posixpath.join(cwd, path)).replace("//", "/")


@cache
def _parser() -> Parser:
    import tree_sitter
    import tree_sitter_bash

    return tree_sitter.Parser(tree_sitter.Language(tree_sitter_bash.language()))


def _is_herestring(node: Node) -> bool:
    """Behind another redirection the grammar takes ``<<<`` for an error and ``<``."""
    before = node.prev_sibling
    wrong = before is not None and before.type == "ERROR" and "<<" in _text(before)
    return bool(node.named_children) and (node.type == "herestring_redirect" or wrong)


def _text(node: Node) -> str:
    return (node.text or b"").decode("utf-8", "replace")


class _Walk:
    def __init__(self, state: State, *, guarded: bool = False) -> None:
        self.state = state
        self.guarded = guarded

    def walk(self, node: Node) -> Iterator[Simple]:
        """Commands below a node, in order."""
        kind = node.type
        if kind == "command":
            yield from self._command(node)
        elif kind == "redirected_statement":
            yield from self._redirected(node)
        elif kind in {"variable_assignment", "declaration_command"}:
            yield from self._assigned(node)
        elif kind == "pipeline":
            yield from self._pipeline(node.named_children, None)
        elif kind in {"subshell", *_NESTED}:
            yield from self._below(node, _Walk(self.state.copy(), guarded=self.guarded))
        elif kind == "for_statement":
            yield from self._loop(node)
        elif kind == "list":
            yield from self._list(node)
        elif kind in {"if_statement", "while_statement", "case_statement", "function_definition"}:
            yield from self._below(node, _Walk(self.state, guarded=True))
        elif kind != "comment":
            yield from self._below(node, self)

    @staticmethod
    def _below(node: Node, walk: _Walk) -> Iterator[Simple]:
        for child in node.named_children:
            yield from walk.walk(child)

    def _list(self, node: Node) -> Iterator[Simple]:
        """Commands joined by ``&&`` or ``||``: an exit behind ``||`` passes the failure on."""
        for child in node.named_children:
            for one in self.walk(child):
                alone = child.type == "command" and one.words == ("exit",)
                fails = alone and _text(child.prev_sibling or node) == "||"
                yield replace(one, words=("exit", "$?")) if fails else one

    def _assigned(self, node: Node) -> Iterator[Simple]:
        if node.type == "variable_assignment":
            yield from self._nested(node)
            name, value = (node.child_by_field_name(part) for part in ("name", "value"))
            if name is not None:
                self.state.names[_text(name)] = self._word(value) if value is not None else ""
            return
        for child in node.named_children:
            yield from self.walk(child)

    def _loop(self, node: Node) -> Iterator[Simple]:
        name, body = node.child_by_field_name("variable"), node.child_by_field_name("body")
        values = [c for c in node.named_children if c not in {name, body}]
        for value in values:
            yield from self._nested(value, own=True)
        inner = _Walk(self.state, guarded=True)
        turns: list[Node | None] = [*values[:_MOST_TURNS]] or [None]
        for turn in turns:
            if name is not None and turn is not None:
                self.state.names[_text(name)] = self._word(turn)
            if body is not None:
                yield from inner.walk(body)

    def _pipeline(self, parts: list[Node], before: Simple | None) -> Iterator[Simple]:
        for part in parts:
            # Each part is a shell of its own.
            found = list(_Walk(self.state.copy(), guarded=self.guarded).walk(part))
            for one in found:
                yield replace(one, before=one.before or before)
            before = found[-1] if found else before

    def _redirected(self, node: Node) -> Iterator[Simple]:
        body, *rest = node.named_children
        found = list(self.walk(body)) if "redirect" not in body.type else []
        redirects = rest if "redirect" not in body.type else [body, *rest]
        # One without children is what the grammar could not place.
        inner = [self._redirect(one) for one in redirects if one.named_children]
        writes = tuple(path for one in inner for path in one[0])
        reads = tuple(path for one in inner for path in one[1])
        texts = [one[2] for one in inner if one[2] is not None]
        if not found and (writes or reads):
            found = [Simple((), self.state.cwd, _text(node), guarded=self.guarded)]
        for place, one in enumerate(found):
            # Of a group, all commands write there; what is given and read goes to the last.
            last = place == len(found) - 1
            yield replace(
                one,
                writes=writes or one.writes,
                appends=any(each[3] for each in inner),
                reads=(reads or one.reads) if last else one.reads,
                stdin=texts[-1] if texts and last else one.stdin,
                source=_text(node) if last else one.source,
            )
        for redirect in redirects:
            yield from self._beside(redirect, found[-1] if found else None)

    def _redirect(self, node: Node) -> tuple[tuple[str, ...], tuple[str, ...], str | None, bool]:
        """What is written, what is read, the text that is given, and whether it is added."""
        if _is_herestring(node):
            return (), (), self._word(node.named_children[-1]) + "\n", False
        if node.type == "heredoc_redirect":
            return self._heredoc(node)
        marks = {_text(child) for child in node.children if not child.is_named}
        target = node.child_by_field_name("destination") or node.named_children[-1]
        path = self._word(target)
        if path.startswith(("/dev/tcp/", "/dev/udp/")):
            return (), (path,), None, False  # a socket of bash: contact, whichever way it goes
        if path.startswith("/dev/") or target.type == "number" or {">&", "<&"} & marks:
            return (), (), None, False
        if "<" in marks:
            return (), (path,), None, False
        return (path,), (), None, bool({">>", "&>>"} & marks)

    def _heredoc(self, node: Node) -> tuple[tuple[str, ...], tuple[str, ...], str | None, bool]:
        text = ""
        writes: tuple[str, ...] = ()
        appends = False
        strip = any(_text(child) == "<<-" for child in node.children)
        for child in node.named_children:
            if child.type == "heredoc_body":
                text = _text(child)
            elif child.type == "file_redirect":
                more, _, _, adds = self._redirect(child)
                writes, appends = writes + more, appends or adds
        if strip:
            text = re.sub(r"(?m)^\t+", "", text)
        return writes, (), text, appends

    def _beside(self, node: Node, before: Simple | None) -> Iterator[Simple]:
        """What stands on a here-document's first line behind it, and inside of its text."""
        for child in node.named_children:
            if child.type == "heredoc_body":
                yield from self._nested(child)
            elif child.type == "pipeline":
                yield from self._pipeline(child.named_children, before)
            elif node.type == "heredoc_redirect" and "redirect" not in child.type:
                piped = any(_text(one) in {"|", "|&"} for one in node.children)
                for one in self.walk(child):
                    yield replace(one, before=one.before or (before if piped else None))
            elif node.type != "heredoc_redirect":
                yield from self._nested(child, own=True)

    def _command(self, node: Node) -> Iterator[Simple]:
        words: list[str] = []
        reads: list[str] = []
        text = None
        for child in node.named_children:
            if child.type in _HEREDOC | {"file_redirect"}:
                _, more, given, _ = self._redirect(child)
                reads, text = [*reads, *more], given if given is not None else text
                continue
            yield from self._nested(child, own=True)
            if child.type == "variable_assignment":
                if node.child_by_field_name("name") is None:
                    yield from self._assigned(child)
                continue
            words.append(self._word(child))
        if words:
            one = Simple(
                tuple(words),
                self.state.cwd,
                _text(node),
                reads=tuple(reads),
                stdin=text,
                guarded=self.guarded,
            )
            yield one
            self._moved(words)

    def _moved(self, words: list[str]) -> None:
        if words[0] in {"cd", "pushd"}:
            places = [word for word in words[1:] if not word.startswith("-")]
            self.state.cwd = placed(places[0] if places else "~", self.state.cwd)

    def _nested(self, node: Node, *, own: bool = False) -> Iterator[Simple]:
        """Commands whose output stands in a word."""
        if own and node.type in _NESTED:
            yield from self.walk(node)
            return
        for child in node.named_children:
            if child.type in _NESTED:
                yield from self.walk(child)
            elif child.named_child_count:
                yield from self._nested(child)

    def _word(self, node: Node) -> str:
        """A word without quotes, with what is known of variables and of what commands print."""
        if node.type in {"concatenation", "command_name"}:
            return "".join(self._word(child) for child in node.children)
        if node.type == "command_substitution":
            return self._printed(node)
        read = _WORDS.get(node.type)
        if read is not None:
            return read(_text(node))
        if node.type in {"simple_expansion", "expansion"}:
            return self._value(node, _text(node))
        return self._string(node) if node.type == "string" else _text(node)

    def _printed(self, node: Node) -> str:
        """What a command prints in place of it, where that is known; else as it was written."""
        found = list(_Walk(self.state.copy()).walk(node))
        last = found[-1] if found else None
        # One command or a pipe of them; of several only the last would be seen.
        piped = all(one.before is not None for one in found[1:])
        told = self.state.knows(last) if last is not None and piped else None
        return _text(node) if told is None else told.rstrip("\n")

    def _string(self, node: Node) -> str:
        found: list[str] = []
        raw = node.text or b""
        start = end = node.start_byte + 1
        for child in node.named_children:
            # What stands between the pieces is text, too (spaces are left out of the tree).
            found.append(raw[end - node.start_byte : child.start_byte - node.start_byte].decode())
            if child.type == "string_content":
                found.append(re.sub(r'\\([$`"\\])', r"\1", _text(child)).replace("\\\n", ""))
            else:
                found.append(self._word(child))
            end = child.end_byte
        closed = raw.endswith(b'"') and len(raw) > 1
        tail = raw[max(end, start) - node.start_byte : -1 if closed else len(raw)]
        return "".join([*found, tail.decode("utf-8", "replace")])

    def _value(self, node: Node, text: str) -> str:
        names = [_text(c) for c in node.named_children if c.type == "variable_name"]
        plain = len(names) == 1 and text in {f"${names[0]}", f"${{{names[0]}}}"}
        return self.state.names.get(names[0], text) if plain else text
