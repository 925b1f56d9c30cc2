"""A store points at one whole snapshot, whatever happens to the process that writes."""

from __future__ import annotations

import signal
import subprocess
import sys
import time

import pytest

from headway.errors import DataError, LedgerError
from headway.ledger import Ledger, load
from headway.ledger.store import commit, current_id, read_store


def test_the_last_commit_is_current_and_the_others_stay(tiny, tmp_path):
    assert current_id(tmp_path) is None
    first = commit(tiny, tmp_path)
    second = commit(Ledger.of(models=tiny.rows("models")), tmp_path)
    assert first != second == current_id(tmp_path) == load(tmp_path).id
    assert load(tmp_path / first) == tiny
    assert commit(tiny, tmp_path) == first == load(tmp_path).id
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(["CURRENT", first, second])


def test_an_empty_store_and_a_wrong_pointer_get_a_sentence(tiny, tmp_path):
    with pytest.raises(LedgerError, match="import a table first"):
        read_store(tmp_path)
    name = commit(tiny, tmp_path)
    for text, words in (
        ("../../etc", "holds no id"),
        ("", "holds no id"),
        ("é", "cannot be read"),
        ("0" * 12, r"000000000000.*cannot be read"),
    ):
        (tmp_path / "CURRENT").write_text(text, encoding="utf-8")
        with pytest.raises(LedgerError, match=words):
            load(tmp_path)
    (tmp_path / name).rename(tmp_path / ("0" * 12))
    with pytest.raises(LedgerError, match="rename the folder"):
        load(tmp_path)


def test_a_changed_snapshot_is_not_made_current(tiny, tmp_path):
    old = commit(Ledger.of(models=tiny.rows("models")), tmp_path)
    table = tmp_path / commit(tiny, tmp_path) / "models.parquet"
    commit(Ledger.of(models=tiny.rows("models")), tmp_path)
    table.chmod(0o644)
    table.write_bytes(b"PAR1")
    with pytest.raises(LedgerError, match=r"models\.parquet: changed"):
        commit(tiny, tmp_path)
    assert load(tmp_path).id == old


IMPORTS_FOREVER = """
import sys
from pathlib import Path
from headway.sources import import_table
store = Path(sys.argv[1])
table = store.parent / "own.csv"
for turn in range(1, 100_000):
    rows = "".join(f"m{i},b{j},{turn / 100_000}\\n" for i in range(30) for j in range(10))
    table.write_text("model,benchmark,score\\n" + rows, encoding="utf-8")
    import_table(table, store)
    if turn == 1:
        print("ready", flush=True)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL on Windows")
@pytest.mark.parametrize("delay", [0.0, 0.001, 0.003, 0.006, 0.010, 0.016])
def test_a_killed_import_leaves_the_old_ledger_or_the_new_one(tmp_path, delay):
    store = tmp_path / "store"
    command = [sys.executable, "-c", IMPORTS_FOREVER, str(store)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        # The next import has begun when something new lies in the store: strike while it writes.
        before, begun = set(store.iterdir()), time.monotonic()
        while set(store.iterdir()) == before and time.monotonic() < begun + 20:
            pass
        time.sleep(delay)
        process.send_signal(signal.SIGKILL)
    assert process.returncode == -signal.SIGKILL
    ledger = load(store)
    assert len(ledger.results) == 300
    assert len({row.score for row in ledger.results}) == 1
    for folder in store.iterdir():
        if folder.is_dir() and not folder.name.startswith("."):
            assert load(folder).id == folder.name
    # What the dead process left does not stand in the way of the next one.
    (tmp_path / "own.csv").write_text("model,benchmark,score\na,b,1\n", encoding="utf-8")
    from headway.sources import import_table

    assert import_table(tmp_path / "own.csv", store) == load(store).id


def test_a_wrong_table_changes_nothing(tmp_path):
    from headway.sources import import_table

    table, store = tmp_path / "own.csv", tmp_path / "store"
    table.write_text("model,benchmark,score\na,b,1\n", encoding="utf-8")
    import_table(table, store)
    before = sorted((p, p.stat().st_mtime_ns) for p in store.rglob("*"))
    table.write_text("model,benchmark,score\na,b,45\n", encoding="utf-8")
    with pytest.raises(DataError, match="divide them by 100"):
        import_table(table, store)
    with pytest.raises(DataError, match="divide them by 100"):
        import_table(table, tmp_path / "new")
    assert sorted((p, p.stat().st_mtime_ns) for p in store.rglob("*")) == before
    assert not (tmp_path / "new").exists()
