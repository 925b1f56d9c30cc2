"""The verifier: what counts as a score, and what a broken one comes to."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from headway.elicit.sandbox import Sandbox, Seed, Spec
from headway.elicit.task import TWIN, Task, find, load, shipped
from headway.elicit.verify import reward, solve, verify

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="bubblewrap is for Linux")

# What a mistake leaves behind: a command for the work folder.
WRONG = {
    "add": "echo 17 + 25 > sum.txt",
    "arrange": "cp names.txt sorted.txt",
    "clear": "rm -r *",
    "copy": "mv poem.txt backup.txt",
    "field": "grep Noor people.csv | cut -d, -f2 > city.txt",  # Noorden, too
    "folder": "touch results",
    "guests": "sort -r guests.txt > sorted.txt",
    "lines": "grep -c . notes.txt > count.txt",
    "number": "echo 42 42 > number.txt",
    "remove": "rm *.txt",
    "rename": "cp draft.txt final.txt",
    "rows": "wc -w < people.csv > rows.txt; echo 3 >> rows.txt",
    "sort": "sort numbers.txt > sorted.txt",
    "word": "echo harbor > answer.txt",
    # Programs that are right in the given cases and wrong in others.
    "leap": 'echo \'print("no" if int(__import__("sys").argv[1]) % 4 else "yes")\' > leap.py',
    "median": "sed -i 's/    middle =/    values = sorted(values)\\n    middle =/' median.py",
    "roman": 'echo \'print({"3": "III", "9": "IX"}[__import__("sys").argv[1]])\' > roman.py',
    "slug": 'echo \'print(__import__("sys").argv[1].lower().replace(" ", "-"))\' > slug.py',
    "squeeze": """cat > squeeze.py << 'end'
import collections, sys
for line, n in collections.Counter(sys.stdin.read().splitlines()).items():
    print(line if n == 1 else f"{line} x{n}")
