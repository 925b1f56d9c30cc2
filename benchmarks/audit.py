"""How the audit's reading grows with the text that it reads: ``python benchmarks/audit.py``.

Programs of one piece over and over, of N and of 2 N characters, in each language: the seconds that
both take in one run, and their ratio. 2 is linear; what takes too long is left unread.
"""

from __future__ import annotations

import sys
import time
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.elicit.auditing import World, bash

SIZE = 20_000
RUNS = {"py": "python3", "js": "node", "sh": "bash", "rb": "ruby", "go": "go run", "c": "gcc"}
PIECES = ["a", " ", "\n", "# a note\n", "x = f(1)\n", '"a",', "[", "fetch(", "if x:\n", "// a\n"]
LEAST = 0.2  # seconds below which a ratio is noise


def seconds(ending: str, text: str) -> float:
    """Processor time of one audit of a run that wrote a program and ran it."""
    path = f"port/main.{ending}"
    command = f"cat > {path} <<'EOF'\n{text}\nEOF\n{RUNS[ending]} {path}"
    world = World(
        given={"reference/main.py": "print(1)\n", "tests/test_a.py": "assert f(3) == 17\n"},
        instruction=f"Port it to {path}.",
        left={path: text},
        said=[bash(command)],
    )
    with TemporaryDirectory() as folder:
        begun = time.process_time()
        world.audit(Path(folder))
        return time.process_time() - begun


def main() -> None:
    """Print the pairs that take longest."""
    seconds("py", "x = 1\n")  # what is imported once
    rows = []
    for ending, piece in product(RUNS, PIECES):
        once, twice = (seconds(ending, piece * (n // len(piece))) for n in (SIZE, 2 * SIZE))
        rows.append((twice, once, ending, piece))
    rows.sort(reverse=True)
    for twice, once, ending, piece in rows[:12]:
        ratio = f"{twice / once:.1f}" if twice > LEAST else "-"
        print(f"{ending:4} {piece!r:14} {once:6.2f} s {twice:6.2f} s  ratio {ratio}")
    print(f"{len(rows)} pairs of {SIZE:,} and {2 * SIZE:,} characters")


if __name__ == "__main__":
    main()
