"""Every task that ships, in the real sandbox: what scripted agents score, and what can be seen."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.elicit.harnesses import shelf
from tests.elicit.shipping import CANARY

from headway.elicit import toolchain
from headway.elicit.check import agents, score
from headway.elicit.sandbox import Sandbox, Seed, Spec
from headway.elicit.task import find, shipped, suites

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="bubblewrap is for Linux")

NAMES = [f"{suite}/{task}" for suite in suites() for task in shipped(suite)]
STAGED = [name for name in NAMES if find(name).config.headway.stages]
PORTING = [name for name in NAMES if name.startswith("porting/")]
TWINS = [name for name in NAMES if find(name).config.headway.twin_of]


@pytest.fixture(scope="module", autouse=True)
def cases(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Cases are made once for all workers of a session."""
    session = os.environ.get("PYTEST_XDIST_TESTRUNUID") or tmp_path_factory.getbasetemp().name
    before = os.environ["XDG_CACHE_HOME"]
    with shelf(f"cases-{session}") as folder:
        os.environ["XDG_CACHE_HOME"] = str(folder)
        yield
    os.environ["XDG_CACHE_HOME"] = before


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in NAMES if name not in TWINS])
def test_scripted_agents_of_three_strengths_order_every_task(name: str):
    task = find(name)
    found = {agent: score(task, agent) for agent in agents(task)}
    assert {agent: verdict.reason for agent, verdict in found.items() if verdict.reason} == {}
    scores = {agent: verdict.score for agent, verdict in found.items()}
    assert (scores["oracle"], scores["null"]) == (1, 0)
    if name in PORTING:
        assert 0.3 <= scores["partial"] <= 0.85, scores
        cases = found["partial"].rewards
        clusters = [key.removesuffix(".cases") for key in cases if key.endswith(".cases")]
        assert cases["cases"] >= 200
        assert 6 <= len(clusters) <= 12
        assert sum(cases[f"{key}.passed"] for key in clusters) == cases["passed"]
    elif "partial" in scores:
        assert 0 < scores["partial"] < 1


@pytest.mark.slow
@pytest.mark.parametrize("name", PORTING)
def test_two_seeds_give_the_partial_port_the_same_score_within_chance(name: str):
    task = find(name)
    one, other = (score(task, "partial", seed).rewards for seed in (1, 2))
    share = (one["passed"] + other["passed"]) / (one["cases"] + other["cases"])
    error = (share * (1 - share) * (1 / one["cases"] + 1 / other["cases"])) ** 0.5
    # Four standard errors of cases drawn freely; these are drawn in fixed shares, and vary less.
    assert abs(one["reward"] - other["reward"]) <= 4 * error
    assert one["cases"] == other["cases"]


PROGRAMS = sorted({name.rpartition("-")[0] for name in PORTING})
_DRAWS = """
import hashlib, importlib.util, random, sys
sys.dont_write_bytecode = True
sys.path.insert(0, sys.argv[1])
spec = importlib.util.spec_from_file_location("cases", sys.argv[2])
module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)
for seed in (1, 1, 2):
    cases = list(module.cases(random.Random(seed)))
    print(hashlib.sha256(repr(cases).encode()).hexdigest(), len(cases))
print(sorted({case.kind for case in cases}), module.NAME)
"""


@pytest.mark.parametrize("program", PROGRAMS)
def test_cases_follow_from_the_seed_alone(program: str):
    top = find(f"{program}-{_a_target(program)}").folder.parent
    own = program.removeprefix("porting/")
    paths = (str(top / "_shared/differ"), str(top / f"_programs/{own}/hidden/cases.py"))
    said = {
        subprocess.run(
            [sys.executable, "-c", _DRAWS, *paths],
            env={"PYTHONHASHSEED": number},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for number in ("1", "2")
    }
    (text,) = said
    one, again, other, last = text.splitlines()
    assert one == again != other
    assert int(one.split()[1]) == int(other.split()[1]) >= 200
    assert last == f"['edge', 'invalid', 'valid'] {own}"


def _a_target(program: str) -> str:
    return next(name for name in PORTING if name.startswith(f"{program}-")).rpartition("-")[2]


@pytest.mark.parametrize("name", PORTING)
def test_a_porting_task_states_what_it_is(name: str):
    task = find(name)
    own, target = task.config.headway, name.rpartition("-")[2]
    assert own.language == target
    assert own.hides
    assert target not in own.hides
    assert set(own.hides) <= set(toolchain.languages())
    assert {"gcc", *own.needs} == set(own.needs), "the driver is built by gcc"
    assert "port/main." in task.instruction
    assert task.has("environment/files/BEHAVIOUR.md")
    examples = {f.path.split("/")[3] for f in task.files if "/files/examples/" in f.path}
    assert len(examples) >= 8
    assert task.has("environment/Dockerfile")


def _is_hidden(path: str) -> bool:
    return path.startswith(("tests/", "solution/"))


@pytest.mark.parametrize("name", NAMES)
def test_what_is_given_holds_no_canary_and_what_is_hidden_of_programs_does(name: str):
    task = find(name)
    texts = {f.path: (f.origin or task.folder / f.path).read_bytes() for f in task.files}
    given = [path for path in texts if path.startswith("environment/")]
    assert not [path for path in given if CANARY.encode() in texts[path]]
    assert CANARY not in task.instruction
    if name in PORTING:
        wanted = [path for path in texts if path.startswith("tests/") and path != "tests/test.sh"]
        assert [path for path in wanted if CANARY.encode() not in texts[path]] == []


# Everything that an agent's sandbox shows but the host's programs, and of these what has a name of
# a hidden file. The folder of programs is large, and nothing of ours may be in it: only names.
_SEARCH = """
skip="--exclude-dir=proc --exclude-dir=sys --exclude-dir=dev --exclude-dir=usr"
grep -rlF "$1" / $skip 2>/dev/null
find / \\( -name cases.py -o -name drive.c -o -name answers.json -o -name solve.sh \\
  -o -name partial.sh -o -name score.py -o -name '*headway*' -path '*elicit*' \\) 2>/dev/null
ls /tests /solution /built /outputs /logs/verifier 2>/dev/null
true
"""


@pytest.mark.parametrize("name", [*STAGED[:1], *STAGED[-1:]])
def test_no_hidden_file_is_found_from_inside_an_agents_sandbox(name: str, tmp_path: Path):
    task = find(name)
    start, out = tmp_path / "start", tmp_path / "out"
    start.mkdir()
    out.mkdir()
    task.lay_out(start)
    (start / "decoy").write_text(CANARY, encoding="ascii")  # the search finds what there is
    spec = Spec(out, seeds=(Seed(start),), seconds=200, hidden=toolchain.for_agent(task))
    with Sandbox(spec) as box:
        box.start(["/bin/bash", "-c", _SEARCH, "search", CANARY], {"PATH": "/usr/bin:/bin"})
        ended = box.wait()
    assert ended is not None
    assert ended.exit_code == 0
    assert (out / "stdout").read_text(encoding="utf-8").split() == ["/work/decoy"]
