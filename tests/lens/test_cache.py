"""The cache gives what was computed, never what is stale, and can be deleted at any time."""

from __future__ import annotations

import pytest

from headway.lens import Evidence, ask, cache, load, override


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("HEADWAY_CACHE", str(tmp_path / "kept"))
    return tmp_path / "kept"


def lens(draws=25):
    chosen = override(load("headway"), draws=draws)
    return chosen.model_copy(update={"scale": chosen.scale.model_copy(update={"sampling": 5})})


def counted(chosen, **kwargs):
    """The answer, and how many refits it took."""
    told = []
    asked = ask([chosen], Evidence(), report=lambda _, done, __: told.append(done), **kwargs)
    return asked.answers[0], max(told, default=0)


def test_the_second_time_is_read(folder):
    first, work = counted(lens())
    again, none = counted(lens())
    assert work == 30
    assert none == 0
    assert again == first
    assert len(list(folder.glob("*.json"))) == 1


def test_another_recipe_or_ledger_is_another_key():
    one, two = lens().model_dump_json(), lens(26).model_dump_json()
    keys = {cache.key(s, r, o) for s in ("a", "b") for r in (one, two) for o in (False, True)}
    assert len(keys) == 8


def test_another_code_is_another_key(monkeypatch):
    before = cache.key("a", "b", False)
    monkeypatch.setattr(cache, "_code", lambda: "other")
    assert cache.key("a", "b", False) != before


@pytest.mark.parametrize("damage", [b"", b"{", b"\xff\xfe", b"{}", b"[1, 2"])
def test_a_damaged_file_is_computed_anew(folder, damage):
    first, _ = counted(lens())
    (path,) = folder.glob("*.json")
    path.write_bytes(damage)
    again, work = counted(lens())
    assert work == 30
    assert again == first


def test_keep_nothing(folder):
    counted(lens(), keep=False)
    assert not folder.exists()


def test_a_cache_that_cannot_be_written_does_not_matter(tmp_path, monkeypatch):
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    monkeypatch.setenv("HEADWAY_CACHE", str(blocked))
    found, work = counted(lens())
    assert work == 30
    assert found.n_models == 270
    assert blocked.read_text() == "in the way"
