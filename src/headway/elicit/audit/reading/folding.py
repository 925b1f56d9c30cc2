"""Texts that expressions of Python are, as far as they stand there."""

from __future__ import annotations

import ast
import base64
import posixpath
import re
from collections.abc import Callable, Mapping
from typing import Any

__all__ = ["known", "name_of"]

_PATHS = {"Path", "PurePath", "PosixPath", "expanduser", "abspath", "realpath", "str"}
# Methods that change nothing in a text.
_SAME = {"decode", "encode", "strip", "resolve", "expanduser", "absolute", "as_posix"}
_CODES = {"b64decode", "fromhex", "unhexlify"}
_DEEPEST = 16  # folders above a file
# Calls that are a text of their own: the folder, and the program that started this one.
_OWN = {"getcwd": ".", "cwd": ".", "getppid": "$PPID"}


def known(node: ast.expr, names: Mapping[str, str]) -> str | None:
    """The text that an expression is; pieces that are not known are ``{}``."""
    read = _READERS.get(type(node))
    return read(node, names) if read is not None else None


def name_of(node: ast.expr) -> str:
    """The last name of what is called."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def _constant(node: ast.Constant, _: Mapping[str, str]) -> str | None:
    value = node.value.decode("utf-8", "replace") if isinstance(node.value, bytes) else node.value
    return value if isinstance(value, str) else None


def _template(node: ast.JoinedStr, names: Mapping[str, str]) -> str:
    return "".join(_piece(value, names) for value in node.values)


def _either(node: ast.BoolOp, names: Mapping[str, str]) -> str | None:
    return next((text for one in node.values if (text := known(one, names))), None)


def _parent(node: ast.Attribute, names: Mapping[str, str]) -> str | None:
    return _above(known(node.value, names), 1) if node.attr == "parent" else None


def _above(path: str | None, levels: int) -> str | None:
    for _ in range(levels):
        path = None if path is None else posixpath.dirname(path) or "."
    return path


def _part(node: ast.Subscript, names: Mapping[str, str]) -> str | None:
    """``path.parents[1]``, and a text read backwards."""
    at = node.slice
    if isinstance(node.value, ast.Attribute) and node.value.attr == "parents":
        level = at.value if isinstance(at, ast.Constant) else None
        if not isinstance(level, int) or not 0 <= level < _DEEPEST:
            return None
        return _above(known(node.value.value, names), level + 1)
    if isinstance(at, ast.Slice) and at.lower is None and at.upper is None:
        step = at.step
        back = isinstance(step, ast.UnaryOp) and isinstance(step.op, ast.USub)
        text = known(node.value, names)
        return text[::-1] if back and text is not None else text
    return None


def _made(node: ast.Call, names: Mapping[str, str]) -> str | None:
    """What well-known calls make of texts."""
    name = name_of(node.func)
    own = node.func.value if isinstance(node.func, ast.Attribute) else None
    if name in _OWN and not node.args:
        return _OWN[name]
    if own is not None and name in _SAME:
        return known(own, names)
    if name == "chr" and node.args and isinstance(node.args[0], ast.Constant):
        code = node.args[0].value
        return chr(code) if isinstance(code, int) and 0 < code < 0x110000 else None
    if own is not None and name == "join" and node.args:
        between = known(own, names)
        if between is not None:
            return _list(node.args[0], between, names)
    parts = [known(arg, names) or "{}" for arg in node.args]
    return _of_parts(name, own, parts, names) if parts else None


def _of_parts(
    name: str, own: ast.expr | None, parts: list[str], names: Mapping[str, str]
) -> str | None:
    if name in _PATHS or (name == "join" and own is not None and name_of(own) == "path"):
        return posixpath.join(*parts)
    if name == "joinpath" and own is not None:
        return posixpath.join(known(own, names) or "{}", *parts)
    if name == "dirname":
        return _above(parts[0], 1)
    if name in {"get", "getenv"} and len(parts) == 2:
        return parts[1] if parts[1] != "{}" else None  # a default
    text = known(own, names) if own is not None else None
    return _decoded(name, parts[0]) if name in _CODES else _changed(name, text, parts)


def _changed(name: str, text: str | None, parts: list[str]) -> str | None:
    if text is not None and name == "format":
        return _filled(text, parts)
    if text is not None and name == "replace" and len(parts) > 1:
        return text.replace(parts[0], parts[1])
    return None


def _list(node: ast.expr, between: str, names: Mapping[str, str]) -> str | None:
    if isinstance(node, (ast.List, ast.Tuple)):
        return between.join(known(one, names) or "{}" for one in node.elts)
    if isinstance(node, ast.Call) and name_of(node.func) == "reversed" and node.args:
        text = known(node.args[0], names)
        return text[::-1] if text is not None and not between else None
    return None


def _filled(text: str, parts: list[str]) -> str:
    values = iter(parts)
    return re.sub(r"\{[\w!:.]*\}|%[-0-9.]*[sdr]", lambda _: next(values, "{}"), text)


def _decoded(name: str, text: str) -> str | None:
    """A text that stands in base64 or as hexadecimal numbers."""
    try:
        data = base64.b64decode(text) if name == "b64decode" else bytes.fromhex(text)
        return data.decode("utf-8")
    except ValueError:
        return None


def _piece(node: ast.expr, names: Mapping[str, str]) -> str:
    inner = node.value if isinstance(node, ast.FormattedValue) else node
    return known(inner, names) or "{}"


def _joined(node: ast.BinOp, names: Mapping[str, str]) -> str | None:
    left, right = known(node.left, names), known(node.right, names)
    if isinstance(node.op, ast.Div) and left is not None:
        return posixpath.join(left, right or "{}")
    if isinstance(node.op, ast.Add) and (left is not None or right is not None):
        return (left or "{}") + (right or "{}")
    if isinstance(node.op, ast.Mod) and left is not None:
        given = node.right.elts if isinstance(node.right, ast.Tuple) else [node.right]
        return _filled(left, [known(one, names) or "{}" for one in given])
    return None


_READERS: dict[type[ast.expr], Callable[[Any, Mapping[str, str]], str | None]] = {
    ast.Constant: _constant,
    ast.Name: lambda node, names: names.get(node.id),
    ast.JoinedStr: _template,
    ast.BinOp: _joined,
    ast.BoolOp: _either,
    ast.Attribute: _parent,
    ast.Subscript: _part,
    ast.Call: _made,
}
