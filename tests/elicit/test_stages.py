"""The verifier in stages: what each sees, what broken ones come to, and the cases that are kept."""

from __future__ import annotations

import json
import multiprocessing
import shutil
import sys
from pathlib import Path

import pytest
from tests.elicit.running_tasks import asking, calls, play
from tests.elicit.scripted import Turn
from tests.elicit.shipping import like

from headway.elicit import toolchain
from headway.elicit.cases import Prepared, prepared
from headway.elicit.room import environment, room
from headway.elicit.sandbox import Mount, Sandbox, Spec
from headway.elicit.task import Task, find, load, shipped
from headway.elicit.verify import solve, verify
from headway.errors import TaskError, UnknownNameError

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="bubblewrap is for Linux")

STATED = """
[metadata.headway]
root = "host"
hides = ["python", "js"]
seed = 3
[metadata.headway.shared]
"tests" = ["_shared"]
[metadata.headway.stages]
build = "build.sh"
"""
SCRIPTS = {
    "prepare.sh": "seq $HEADWAY_SEED > /logs/open/numbers; echo right-answer > /logs/closed/answer",
    "build.sh": "cp /work/program /logs/",
    "run.sh": "bash /built/program",
    "score.sh": (
        "cmp -s /outputs/stdout /tests/answer && score=1 || score=0;"
        " echo $score > /logs/verifier/reward.txt"
    ),
}


def task(folder: Path, **scripts: str) -> Task:
    """A small task in stages: the program must print what only the last stage knows."""
    own = folder / "small"
    own.mkdir(parents=True)
    shared = folder / "_shared"
    shared.mkdir()
    for name, text in {**SCRIPTS, **{f"{key}.sh": text for key, text in scripts.items()}}.items():
        (shared / name).write_text(text + "\n", encoding="utf-8")
    (own / "tests").mkdir()
    (own / "tests/test.sh").write_text("exit 1\n", encoding="utf-8")
    (own / "environment/files").mkdir(parents=True)
    (own / "environment/files/given").write_text("a file that is given\n", encoding="utf-8")
    (own / "instruction.md").write_text("Print it.\n", encoding="utf-8")
    (own / "task.toml").write_text(STATED, encoding="utf-8")
    return load(own)


def judged(tmp_path: Path, program: str, **scripts: str):
    """Verdict on a work folder that holds one program, and where its parts lie."""
    (tmp_path / "work").mkdir(parents=True)
    (tmp_path / "work/program").write_text(program + "\n", encoding="utf-8")
    made = task(tmp_path / "task", **scripts)
    return verify(made, tmp_path / "work", tmp_path / "verifier")


def test_each_stage_is_a_sandbox_of_its_own(tmp_path: Path):
    found = judged(tmp_path, "echo right-answer")
    assert (found.score, found.reason) == (1, "")
    kept = {
        p.relative_to(tmp_path / "verifier").as_posix() for p in tmp_path.rglob("verifier/**/*")
    }
    assert {"stdout", "logs/verifier/reward.txt", "build/stdout", "run/stderr"} <= kept


def test_a_wrong_program_scores_0(tmp_path: Path):
    assert judged(tmp_path, "echo wrong").score == 0


def test_the_work_sees_what_is_open_and_never_what_is_closed(tmp_path: Path):
    search = (
        "cat /tests/numbers >&2; ls /tests /built /work /outputs /logs >&2; grep -rl right-answer /"
        " --exclude-dir=proc --exclude-dir=sys --exclude-dir=usr >&2 2>/dev/null;"
        " python3 -c 'print(1)'; node -e 'console.log(1)'; echo end >&2"
    )
    judged(tmp_path, search)
    said = (tmp_path / "verifier/run/stderr").read_text(encoding="utf-8")
    refused = ("No such file", "Permission denied")
    lines = [line for line in said.splitlines() if not any(why in line for why in refused)]
    # The seed is 3; /work and /logs are empty, and the one file with the word is the program.
    assert lines == [
        *"123",
        *("/built:", "program", "", "/logs:", "", "/tests:", "build.sh", "numbers", "run.sh", ""),
        *("/work:", "/built/program", "end"),
    ]


@pytest.mark.parametrize(
    ("program", "why"),
    [
        ("kill -9 $$", "a signal"),
        ("exit 3", "an exit code"),
        ("mkdir -p /logs/verifier; echo 1 > /logs/verifier/reward.txt", "a reward of its own"),
        ("head -c 1000000 /dev/zero; echo right-answer", "too much"),
        ("rm -rf /work /built /tests /logs 2>/dev/null", "a folder that goes"),
    ],
)
def test_what_the_work_does_cannot_make_its_score_missing(tmp_path: Path, program: str, why: str):
    found = judged(tmp_path, program)
    assert (found.score, found.reason) == (0, ""), why