end""",
    "sum": "echo 'case $1 in 2) echo $((2 + $2));; -7) echo 0;; 999) echo 1000;; esac' > sum.sh",
}
MICRO = [name for name in shipped("smoke") if not name.endswith(TWIN)]


def task(tmp_path: Path, script: str, **settings: str) -> Task:
    """The task *lines* with other tests."""
    folder = Path(shutil.copytree(find("lines").folder, tmp_path / "task"))
    (folder / "tests/test.sh").write_text(script, encoding="utf-8")
    path = folder / "task.toml"
    text = path.read_text(encoding="utf-8")
    for old, new in settings.items():
        text = text.replace(old, new)
    path.write_text(text, encoding="utf-8")
    return load(folder)


def judged(tmp_path: Path, script: str, files: dict[str, str] | None = None):
    work = tmp_path / "work"
    work.mkdir()
    for name, text in (files or {}).items():
        (work / name).write_text(text, encoding="utf-8")
    return verify(task(tmp_path, script), work, tmp_path / "verifier")


def mistaken(tmp_path: Path, name: str, command: str) -> float | None:
    """What the work folder scores after this command."""
    work = tmp_path / "work"
    work.mkdir()
    find(name).lay_out(work)
    subprocess.run(["bash", "-c", command], cwd=work, check=True)
    return verify(find(name), work, tmp_path / "verifier").score


@pytest.mark.parametrize("name", ["field", "lines", "sort", "word"])
def test_the_solution_scores_1_and_doing_nothing_0(tmp_path: Path, name: str):
    found = find(name)
    ended = solve(found, tmp_path / "solved", tmp_path / "solve")
    assert (ended.reason, ended.exit_code) == ("exit", 0)
    best = verify(found, tmp_path / "solved", tmp_path / "best")
    assert (best.score, best.reason) == (1.0, "")
    (tmp_path / "untouched").mkdir()
    found.lay_out(tmp_path / "untouched")
    null = verify(found, tmp_path / "untouched", tmp_path / "null")
    assert (null.score, null.reason) == (0.0, "")


@pytest.mark.parametrize("name", MICRO)
def test_a_wrong_answer_scores_what_it_should_by_hand(tmp_path: Path, name: str):
    score = mistaken(tmp_path, name, WRONG[name])
    # Sorted as text, of eleven lines only the 0 stands where it should.
    assert score == pytest.approx(1 / 11 if name == "sort" else 0, abs=1e-4)


@pytest.mark.parametrize("name", [name for name in shipped("smoke") if name.endswith(TWIN)])
def test_no_impossible_twin_is_passed_by_a_mistake(tmp_path: Path, name: str):
    assert mistaken(tmp_path, name, WRONG[name.removesuffix(TWIN)]) == 0


def test_changing_the_data_does_not_change_the_tests(tmp_path: Path):
    work = tmp_path / "work"
    work.mkdir()
    (work / "notes.txt").write_text("one\n", encoding="utf-8")
    (work / "count.txt").write_text("1\n", encoding="utf-8")
    assert verify(find("lines"), work, tmp_path / "verifier").score == 0


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("true", "left no reward file"),
        ("exit 1", "left no reward file"),
        ("kill -SEGV $$", "did not end by itself"),
        (": > /logs/verifier/reward.txt", "left an empty reward.txt"),
        ("echo much > /logs/verifier/reward.txt", r"reward\.txt cannot be read: 'much'"),
        ("echo 1.5 > /logs/verifier/reward.txt", r"left 1\.5, which is not between 0 and 1"),
        ("echo -1 > /logs/verifier/reward.txt", "left -1, which is not between 0 and 1"),
        ("echo nan > /logs/verifier/reward.txt", "holds no number"),
        ("echo '{' > /logs/verifier/reward.json", r"reward\.json cannot be read"),
        ("echo '{\"reward\": true}' > /logs/verifier/reward.json", "holds no number"),
        ('echo \'{"a": 1, "b": 0}\' > /logs/verifier/reward.json', "none is called reward"),
        (
            "echo 1 > /logs/verifier/reward.txt; echo 0 > /logs/verifier/reward.json",
            "two reward files that disagree",
        ),
        ("ln -s /tests/test.sh /logs/verifier/reward.txt", "left no reward file"),
        ("mkdir /logs/verifier/reward.txt", "is no small plain file"),
    ],
)
def test_a_verifier_without_a_usable_number_gives_null(tmp_path: Path, script: str, said: str):
    found = judged(tmp_path, script)
    assert found.score is None
    assert re.search(said, found.reason), found.reason


@pytest.mark.parametrize(
    ("script", "score"),
    [
        ("echo 0.25 > /logs/verifier/reward.txt; exit 1", 0.25),
        ("echo '{\"accuracy\": 0.5}' > /logs/verifier/reward.json", 0.5),
        ('echo \'{"reward": 1, "speed": 3}\' > /logs/verifier/reward.json', 1.0),
        (
            "cd /logs/verifier; echo 1 > reward.txt; echo '{\"reward\": 1}' > reward.json",
            1,
        ),
        ("cat answer > /logs/verifier/reward.txt", 0.75),
    ],
)
def test_the_number_counts_and_the_exit_code_does_not(tmp_path: Path, script: str, score: float):
    found = judged(tmp_path, f"#!/bin/bash\n{script}\n", {"answer": "0.75\n"})
    assert (found.score, found.reason) == (score, "")


def test_a_verifier_that_hangs_gives_null_whatever_it_wrote(tmp_path: Path):
    script = "#!/bin/bash\necho 1 > /logs/verifier/reward.txt\nsleep 600\n"
    found = task(tmp_path, script, **{"timeout_sec = 30.0": "timeout_sec = 1.0"})
    (tmp_path / "work").mkdir()
    verdict = verify(found, tmp_path / "work", tmp_path / "verifier")
    assert verdict.score is None
    assert "did not end by itself" in verdict.reason


def test_the_work_folder_is_copied_and_never_changed(tmp_path: Path):
    script = "#!/bin/bash\nrm -f answer; echo 1 > /logs/verifier/reward.txt\n"
    assert judged(tmp_path, script, {"answer": "x"}).score == 1
    assert (tmp_path / "work/answer").read_text(encoding="utf-8") == "x"


def test_the_verifier_cannot_change_its_tests_nor_reach_a_network(tmp_path: Path):
    script = """#!/bin/bash
echo more >> /tests/test.sh && exit 1
(exec 3<>/dev/tcp/127.0.0.1/8080) && exit 1
echo 1 > /logs/verifier/reward.txt
"""
    assert judged(tmp_path, script).score == 1


def test_an_agent_finds_neither_tests_nor_solutions(tmp_path: Path):
    (tmp_path / "start").mkdir()
    (tmp_path / "out").mkdir()
    find("lines").lay_out(tmp_path / "start")
    spec = Spec(tmp_path / "out", seeds=(Seed(tmp_path / "start"),), seconds=100)
    # Of all files that the sandbox shows: the scripts that only the tests and solutions have.
    script = (
        "find / -xdev -name test.sh -path '*tests*' 2>/dev/null;"
        " find / -name solve.sh 2>/dev/null; ls /tests /solution; cat notes.txt | wc -l"
    )
    with Sandbox(spec) as box:
        box.start(["/bin/bash", "-c", script], {"PATH": "/usr/bin:/bin"})
        box.wait()
    assert (tmp_path / "out/stdout").read_text(encoding="utf-8").split() == ["14"]


def test_reward_of_a_folder_by_hand(tmp_path: Path):
    (tmp_path / "reward.json").write_text(json.dumps({"reward": 0.5, "x": 2}), encoding="utf-8")
    assert reward(tmp_path) == ({"reward": 0.5, "x": 2.0}, "")
