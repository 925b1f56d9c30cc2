"""Harnesses as data: what the shipped files say, and which files are refused."""

from __future__ import annotations

import json
import re
import tomllib
from importlib.resources import files
from pathlib import Path, PurePosixPath

import pytest
from pydantic import ValidationError

from headway.elicit.harness import Setting, load, names
from headway.elicit.platforms import triple
from headway.errors import HarnessError, UnknownNameError

SETTING = Setting(
    prompt="say {home} $HOME",
    model="some-model-4.5",
    base_url="http://127.0.0.1:8080",
    format="chat",
    work=PurePosixPath("/work"),
    home=PurePosixPath("/home/agent"),
    folder=PurePosixPath("/opt/harness"),
    max_turns=7,
)


def test_the_shipped_ones():
    assert names() == (
        *("claude-code", "codex", "gemini-cli", "inspect-react", "kimi-code", "mini-swe-agent"),
        *("opencode", "openhands", "pi", "qwen-code", "standard", "standard-block"),
        *("standard-reply", "vibe"),
    )


@pytest.mark.parametrize("name", names())
def test_a_shipped_harness_is_filled(name: str):
    harness = load(name)
    call = harness.fill(SETTING)
    words = [*call.argv, *call.environment.values(), *call.seed_files.values()]
    # The prompt comes through once, as it is; nothing else is left open.
    held = [
        word.removeprefix("--prompt=").removeprefix("--task=") for word in words if "{home}" in word
    ]
    assert held == [SETTING.prompt]
    assert call.environment["HOME"] == "/home/agent"
    assert any("some-model-4.5" in word for word in words)
    assert any("http://127.0.0.1:8080" in word for word in words)
    for path in call.seed_files:
        assert not path.startswith("/")
        assert "{" not in path
    if "OPENCODE_CONFIG_CONTENT" in call.environment:
        assert json.loads(call.environment["OPENCODE_CONFIG_CONTENT"])["share"] == "disabled"
    if ".codex/config.toml" in call.seed_files:
        held = tomllib.loads(call.seed_files[".codex/config.toml"])
        assert held["model_providers"]["gateway"]["base_url"] == "http://127.0.0.1:8080/v1"


@pytest.mark.parametrize("name", [n for n in names() if load(n).package])
def test_a_shipped_package_is_pinned_to_the_bit(name: str):
    harness = load(name)
    package = harness.package
    assert package
    assert bool(package.integrity) != bool(package.lock)
    for platform in package.platforms:
        assert package.version in "".join(package.on(text, platform) for text in package.install)
        program = harness.program(platform)
        assert "{" not in program
        if package.integrity:
            assert package.integrity[platform].startswith("sha512-")
            assert platform in program or triple(platform) in program
    # Only hashes: no address of a registry is recorded.
    assert "://" not in package.model_dump_json()
    assert harness.licence.proprietary == (harness.name == "claude-code")
    assert bool(harness.licence.files) == harness.licence.proprietary


@pytest.mark.parametrize("name", [n for n in names() if (p := load(n).package) and p.lock])
def test_a_lock_has_a_hash_of_everything(name: str):
    package = load(name).package
    assert package
    if package.registry == "npm":
        held = json.loads(package.lock)["packages"]
        asked = held.pop("")["dependencies"]
        assert [f"{key}@{value}" for key, value in asked.items()] == list(package.install)
        assert all(item["integrity"].startswith("sha512-") for item in held.values())
        assert held[f"node_modules/{package.name}"]["version"] == package.version
    else:
        lines = package.lock.splitlines()
        assert all(re.fullmatch(r"[^ =]+==[^ ]+( --hash=sha256:[0-9a-f]{64})+", x) for x in lines)
        assert any(line.startswith(f"{package.name}=={package.version} ") for line in lines)


def mine(tmp_path: Path, change: str, to: str) -> Path:
    shipped = Path(str(files("headway.elicit"))) / "harnesses" / "codex.toml"
    text = shipped.read_text(encoding="utf-8")
    assert change in text
    path = tmp_path / "mine.toml"
    path.write_text(text.replace(change, to), encoding="utf-8")
    return path


def test_one_of_your_own(tmp_path: Path):
    harness = load(mine(tmp_path, 'title = "Codex"', 'title = "My Codex"'))
    assert (harness.name, harness.title) == ("mine", "My Codex")


@pytest.mark.parametrize(
    ("change", "to", "says"),
    [
        ('"{model}"', '"{modle}"', "command: .*{modle} is no placeholder here"),
        ('name = "gateway"', 'name = "{prompt}"', "seed_files: .*{prompt} is no placeholder"),
        ('KEY = "none"', 'KEY = "{prompt}"', "environment: .*{prompt} is no placeholder"),
        ('".codex/config.toml"', '"../config.toml"', "is not a path inside the home"),
        ('".codex/config.toml"', '"/etc/config.toml"', "is not a path inside the home"),
        ('formats = ["responses"]', 'formats = ["telepathy"]', "formats"),
        ("[licence]", "[license]", "licen[cs]e"),
        ("[licence]", "[licence", "not valid TOML"),
    ],
)
def test_a_file_with_a_mistake_is_refused(tmp_path: Path, change: str, to: str, says: str):
    with pytest.raises(HarnessError, match=says) as error:
        load(mine(tmp_path, change, to))
    assert str(error.value).count("\n") == 0
    assert "mine.toml" in str(error.value)


def test_names_that_nothing_has(tmp_path: Path):
    with pytest.raises(UnknownNameError, match="did you mean claude-code"):
        load("claude")
    with pytest.raises(HarnessError, match="cannot be read"):
        load(tmp_path / "no.toml")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("prompt", "x" * 200_000),
        ("prompt", "a\0b"),
        ("prompt", ""),
        ("model", 'm"\ninjected = "1'),
        ("model", "-m"),
        ("base_url", 'http://h/"'),
        ("max_turns", 0),
    ],
)
def test_settings_that_could_not_be_passed_on(field: str, value: object):
    with pytest.raises(ValidationError):
        Setting(**{**SETTING.model_dump(), field: value})
