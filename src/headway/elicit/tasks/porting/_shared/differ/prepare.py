"""Makes the cases of a program by its seed, and records what the reference does with them.

headway-canary 5f3c9a52-7d0e-4c58-9a41-0b6e2d8f7a13
"""

import importlib.util
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path, PurePosixPath

here, out = Path(sys.argv[1]), Path(sys.argv[2])
sys.path.insert(0, str(here))

import wire  # noqa: E402

FEWEST = 200


def loaded():
    """The module that makes the cases."""
    spec = importlib.util.spec_from_file_location("cases", here / "cases.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def checked(cases):
    """The cases, if they can be run."""
    if len(cases) < FEWEST:
        sys.exit(f"cases.py makes {len(cases)} cases; at least {FEWEST} are needed")
    for number, case in enumerate(cases):
        names = [*case.files, *case.outputs]
        if any(PurePosixPath(n).is_absolute() or ".." in PurePosixPath(n).parts for n in names):
            sys.exit(f"case {number} ({case.cluster}): files must lie in the folder of the case")
        if any("\0" in word for word in (*case.args, *names)):
            sys.exit(f"case {number} ({case.cluster}): a word holds a zero byte")
        if case.kind not in ("valid", "edge", "invalid"):
            sys.exit(f"case {number} ({case.cluster}): kind is valid, edge or invalid")
    return cases


def command(module):
    """The reference, built where it must be, with whole paths."""
    if build := getattr(module, "BUILD", None):
        done = subprocess.run(build, capture_output=True, text=True, check=False)
        if done.returncode:
            sys.exit(f"the reference cannot be built: {done.stderr.strip()}")
    first, *rest = module.COMMAND
    program = shutil.which(first) if "/" not in first else str(Path(first).resolve())
    return [program, *(str(Path(word).resolve()) if Path(word).exists() else word for word in rest)]


def run(words, cases, limits):
    """Results of the reference, in order."""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder, "cases.bin")
        source.write_bytes(wire.pack(cases, limits, 600_000))
        done = subprocess.run(
            [out / "open/drive", source, folder, "0", *words], stdout=subprocess.PIPE, check=True
        )
    found = wire.unpack(done.stdout)
    results = [found[number] for number in range(len(cases))]
    for number, (case, result) in enumerate(zip(cases, results, strict=True)):
        if result.how != "exit":
            sys.exit(f"case {number} ({case.cluster}): the reference ended by {result.how}")
    return results


def limit(result):
    """Ten times what the reference took; run.sh adds what a language's runtime needs at least."""
    cpu = max(2000, 10 * result.cpu)
    return wire.Limits(cpu, 5 * cpu + 10_000, 10 * result.memory)


module = loaded()
seed = int(os.environ.get("HEADWAY_SEED") or 1)
cases = checked(list(module.cases(random.Random(seed))))
results = run(command(module), cases, [wire.Limits()] * len(cases))
limits = [limit(result) for result in results]
total = max(240_000, 20 * sum(result.cpu for result in results))
(out / "open/cases.bin").write_bytes(wire.pack(cases, limits, total))
right = [
    {
        "cluster": case.cluster,
        "kind": case.kind,
        "code": result.code,
        "stdout": result.stdout.hex(),
        "stderr": result.stderr.hex(),
        "outputs": [None if data is None else data.hex() for data in result.outputs],
    }
    for case, result in zip(cases, results, strict=True)
]
(out / "closed/answers.json").write_text(json.dumps(right), encoding="ascii")
for name in ("wire.py", "score.py"):
    shutil.copy(here / name, out / "closed" / name)
