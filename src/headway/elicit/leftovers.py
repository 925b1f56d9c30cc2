"""What programs that were killed left behind, and its removal: call it at the start."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

from headway.elicit.held import left
from headway.elicit.record.folder import DRAFT

__all__ = ["Leftovers", "clear"]


@dataclass(frozen=True, slots=True)
class Leftovers:
    """What was removed.

    Attributes
    ----------
    drafts : tuple of Path
        Runs that were being written.
    temporary : tuple of Path
        Folders among the temporary files of this machine.
    sandboxes : tuple of str
        Names of supervisors whose cgroups, and processes in them, were still there.
    """

    drafts: tuple[Path, ...]
    temporary: tuple[Path, ...]
    sandboxes: tuple[str, ...]


def clear(out: Path) -> Leftovers:
    """Remove what dead programs left of runs into `out`, and of sandboxes on this machine.

    What belongs to a program that lives is left alone, on whatever machine it runs, and so are
    drafts in the folder of a design: its launcher counts what they had spent. Mounts need no
    removal: they are in a mount namespace of the supervisor's, and went with it.

    Parameters
    ----------
    out : Path
        Folder that runs are written into; may be missing.
    """
    swept: list[str] = []
    if sys.platform == "linux":
        from headway.elicit.sandbox import sweep

        swept = sweep()
    drafts = () if (out / ".headway").is_dir() else left(out, DRAFT)
    return Leftovers(drafts, left(), tuple(swept))
