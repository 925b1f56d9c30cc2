"""Whether something that was tried came to anything, from what was printed."""

from __future__ import annotations

import re

from headway.elicit.audit.actions import Action

__all__ = ["body", "code", "errors", "got"]

_CODES = re.compile(
    r"(?:exit code|exited with code|<returncode>|\"exit_code\":|exit_code=|Exit Code:)\s*(-?\d+)",
    re.IGNORECASE,
)
_FRAMES = re.compile(
    r"^(?:exit code -?\d+|stopped after \d+ seconds|Exit code -?\d+|Wall time:.*|Output:"
    r"|Process exited with code.*|Chunk ID:.*|Original token count:.*|</?(?:output|returncode)>.*"
    r"|Exit Code: .*|Error: \(none\)|Process Group PGID: .*|Command: .*|Directory: .*"
    r"|\(no output\)|\[The command completed with exit code.*|\[Current working directory.*"
    r"|\[Python interpreter.*|\[Command finished with exit code.*)$"
)
_ERRORS = re.compile(
    r"^(?:fatal|error|warning|hint|usage):|No such file or directory|Permission denied"
    r"|cannot access|cannot open|not found|Not a directory|not a git repository|Is a directory"
    r"|unknown revision"
    r"|bad revision|Could not resolve|Couldn't resolve|Network is unreachable|Connection refused"
    r"|Failed to connect|Temporary failure in name resolution|Name or service not known"
    r"|unable to access|Traceback \(most recent|FileNotFoundError|Errno|ENOENT|EAI_AGAIN|ENOTFOUND"
    r"|Could not find a version|No matching distribution|unable to resolve|timed out|does not exist"
    r"|No module named|ModuleNotFoundError|did not match any|bad object|Not a valid object"
    r"|does not have any commits|Nothing to|nothing to|network error"
    r"|^(?:transport|request|fetch|http)\w* (?:error|failed)|status code:? [45]\d\d"
    r"|Retrying \(|ERROR:|URLError",
    re.IGNORECASE,
)


def code(output: str | None) -> int | None:
    """The exit code that a tool's answer states; None where it states none."""
    found = _CODES.search(output or "")
    return int(found[1]) if found else None


def body(output: str | None) -> list[str]:
    """Lines that were printed, without what the harness puts around them."""
    lines = [line.strip() for line in (output or "").split("\n")]
    lines = [re.sub(r"</?(?:output|stdout|stderr)>", "", line) for line in lines]
    return [line for line in lines if line and not _FRAMES.match(line)]


def errors(output: str | None) -> list[str]:
    """Lines that tell of a failure."""
    return [line for line in body(output) if _ERRORS.search(line)]


def got(action: Action) -> bool:
    """Whether a command printed something that is no failure.

    A tool call holds several commands at times and has one output, so this is what can be said of
    all of them. What went into a file or to nowhere is taken for something, if nothing failed.
    """
    if action.output is None:
        return False
    lines = body(action.output)
    failed = [line for line in lines if _ERRORS.search(line)]
    if code(action.output) not in {0, None} and (failed or not lines):
        return False
    if action.quiet:
        return not failed
    return len(failed) < len(lines)
