"""The walk-through of docs/elicit.md: a harness of one's own, from one file, installed and run."""

from __future__ import annotations

import re
import shutil
import sys
from pathlib import Path

import pytest
from tests.elicit.running_tasks import CANARY, play, solving, spending

from headway.elicit.harness import Harness, load
from headway.elicit.install import LOCKS, install, is_unaltered
from headway.elicit.package import Runtime
from headway.elicit.runtime import find_python
from headway.errors import HarnessError

linux = pytest.mark.skipif(sys.platform != "linux", reason="bubblewrap is for Linux")


def blocks(repo: Path) -> list[str]:
    """The TOML of the walk-through."""
    text = (repo / "docs" / "elicit.md").read_text(encoding="utf-8")
    return re.findall(r"```toml\n(.*?)```", text.partition("## Adding one")[2], re.DOTALL)


@pytest.fixture
def ask(repo: Path, tmp_path: Path) -> Harness:
    """The example, as somebody would write it down."""
    path = tmp_path / "ask.toml"
    path.write_text(blocks(repo)[0], encoding="utf-8")
    return load(path)


@linux
def test_the_example_solves_a_task(ask: Harness, tmp_path: Path, monkeypatch):
    monkeypatch.setenv("HEADWAY_SCRIPTED_KEY", CANARY)
    played = play(tmp_path, solving(ask), ask)
    assert (played.run.ended, played.run.score) == ("completed", 1.0)
    assert [got.path for got in played.got] == ["/v1/chat/completions"] * 2
    offered = [tool["function"]["name"] for tool in played.got[0].document["tools"]]
    assert offered == list(ask.observed.tools)


@linux
def test_the_example_is_ended_by_its_budget(ask: Harness, tmp_path: Path, monkeypatch):
    monkeypatch.setenv("HEADWAY_SCRIPTED_KEY", CANARY)
    played = play(tmp_path, spending(ask), ask, limit=100)
    assert (played.run.ended, played.run.score, played.run.exit_code) == ("budget", 1.0, 1)


def test_the_second_example_is_a_table_of_the_first(repo: Path, tmp_path: Path):
    first, second = blocks(repo)[:2]
    head = first[: first.index("command = ")] + first[first.index("[seed_files]") :]
    path = tmp_path / "mine.toml"
    command, _, tables = second.partition("[package]")
    path.write_text(command + head + "[package]" + tables, encoding="utf-8")
    assert load(path).package == load(path).package.model_validate(load(path).package.model_dump())
    assert load(path).runtime() == "runtime/bin/node"


def own(harness: str, **package) -> Harness:
    """A harness of one's own around a small package of a registry."""
    plain = {
        **load("pi").model_dump(exclude={"name", "system", "addition", "command"}),
        "name": harness,
        "command": ["{runtime}"],
    }
    plain["package"] |= {"lock": "", "integrity": {}, **package}
    return Harness.model_validate(plain)


def pinned(harness: Harness, **change) -> Harness:
    """Its file, with the lock that an installation left beside it."""
    plain = harness.model_dump(mode="json")
    plain["package"] |= change
    return Harness.model_validate(plain)


def test_what_is_not_pinned_leaves_its_lock(tmp_path: Path):
    # A small package that brings one other.
    harness = own(
        "odd",
        name="is-odd",
        version="3.0.1",
        install=("is-odd@3.0.1",),
        program="node_modules/is-odd/index.js",
    )
    # The program's version is read from its package: it has no command of its own.
    code = "console.log(require(process.argv[1].replace('index.js', 'package.json')).version)"
    harness = harness.model_copy(update={"version_command": ("{runtime}", "-e", code, "{program}")})
    first = install(harness, tmp_path / "one", accept=lambda *_: False)
    lock = (first.folder / LOCKS["npm"]).read_text(encoding="utf-8")
    assert "://" not in lock
    assert {p.name for p in first.packages} == {"node", "is-odd", "is-number"}
    second = install(pinned(harness, lock=lock), tmp_path / "two", accept=lambda *_: False)
    assert second.packages == first.packages
    assert is_unaltered(second)
    assert not (second.folder / LOCKS["npm"]).exists()
    # Other bytes than those of the lock are refused, by the client itself.
    broken = re.sub(r"sha512-[A-Za-z0-9+/]{4}", "sha512-AAAA", lock)
    shutil.rmtree(tmp_path / "two")
    with pytest.raises(HarnessError, match=r"npm could not install is-odd@3\.0\.1: EINTEGRITY"):
        install(pinned(harness, lock=broken), tmp_path / "two", accept=lambda *_: False)
    assert list((tmp_path / "two").iterdir()) == []


@pytest.mark.slow
def test_a_package_of_pypi_is_pinned_the_same_way(tmp_path: Path):
    harness = own(
        "ini",
        registry="pypi",
        name="iniconfig",
        version="2.1.0",
        install=("iniconfig==2.1.0",),
        program="runtime/bin/python3",
        runtime={"kind": "python", "least": "3.11"},
    )
    code = "import sys, importlib.metadata as m; print(m.version('iniconfig'), sys.prefix)"
    harness = harness.model_copy(update={"version_command": ("{runtime}", "-c", code)})
    first = install(harness, tmp_path / "one", accept=lambda *_: False)
    lock = (first.folder / LOCKS["pypi"]).read_text(encoding="utf-8")
    assert re.fullmatch(r"iniconfig==2\.1\.0 --hash=sha256:[0-9a-f]{64}\n", lock)
    # It runs in a Python of its own.
    assert first.said.endswith("/runtime")
    second = install(pinned(harness, lock=lock), tmp_path / "two", accept=lambda *_: False)
    (second.folder / LOCKS["pypi"]).write_text(lock, encoding="utf-8")
    assert second.packages == first.packages
    broken = lock.replace("sha256:", "sha256:0000")[: len(lock) - 4] + "\n"
    shutil.rmtree(tmp_path / "two")
    with pytest.raises(HarnessError, match=r"pip could not install iniconfig==2\.1\.0: ") as error:
        install(pinned(harness, lock=broken), tmp_path / "two", accept=lambda *_: False)
    assert "://" not in str(error.value)
    assert list((tmp_path / "two").iterdir()) == []


def test_a_lock_that_is_missing(repo: Path, tmp_path: Path):
    path = tmp_path / "mine.toml"
    shipped = repo / "src" / "headway" / "elicit" / "harnesses" / "pi.toml"
    path.write_text(shipped.read_text(encoding="utf-8"), encoding="utf-8")
    with pytest.raises(HarnessError, match=r"mine\.toml: package\.lock: .*cannot be read: No such"):
        load(path)


def test_a_python_that_nobody_has(tmp_path: Path):
    assert find_python(Runtime(kind="python", least="3.99")) is None
    found = find_python(Runtime(kind="python", least="3.11"))
    assert found
    assert (found[1] / "lib").is_dir()
    harness = own(
        "future",
        registry="pypi",
        runtime={"kind": "python", "least": "3.99", "below": "4"},
    )
    with pytest.raises(HarnessError, match=r"needs Python from 3\.99 and below 4, and none was"):
        install(harness, tmp_path / "shelf", accept=lambda *_: False)
    assert list((tmp_path / "shelf").iterdir()) == []


@pytest.mark.parametrize(
    ("version", "fits"),
    [("3.12.0", True), ("3.13.9", True), ("3.14.0", False), ("3.11.7", False), ("3.9.1", False)],
)
def test_versions_are_numbers(version: str, fits: bool):
    assert Runtime(kind="python", least="3.12", below="3.14").takes(version) == fits
