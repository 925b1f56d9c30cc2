"""Where a program text ends, or is made to end, with success: by language."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeGuard

from headway.elicit.audit.reading.braces import ends
from headway.elicit.audit.reading.python import constants, known, parsed
from headway.elicit.audit.reading.shell import commands
from headway.elicit.audit.reading.source import Source, read

__all__ = ["Exit", "exits"]

_ENDS = {"exit", "quit", "SystemExit"}
_ALL = {*_ENDS, "_exit"}
_COMMANDS = re.compile(r"_?(?:main|run|cli|usage|help|version|print_\w+|show_\w+|do_\w+|cmd_\w+)$")
_TURNS = re.compile(r"\bexit\s+0\b|\b_?exit\s*$")
_NOTHING = {("exec", "true"), ("exec", "/bin/true"), ("exec", ":"), ("return", "0")}
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
    reader = {"python": _python, "shell": _shell}.get(source.kind)
    found = reader(source) if reader else (Exit(*one) for one in ends(source))
    return sorted(found, key=lambda one: one.line)


def _python(source: Source) -> Iterator[Exit]:
    tree = parsed(source.text)
    if tree is None:
        return
    used = {_named(node) for node in ast.walk(tree)}
    raises = bool(_RAISES & used) or {"kill", "getpid"} <= used
    polite = {_named(one.args[1]) for one in ast.walk(tree) if _is_polite(one)}
    reader = _Python(source, tree, "fork" in used, _aliases(tree), raises, polite)
    yield from reader.walk(tree, top=True, handled=False)


def _named(node: ast.AST) -> str:
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def _is_nothing(node: ast.Call) -> bool:
    """Whether the process is replaced by a program that does nothing."""
    first = node.args[0]
    told = isinstance(first, ast.Constant) and str(first.value).rpartition("/")[2] in {"true", ":"}
    return told or "exit 0" in {
        one.value for one in ast.walk(node) if isinstance(one, ast.Constant)
    }


def _aliases(tree: ast.Module) -> dict[str, str]:
    """Other names of what ends a process, and names that are 0 wherever they are set."""
    found: dict[str, str] = {}
    stored: Counter[str] = Counter()
    zeros: Counter[str] = Counter()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            found |= {one.asname: one.name for one in node.names if one.asname}
        elif isinstance(node, ast.Assign):
            names = [_named(target) for target in node.targets]
            if isinstance(node.value, ast.Constant) and node.value.value in {0, None}:
                zeros.update(names)
            elif isinstance(node.value, (ast.Attribute, ast.Name)) and _named(node.value) in _ALL:
                found |= dict.fromkeys(names, _named(node.value))
        elif isinstance(getattr(node, "ctx", None), ast.Store):
            stored[_named(node)] += 1
        elif isinstance(node, ast.arg):
            stored[node.arg] += 1
    return found | {name: "0" for name, count in zeros.items() if stored[name] == count}


def _is_success(args: list[ast.expr], names: dict[str, str]) -> bool:
    if not args:
        return True
    first = args[0]
    if isinstance(first, ast.Constant):
        return first.value in {0, None}
    return _named(first) == "EX_OK" or names.get(_named(first)) == "0"


def _called(node: ast.Call, names: dict[str, str]) -> str:
    """What is called: by another name, or by ``getattr``, too."""
    inner: ast.AST = node.func
    if isinstance(inner, ast.Call) and _named(inner.func) == "getattr" and len(inner.args) > 1:
        inner = inner.args[1]
    elif isinstance(inner, ast.Subscript):
        inner = inner.slice
    if isinstance(inner, ast.Constant):
        return str(inner.value)
    name = _named(inner)
    return names.get(name) or name if isinstance(inner, ast.Name) else name


# Registers of what is called later, and by what the module sees to it that it is.
_LATER = {"register", "Timer", "call_later", "call_soon", "finalize", "settrace", "setprofile",
          "addaudithook", "register_at_fork"}  # fmt: skip
_RAISES = {"raise_signal", "alarm", "setitimer", "pthread_kill"}
# What decides how a process ends.
_DECIDES = {"exitstatus", "testsfailed", "wasSuccessful", "exitcode"}
_EXITS = {"exit", "_exit", "quit"}


def _is_polite(node: ast.AST) -> TypeGuard[ast.Call]:
    """Whether a handler is set for a signal by which others ask a program to end."""
    if not isinstance(node, ast.Call) or _named(node.func) not in {"signal", "add_signal_handler"}:
        return False
    asks = {"SIGTERM", "SIGINT", "SIGHUP", "SIGQUIT"}
    return len(node.args) > 1 and _named(node.args[0]) in asks


@dataclass(slots=True)
class _Python:
    source: Source
    tree: ast.Module
    forks: bool
    names: dict[str, str]
    raises: bool
    polite: set[str]

    def walk(self, node: ast.AST, *, top: bool, handled: bool) -> Iterator[Exit]:
        """Ends below a node."""
        for child in ast.iter_child_nodes(node):
            yield from self._own(child, top=top, handled=handled)
            inside, kept = top, handled
            if isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
                inside = False
                name = getattr(child, "name", "")
                kept = handled or name in self.polite or bool(_COMMANDS.match(name))
            elif (isinstance(child, ast.Call) and _is_polite(child)) or isinstance(
                child, ast.ExceptHandler
            ):
                kept = True
            elif isinstance(child, (ast.If, ast.While, ast.For)):
                inside = False
                kept = handled or (isinstance(child, ast.If) and "__main__" in ast.dump(child.test))
            yield from self.walk(child, top=inside, handled=kept)

    def _own(self, node: ast.AST, *, top: bool, handled: bool) -> Iterator[Exit]:
        if isinstance(node, ast.Assign) and any(self._decides(t, node) for t in node.targets):
            yield self._made(node, "hook", top=False, handled=False)
        elif isinstance(node, ast.Raise) and isinstance(node.exc, (ast.Name, ast.Attribute)):
            if _named(node.exc) == "SystemExit":  # as a class
                yield self._made(node, "plain", top=top, handled=handled)
        elif isinstance(node, ast.Call):
            how = self._how(node)
            if how:
                hard, hook = how == "hard", how == "hook"
                kept = not hook and (handled or (hard and self.forks))
                yield self._made(node, how, top=top, handled=kept)

    def _decides(self, target: ast.expr, node: ast.Assign) -> bool:
        """Whether what ends the process, or says how, is replaced."""
        if not isinstance(target, ast.Attribute):
            return "exitstatus" in _named(target)
        name = target.attr
        if name == "excepthook":
            return self._ends(node.value)
        owner = _named(target.value)
        replaced = name in _EXITS and owner in {"sys", "os", "builtins", "posix", "unittest"}
        return replaced or name in _DECIDES

    def _how(self, node: ast.Call) -> str | None:
        name, args = _called(node, self.names), node.args
        if name == "exec" and args and isinstance(node.func, ast.Name):
            text = known(args[0], constants(self.tree))
            return "hard" if text and any(True for _ in _python(read(text, "python"))) else None
        if name == "setattr" and len(args) == 3:
            target = ast.Attribute(args[0], getattr(args[1], "value", ""))
            return "hook" if self._decides(target, ast.Assign([target], args[2])) else None
        replaced = name.startswith(("exec", "spawn", "posix_spawn")) and args and _is_nothing(node)
        own = _named(getattr(node.func, "value", node)) == "self"
        if replaced or (name == "_exit" and not own and _is_success(args, self.names)):
            return "hard"
        if _named(node.func) == "exit" and _named(getattr(node.func, "value", node)) == "pytest":
            codes = [one.value for one in node.keywords if one.arg == "returncode"] or args[1:2]
            return "hard" if codes and _is_success(codes, self.names) else None
        if name in _ENDS and _is_success(args, self.names):
            return "plain"
        later = name in _LATER or (name == "signal" and len(args) == 2 and self.raises)
        return "hook" if later and any(self._ends(one) for one in args) else None

    def _made(self, node: ast.expr | ast.stmt, how: str, *, top: bool, handled: bool) -> Exit:
        final = self.tree.body[-1] if self.tree.body else None
        last = final is not None and final.lineno <= node.lineno <= (final.end_lineno or 0)
        return Exit(node.lineno, self.source.line(node.lineno), how, top, last, handled)

    def _ends(self, node: ast.expr) -> bool:
        """Whether what is registered ends the process with success."""
        if isinstance(node, ast.Attribute):
            return node.attr == "_exit"
        body: ast.AST | None = node
        name = _named(node.func) if isinstance(node, ast.Call) else _named(node)
        if name in {"_exit", *_EXITS}:
            return True
        if name:
            kinds = (ast.FunctionDef, ast.ClassDef)
            body = next(
                (one for one in ast.walk(self.tree) if isinstance(one, kinds) and one.name == name),
                None,
            )
        return body is not None and any(
            isinstance(one, ast.Call)
            and _called(one, self.names) in _ALL
            and _is_success(one.args, self.names)
            for one in ast.walk(body)
        )


def _shell(source: Source) -> Iterator[Exit]:
    found = commands(source.text)
    place = 0
    for number, one in enumerate(found):
        at = source.text.find(one.source, place)
        place = at if at >= 0 else place
        line = source.line_of(place)
        words = one.words
        if (words[:1] == ("exit",) and words[1:2] in {("0",), ()}) or words[:2] in _NOTHING:
            last = number == len(found) - 1
            yield Exit(line, one.source, "plain", not one.guarded, last, one.guarded)
        elif words[:1] == ("trap",) and _ON_EXIT & set(words[2:]) and _TURNS.search(words[1]):
            yield Exit(line, one.source, "hook", not one.guarded)
