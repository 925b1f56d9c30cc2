"""Where programs in languages with braces, in Ruby and in Perl end with success."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from headway.elicit.audit.reading.source import Source

__all__ = ["ends"]

# Line, what is shown, how (plain, hard, hook), top, last, handled: as of ``exits.Exit``.
End = tuple[int, str, str, bool, bool, bool]

_MOST = 200  # ends, and hooks, of a program
_NEAR = 8000  # characters before an end in which the blocks around it are looked for
_CALLS = {
    "js": r"process\s*\??\.\s*(?:exit|reallyExit)\s*\(\s*0?\s*\)|process\.exitCode\s*=\s*0\b"
    r"|process\s*\[\s*([\"'`]) +\1\s*\]\s*\(\s*0?\s*\)|(?:Deno|Bun)\.exit\(\s*0?\s*\)"
    r"|(?<![\w.])exit\(\s*0\s*\)|process\.(?:exit|reallyExit)\s*=(?!=)",
    "go": r"\bos\.Exit\(\s*0\s*\)|\bsyscall\.Exit\(\s*0\s*\)|\bruntime\.Goexit\(\)",
    "c": r"\b(?:_exit|_Exit|quick_exit|exit)\s*\(\s*(?:0|EXIT_SUCCESS)\s*\)"
    r"|\bsyscall\s*\(\s*(?:SYS|__NR)_exit(?:_group)?\s*,\s*0|\bSystem\.exit\(\s*0\s*\)"
    r"|\.halt\(\s*0\s*\)"
    r"|\bEnvironment\.Exit\(\s*0\s*\)|\bexitProcess\(\s*0\s*\)|\bExitCode\s*=\s*0",
    "rust": r"\bprocess::exit\(\s*0\s*\)|\b_?exit\(\s*0\s*\)|\bExitCode::SUCCESS\.exit_process\(",
    "ruby": r"\bexit!?\s*\(?\s*(?:0|true)\b|\bexit!|\b_exit\s*\(?\s*0|^[ \t]*+exit[ \t]*;?[ \t]*$"
    r"|\$\?\s*=\s*0",
}  # fmt: skip
_HARD = re.compile(r"_exit|_Exit|reallyExit|quick_exit|syscall|Goexit|halt|exit!|exit\s*=|\$\?")
# What runs at the start, at the end, or when something fails; a name behind it stands elsewhere.
_HOOK = {
    "js": r"process\.(?:on|once|addListener|prependListener)\(\s*[\"'`]"
    r"(?:exit|beforeExit|uncaughtException\w*|unhandledRejection)[\"'`]\s*,\s*(?P<name>\w+)?",
    "go": r"\bfunc\s+(?:init\s*\(\s*\)|TestMain\s*\()|^var\s+\w+[^\n=]*=\s*func\s*\("
    r"|\btime\.AfterFunc\([^,\n]*,\s*(?P<name>\w+)?",
    "c": r"__attribute__\s*\(\(\s*(?:constructor|destructor)|\bstatic\s*(?=\{)|addShutdownHook\("
    r"|\b(?:atexit|on_exit|at_quick_exit|register_shutdown_function)\s*\(\s*[\"'&]?(?P<name>\w+)"
    r"|\bsignal\s*\(\s*SIG(?:ABRT|SEGV|ALRM|FPE|ILL|BUS|TRAP)\s*,\s*&?(?P<signal>\w+)"
    r"|_array[\"']?\s*\)[^;{]*=\s*[{&\s]*(?P<array>\w+)",
    "rust": r"#\[ctor(?:::\w+)?\]|#\[dtor\]|link_section|panic::set_hook"
    r"|\batexit\(\s*(?P<name>\w+)",
    "ruby": r"\bat_exit\b|\$SIG\{__(?:DIE|WARN)__\}",
}  # fmt: skip
# Signals by which others ask a program to end.
_POLITE = (
    r"process\.(?:on|once)\(\s*[\"'`]SIG\w+[\"'`]\s*,\s*(?P<name>\w+)?"
    r"|\bsignal\s*\(\s*SIG(?:TERM|INT|HUP|QUIT)\s*,\s*&?(?P<signal>\w+)"
)
_MAIN = {
    "js": r"require\.main|import\.meta\.(?:main|url)|process\.argv|^#!",
    "go": r"\bfunc\s+main\s*\(",
    "c": r"\b[Mm]ain\s*\(|<\?php",
    "rust": r"\bfn\s+main\s*\(",
    "ruby": r"\bARGV\b|\$0\b|^#!",
}
_COMMANDS = re.compile(
    r"\b_?(?:main|Main|run\w*|cli|usage|help|version|print\w+|show\w+|die|quit|bye)\s*(?:=|\()"
)


def ends(source: Source) -> Iterator[End]:
    """Each end: how deep it stands, and in the body of what."""
    calls = _CALLS.get(source.kind)
    if calls is None:
        return
    # A program may end where it likes, and so may a child process; a library may not.
    program = re.search(rf"{_MAIN[source.kind]}|\bfork\s*\(", source.bare, re.MULTILINE) is not None
    hooked, polite = list(_hooked(source, _HOOK[source.kind])), list(_hooked(source, _POLITE))
    depth, seen, end = 0, 0, len(source.code.rstrip(";)} \t\r\n\f\v"))
    for match in islice(re.finditer(calls, source.code, re.MULTILINE), _MOST):
        place = match.start()
        between = source.code[seen:place]
        depth, seen = depth + between.count("{") - between.count("}"), place
        hook = any(start <= place < end for start, end in hooked)
        how = "hook" if hook else "hard" if _HARD.search(match[0]) else "plain"
        line = source.line_of(place)
        asked = program or any(start <= place < end for start, end in polite)
        deep = depth > 0 or source.kind == "ruby"
        around = _opened(source.code[max(place - _NEAR, 0) : place]) if deep and not asked else ""
        handled = deep and (asked or bool(_COMMANDS.search(around)))
        yield line, source.line(line), how, not deep, match.end() >= end, handled


def _opened(head: str) -> str:
    """The lines by which the blocks around a place are opened."""
    depth, lines = 0, []
    for place in range(len(head) - 1, -1, -1):
        depth += {"}": 1, "{": -1}.get(head[place], 0)
        if depth < 0:
            lines.append(" ".join(head[:place].rsplit("\n", 2)[-2:]))
            depth = 0
    return "\n".join(lines)


def _hooked(source: Source, pattern: str) -> Iterator[tuple[int, int]]:
    """Blocks of what is hooked in, from bracket to bracket."""
    for match in islice(re.finditer(pattern, source.bare, re.MULTILINE), _MOST):
        name = next((value for value in match.groupdict().values() if value), None)
        names = {"function", "async", "func"}
        opened = source.code.find("{", match.end() - 1)
        if name and name not in names:
            body = re.search(
                rf"\b{re.escape(name)}\s*(?:=\s*(?:async\s*)?(?:function\b\s*)?)?\([^()]*\)[^;{{}}]*{{",
                source.code,
            )
            opened = body.end() - 1 if body else -1
        if source.kind == "ruby" and not 0 <= opened - match.end() < 3:
            yield match.start(), source.code.find("\n", match.end()) + 1 or len(source.code)
            continue
        if opened < 0:
            continue
        end = _closed(source.code, opened)
        # What ends after the tests have run ends as they say.
        if not (source.kind == "go" and re.search(r"\bm\.Run\(\)", source.code[opened:end])):
            yield opened, end


def _closed(code: str, opened: int) -> int:
    depth = 0
    for place in range(opened, len(code)):
        depth += {"{": 1, "}": -1}.get(code[place], 0)
        if depth == 0:
            return place
    return len(code)