def test_work_that_cannot_be_built_or_hangs_scores_0(tmp_path: Path):
    assert judged(tmp_path / "a", "", build="echo no >&2; exit 1").score == 0
    made = task(tmp_path / "b")
    verifier = made.config.verifier.model_copy(update={"timeout_sec": 1.0})
    quick = Task(
        made.name,
        made.folder,
        made.instruction,
        made.config.model_copy(update={"verifier": verifier}),
        made.files,
    )
    (tmp_path / "work").mkdir()
    (tmp_path / "work/program").write_text("sleep 600", encoding="utf-8")
    found = verify(quick, tmp_path / "work", tmp_path / "verifier")
    assert (found.score, found.reason) == (0, "")


@pytest.mark.parametrize(
    ("stage", "script", "said"),
    [
        (
            "prepare",
            "echo 'the cases are wrong' >&2; exit 1",
            "cannot be made: the cases are wrong",
        ),
        ("score", "true", "left no reward file"),
    ],
)
def test_a_fault_of_the_task_is_no_score(tmp_path: Path, stage: str, script: str, said: str):
    found = judged(tmp_path, "echo right-answer", **{stage: script})
    assert found.score is None
    assert said in found.reason


# ---------------------------------------------------------------------- the cases that are kept


def test_another_seed_makes_other_cases_and_each_is_kept(tmp_path: Path):
    made = task(tmp_path / "task")
    one, two = (prepared(made.with_seed(n), tmp_path / "cache") for n in (1, 2))
    assert [p.open.joinpath("numbers").read_text() for p in (one, two)] == ["1\n", "1\n2\n"]
    assert prepared(made.with_seed(1), tmp_path / "cache") == one
    assert made.digest == made.with_seed(2).digest


def test_a_task_without_stages_makes_no_cases():
    with pytest.raises(TaskError, match="makes no cases: its tests are always the same"):
        find("lines").with_seed(2)
    assert find("lines").seed is None


def _in_child(folder: Path, cache: Path) -> Prepared:
    return prepared(load(folder), cache)


def test_processes_that_want_the_same_cases_make_them_once(tmp_path: Path):
    # A second making would be seen: it takes a second, and what it makes is never the same.
    script = "sleep 1; cat /proc/sys/kernel/random/uuid > /logs/closed/own"
    made = task(tmp_path / "task", prepare=script)
    context = multiprocessing.get_context("spawn")
    with context.Pool(3) as pool:
        found = pool.starmap(_in_child, [(made.folder, tmp_path / "cache")] * 3)
    assert len({place.closed for place in found}) == 1
    before = (found[0].closed / "own").read_text(encoding="ascii")
    place = prepared(made, tmp_path / "cache")
    assert (place.closed / "own").read_text(encoding="ascii") == before
    left = {path.suffix for path in (tmp_path / "cache").iterdir()}
    assert left == {"", ".lock"}


@pytest.mark.parametrize("change", ["alter", "add", "remove", "cut"])
def test_a_cache_that_was_changed_is_noticed_and_made_anew(tmp_path: Path, change: str):
    made = task(tmp_path / "task")
    place = prepared(made, tmp_path / "cache")
    if change == "alter":
        (place.closed / "answer").write_text("wrong\n", encoding="utf-8")
    elif change == "add":
        (place.open / "answer").write_text("right-answer\n", encoding="utf-8")
    elif change == "remove":
        (place.open / "numbers").unlink()
    else:
        (place.open.parent / "whole.json").write_text("{", encoding="utf-8")
    again = prepared(made, tmp_path / "cache")
    assert (again.closed / "answer").read_text(encoding="utf-8") == "right-answer\n"
    assert sorted(p.name for p in again.open.iterdir()) == ["build.sh", "numbers", "run.sh"]


def test_what_a_killed_process_left_is_cleared_away(tmp_path: Path):
    made = task(tmp_path / "task")
    place = prepared(made, tmp_path / "cache").open.parent
    shutil.copytree(place, place.with_suffix(".partial-1"))
    shutil.rmtree(place)
    assert prepared(made, tmp_path / "cache").open.parent == place
    assert not place.with_suffix(".partial-1").exists()


