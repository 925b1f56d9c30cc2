"""Runs of a task that brings an image: a small Debian, kept by podman, unpacked once."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tests.elicit.running_tasks import CANARY, calls, harness, own, play
from tests.elicit.sandbox.test_images import root, short
from tests.elicit.scripted import Turn

from headway.elicit.image import image_of
from headway.elicit.task import Task, find, load
from headway.elicit.verify import solve, verify
from headway.errors import TaskError

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="bubblewrap is for Linux"),
    pytest.mark.slow,
]

__all__ = ["root", "short"]

TEST = """if [ "$(cat count.txt)" = "$WANTED" ] && [ -e /image-says ] && [ "$PWD" = /app ]
then echo 1; else echo 0; fi > /logs/verifier/reward.txt
"""


@pytest.fixture
def task(root: Path, short: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Task:
    """Counting lines, in an image that has the file, a variable and a work folder of its own."""
    if not shutil.which("podman"):
        pytest.skip("podman is not installed (Debian's package podman)")
    storage = Path(short, "storage.conf")
    storage.write_text(
        f'[storage]\ndriver = "vfs"\ngraphroot = "{short}/store"\nrunroot = "{short}/run"\n'
    )
    monkeypatch.setenv("CONTAINERS_STORAGE_CONF", str(storage))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("HEADWAY_SCRIPTED_KEY", CANARY)
    folder = Path(shutil.copytree(find("lines").folder, tmp_path / "task"))
    (root / "app").mkdir(exist_ok=True)
    shutil.copy(folder / "environment/files/notes.txt", root / "app")
    change = ("--change", "WORKDIR /app", "--change", "ENV WANTED=14")
    with subprocess.Popen(["tar", "-C", root, "-c", "."], stdout=subprocess.PIPE) as tar:
        command = ["podman", "import", *change, "-", "localhost/headway-test:1"]
        subprocess.run(command, stdin=tar.stdout, check=True, capture_output=True)
    text = (folder / "task.toml").read_text(encoding="utf-8")
    text = text.replace('root = "host"', "").replace('files = "files"', "")
    image = '[environment]\ndocker_image = "localhost/headway-test:1"'
    (folder / "task.toml").write_text(text.replace("[environment]", image), encoding="utf-8")
    (folder / "tests/test.sh").write_text(TEST, encoding="utf-8")
    return load(folder)


def test_an_oracle_and_a_null_agent(task: Task, tmp_path: Path):
    image = image_of(task)
    assert image
    assert (image.work, image.env["WANTED"]) == ("/app", "14")
    assert solve(task, tmp_path / "solved", tmp_path / "solve", image).exit_code == 0
    assert verify(task, tmp_path / "solved", tmp_path / "best", image).score == 1
    null = verify(task, image.start, tmp_path / "null", image)
    assert (null.score, null.reason) == (0, "")


def test_a_run_in_an_image(task: Task, tmp_path: Path):
    program = own("standard")
    # The image has no Python, and its file of lines is no file of this machine.
    command = "! test -e /usr/bin/python3 && test -e /image-says && wc -l < notes.txt > count.txt"
    script = [Turn(calls=calls(program, command)), Turn(text="Done.")]
    found = play(tmp_path / "runs", script, program, task, levels=(1.0,)).run
    assert (found.ended, found.status, found.score) == ("completed", "solved", 1), found.reason
    assert [(c.path, c.change, c.size) for c in found.changed] == [("count.txt", "added", 3)]
    assert found.snapshots[0].score in {0, 1}
    image = image_of(task)
    assert image
    assert found.versions["image"] == image.id
    assert not (image.root / "app/count.txt").exists()


def test_a_harness_that_the_image_lacks(task: Task, tmp_path: Path):
    found = play(tmp_path / "runs", (), harness("perl", "-v"), task).run
    assert (found.ended, found.status) == ("harness_error", "missing")
    assert "perl: No such file" in found.reason


def test_a_work_folder_that_cannot_be_one(task: Task):
    for work, said in (("/", "a folder of its own"), ("/tmp/x", "the sandbox's own")):
        text = (task.folder / "task.toml").read_text(encoding="utf-8")
        text = text.replace("[environment]", f'[environment]\nworkdir = "{work}"')
        (task.folder.parent / "other").mkdir(exist_ok=True)
        other = task.folder.parent / "other" / work.replace("/", "_")
        shutil.copytree(task.folder, other)
        (other / "task.toml").write_text(text, encoding="utf-8")
        with pytest.raises(TaskError, match=said):
            image_of(load(other))
