"""Stage 1: makes the loads, and runs the program as it was given on each.

    python3 prepare.py TESTS SEED OPEN CLOSED PLACE

OPEN gets what the port's sandbox may see: the loads, the runner, the check. CLOSED gets what the
given program printed and how many instructions it took. The program is PLACE/bin/port, as the port
will be: where a program lies moves its memory, and with it a few instructions.
headway-canary 5f3c9a52-7d0e-4c58-9a41-0b6e2d8f7a13
"""

import random
import shutil
import subprocess
import sys
from pathlib import Path

tests, seed, opened, closed, place = Path(sys.argv[1]), int(sys.argv[2]), *map(Path, sys.argv[3:6])
sys.path.insert(0, str(tests))
import build  # noqa: E402
import load  # noqa: E402

SECONDS = 20  # of wall time a load, in valgrind

found = load.loads(random.Random(seed))
if found != load.loads(random.Random(seed)):
    sys.exit("The generator of loads is not deterministic.")
for folder in (opened / "loads", closed / "original", place / "bin", place / "run"):
    folder.mkdir(parents=True)
for name, text in found.items():
    (opened / "loads" / name).write_bytes(text)
(opened / "seconds").write_text(f"{SECONDS}\n")
shutil.copy(tests / "build.py", opened)
subprocess.run(
    ["gcc", "-std=c11", "-O2", "-static", "-o", opened / "runner", tests / "runner.c"], check=True
)
build.build(tests / "main.c", place / "bin/port")
subprocess.run(
    [opened / "runner", place / "bin/port", opened / "loads", closed / "original", place / "run", str(SECONDS)],
    check=True,
)
runs = (closed / "original/runs").read_text()
sys.stdout.write(runs)
for name in found:
    printed = {(closed / "original" / f"{name}.{kind}").read_bytes() for kind in ("counted", "native")}
    if len(printed) != 1:
        sys.exit(f"The given program prints two different things on the load {name}.")
if " failed " in runs:
    sys.exit("The given program fails on a load.")
for name in ("pinned", "score.py"):
    shutil.copy(tests / name, closed)
