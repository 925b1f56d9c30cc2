"""Snapshots: sealed to the last byte, immutable, whole or not there."""

from __future__ import annotations

import json
from hashlib import sha256

import pytest

from headway.errors import LedgerError
from headway.ledger import load, snapshot

TABLES = ["benchmarks", "claims", "models", "responses", "results", "setups", "sources"]


@pytest.fixture
def folder(tiny, tmp_path):
    return snapshot(tiny, tmp_path / "snapshots")


def test_a_snapshot_is_the_ledger(tiny, folder):
    assert folder.name == tiny.id
    assert load(folder) == tiny
    assert load(folder).responses == tiny.responses


def test_the_shipped_ledger_keeps_its_id(tmp_path):
    assert load(snapshot(load(), tmp_path)).id == load().id


def test_the_manifest_tells_counts_hashes_licences_and_citations(tiny, folder):
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["id"] == tiny.id
    assert manifest["counts"]["results"] == 3
    assert manifest["licences"] == {"lab": "CC0-1.0"}
    assert manifest["citations"] == {"lab": "Lab, 2024"}
    assert sorted(manifest["sha256"]) == [f"{name}.parquet" for name in TABLES]
    for name, digest in manifest["sha256"].items():
        assert sha256((folder / name).read_bytes()).hexdigest() == digest


@pytest.mark.parametrize("name", ["manifest.json", *(f"{table}.parquet" for table in TABLES)])
def test_any_changed_byte_is_found(folder, name):
    path = folder / name
    content = path.read_bytes()
    path.chmod(0o644)
    for place in range(0, len(content), max(1, len(content) // 25)):
        for other in (content[place] ^ 1, 0x20 if content[place] != 0x20 else 0x09):
            path.write_bytes(content[:place] + bytes([other]) + content[place + 1 :])
            with pytest.raises(LedgerError, match=name):
                load(folder)
    path.write_bytes(content)
    load(folder)


@pytest.mark.parametrize("name", ["manifest.json", "results.parquet"])
def test_a_cut_or_missing_file_is_named(folder, name):
    path = folder / name
    path.chmod(0o644)
    path.write_bytes(path.read_bytes()[:-3])
    with pytest.raises(LedgerError, match=f"{name}: changed since"):
        load(folder)
    path.unlink()
    with pytest.raises(LedgerError, match=r"results\.parquet: cannot be read|not a ledger"):
        load(folder)


def test_a_snapshot_that_is_there_is_left_alone(tiny, folder):
    before = {path.name: path.stat().st_mtime_ns for path in folder.iterdir()}
    assert snapshot(tiny, folder.parent) == folder
    assert {path.name: path.stat().st_mtime_ns for path in folder.iterdir()} == before
    assert [path.name for path in folder.parent.iterdir()] == [folder.name]


def test_its_files_are_read_only(folder):
    assert all(path.stat().st_mode & 0o222 == 0 for path in folder.iterdir())


def test_a_place_that_cannot_be_written_to(tiny, tmp_path):
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(LedgerError, match="cannot be written"):
        snapshot(tiny, tmp_path / "file" / "inside")
    assert list(tmp_path.iterdir()) == [tmp_path / "file"]


def test_what_is_no_ledger_gets_a_sentence(tmp_path):
    with pytest.raises(LedgerError, match="no such folder"):
        load(tmp_path / "none")
    with pytest.raises(LedgerError, match="not a ledger; a snapshot holds"):
        load(tmp_path)
    (tmp_path / "a.csv").write_text("model\n", encoding="utf-8")
    with pytest.raises(LedgerError, match="a file, not a ledger"):
        load(tmp_path / "a.csv")
