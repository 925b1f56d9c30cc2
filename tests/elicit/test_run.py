"""Whole runs: task, model, harness and budget to a record, against the scripted server."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import jsonschema
import pytest
from tests.elicit.harnesses import WHOLE, installed
from tests.elicit.running_tasks import (
    ASKS,
    CANARY,
    Played,
    asking,
    calls,
    harness,
    own,
    play,
    shell,
    solving,
    spending,
)
from tests.elicit.scripted import Scripted, Turn

from headway.elicit.budget import Budget
from headway.elicit.harness import Where
from headway.elicit.leftovers import clear
from headway.elicit.profile import load as profile
from headway.elicit.record.folder import altered, read
from headway.elicit.record.schema import schema
from headway.elicit.run.opened import opened
from headway.elicit.task import find, load
from headway.elicit.tokens import Tokens
from headway.errors import GatewayError, HarnessError, ProfileError, RunError, TaskError

SOLVED = Tokens(250, 50, 3, 47, 7)
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="bubblewrap is for Linux")

NATIVES = [pytest.param(name, marks=pytest.mark.slow) for name in WHOLE]


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEADWAY_SCRIPTED_KEY", CANARY)


@pytest.mark.parametrize("name", ["standard", *NATIVES])
def test_each_harness_solves_a_task(name: str, harnesses: Path, tmp_path: Path):
    installed(name, harnesses)
    program = own(name)
    found = play(tmp_path, solving(program), program, installed=harnesses, seconds=240.0)
    run = found.run
    assert (run.ended, run.status, run.score) == ("completed", "solved", 1), run.reason
    tokens = run.spending.tokens
    # Messages does not tell reasoning apart: it is in the output.
    assert tokens.output == SOLVED.output
    kinds = ("uncached_input", "cache_read", "cache_write", "estimated")
    assert [getattr(tokens, k) for k in kinds] == [getattr(SOLVED, k) for k in kinds]
    # One request a turn and nothing beside: no titles, counts or lists of models.
    assert (run.exchanges, run.replies, len(found.got), run.refusals) == (2, 2, 2, {})
    assert len({(got.method, got.path) for got in found.got}) == 1
    assert said(found, program.log.answer) == "Done."
    assert [(c.path, c.change, c.size) for c in run.changed] == [("count.txt", "added", 3)]
    assert run.model.as_declared
    assert run.harness.version == (program.package.version if program.package else None)
    assert altered(found.folder, run) == ()


def test_the_standard_loop_solves_a_task_in_the_other_format(tmp_path: Path):
    program = own("standard").model_copy(update={"formats": ("messages",)})
    found = play(tmp_path, solving(program), program)
    assert (found.run.ended, found.run.status) == ("completed", "solved"), found.run.reason
    assert found.run.model.formats == ("messages",)
    assert {got.path for got in found.got} == {"/v1/messages"}


def said(found: Played, field: Where) -> str:
    """A field of what a harness printed."""
    text = (found.folder / "harness/stdout").read_text(encoding="utf-8")
    lines = [json.loads(line) for line in text.splitlines() if line.startswith("{")]
    return str(field.last(lines))


@pytest.mark.parametrize("name", ["standard", *NATIVES])
def test_a_spent_budget_ends_each_harness_within_10_s(name: str, harnesses: Path, tmp_path: Path):
    installed(name, harnesses)
    program = own(name)
    script = spending(program)
    played = play(tmp_path, script, program, limit=250, installed=harnesses, seconds=240.0)
    found = played.run
    assert (found.ended, found.status, found.score) == ("budget", "solved", 1), found.reason
    # Two replies of 140 were admitted while less than 250 was spent; the third request was not.
    assert (found.spending.spent, found.spending.overshoot) == (280, 30)
    assert found.refusals["budget"] >= 1
    assert found.exit_code == (3 if name.startswith("standard") else 1)
    assert "budget used up" in said(played, program.log.error or program.log.answer)
    assert found.stop_seconds is not None
    # Our own limit, which a signal enforces; a second for the kernel to be done.
    assert found.stop_seconds <= 11


def test_a_harness_that_goes_on_after_its_budget_is_killed(tmp_path: Path):
    stubborn = ASKS.replace(
        "while True:", "import signal; signal.signal(15, 1)\nwhile True:\n  try:"
    )
    lines = stubborn.split("  try:\n")
    inner = "\n".join("  " + line if line else line for line in lines[1].split("\n"))
    program = harness(
        "python3", "-c", f"{lines[0]}  try:\n{inner}\n  except Exception: pass",
        "{base_url}", "{model}", "{prompt}",
    )  # fmt: skip
    found = play(tmp_path, spending(program), program, limit=250).run
    assert (found.ended, found.status) == ("budget", "solved"), found.reason
    assert found.stop_seconds is not None
    assert 7 <= found.stop_seconds <= 11


def test_a_budget_of_time_ends_a_harness_that_asks_no_more(tmp_path: Path):
    program = asking()
    turns = [Turn(calls=calls(program, "echo 14 > count.txt; sleep 300"))]
    budget = Budget(kind="time", limit=1.0)
    found = play(tmp_path, turns, program, budget=budget).run
    assert (found.ended, found.status) == ("budget", "solved")
    assert found.seconds < 60


def test_the_work_folder_is_scored_on_the_way(tmp_path: Path):
    program, each = asking(), Tokens(100, 0, 0, 0, 0)
    turns = [
        Turn(calls=calls(program, "echo 13 > count.txt"), tokens=each),
        # Long enough for the copy, which is made when this reply has come.
        Turn(calls=calls(program, "sleep 5; echo 14 > count.txt"), tokens=each),
        Turn(text="Done.", tokens=each),
    ]
    found = play(tmp_path, turns, program, levels=(50.0, 60.0, 150.0, 10_000.0)).run
    assert [(s.level, s.spent, s.score) for s in found.snapshots] == [
        (50, 100, 0),
        (60, 100, 0),
        (150, 200, 0),
    ]
    assert found.snapshots[2].changed == 1
    assert found.score == 1


def test_no_key_is_written_anywhere(tmp_path: Path):
    program = asking()
    turns = [
        Turn(text=f"The key is {CANARY}.", calls=calls(program, "env; cat /proc/*/environ")),
        Turn(text="Done."),
    ]
    found = play(tmp_path, turns, program)
    assert all(got.headers["authorization"] == f"Bearer {CANARY}" for got in found.got)
    for path in found.folder.rglob("*"):
        if path.is_file():
            assert CANARY.encode() not in path.read_bytes(), path
    said = [
        part.text for one in opened(found.folder).entries() for t in one.new for part in t.parts
    ]
    assert not [text for text in said if CANARY in text]


def test_what_is_not_collected_is_named(tmp_path: Path):
    script = "ln -s /etc/passwd link; mkfifo pipe; mkdir d; echo x > d/file; rm notes.txt"
    found = play(tmp_path, (), shell(script))
    assert {c.path: c.change for c in found.run.changed} == {
        "d/file": "added",
        "notes.txt": "removed",
    }
    assert found.run.collected is not None
    assert set(found.run.collected.left_out) == {"link", "pipe"}
    assert not (found.folder / "work/link").is_symlink()


def test_a_record_has_the_agreed_shape(tmp_path: Path, repo: Path):
    document = json.loads((repo / "docs/schema/run.json").read_text(encoding="utf-8"))
    assert document == schema(), "docs/schema/run.json is out of date: python docs/write_schema.py"
    folder = play(tmp_path, (), shell("true")).folder
    record = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(document).validate(record)
    assert (record["status"], record["counts"]) == ("missing", False)


def test_runs_of_one_setup_are_numbered_and_others_have_other_names(tmp_path: Path):
    names = [play(tmp_path, (), shell("true")).run for _ in range(2)]
    assert [run.attempt for run in names] == [1, 2]
    assert names[0].id.removesuffix("1") == names[1].id.removesuffix("2")
    other = play(tmp_path, (), shell("true"), limit=5).run
    assert other.attempt == 1
    with pytest.raises(RunError, match="is there already"):
        play(tmp_path, (), shell("true"), number=2)


def test_a_run_that_cannot_begin_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    out = tmp_path / "runs"
    with pytest.raises(ProfileError, match="no wire format is common"):
        play(out, (), shell("true", formats=("gemini",)), profile={"endpoints": only_chat()})
    with pytest.raises(HarnessError, match="headway elicit install codex"):
        play(out, (), own("codex"), installed=tmp_path)
    monkeypatch.delenv("HEADWAY_SCRIPTED_KEY")
    with pytest.raises(GatewayError, match="HEADWAY_SCRIPTED_KEY, which is not set"):
        play(out, (), shell("true"))
    assert not out.exists() or list(out.iterdir()) == []


def only_chat():
    return {"chat": profile("scripted").endpoints["chat"]}


def test_an_image_that_is_not_here_is_asked_for_in_a_sentence(tmp_path: Path):
    import shutil

    if not shutil.which("podman"):
        pytest.skip("podman is not installed (Debian's package podman)")

    folder = Path(shutil.copytree(find("lines").folder, tmp_path / "task"))
    path = folder / "task.toml"
    path.write_text(path.read_text(encoding="utf-8").replace('root = "host"', ""), encoding="utf-8")
    with pytest.raises(TaskError, match=r"podman build -t localhost/headway/lines:\w{12} /"):
        play(tmp_path / "runs", (), shell("true"), load(folder))
    text = path.read_text(encoding="utf-8")
    text = text.replace("[environment]", '[environment]\ndocker_image = "localhost/none:1"')
    path.write_text(text, encoding="utf-8")
    with pytest.raises(TaskError, match="podman pull localhost/none:1"):
        play(tmp_path / "runs", (), shell("true"), load(folder))
    assert not (tmp_path / "runs").exists()


Program = Callable[..., subprocess.CompletedProcess[str]]


def test_run_and_show_as_a_person_calls_them(headway: Program, tmp_path: Path):
    with Scripted(solving(own("standard"))) as server:
        words = ("--model", "scripted", "--harness", "standard", "--server", server.url)
        made = headway("elicit", "run", "lines", *words, "--out", tmp_path, "--budget", "5000")
    assert made.returncode == 0, made.stderr
    said = " ".join(made.stdout.split())
    assert "solved (score 1.00), ended as completed, 357 weighted tokens" in said
    place = Path(made.stdout.split()[-1])
    assert read(place).model.sampling == "profile"
    page = headway("elicit", "show", place).stdout
    for said in ("Status: solved (score 1.00). Ended: completed.", "  | I count.", "count.txt"):
        assert said in page
    assert max(map(len, page.splitlines())) <= 80
    record = json.loads(headway("elicit", "show", place.name, "--out", tmp_path, "--json").stdout)
    assert record["score"] == 1
    (place / "work/count.txt").write_text("13\n", encoding="utf-8")
    assert headway("elicit", "show", place).stdout.startswith("NOT AS IT WAS WRITTEN: work/count")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("line", "--model", "scripted", "--harness", "standard"), "did you mean lines"),
        (("lines", "--model", "scripted", "--harness", "standard"), "say where with --server"),
        (("lines", "--model", "scripted", "--harness", "none"), "There is no harness 'none'"),
    ],
)
def test_a_mistake_is_one_sentence(headway: Program, tmp_path: Path, words, said: str):
    done = headway("elicit", "run", *words, "--out", tmp_path / "runs")
    assert done.returncode == 2
    assert said in " ".join(done.stderr.split())
    assert not (tmp_path / "runs").exists()


def commands() -> list[str]:
    """Command lines of all processes of the machine."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            found.append(path.read_bytes().replace(b"\0", b" ").decode("utf-8", "replace"))
    return found


