"""Snapshots: an immutable folder of Parquet files with a manifest that seals every byte."""

from __future__ import annotations

import datetime as dt
import json
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from headway.errors import LedgerError
from headway.ledger.disk import new_folder
from headway.ledger.frames import read_frames, write_frames
from headway.ledger.tables import TABLES
from headway.records import Record

if TYPE_CHECKING:
    from headway.ledger.core import Ledger

__all__ = ["read_snapshot", "snapshot"]


def snapshot(ledger: Ledger, into: str | Path) -> Path:
    """Write a ledger as ``into/<id>/``: one Parquet file per table and ``manifest.json``.

    The folder appears whole or not at all. If it is there already, it is left as it is.

    Raises
    ------
    LedgerError
        If the place cannot be written to.
    """
    target = Path(into) / ledger.id
    if not target.is_dir():
        with new_folder(target) as folder:
            write_frames(ledger, folder)
            (folder / "manifest.json").write_bytes(_sealed(_manifest(ledger, folder)))
            for path in folder.iterdir():
                path.chmod(0o444)
    return target


class Manifest(Record):
    """What a snapshot says of itself; ``sha256`` is by file, licences and citations by source."""

    id: str
    created: str
    counts: dict[str, int]
    sha256: dict[str, str]
    licences: dict[str, str]
    citations: dict[str, str]


def _manifest(ledger: Ledger, folder: Path) -> Manifest:
    return Manifest(
        id=ledger.id,
        created=dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        counts={table.name: len(ledger.rows(table.name)) for table in TABLES},
        sha256={path.name: _hash(path) for path in sorted(folder.glob("*.parquet"))},
        licences={s.id: s.license or "not stated" for s in ledger.sources.values()},
        citations={s.id: s.citation or s.url or s.name for s in ledger.sources.values()},
    )


def _hash(path: Path) -> str:
    return sha256(path.read_bytes()).hexdigest()


def _text(values: dict[str, object]) -> bytes:
    return (json.dumps(values, indent=2, ensure_ascii=False) + "\n").encode()


def _sealed(manifest: Manifest) -> bytes:
    # The manifest's own hash makes a changed byte in it as visible as one in a table.
    values = manifest.model_dump()
    return _text({**values, "seal": sha256(_text(values)).hexdigest()})


def read_snapshot(folder: Path) -> Ledger:
    """Read a snapshot and verify every byte of it.

    Raises
    ------
    LedgerError
        Naming the file that is missing or was changed.
    """
    manifest = _read_manifest(folder / "manifest.json")
    for name in (f"{table.name}.parquet" for table in TABLES):
        _verify(folder / name, manifest.sha256.get(name))
    ledger = read_frames(folder)
    if ledger.id != manifest.id:
        raise LedgerError(
            f"{folder}: reads as ledger {ledger.id}, not {manifest.id}; it was written by "
            "another version, so import the tables again."
        )
    return ledger


def _read_manifest(path: Path) -> Manifest:
    try:
        content = path.read_bytes()
        values = json.loads(content)
        manifest = Manifest.model_validate({k: v for k, v in values.items() if k != "seal"})
    except OSError as error:
        raise LedgerError(f"{path}: cannot be read ({error.strerror}).") from error
    except (ValueError, AttributeError, RecursionError) as error:
        raise LedgerError(_changed(path)) from error
    if content != _sealed(manifest):
        raise LedgerError(_changed(path))
    return manifest


def _verify(path: Path, expected: object) -> None:
    try:
        found = _hash(path)
    except OSError as error:
        raise LedgerError(
            f"{path}: cannot be read ({error.strerror}); restore the snapshot from a copy."
        ) from error
    if found != expected:
        raise LedgerError(_changed(path))


def _changed(path: Path) -> str:
    return f"{path}: changed since the snapshot was written; restore it from a copy."
