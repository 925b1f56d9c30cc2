"""A run's folder as bytes with their hash, for machines that share no disk."""

from __future__ import annotations

import hashlib
import io
import os
import shutil
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from headway.elicit.record.folder import altered, read
from headway.errors import LaunchError, RunError
from headway.ledger.disk import flush

__all__ = ["Packed", "pack", "unpack"]


@dataclass(frozen=True, slots=True)
class Packed:
    """A folder as a compressed tar file, and its SHA-256."""

    data: bytes
    sha256: str


def pack(folder: Path) -> Packed:
    """The regular files of a folder."""
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode="w:gz", compresslevel=1) as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_symlink() or not (path.is_file() or path.is_dir()):
                continue
            archive.add(path, path.relative_to(folder).as_posix(), recursive=False)
    data = held.getvalue()
    return Packed(data, hashlib.sha256(data).hexdigest())


def unpack(packed: Packed, out: Path, run: str) -> bool:
    """Put a run in its place, whole, by one rename; False where it was finished already.

    Raises
    ------
    RunError
        If what came is not what was sent.
    LaunchError
        If the disk refuses.
    """
    if hashlib.sha256(packed.data).hexdigest() != packed.sha256:
        raise RunError(f"{run}: what came of it is not what its worker sent.")
    try:
        draft = Path(tempfile.mkdtemp(prefix=f".draft-{run}-", dir=out))
        try:
            _extract(packed.data, draft)
            if wrong := altered(draft, read(draft)):
                raise RunError(f"{run}: {wrong[0]} is not as its worker wrote it.")
            draft.chmod(0o755)
            return _moved(draft, out / run)
        finally:
            shutil.rmtree(draft, ignore_errors=True)
    except OSError as error:
        raise LaunchError(f"{out / run}: the run cannot be written: {error.strerror}.") from None


def _extract(data: bytes, folder: Path) -> None:
    """Files and folders that lie inside; a worker is trusted no further."""
    with tarfile.open(fileobj=io.BytesIO(data), mode="r:gz") as archive:
        for member in archive:
            path = PurePosixPath(member.name)
            if path.is_absolute() or ".." in path.parts:
                raise RunError(f"A worker sent a file that leads out of its folder: {path}.")
            place = folder / path
            if member.isdir():
                place.mkdir(parents=True, exist_ok=True)
            elif member.isreg() and (source := archive.extractfile(member)):
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_bytes(source.read())
                place.chmod(0o755 if member.mode & 0o100 else 0o644)


def _moved(draft: Path, place: Path) -> bool:
    for path in (*draft.iterdir(), draft):
        flush(path)
    try:
        os.rename(draft, place)  # noqa: PTH104 - Path.rename would also replace an empty folder
    except OSError:
        if not place.is_dir():
            raise
        return False
    flush(place.parent)
    return True
