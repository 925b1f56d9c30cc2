"""Task folders: what is read, what is refused, and with which sentence."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from headway.elicit.task import find, load, shipped
from headway.errors import TaskError, UnknownNameError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of a task that ships, to be broken."""
    return Path(shutil.copytree(find("lines").folder, tmp_path / "mine"))


def setting(folder: Path, text: str) -> None:
    with (folder / "task.toml").open("a", encoding="utf-8") as file:
        file.write(text)


def test_the_tasks_that_ship_need_nothing_and_have_a_solution():
    assert {"field", "lines", "sort", "word"} <= set(shipped("smoke"))
    for name in shipped("smoke"):
        task = find(name)
        assert task.needs == "nothing"
        assert task.has("solution/solve.sh")
        assert task.config.verifier.timeout_sec == 30
        assert task.name == f"headway/{name}"


def test_tasks_that_ship_have_the_dockerfile_that_harbor_needs():
    for name in shipped("smoke"):
        lines = (find(name).folder / "environment/Dockerfile").read_text(encoding="utf-8").split()
        assert lines[lines.index("WORKDIR") + 1] == find(name).config.workdir == "/work"


def test_the_digest_is_of_content_alone(folder: Path, tmp_path: Path):
    original = find("lines")
    copied = load(folder)
    assert copied.digest == original.digest
    (folder / "tests/notes.txt").write_text("one line\n", encoding="utf-8")
    assert load(folder).tests_digest != original.tests_digest
    assert load(folder).digest != original.digest


def test_the_digest_holds_the_run_mark(folder: Path):
    before = load(folder).digest
    (folder / "tests/test.sh").chmod(0o644)
    assert load(folder).digest != before


def test_each_side_gets_its_own_part(tmp_path: Path):
    task = find("lines")
    for part in ("lay_out", "lay_tests", "lay_solution"):
        (tmp_path / part).mkdir()
        getattr(task, part)(tmp_path / part)
    found = {str(p.relative_to(tmp_path)) for p in tmp_path.rglob("*") if p.is_file()}
    assert found == {
        "lay_out/notes.txt",
        "lay_tests/test.sh",
        "lay_solution/solve.sh",
    }
    assert os.access(tmp_path / "lay_tests/test.sh", os.X_OK)


def test_a_file_that_changes_under_us_is_noticed(folder: Path, tmp_path: Path):
    task = load(folder)
    (folder / "tests/test.sh").write_text("echo 1 > /logs/verifier/reward.txt\n", encoding="utf-8")
    with pytest.raises(TaskError, match=r"test\.sh was changed while the task was in use"):
        task.lay_tests(tmp_path)


@pytest.mark.parametrize("target", ["/etc/passwd", "task.toml", "nowhere"])
@pytest.mark.parametrize("place", ["tests/link", "environment/files/link", "link"])
def test_links_are_refused_wherever_they_point(folder: Path, target: str, place: str):
    (folder / place).symlink_to(target)
    with pytest.raises(TaskError, match=r"link is a link; a task folder holds plain files"):
        load(folder)


def test_a_linked_folder_inside_is_refused(folder: Path, tmp_path: Path):
    (folder / "environment/files/more").symlink_to(tmp_path, target_is_directory=True)
    with pytest.raises(TaskError, match="more is a link"):
        load(folder)


def test_pipes_are_refused_without_being_opened(folder: Path):
    os.mkfifo(folder / "tests/pipe")
    with pytest.raises(TaskError, match="pipe is a pipe"):
        load(folder)


@pytest.mark.parametrize("name", ["a\x1b[2Jb", "a\nb", "a\u202eb", "a\\b"])
def test_names_that_cannot_be_shown_are_refused(folder: Path, name: str):
    (folder / "tests" / name).write_text("", encoding="utf-8")
    with pytest.raises(TaskError, match="cannot be shown or a backslash"):
        load(folder)


@pytest.mark.parametrize("name", ["task.toml", "instruction.md", "tests/test.sh"])
def test_a_missing_file_is_named(folder: Path, name: str):
    (folder / name).unlink()
    with pytest.raises(TaskError, match=f"{name} is missing"):
        load(folder)