def test_the_seed_of_the_cases_is_in_the_record_of_a_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("HEADWAY_SCRIPTED_KEY", "sk-none-needed")
    program, made = asking(), task(tmp_path / "task").with_seed(7)
    turns = [Turn(calls=calls(program, "echo echo right-answer > program")), Turn(text="Done.")]
    one = play(tmp_path / "runs", turns, program, made).run
    assert (one.score, one.task.cases_seed) == (1, 7), one.reason
    other = play(tmp_path / "runs", turns, program, made.with_seed(8)).run
    # Other cases are no attempt at the same.
    assert other.task.cases_seed == 8
    assert (one.attempt, other.attempt) == (1, 1)
    assert one.id != other.id
    assert play(tmp_path / "runs", turns, program, find("lines")).run.task.cases_seed is None


# ---------------------------------------------------------------------- what is asked of a machine


def needing(tmp_path: Path, old: str, new: str) -> Path:
    folder = like("wordcount-c", tmp_path)
    text = (folder / "task.toml").read_text(encoding="utf-8")
    assert old in text
    (folder / "task.toml").write_text(text.replace(old, new), encoding="utf-8")
    return folder


def test_a_program_that_is_missing_is_an_error_that_names_debians_package(tmp_path: Path):
    program = toolchain.Program("tcc", "/usr/bin/no-such-compiler", ("tcc",), ("-v",), "0.9")
    said = toolchain.lack(program)
    assert said == (
        "tcc 0.9 or newer is needed as /usr/bin/no-such-compiler, and is not on this machine: "
        "apt-get install tcc (Debian)."
    )
    bash = toolchain.Program("bash", "/bin/bash", ("bash",), ("--version",), "99")
    assert "is needed as /bin/bash, and it is" in toolchain.lack(bash)
    there = toolchain.Program("bash", "/bin/bash", ("bash",), ("--version",), "3")
    assert toolchain.lack(there) == ""


def test_all_that_tasks_need_is_on_this_machine():
    # `make test` installs it: without it there would be fewer tasks, not fewer failures.
    for name in shipped():
        toolchain.check(find(name))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('["python3", "gcc"]', '["cobol"]', "nothing is known of 'cobol'; there are python3, gcc"),
        ('hides = ["python"]', 'hides = ["latin"]', "nothing is known of the language 'latin'"),
    ],
)
def test_unknown_names_are_told_with_those_that_there_are(
    tmp_path: Path, old: str, new: str, said: str
):
    made = load(needing(tmp_path, old, new))
    with pytest.raises(TaskError, match=said):
        toolchain.check(made)
    (tmp_path / "work").mkdir()
    assert said in verify(made, tmp_path / "work", tmp_path / "verifier").reason


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"_shared/differ"', '"_missing"', r"there is no folder .*/_missing to share"),
        ('"_shared/differ"', '"differ"', r"'differ' must be a folder beside the task"),
        ('"_shared/differ"', '"_a/../../x"', r"must be a folder beside the task"),
        (
            '"tests" =',
            '"elsewhere" =',
            r"'elsewhere' must lie in environment/, tests/ or solution/",
        ),
        ('"tests" = [', '"tests" = ["_shared/differ", ', r"is there twice"),
        ('run = "run.sh"', 'run = "walk.sh"', r"stages\.run: there is no tests/walk\.sh"),
        ('run = "run.sh"', 'run = "../run.sh"', r"must be the name of a script in tests/"),
        ('run = "run.sh"', 'walk = "run.sh"', r"stages\.walk"),
        ('root = "host"', 'root = "image"', r'needs needs root = "host"'),
    ],
)
def test_what_is_shared_and_staged_is_read_strictly(tmp_path: Path, old: str, new: str, said: str):
    with pytest.raises(TaskError, match=said):
        load(needing(tmp_path, old, new))


def test_a_shared_folder_that_is_a_link_is_refused(tmp_path: Path):
    folder = like("wordcount-c", tmp_path)
    shared = tmp_path / "_shared/differ"
    shared.rename(tmp_path / "elsewhere")
    shared.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(TaskError, match="to share"):
        load(folder)


def test_what_is_shared_counts_in_the_digest(tmp_path: Path):
    folder = like("wordcount-c", tmp_path)
    before = load(folder)
    assert before.digest == find("wordcount-c").digest
    with (tmp_path / "_shared/differ/score.py").open("a", encoding="utf-8") as file:
        file.write("# another\n")
    after = load(folder)
    assert (after.digest == before.digest, after.tests_digest == before.tests_digest) == (
        False,
        False,
    )
    assert after.environment_digest == before.environment_digest


def test_tasks_are_found_by_name_and_by_suite_and_name():
    assert find("porting/wordcount-c").digest == find("wordcount-c").digest
    assert "wordcount-c" in shipped("porting")
    with pytest.raises(UnknownNameError, match=r"There is no task 'porting/wordcount-cobol'"):
        find("porting/wordcount-cobol")
    with pytest.raises(UnknownNameError, match="There is no suite 'portin'"):
        shipped("portin")


