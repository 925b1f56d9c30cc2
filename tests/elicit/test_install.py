"""Installing: pinned, complete or absent, and one sentence where it cannot be."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest
from tests.elicit.harnesses import LARGE, NATIVE, installed

from headway.elicit.harness import load
from headway.elicit.hashing import tree_hash
from headway.elicit.install import find, install, is_unaltered
from headway.errors import HarnessError


def yes(*_: object) -> bool:
    return True


def changed(name: str, **change):
    harness = load(name)
    assert harness.package
    package = harness.package.model_copy(update=change)
    return harness.model_copy(update={"package": package})


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", [*NATIVE, *(pytest.param(name, marks=pytest.mark.large) for name in LARGE)]
)
def test_what_is_installed_is_what_was_pinned(name: str, harnesses: Path):
    place = installed(name, harnesses)
    found = find(load(name), harnesses)
    assert found
    assert found.folder == place
    assert load(name).package.version in found.said
    hashes = {p.integrity for p in found.packages if p.name not in {"node", "python"}}
    package = load(name).package
    pinned = package.integrity.get(found.platform)
    assert hashes == {pinned} if pinned else all(text in package.lock for text in hashes)
    assert is_unaltered(found)
    # Nothing that was written says where it came from.
    for path in place.rglob("*.json"):
        if path.parent.name in {place.name, "node_modules"}:
            assert "://" not in path.read_text(), path
    names = {path.name for path in place.iterdir()}
    modules = {"node_modules"} if package.registry == "npm" else set()
    assert names == {"headway.json"} | modules | ({"runtime"} if package.runtime else set())
    # Again: what is there is kept, and nobody is asked.
    assert install(load(name), harnesses, accept=lambda *_: pytest.fail("asked")) == found
    assert [p.name for p in harnesses.iterdir() if p.name.startswith(".")] == []


@pytest.mark.slow
def test_what_was_altered_is_installed_again(harnesses: Path, tmp_path: Path):
    first = find(load("opencode"), installed("opencode", harnesses).parent)
    assert first
    copy = tmp_path / first.folder.name
    shutil.copytree(first.folder, copy, symlinks=True)
    found = find(load("opencode"), tmp_path)
    assert found
    assert is_unaltered(found)
    program = copy / load("opencode").program()
    program.chmod(0o777)
    assert not is_unaltered(found)
    again = install(load("opencode"), tmp_path, accept=yes)
    assert again.sha256 == first.sha256
    assert is_unaltered(again)
    program.unlink()
    assert find(load("opencode"), tmp_path) is None


def test_other_bytes_than_the_pinned_ones_are_refused(tmp_path: Path):
    # A small package in place of the harness: what the registry sends is real, the pin is not.
    harness = changed("codex", install=("is-number@7.0.0",))
    with pytest.raises(HarnessError, match="sent another package than the pinned one"):
        install(harness, tmp_path, accept=yes)
    assert list(tmp_path.iterdir()) == []


def test_what_the_registry_does_not_have(tmp_path: Path):
    harness = changed("codex", install=("is-number@0.0.99",))
    with pytest.raises(HarnessError, match=r"npm could not install is-number@0\.0\.99: E") as error:
        install(harness, tmp_path, accept=yes)
    assert "://" not in str(error.value)
    assert list(tmp_path.iterdir()) == []


def test_a_registry_that_is_not_reached(tmp_path: Path, monkeypatch):
    monkeypatch.setenv("npm_config_registry", "http://127.0.0.1:9/")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    with pytest.raises(HarnessError, match="ECONNREFUSED"):
        install(load("codex"), tmp_path / "shelf", accept=yes)
    assert list((tmp_path / "shelf").iterdir()) == []


def test_another_version_is_refused(tmp_path: Path):
    from headway.elicit.install import _version

    program = tmp_path / "program"
    program.write_text("#!/bin/sh\necho 'codex-cli 0.168.10'\n")
    program.chmod(0o755)
    harness = changed("codex", version="0.168.1", program="program")
    with pytest.raises(HarnessError, match=r"0\.168\.1 was to be installed.*codex-cli 0\.168\.10"):
        _version(harness, harness.package, tmp_path)
    program.write_text("#!/bin/sh\nexit 7\n")
    with pytest.raises(HarnessError, match="nothing, and exited 7"):
        _version(harness, harness.package, tmp_path)
    program.write_bytes(b"\x7fELF")
    with pytest.raises(HarnessError, match="does not run on this machine"):
        _version(harness, harness.package, tmp_path)


@pytest.mark.parametrize("client", ["npm", "pypi"])
def test_nothing_of_the_users_environment_reaches_the_client(client, monkeypatch, tmp_path: Path):
    import importlib

    from headway.elicit.client import ask

    monkeypatch.setenv("ANTHROPIC_API_KEY", "secret")
    monkeypatch.setenv("npm_config_ignore_scripts", "false")
    monkeypatch.setenv("NODE_OPTIONS", "--require=/tmp/x.js")
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:1")
    kept = importlib.import_module(f"headway.elicit.{client}")._KEPT
    show = "import json, os; print(json.dumps(dict(os.environ)))"
    argv = [sys.executable, "-I", "-c", show]
    held = json.loads(ask(client, argv, tmp_path, kept, {"HOME": str(tmp_path)}).stdout)
    assert not {"ANTHROPIC_API_KEY", "npm_config_ignore_scripts", "NODE_OPTIONS"} & set(held)
    assert held["HOME"] == str(tmp_path)
    assert held["https_proxy"] == "http://127.0.0.1:1"


def test_terms_that_nobody_accepted(headway, tmp_path: Path):
    run = headway("elicit", "install", "claude-code", "--folder", tmp_path / "shelf")
    assert run.returncode == 2
    # The package's own words, then how to go on; nothing of it is left.
    assert "Anthropic PBC. All rights reserved." in run.stderr
    assert "--accept-licence claude-code" in " ".join(run.stderr.split())
    assert run.stdout == ""
    assert not (tmp_path / "shelf").exists()


def test_there_is_nothing_to_install_for_our_own_loop(headway):
    run = headway("elicit", "install", "standard")
    assert (run.returncode, run.stdout) == (2, "")
    assert "part of Headway" in run.stderr
    run = headway("elicit", "install")
    assert run.returncode == 2
    assert "at least one harness" in run.stderr
    run = headway("elicit", "install", "codex", "kodex")
    assert run.returncode == 2
    assert "did you mean codex" in run.stderr


def test_the_hash_of_a_tree(tmp_path: Path):
    def made(name: str, *, change=lambda root: None) -> str:
        root = tmp_path / name
        (root / "a").mkdir(parents=True, mode=0o755)
        (root / "a" / "one").write_bytes(b"1")
        (root / "b").write_bytes(b"2")
        (root / "b").chmod(0o644)
        (root / "link").symlink_to("b")
        change(root)
        return tree_hash(root, without=("note",))

    first = made("first")
    assert made("same", change=lambda root: os.utime(root / "b", (0, 0))) == first
    assert made("noted", change=lambda root: (root / "note").write_bytes(b"x")) == first
    changes = {
        "content": lambda root: (root / "b").write_bytes(b"3"),
        "mode": lambda root: (root / "b").chmod(0o755),
        "name": lambda root: (root / "b").rename(root / "c"),
        "more": lambda root: (root / "a" / "note").write_bytes(b""),
        "folder": lambda root: (root / "empty").mkdir(),
        "link": lambda root: ((root / "link").unlink(), (root / "link").symlink_to("a")),
    }
    hashes = {made(name, change=change) for name, change in changes.items()}
    assert len(hashes) == len(changes)
    assert first not in hashes


def test_doctor(headway, repo: Path, tmp_path: Path):
    run = headway("elicit", "doctor", "--folder", tmp_path, "--json")
    assert (run.returncode, run.stderr) == (0, "")
    document = json.loads(run.stdout)
    schema = json.loads((repo / "docs" / "schema" / "doctor.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(schema).validate(document)
    held = {h["name"]: h for h in document["harnesses"]}
    assert held["standard"]["ok"]
    assert not held["codex"]["installed"]
    assert "headway elicit install codex" in held["codex"]["missing"][0]
    runs = {p["name"]: p["harnesses"] for p in document["profiles"]}
    assert "claude-code" in runs["scripted"]
    text = headway("elicit", "doctor", "--folder", tmp_path).stdout
    assert max(map(len, text.splitlines())) <= 80
    assert "codex (0.169.0; speaks responses): not ready." in text


@pytest.mark.parametrize(("answer", "asked"), [("n\n", True), ("\n", True), ("", False)])
def test_a_person_is_asked_and_may_say_no(answer: str, asked: bool, tmp_path: Path):
    # A terminal of its own, as a person has one; closing it is no answer either.
    ours, theirs = os.openpty()
    with os.fdopen(ours, "r+b", buffering=0) as terminal:
        if answer:
            terminal.write(answer.encode())
        run = subprocess.run(
            [sys.executable, "-m", "headway", "elicit", "install", "claude-code", "--folder",
             tmp_path / "shelf"],
            stdin=theirs if asked else subprocess.DEVNULL,
            stderr=theirs,
            stdout=subprocess.PIPE,
            timeout=120,
            check=False,
        )  # fmt: skip
        os.close(theirs)
        seen = b""
        with contextlib.suppress(OSError):
            while piece := terminal.read(65536):
                seen += piece
    assert run.returncode == 2
    assert run.stdout == b""
    assert (b"Install Claude Code under these terms? [y/N]" in seen) == asked
    assert b"was not installed" in b" ".join(seen.split())
    assert not (tmp_path / "shelf").exists()