@pytest.fixture
def short() -> Iterator[Path]:
    """A folder whose name leaves room for that of a socket, of which systems take 107 bytes."""
    with tempfile.TemporaryDirectory(prefix="headway-test-") as folder:
        yield Path(folder)


def until(true: Callable[[], bool], seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_a_program_that_is_ended_leaves_no_run_and_no_process(
    tmp_path: Path, short: Path, number: int
):
    mark = f"sleep 4{os.getpid()}{number}"
    out, temporary = tmp_path / "out", short
    with Scripted([Turn(calls=calls(own("standard"), mark))]) as server:
        program = started(server.url, out, temporary)
        until(lambda: any(mark in text for text in commands()))
        left, names = clear(out), cgroups(mark)  # what lives is left alone
        assert (left.drafts, program.poll()) == ((), None)
        program.send_signal(number)
        assert program.wait(30) == (130 if number == signal.SIGINT else -number)
        until(lambda: not any(mark in text for text in commands()))
        until(lambda: not any(str(tmp_path) in text for text in commands()))
    if number == signal.SIGINT:
        assert (list(out.iterdir()), list(temporary.iterdir())) == ([], [])
        return
    assert [path.name[:7] for path in out.iterdir()] == [".draft-"]
    assert list(temporary.glob("headway-run-*"))
    with Scripted([Turn(text="Nothing.")]) as server:
        program = started(server.url, out, temporary)
        assert program.wait(60) == 0
    assert [path.name[:6] for path in out.iterdir()] == ["lines-"]
    assert list(temporary.iterdir()) == []
    assert not [path for name in names for path in Path("/sys/fs/cgroup").glob(f"*/{name}")]


def cgroups(mark: str) -> set[str]:
    """Names of our cgroups that processes with such a command line are in."""
    found: set[str] = set()
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            if mark.encode() in path.read_bytes().replace(b"\0", b" "):
                text = (path.parent / "cgroup").read_text(encoding="utf-8")
                found.update(re.findall(r"/(headway-[0-9-]+)", text))
    return found


def started(url: str, out: Path, temporary: Path) -> subprocess.Popen[bytes]:
    """The command line as a person calls it."""
    words = ["--model", "scripted", "--harness", "standard", "--server", url, "--out", str(out)]
    return subprocess.Popen(
        [sys.executable, "-m", "headway", "elicit", "run", "lines", *words],
        env={**os.environ, "TMPDIR": str(temporary)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
