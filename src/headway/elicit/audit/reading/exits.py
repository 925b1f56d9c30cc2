"""Where a program text ends, or is made to end, with success: by language."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

from headway.elicit.audit.reading.python import constants, known, parsed
from headway.elicit.audit.reading.shell import commands
from headway.elicit.audit.reading.source import Source, read

__all__ = ["Exit", "exits"]

_ENDS = {"exit", "quit", "SystemExit"}
_COMMANDS = re.compile(r"_?(?:main|run|cli|usage|help|version|print_\w+|show_\w+|do_\w+|cmd_\w+)$")
_TURNS = re.compile(r"\bexit\s+0\b|\b_?exit\s*$")
_ON_EXIT = {"EXIT", "0", "ERR", "DEBUG", "RETURN"}


@dataclass(frozen=True, slots=True)
class Exit:
    """An end with success.

    Attributes
    ----------
    line : int
    shown : str
    how : {'plain', 'hard', 'hook'}
        *plain*: an end like that of a program; *hard*: one that lets nothing else run; *hook*:
        something that ends the process or turns its exit code when it is about to end.
    top : bool
        Whether it is reached as soon as the text is run or imported.
    last : bool
        Whether nothing follows it.
    handled : bool
        Whether it stands where programs have it: in ``main``, a child process, a handler of errors.
    """

    line: int
    shown: str
    how: str
    top: bool
    last: bool = False
    handled: bool = False


def exits(source: Source) -> list[Exit]:
    """All of them, in order of their lines."""
    readers = {"python": _python, "shell": _shell, "js": _braces, "go": _braces, "c": _braces,
               "rust": _braces}  # fmt: skip
    reader = readers.get(source.kind)
    return sorted(reader(source), key=lambda one: one.line) if reader else []


def _python(source: Source) -> Iterator[Exit]:
    tree = parsed(source.text)
    if tree is None:
        return
    forks = any(_named(node) == "fork" for node in ast.walk(tree))
    yield from _Python(source, tree, forks=forks).walk(tree, top=True, handled=False)


def _named(node: ast.AST) -> str:
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def _is_nothing(node: ast.Call) -> bool:
    """Whether the process is replaced by a program that does nothing."""
    first = node.args[0]
    told = isinstance(first, ast.Constant) and str(first.value).rpartition("/")[2] in {"true", ":"}
    return told or "exit 0" in {
        one.value for one in ast.walk(node) if isinstance(one, ast.Constant)
    }


def _is_success(args: list[ast.expr]) -> bool:
    if not args:
        return True
    return isinstance(args[0], ast.Constant) and args[0].value in {0, None}


@dataclass(slots=True)
class _Python:
    source: Source
    tree: ast.Module
    forks: bool

    def walk(self, node: ast.AST, *, top: bool, handled: bool) -> Iterator[Exit]:
        """Ends below a node."""
        for child in ast.iter_child_nodes(node):
            yield from self._own(child, top=top, handled=handled)
            inside, kept = top, handled
            if isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
                inside = False
                kept = handled or bool(_COMMANDS.match(getattr(child, "name", "")))
            elif isinstance(child, ast.ExceptHandler):
                kept = True
            elif isinstance(child, (ast.If, ast.While, ast.For)):
                inside = False
                kept = handled or (isinstance(child, ast.If) and "__main__" in ast.dump(child.test))
            yield from self.walk(child, top=inside, handled=kept)

    def _own(self, node: ast.AST, *, top: bool, handled: bool) -> Iterator[Exit]:
        if isinstance(node, ast.Assign) and any("exitstatus" in _named(t) for t in node.targets):
            yield self._made(node, "hook", top=False, handled=False)
        if not isinstance(node, ast.Call):
            return
        name = _named(node.func)
        if name == "exec" and node.args and isinstance(node.func, ast.Name):
            text = known(node.args[0], constants(self.tree))
            if text and any(True for _ in _python(read(text, "python"))):
                yield self._made(node, "hard", top=top, handled=handled)
        replaced = name.startswith(("exec", "spawn")) and node.args and _is_nothing(node)
        if replaced or (name == "_exit" and _is_success(node.args)):
            yield self._made(node, "hard", top=top, handled=handled or self.forks)
        elif name in _ENDS and _is_success(node.args):
            yield self._made(node, "plain", top=top, handled=handled)
        elif name == "register" and node.args and self._ends(node.args[0]):
            yield self._made(node, "hook", top=top, handled=False)

    def _made(self, node: ast.expr | ast.stmt, how: str, *, top: bool, handled: bool) -> Exit:
        final = self.tree.body[-1] if self.tree.body else None
        last = final is not None and final.lineno <= node.lineno <= (final.end_lineno or 0)
        return Exit(node.lineno, self.source.line(node.lineno), how, top, last, handled)

    def _ends(self, node: ast.expr) -> bool:
        """Whether what is registered ends the process."""
        body: ast.AST | None = node
        if isinstance(node, ast.Name):
            body = next(
                (one for one in ast.walk(self.tree)
                 if isinstance(one, ast.FunctionDef) and one.name == node.id), None
            )  # fmt: skip
        elif isinstance(node, ast.Attribute):
            return node.attr == "_exit"
        return body is not None and any(_named(one) in {"_exit", *_ENDS} for one in ast.walk(body))


def _shell(source: Source) -> Iterator[Exit]:
    found = commands(source.text)
    place = 0
    for number, one in enumerate(found):
        at = source.text.find(one.source, place)
        place = at if at >= 0 else place
        line = source.line_of(place)
        words = one.words
        if words[:1] == ("exit",) and words[1:2] == ("0",):
            last = number == len(found) - 1
            yield Exit(line, one.source, "plain", not one.guarded, last, one.guarded)
        elif words[:1] == ("trap",) and _ON_EXIT & set(words[2:]) and _TURNS.search(words[1]):
            yield Exit(line, one.source, "hook", not one.guarded)


# An end with success; what stands before tells in which function it is.
_CALLS = {
    "js": r"process\.(?:exit|reallyExit)\(\s*0?\s*\)|process\.exitCode\s*=\s*0"
    r"|Deno\.exit\(\s*0?\s*\)",
    "go": r"\bos\.Exit\(\s*0\s*\)|\bsyscall\.Exit\(\s*0\s*\)|\bruntime\.Goexit\(\)",
    "c": r"\b(?:_exit|_Exit|quick_exit|exit)\s*\(\s*(?:0|EXIT_SUCCESS)\s*\)"
    r"|System\.exit\(\s*0\s*\)",
    "rust": r"\bprocess::exit\(\s*0\s*\)|\bexit\(\s*0\s*\)",
}
_HARD = re.compile(r"_exit|_Exit|reallyExit|quick_exit|syscall|Goexit")
_HOOK = {
    "js": re.compile(r"process\.on\(\s*[\"'`]\s*(?:exit|beforeExit|uncaughtException|)\s*[\"'`]"),
    "go": re.compile(r"\bfunc\s+(?:init\s*\(\s*\)|TestMain\s*\()"),
    "c": re.compile(r"__attribute__\s*\(\(\s*(?:constructor|destructor)|\b(?:atexit|on_exit)\s*\("),
    "rust": re.compile(r"#\[ctor\]|link_section"),
}


def _braces(source: Source) -> Iterator[Exit]:
    """Languages with braces: how deep an end stands, and in the body of what."""
    for match in re.finditer(_CALLS[source.kind], source.code):
        head = source.code[: match.start()]
        depth = head.count("{") - head.count("}")
        hook = _hooked(source, match.start())
        how = "hook" if hook else "hard" if _HARD.search(match[0]) else "plain"
        tail = re.sub(r"[\s;)}]", "", source.code[match.end() :])
        line = source.line_of(match.start())
        yield Exit(line, source.line(line), how, depth == 0, not tail, depth > 0)


def _hooked(source: Source, place: int) -> bool:
    """Whether the block around a place begins with what runs at the start or the end."""
    for match in _HOOK[source.kind].finditer(source.code):
        if match.start() > place:
            break
        opened = source.code.find("{", match.end())
        if source.kind == "c" and "exit" in match[0]:
            # The function that is registered stands elsewhere.
            name = re.match(r"\s*(\w+)", source.code[match.end() :])
            body = name and re.search(rf"\b{name[1]}\s*\([^)]*\)\s*{{", source.code)
            opened = body.end() - 1 if body else -1
        if 0 <= opened < place:
            between = source.code[opened:place]
            runs = source.kind == "go" and re.search(r"\bm\.Run\(\)", between)
            if between.count("{") > between.count("}") and not runs:
                return True
    return False
