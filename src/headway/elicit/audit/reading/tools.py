"""Tool calls of all harnesses as one: which argument is a command, a path, a text, an address.

Names are those that the harnesses' files list under ``observed.tools``, with the arguments that
their requests declare; a tool that is not known is read by the names of its arguments.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from headway.elicit.audit.reading.deeds import Deed

__all__ = ["SEARCHES", "deeds", "is_shell"]

_SHELLS = {
    "bash", "exec_command", "shell", "local_shell_call", "local_shell", "run_shell_command",
    "terminal", "execute_bash", "run_terminal_cmd", "container.exec", "shell_command", "monitor",
    "write_stdin", "python", "execute_command",
}  # fmt: skip
_READS = {"read", "read_file", "view_image", "cat", "view", "read_many_files", "readfile"}
_WRITES = {"write", "write_file", "create_file", "writefile"}
_EDITS = {"edit", "replace", "multiedit", "notebook_edit", "notebookedit", "str_replace", "patch"}
_LISTS = {"glob", "grep", "grep_search", "list_directory", "ls", "list", "search_files"}
_EDITORS = {"file_editor", "str_replace_editor", "str_replace_based_edit_tool"}
_PROGRAMS = {"run_typescript", "unified_harness_scratchpad"}
_FETCHES = {"webfetch", "web_fetch", "fetchurl", "fetch"}
SEARCHES = {"web_search", "websearch", "google_web_search", "searchweb"}
_PATHS = ("file_path", "filePath", "path", "absolute_path", "filename", "file", "notebook_path",
          "dir_path", "target_file")  # fmt: skip
_TEXTS = ("content", "contents", "file_text", "text")
_NEWS = ("new_string", "newString", "new_str", "newText", "replacement")
_COMMANDS = ("command", "cmd", "chars", "script", "code", "input")


def deeds(tool: str, given: Mapping[str, Any]) -> Iterator[Deed]:
    """What a call of a tool does."""
    name = tool.rpartition("__")[2].rpartition(".")[2].lower() or tool.lower()
    if name in {"tool_call", "multi_tool_use"}:  # Qwen Code's way to its further tools
        inner = str(given.get("name") or given.get("tool_name") or "")
        args = given.get("arguments") or given.get("args") or given.get("params") or {}
        yield from deeds(inner, _object(args)) if inner and inner != tool else ()
    elif name == "apply_patch" or str(given.get("input", "")).startswith("*** Begin Patch"):
        yield from patch(_first(given, ("input", "patch", *_COMMANDS)))
    elif name in _EDITORS:
        yield from _editor(given)
    elif name in _PROGRAMS:
        yield Deed("run", "\0".join(["node", "-e", _first(given, ("code", "script", "source"))]))
    elif name in _SHELLS or (set(given) & {"command", "cmd"} and name not in SEARCHES):
        yield from _shell(given)
    else:
        yield from _file(name, given)


def _file(name: str, given: Mapping[str, Any]) -> Iterator[Deed]:
    """Tools for files and pages."""
    if name in _FETCHES:
        yield Deed("fetch", _first(given, ("url", "prompt", "uri")))
    elif name in _READS:
        yield Deed("read", _first(given, _PATHS))
    elif name in _WRITES | _EDITS:
        text = _first(given, _TEXTS) if name in _WRITES else _edited(given)
        yield Deed("write", _first(given, _PATHS), text)
    elif name in _LISTS:
        yield _listed(given)


def is_shell(tool: str) -> bool:
    """Whether a tool is a shell, whose commands the words of its call are."""
    return tool.rpartition("__")[2].lower() in _SHELLS


def patch(text: str) -> Iterator[Deed]:
    """Files of a patch: Codex's own form, or a unified diff."""
    path, lines = "", list[str]()
    kind = ""
    for line in [*text.split("\n"), "*** End"]:
        if line.startswith("*** "):
            if path:
                yield Deed("remove" if kind == "Delete" else "write", path, "\n".join(lines))
            head, _, rest = line[4:].partition(" File: ")
            if head in {"Add", "Update", "Delete"}:
                kind, path, lines = head, rest.strip(), []
            elif line.startswith("*** Move to: "):
                yield Deed("write", line[13:].strip())
            else:
                path = ""
        elif line.startswith("+++ ") and not path and line[4:].strip() != "/dev/null":
            yield Deed("write", line[4:].split("\t")[0].strip().removeprefix("b/"))
        elif line.startswith("+") and path:
            lines.append(line[1:])


def _shell(given: Mapping[str, Any]) -> Iterator[Deed]:
    command = next((given[key] for key in _COMMANDS if given.get(key)), "")
    if isinstance(command, list):
        yield Deed("run", "\0".join(map(str, command)))
    elif isinstance(command, Mapping):  # local_shell_call: {"type": "exec", "command": [...]}
        yield from _shell(command)
    elif command:
        yield Deed("shell", str(command))


def _editor(given: Mapping[str, Any]) -> Iterator[Deed]:
    path, what = _first(given, _PATHS), given.get("command")
    if what in {"view", None}:
        yield Deed("read", path)
    elif what == "create":
        yield Deed("write", path, _first(given, _TEXTS))
    elif what in {"str_replace", "insert"}:
        yield Deed("write", path, _edited(given))


def _edited(given: Mapping[str, Any]) -> str:
    """The new pieces of an edit."""
    several = given.get("edits")
    if isinstance(several, list):
        return "\n".join(_edited(one) for one in several if isinstance(one, Mapping))
    return _first(given, (*_NEWS, "insert_text", "new_source", *_TEXTS))


def _listed(given: Mapping[str, Any]) -> Deed:
    """Where is looked, and for what."""
    place = _first(given, ("path", "dir_path", "directory", "dir")) or "."
    wanted = _first(given, ("pattern", "glob_pattern", "query", "glob", "include"))
    if wanted.startswith("/") and "*" in wanted:
        place, _, wanted = wanted.rpartition("/")
    return Deed("list", place or "/", wanted)


def _first(given: Mapping[str, Any], keys: tuple[str, ...]) -> str:
    for key in keys:
        value = given.get(key)
        if isinstance(value, str) and value:
            return value
    return ""


def _object(value: Any) -> dict[str, Any]:
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            return {}
    return value if isinstance(value, dict) else {}
