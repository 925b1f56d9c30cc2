"""One launcher to a folder: a lock of the kernel, which ends with its holder however that ends."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from headway.errors import LaunchError

__all__ = ["holder", "locked"]


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold a folder's lock for the length of a block.

    Raises
    ------
    LaunchError
        If another process holds it, or the file cannot be made.
    """
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as error:
        raise LaunchError(
            f"{path}: the lock cannot be taken ({error.strerror}); choose a folder that you may "
            "write to with --out."
        ) from None
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise LaunchError(
                f"{path.parent.parent} is in use by another launcher (process {_said(handle)}): "
                "wait for it, or end it with headway elicit stop."
            ) from None
        _say(handle, str(os.getpid()))
        yield
    finally:
        # The kernel lets go with the last handle; the file stays, so that all lock the same one.
        os.close(handle)


def holder(path: Path) -> int | None:
    """Process that holds the lock; None where nobody does."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        text = _said(handle)
        return int(text) if text.isdecimal() else 0
    finally:
        os.close(handle)
    return None


def _say(handle: int, text: str) -> None:
    try:
        os.ftruncate(handle, 0)
        os.pwrite(handle, text.encode(), 0)
    except OSError:
        # Who holds it is a help to a person only: a full disk must not stop a clearing-up.
        return


def _said(handle: int) -> str:
    return os.pread(handle, 32, 0).decode("ascii", "replace").strip() or "unknown"
