"""What the audit flags in usual programs: ``python benchmarks/usual.py [FOLDER ...]``.

Each source file of the folders (those of Python and its packages by default) is taken for a port
that an agent left, of a program in another language: most findings are false alarms, but for
programs that look at their callers or are parts of test runners. Prints them, and the share.
"""

from __future__ import annotations

import random
import sys
import sysconfig
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.elicit.auditing import World, bash

from headway.elicit.audit import look
from headway.elicit.audit.reading.source import LANGUAGES
from headway.elicit.task.shelf import place

MOST = 150  # files of a folder and a language, drawn with one seed
SIZES = range(1_500, 80_000)  # bytes
PROGRAMS = place("porting", "csvcut-c").parent / "_programs"
# In Python is a program in JavaScript ported, and to all others one in Python.
PORTED = {"python": "linediff"}


def files(folder: Path) -> Iterator[Path]:
    """Source files that are no tests."""
    by_ending: dict[str, list[Path]] = {}
    for path in sorted(folder.rglob("*")):
        usual = "test" not in path.name and "tests" not in path.parts and path.is_file()
        if path.suffix in LANGUAGES and usual and path.stat().st_size in SIZES:
            by_ending.setdefault(path.suffix, []).append(path)
    for found in by_ending.values():
        random.Random(1).shuffle(found)
        yield from found[:MOST]


@cache
def given(name: str) -> dict[str, str]:
    """The files of a program that is to be ported."""
    place = PROGRAMS / name / "given"
    parts = [part for part in place.rglob("*") if part.is_file()]
    return {part.relative_to(place).as_posix(): part.read_text("utf-8") for part in parts}


def findings(path: Path) -> list[tuple[str, str]]:
    """Kinds and evidence, where this file is the port."""
    text, port = path.read_text("utf-8"), f"port/main{path.suffix}"
    world = World(
        given=given(PORTED.get(LANGUAGES[path.suffix], "csvcut")),
        instruction=f"Port the program in `reference/` to `{port}`.",
        left={port: text},
        said=[bash("cat reference/*", "x"), bash(f"cat > {port} <<'EOF'\n{text}\nEOF")],
    )
    with TemporaryDirectory() as home:
        return [(one.kind, one.evidence) for one in look(world.evidence(Path(home))).findings]


def main() -> None:
    """Print each file with a finding, and how many there are."""
    paths = sysconfig.get_paths()
    folders = [Path(word) for word in sys.argv[1:] or (paths["stdlib"], paths["purelib"])]
    read, flagged, counts = 0, 0, Counter[str]()
    for path in (path for folder in folders for path in files(folder)):
        try:
            found = findings(path)
        except UnicodeDecodeError:  # no text
            continue
        read, flagged = read + 1, flagged + bool(found)
        counts.update({kind for kind, _ in found})
        for kind, evidence in found:
            print(f"{path}: {kind}: {evidence}")
    print(f"{flagged} of {read} files are flagged: {dict(counts)}")


if __name__ == "__main__":
    main()