def test_an_instruction_says_something(folder: Path):
    (folder / "instruction.md").write_text(" \n", encoding="utf-8")
    with pytest.raises(TaskError, match=r"instruction\.md is empty"):
        load(folder)
    (folder / "instruction.md").write_bytes(b"\xff\xfe")
    with pytest.raises(TaskError, match=r"instruction\.md is not UTF-8"):
        load(folder)


@pytest.mark.parametrize("name", ["docker-compose.yaml", "docker-compose.yml", "compose.yaml"])
def test_compose_is_refused_in_a_sentence(folder: Path, name: str):
    (folder / "environment" / name).write_text("services: {}\n", encoding="utf-8")
    with pytest.raises(TaskError, match=r"several containers \(compose\) are not run"):
        load(folder)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[[steps]]\nname = 'one'\n", "steps: tasks of several steps"),
        ("[[artifacts]]\nsource = '/etc/passwd'\n", "'/etc/passwd' lies outside of the work"),
        ("[[artifacts]]\nsource = '../../out'\n", r"'\.\./\.\./out' lies outside of the work"),
        ("[solution.env]\nKEY = '${KEY}'\n", r"solution\.env: KEY asks for a variable of the host"),
        ("[agents]\n", "agents: Harbor's format has no such field"),
        ("[headway]\n", r"the table is called \[metadata.headway\]"),
    ],
)
def test_what_is_not_run_is_refused_by_field(folder: Path, text: str, said: str):
    setting(folder, text)
    with pytest.raises(TaskError, match=rf"task\.toml.*{said}"):
        load(folder)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("cpus = 1", "gpus = 1", r"environment\.gpus: the sandbox gives no accelerator"),
        ("cpus = 1", "os = 'windows'", r"environment\.os: only Linux"),
        ("cpus = 1", "cores = 1", r"environment\.cores: Harbor's format has no such field"),
        ("cpus = 1", "cpus = 0", r"environment\.cpus"),
        ("cpus = 1", "workdir = '/opt'", r"environment\.workdir: .* works in /work"),
        ("cpus = 1", "workdir = '../x'", r"environment\.workdir: must be an absolute path"),
        ("[verifier]", "[verifier]\nuser = 'root'", r"verifier\.user: the sandbox has one plain"),
        ("[verifier]", "[verifier]\nenvironment_mode = 'separate'", r"verifier\.environment"),
        ("timeout_sec = 30.0", "timeout_sec = nan", r"verifier\.timeout_sec"),
        ('files = "files"', 'files = "/etc"', r"headway\.files: must be a folder inside"),
        ('files = "files"', 'files = "../solution"', r"headway\.files: must be a folder inside"),
        ('"1.1"', '"2.0"', "schema_version: is not a version"),
        ("[task]", "[task", "is not valid TOML"),
    ],
)
def test_a_wrong_setting_is_named(folder: Path, old: str, new: str, said: str):
    path = folder / "task.toml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(TaskError, match=rf"task\.toml.*{said}"):
        load(folder)


def test_older_spellings_are_read(folder: Path):
    (folder / "task.toml").write_text(
        "version = '1.0'\n[metadata]\nauthor_name = 'A'\ntags = ['x']\n[verifier]\n"
        "timeout_sec = 12\n[environment]\n"
        "memory = '4G'\nstorage = '512M'\nallow_internet = false\n",
        encoding="utf-8",
    )
    task = load(folder)
    assert task.config.schema_version == "1.0"
    assert task.config.environment.memory_mb == 4096
    assert task.config.environment.storage_mb == 512
    assert task.config.environment.network_mode == "no-network"
    assert task.name == "mine"


def test_a_task_that_does_not_say_otherwise_needs_its_image(folder: Path):
    path = folder / "task.toml"
    text = path.read_text(encoding="utf-8").replace('root = "host"\n', "")
    path.write_text(text, encoding="utf-8")
    assert load(folder).needs == "image"


def test_an_unknown_name_offers_the_nearest():
    with pytest.raises(UnknownNameError, match="did you mean lines"):
        find("line")
    with pytest.raises(UnknownNameError, match="given by the path of its folder"):
        find("../secrets")


def test_a_file_is_no_task(tmp_path: Path):
    with pytest.raises(TaskError, match="is no folder"):
        load(tmp_path / "nothing")
