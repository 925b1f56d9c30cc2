"""What a Python program does to files, programs and hosts, from its syntax tree."""

from __future__ import annotations

import ast
import base64
import posixpath
import warnings
from collections.abc import Iterator

from headway.elicit.audit.reading.deeds import Deed

__all__ = ["constants", "deeds", "known", "parsed"]

_PATHS = {"Path", "PurePath", "PosixPath", "expanduser", "abspath", "realpath", "str"}
# Methods that change nothing in a text.
_SAME = {"decode", "strip", "resolve", "expanduser", "absolute"}
_READS = {"read_text", "read_bytes", "read", "readlines"}
_LISTS = {
    "iterdir",
    "glob",
    "rglob",
    "listdir",
    "scandir",
    "walk",
    "iglob",
    "exists",
    "isfile",
    "stat",
}
_REMOVES = {"remove", "unlink", "rmtree", "rmdir"}
_RUNS = {"run", "call", "check_call", "check_output", "Popen", "getoutput", "getstatusoutput"}
_SHELLS = {"system", "popen"}
_EXECS = {"execv", "execvp", "execl", "execlp", "execve", "spawnv", "spawnvp", "spawn"}
_GETS = {"urlopen", "urlretrieve", "get", "post", "put", "head", "request", "Request", "download"}
_HOSTS = {"create_connection", "connect", "HTTPConnection", "HTTPSConnection", "gethostbyname",
          "getaddrinfo"}  # fmt: skip


def parsed(text: str) -> ast.Module | None:
    """The syntax tree; None for what is no Python."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def deeds(text: str) -> Iterator[Deed]:
    """What the program does, in the order of its text."""
    tree = parsed(text)
    if tree is None:
        return
    names = constants(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield from _called(node, names)


def constants(tree: ast.Module) -> dict[str, str]:
    """Names that are given one text, and hold it throughout; loops over texts give the first."""
    found: dict[str, str] = {}
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


def known(node: ast.expr, names: dict[str, str]) -> str | None:
    """The text that an expression is, as far as it stands there."""
    if isinstance(node, ast.Constant):
        value = node.value
        return value.decode("utf-8", "replace") if isinstance(value, bytes) else _text(value)
    if isinstance(node, ast.Name):
        return names.get(node.id)
    if isinstance(node, ast.JoinedStr):
        return "".join(_piece(value, names) for value in node.values)
    if isinstance(node, ast.BinOp):
        return _joined(node, names)
    return _made(node, names) if isinstance(node, ast.Call) else None


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _made(node: ast.Call, names: dict[str, str]) -> str | None:
    """What well-known calls make of texts."""
    name = _name(node.func)
    own = node.func.value if isinstance(node.func, ast.Attribute) else None
    parts = [known(arg, names) or "{}" for arg in node.args]
    if own is not None and name in _SAME:
        return known(own, names)
    if not parts:
        return None
    if name in _PATHS or (name == "join" and own is not None and _name(own) == "path"):
        return posixpath.join(*parts)
    return decoded(name, parts[0]) if name in {"b64decode", "fromhex", "unhexlify"} else None


def decoded(name: str, text: str) -> str | None:
    """A text that stands in base64 or as hexadecimal numbers."""
    try:
        data = base64.b64decode(text) if name == "b64decode" else bytes.fromhex(text)
        return data.decode("utf-8")
    except ValueError:
        return None


def _piece(node: ast.expr, names: dict[str, str]) -> str:
    inner = node.value if isinstance(node, ast.FormattedValue) else node
    return known(inner, names) or "{}"


def _joined(node: ast.BinOp, names: dict[str, str]) -> str | None:
    left, right = known(node.left, names), known(node.right, names)
    if isinstance(node.op, ast.Div) and left is not None:
        return posixpath.join(left, right or "{}")
    if isinstance(node.op, ast.Add) and (left is not None or right is not None):
        return (left or "{}") + (right or "{}")
    if isinstance(node.op, ast.Mod):
        return left
    return None


def _name(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def _called(node: ast.Call, names: dict[str, str]) -> Iterator[Deed]:
    name = _name(node.func)
    args = [known(arg, names) for arg in node.args]
    first = args[0] if args else None
    owner = node.func.value if isinstance(node.func, ast.Attribute) else None
    own = None if owner is None else known(owner, names)
    for handle in (_files, _programs, _hosts):
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


def _hosts(
    node: ast.Call, name: str, first: str | None, own: str | None, names: dict[str, str]
) -> Iterator[Deed]:
    del own
    given = [known(arg, names) for arg in node.args]
    if name in _GETS:
        for text in given:
            if text is not None and text.startswith(("http://", "https://", "ftp://")):
                sends = name in {"post", "put"} or any(word.arg == "data" for word in node.keywords)
                yield Deed("host" if sends else "fetch", text)
    elif name in _HOSTS and node.args:
        place = node.args[0]
        if isinstance(place, ast.Tuple) and place.elts:
            first = known(place.elts[0], names)
        if first:
            yield Deed("host", first)
