"""Write docs/disputes.md: statements put to a test, with the figures of the shipped ledger."""

from __future__ import annotations

import sys
from pathlib import Path

PAGE = Path(__file__).with_name("disputes.md")


def written() -> str:
    """The page as the program writes it now."""
    from headway.cli.terminal import progress
    from headway.ledger import load
    from headway.publish.disputes import disputes
    from headway.why.claims import Bench

    with progress() as tick:
        return disputes(Bench(load()), progress=tick)


if __name__ == "__main__":
    PAGE.write_text(written(), encoding="utf-8")
    sys.stdout.write(f"wrote {PAGE}\n")
