"""Write what the program prints into the pages that show it.

The help of every command goes into docs/cli.md (a test checks that nothing is left out), the head
of the answer into README.md.
"""

from __future__ import annotations

import contextlib
import io
import re
import sys
from collections.abc import Iterator
from pathlib import Path

PAGE = Path(__file__).with_name("cli.md")
README = PAGE.parents[1] / "README.md"
SAMPLE = re.compile(r"<!-- sample -->\n.*?<!-- /sample -->", re.DOTALL)
BLOCK = re.compile(r"<!-- help: (.*?) -->\n.*?<!-- end -->", re.DOTALL)


def commands() -> Iterator[str]:
    """Names of all commands, e.g. ``gap`` and ``ledger check``."""
    from headway.cli.app import app

    for name, command in sorted(app.resolved_commands().items()):
        if name.startswith("-"):
            continue
        inner = [n for n in sorted(command.resolved_commands()) if not n.startswith("-")]
        yield from ([f"{name} {n}" for n in inner] or [name])


def help_of(command: str) -> str:
    """The help of a command as it is printed."""
    return printed(*command.split(), "--help")


def printed(*words: str) -> str:
    """What the program prints."""
    from headway.cli.app import main

    out = io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.suppress(SystemExit):
        main(list(words))
    return out.getvalue().strip()


def filled(page: str) -> str:
    """The page with every help block as the program prints it now."""

    def block(found: re.Match[str]) -> str:
        name = found.group(1)
        return f"<!-- help: {name} -->\n\n```text\n{help_of(name)}\n```\n\n<!-- end -->"

    return BLOCK.sub(block, page)


def with_sample(page: str) -> str:
    """The page with the sentence and the tables of the answer as they are now."""
    head = printed("gap").partition("\n\nPublished claims:")[0]
    block = f"<!-- sample -->\n\n```text\n{head}\n...\n```\n\n<!-- /sample -->"
    return SAMPLE.sub(lambda _: block, page)


if __name__ == "__main__":
    PAGE.write_text(filled(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    README.write_text(with_sample(README.read_text(encoding="utf-8")), encoding="utf-8")
    sys.stdout.write(f"wrote {PAGE} and {README}\n")
