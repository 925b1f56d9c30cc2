"""Folders that belong to a process while it lives, so that those of dead ones can be told.

The owner holds a lock (flock(2)) on the folder itself: the system lets go of it however the owner
ends, on every machine that shares the disk, and no number of a process can be taken for another's.
Where a file system has no such locks, nothing is ever taken for left over.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

__all__ = ["held", "left", "scratch"]

_SCRATCH = "headway-run-"


@contextmanager
def held(parent: Path, prefix: str) -> Iterator[Path]:
    """A new folder of this process; it is removed at the end, unless it was moved elsewhere.

    Raises
    ------
    OSError
        If it cannot be made.
    """
    handle, folder = _made(parent, prefix)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(handle)


@contextmanager
def scratch() -> Iterator[Path]:
    """The same among the temporary files of this machine."""
    with held(Path(tempfile.gettempdir()), _SCRATCH) as folder:
        yield folder


def left(parent: Path | None = None, prefix: str = _SCRATCH) -> tuple[Path, ...]:
    """Remove folders whose owner is dead, and name them; temporary ones where no parent is given.

    Folders of other users are left alone.
    """
    parent = parent or Path(tempfile.gettempdir())
    return tuple(folder for folder in sorted(parent.glob(f"{prefix}*")) if _removed(folder))


def _made(parent: Path, prefix: str) -> tuple[int, Path]:
    while True:
        folder = Path(tempfile.mkdtemp(prefix=prefix, dir=parent))
        try:
            handle = os.open(folder, os.O_RDONLY)
        except FileNotFoundError:  # taken for left over, before it could be locked
            continue
        if _locked(handle) is not False and folder.exists():
            return handle, folder
        os.close(handle)


def _locked(handle: int) -> bool | None:
    """Lock an open folder: False where somebody holds it, None where there are no locks."""
    if sys.platform == "win32":
        return None
    import fcntl

    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return None
    return True


def _removed(folder: Path) -> bool:
    if sys.platform == "win32":
        return False
    try:
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except OSError:
        return False
    try:
        if os.fstat(handle).st_uid != os.getuid() or not _locked(handle):
            return False
        shutil.rmtree(folder, ignore_errors=True)
        return not folder.exists()
    finally:
        os.close(handle)