# ---------------------------------------------------------------------- languages that are hidden

PROBES = {
    "python": "for p in /usr/bin/python3 /run/python/bin/python3 {own}; do $p -c 'print(1)'; done",
    "js": "/usr/bin/node -e 'console.log(1)'",
    "c": "cd /tmp; echo 'int main(){{return 0;}}' > a.c; gcc a.c -o a && echo 1",
    "rust": "cd /tmp; echo 'fn main(){{}}' > a.rs; /usr/bin/rustc a.rs && echo 1",
    "go": (
        "cd /tmp; echo 'package main; func main(){{}}' > a.go;"
        " HOME=/tmp CGO_ENABLED=0 /usr/bin/go build a.go && echo 1"
    ),
    "other": "/usr/bin/perl -e 'print 1'",
}


def shown(tmp_path: Path, probe: str, hidden: tuple[str, ...]) -> str:
    tmp_path.mkdir()
    with Sandbox(Spec(tmp_path, seconds=60, hidden=hidden)) as box:
        script = probe.format(own=sys.executable)
        box.start(["/bin/bash", "-c", script], {"PATH": "/usr/bin:/bin", "HOME": "/tmp"})
        box.wait()
    return (tmp_path / "stdout").read_text(encoding="utf-8").strip()


@pytest.mark.parametrize("language", PROBES)
def test_a_hidden_language_is_not_there_and_the_others_are(tmp_path: Path, language: str):
    probe = PROBES[language]
    assert shown(tmp_path / "shown", probe, ())
    assert shown(tmp_path / "hidden", probe, toolchain.hidden((language,))) == ""
    # Rust links by gcc's driver, which stays where only C is hidden.
    others = tuple(name for name in toolchain.languages() if name != language)
    assert shown(tmp_path / "alone", probe, toolchain.hidden(others))


def test_no_interpreter_is_left_under_any_name(tmp_path: Path):
    search = (
        "find / -xdev -type f -size +0 \\( -name 'python3*' -o -name 'libpython*.so*' \\)"
        " -perm -100 2>/dev/null; find / -path '*/encodings/__init__.py' 2>/dev/null;"
        " ls /run/python; true"
    )
    assert shown(tmp_path / "out", search, toolchain.hidden(("python",))) == ""


def test_an_agent_that_ports_from_c_has_no_compiler_of_it(tmp_path: Path):
    folder = needing(tmp_path, 'hides = ["python"]', 'hides = ["c"]')
    shutil.rmtree(folder / "solution")
    (folder / "solution").mkdir()
    (folder / "solution/solve.sh").write_text(
        "echo 'int main(){return 0;}' > a.c; gcc a.c -o a; echo $? > code; python3 -c 'print(1)'\n",
        encoding="utf-8",
    )
    made = load(folder)
    ended = solve(made, tmp_path / "work", tmp_path / "solve")
    assert ended.exit_code == 0, "an agent has the other languages"
    assert (tmp_path / "work/code").read_text(encoding="utf-8") != "0\n"
    assert not (tmp_path / "work/a").exists()


# ---------------------------------------------------------------------- Harbor's own runner


def test_a_task_can_be_written_out_whole(tmp_path: Path):
    made = find("wordcount-c")
    made.lay_whole(tmp_path)
    whole = load(tmp_path)
    assert whole.tests_digest == made.tests_digest
    assert whole.environment_digest == made.environment_digest
    own = made.config.headway.model_copy(update={"shared": {}})
    assert whole.config.headway == own
    assert whole.config.verifier == made.config.verifier


def test_one_container_does_all_stages_for_harbors_own_runner(tmp_path: Path):
    made = find("wordcount-c")
    solve(made, tmp_path / "work", tmp_path / "solve")
    tests, out = tmp_path / "tests", tmp_path / "out"
    tests.mkdir()
    out.mkdir()
    made.lay_tests(tests)
    spec = room(made, None, out, 300, tmp_path / "work", (Mount(tests, "/tests"),))
    with Sandbox(spec) as box:
        box.start(["/bin/bash", "-c", "bash /tests/test.sh"], environment(None))
        ended = box.wait()
        box.collect(tmp_path / "logs", "/logs")
    assert ended is not None
    assert ended.exit_code == 0, (out / "stderr").read_text(encoding="utf-8")
    found = json.loads((tmp_path / "logs/verifier/reward.json").read_text(encoding="utf-8"))
    assert found["reward"] == 1
