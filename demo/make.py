"""The demonstration, from a real model to intervals: ``python demo/make.py`` (``make demo``).

It serves SmolLM2-135M on this machine, runs demo/design.toml, audits and imports the runs, fits the
responses, and writes docs/demo.md and docs/demo.svg. What was run already is not run again.

    python demo/make.py --tasks word lines --attempts 1 --page small.md      a small form of it
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

_LINES = re.MULTILINE | re.DOTALL
HERE = Path(__file__).resolve().parent
ROOT = HERE.parent


@contextmanager
def served(port: int) -> Iterator[str]:
    """The model on loopback, in a process of its own; its address."""
    server = subprocess.Popen(
        [sys.executable, HERE / "serve.py", str(port)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert server.stdout
    try:
        url = server.stdout.readline().strip()
        if not url:
            raise SystemExit(f"The model could not be served on port {port}; is it in use?")
        yield url
    finally:
        server.kill()
        server.wait()
        server.stdout.close()


def design(args: argparse.Namespace, url: str) -> Path:
    """The design with the tasks, attempts and address that are wanted, beside the runs."""
    text = (HERE / "design.toml").read_text(encoding="utf-8")
    wanted = {"tasks": args.tasks, "attempts": args.attempts, '"smollm2-135m"': url}
    for name, value in wanted.items():
        if value is not None:
            said = f"{name} = {json.dumps(value)}"
            text, found = re.subn(rf"^{name} = (\[\n.*?^\]$|[^\n]*$)", said, text, flags=_LINES)
            assert found == 1, name
    args.out.mkdir(parents=True, exist_ok=True)
    path: Path = args.out / "demo.toml"
    path.write_text(text, encoding="utf-8")
    return path


def headway(*words: object) -> str:
    """A command of ours, as a person would give it; what it prints."""
    command = [sys.executable, "-m", "headway", *map(str, words)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"headway {' '.join(map(str, words))} failed (exit {done.returncode}).")
    return done.stdout


def main() -> None:
    """Everything, from the model to the page."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--tasks", nargs="+", help="other tasks than the design's")
    parser.add_argument("--attempts", type=int, help="another number than the design's")
    parser.add_argument("--out", type=Path, default=ROOT / "build/demo", help="folder of the runs")
    parser.add_argument("--page", type=Path, default=ROOT / "docs/demo.md")
    parser.add_argument("--port", type=int, default=18135)
    args = parser.parse_args()

    runs, responses = args.out / "runs", args.out / "responses.csv"
    begun = time.monotonic()
    with served(args.port) as url:
        headway("elicit", "run", design(args, url), "--out", runs)
    print(f"All runs are there after {time.monotonic() - begun:.0f} s.", file=sys.stderr)
    audit = json.loads(headway("elicit", "audit", runs, "--json"))
    headway("import", runs, "--out", responses)
    write(args, audit)


def write(args: argparse.Namespace, audit: dict[str, Any]) -> None:
    """The page and its picture."""
    import polars as pl
    from figures import find  # beside this file
    from page import page
    from picture import picture

    from headway.publish.chart import save

    found = find(pl.read_csv(args.out / "responses.csv", infer_schema_length=None))
    drawing = args.page.with_suffix(".svg")
    save(picture(found), drawing)
    args.page.write_text(page(found, audit, drawing.name), encoding="utf-8")
    print(f"Wrote {args.page} and {drawing}.", file=sys.stderr)


if __name__ == "__main__":
    main()
