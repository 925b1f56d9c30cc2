"""What a Python program does to files, programs and hosts, from its syntax tree."""

from __future__ import annotations

import ast
import posixpath
import re
import warnings
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache

from headway.elicit.audit.reading import requests
from headway.elicit.audit.reading.deeds import Deed
from headway.elicit.audit.reading.folding import known, name_of

__all__ = ["constants", "deeds", "documented", "known", "lines_of", "parsed"]

_IN_GIT = re.compile(r"(?:^|/)\.git(?:/\*\*?)?/?$")

_READS = {"read_text", "read_bytes", "read", "readlines"}
_LISTS = {"iterdir", "glob", "rglob", "listdir", "scandir", "walk", "iglob", "exists", "isfile",
          "stat", "readlink", "is_file", "is_dir", "isdir", "lexists", "lstat"}  # fmt: skip
_REMOVES = {"remove", "unlink", "rmtree", "rmdir"}
_RUNS = {"run", "call", "check_call", "check_output", "Popen", "getoutput", "getstatusoutput"}
_SHELLS = {"system", "popen"}
_EXECS = {"execv", "execvp", "execl", "execlp", "execve", "spawnv", "spawnvp", "spawn"}


@lru_cache(maxsize=64)
def parsed(text: str) -> ast.Module | None:
    """The syntax tree; None for what is no Python."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def documented(text: str) -> set[int]:
    """Lines of documentation: of texts that stand alone."""
    tree = parsed(text)
    return {
        line
        for node in (ast.walk(tree) if tree else ())
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        for line in lines_of(node)
    }


def lines_of(node: ast.stmt) -> range:
    """Lines of a statement."""
    return range(node.lineno, (node.end_lineno or node.lineno) + 1)


@lru_cache(maxsize=64)
def deeds(text: str, given: tuple[str, ...] = (), file: str | None = None) -> tuple[Deed, ...]:
    """What the program does, in the order of its text; the same one is run many times.

    Parameters
    ----------
    text : str
    given : tuple of str
        Arguments of the program.
    file : str or None
        Where it lies, for paths that it puts together from there.
    """
    tree = parsed(text)
    if tree is None:
        return ()
    names = constants(tree, {"__file__": file} if file else {})
    called: Iterator[Deed] = (
        deed
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        for deed in _called(node, names)
    )
    if "zlib" in text:
        called = _unpacked(called)
    return (*called, *requests.deeds(tree, names, text, given))


def _unpacked(found: Iterable[Deed]) -> Iterator[Deed]:
    """A program that unpacks what it finds in a repository's folder reads the objects there."""
    for deed in found:
        yield deed
        if deed.kind == "list" and _IN_GIT.search(deed.target):
            yield Deed("read", posixpath.join(deed.target, "objects"))


def constants(tree: ast.Module, given: Mapping[str, str] | None = None) -> dict[str, str]:
    """Names that are given one text, and hold it throughout; loops over texts give the first."""
    found: dict[str, str] = dict(given or {})
    for node in ast.walk(tree):
        if isinstance(node, ast.For) and isinstance(node.iter, (ast.List, ast.Tuple)):
            texts = [text for one in node.iter.elts if (text := known(one, found)) is not None]
            if texts and isinstance(node.target, ast.Name):
                found[node.target.id] = texts[0]
        if isinstance(node, ast.Assign) and len(node.targets) == 1:
            target, value = node.targets[0], known(node.value, found)
            if isinstance(target, ast.Name) and value is not None:
                found[target.id] = value
    return found


def _called(node: ast.Call, names: dict[str, str]) -> Iterator[Deed]:
    name = name_of(node.func)
    args = [known(arg, names) for arg in node.args]
    first = args[0] if args else None
    owner = node.func.value if isinstance(node.func, ast.Attribute) else None
    own = None if owner is None else known(owner, names)
    for handle in (_files, _programs):
        yield from handle(node, name, first, own, names)


def _files(
    node: ast.Call, name: str, first: str | None, own: str | None, names: dict[str, str]
) -> Iterator[Deed]:
    at = own if own is not None else first
    rest = [known(arg, names) for arg in node.args[1:]]
    if name == "open" and at is not None:
        mode = _mode(node, names, own=own is not None)
        yield Deed("write" if set(mode) & set("wax+") else "read", at)
    elif name in _READS and own is not None:
        yield Deed("read", own)
    elif name in {"write_text", "write_bytes"} and own is not None:
        yield Deed("write", own, first)
    elif name in _LISTS and at is not None:
        yield Deed("list", posixpath.join(own, first) if own and first else at)
    elif name in _REMOVES and at is not None:
        yield Deed("remove", at)
    elif name in {"copy", "copy2", "copyfile", "copytree", "move", "rename", "replace"}:
        given = [own, first] if own is not None else [first, *rest[:1]]
        if name != "replace" or own is None or "/" in own:
            yield from _copied(given)


def _copied(given: list[str | None]) -> Iterator[Deed]:
    source, target = [*given, None, None][:2]
    if source is not None:
        yield Deed("read", source)
    if target is not None:
        yield Deed("write", target)


def _mode(node: ast.Call, names: dict[str, str], *, own: bool) -> str:
    place = 0 if own else 1
    given = node.args[place] if len(node.args) > place else None
    for word in node.keywords:
        given = word.value if word.arg == "mode" else given
    return (known(given, names) or "r") if given is not None else "r"


def _programs(
    node: ast.Call, name: str, first: str | None, own: str | None, names: dict[str, str]
) -> Iterator[Deed]:
    del own
    if not node.args:
        return
    if name in _SHELLS and first is not None:
        yield Deed("shell", first)
    elif name in _RUNS or name in _EXECS:
        if isinstance(node.args[0], (ast.List, ast.Tuple)):
            words = [known(item, names) or "{}" for item in node.args[0].elts]
            yield Deed("run", "\0".join(words))
        elif name in _EXECS and first is not None:
            yield Deed("run", "\0".join(known(arg, names) or "{}" for arg in node.args[1:]))
        elif first is not None:
            yield Deed("shell", first)
