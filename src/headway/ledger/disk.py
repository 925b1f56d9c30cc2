"""Writing that is whole or not there: temporary name, flush to the disk, rename."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from headway.errors import LedgerError

__all__ = ["flush", "new_folder", "replace_file"]


@contextmanager
def new_folder(target: Path) -> Iterator[Path]:
    """A temporary folder that becomes ``target`` when the block ends well.

    If another process made ``target`` meanwhile, theirs stays. A process killed inside leaves
    only a folder whose name starts with a dot, which no reader looks at.

    Raises
    ------
    LedgerError
        If the disk refuses; nothing is left behind then.
    """
    with _refusals(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        temporary = target.parent / f".new-{secrets.token_hex(8)}"
        temporary.mkdir()
        try:
            yield temporary
            for path in temporary.iterdir():
                flush(path)
            flush(temporary)
            _rename(temporary, target)
        finally:
            shutil.rmtree(temporary, ignore_errors=True)
        flush(target.parent)


def _rename(temporary: Path, target: Path) -> None:
    try:
        temporary.rename(target)
    except OSError:
        if not target.is_dir():
            raise


def replace_file(target: Path, content: bytes) -> None:
    """Put ``content`` in place of ``target``: readers see the old file or the new one.

    Raises
    ------
    LedgerError
        If the disk refuses; the old file stays then.
    """
    with _refusals(target):
        temporary = target.parent / f".{target.name}-{secrets.token_hex(8)}"
        try:
            temporary.write_bytes(content)
            flush(temporary)
            temporary.replace(target)
        finally:
            temporary.unlink(missing_ok=True)
        flush(target.parent)


@contextmanager
def _refusals(target: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise LedgerError(
            f"{target}: cannot be written ({error.strerror or error}); "
            "choose a place that you may write to."
        ) from error


def flush(path: Path) -> None:
    """See a file or a folder's list of names on the disk.

    Raises
    ------
    OSError
        If the disk refuses.
    """
    # Windows cannot open a folder to flush it; there the rename alone has to do.
    if os.name != "posix" and path.is_dir():
        return
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
