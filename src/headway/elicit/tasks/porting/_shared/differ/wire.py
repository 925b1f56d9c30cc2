"""How cases are told to the driver (drive.c), and what it tells of them: numbers of four bytes.

headway-canary 5f3c9a52-7d0e-4c58-9a41-0b6e2d8f7a13
"""

import re
import struct
from dataclasses import dataclass

HOW = ("exit", "signal", "time", "waits", "memory", "output", "not started", "late")


@dataclass(frozen=True)
class Limits:
    """Of one case: processor time and wall time in milliseconds, memory in KB."""

    cpu: int = 20_000
    wall: int = 60_000
    memory: int = 1 << 20


@dataclass(frozen=True)
class Result:
    """What came of one case; ``outputs`` holds None for a file that is not there."""

    how: str
    code: int
    cpu: int
    memory: int
    stdout: bytes
    stderr: bytes
    outputs: tuple

    @property
    def said(self):
        """What counts: exit code, stdout, class of error, files; nothing of a run that was ended."""
        if self.how not in ("exit", "signal"):
            return (self.how,)
        error = re.split(rb"[:\s]", self.stderr.lstrip(), maxsplit=1)[0]
        return (self.how, self.code, self.stdout, error, self.outputs)


def _bytes(data):
    return struct.pack("<I", len(data)) + data


def _text(text):
    return _bytes(text.encode("utf-8", "surrogateescape"))


def pack(cases, limits, total):
    """The file that the driver reads; `total` is in milliseconds for all cases together."""
    parts = [struct.pack("<II", len(cases), total)]
    for case, most in zip(cases, limits, strict=True):
        parts.append(struct.pack("<IIII", most.cpu, most.wall, most.memory, len(case.args)))
        parts += [_text(word) for word in case.args]
        parts += [_bytes(case.stdin), struct.pack("<I", len(case.files))]
        for name, data in case.files.items():
            parts += [_text(name), _bytes(data)]
        parts.append(struct.pack("<I", len(case.outputs)))
        parts += [_text(name) for name in case.outputs]
    return b"".join(parts)


def unpack(data):
    """Results by number of case; what is cut off at the end is left out."""
    results, at = {}, 0

    def number():
        nonlocal at
        (value,) = struct.unpack_from("<I", data, at)
        at += 4
        return value

    def some():
        nonlocal at
        size = number()
        if at + size > len(data):
            raise struct.error
        found = data[at : at + size]
        at += size
        return found

    try:
        while at < len(data):
            index, how, code, cpu, memory = (number() for _ in range(5))
            out, err = some(), some()
            outputs = []
            for _ in range(number()):
                there, content = number(), some()
                outputs.append(content if there else None)
            results[index] = Result(HOW[how], code, cpu, memory, out, err, tuple(outputs))
    except (struct.error, IndexError):
        pass
    return results
