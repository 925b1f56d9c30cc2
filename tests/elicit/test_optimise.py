"""The suite *optimise*: what its judge refuses, what it confines, and what it believes."""

from __future__ import annotations

import importlib.util
import json
import random
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from headway.elicit.task.shelf import find, place, shipped
from headway.elicit.verify import verify

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="bubblewrap is for Linux")

SHARED = place("optimise", "_shared") / "judge"
with Path(__file__).with_name("optimise.toml").open("rb") as programs:
    PROGRAMS = tomllib.load(programs)
HELLO = '#include <stdio.h>\nint main(void) { printf("%d\\n", getchar()); return 0; }\n'


def module(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"judge_{path.stem}", path)
    assert spec
    assert spec.loader
    found = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(found)
    return found


BUILD = module(SHARED / "build.py")


@pytest.fixture(scope="module")
def runner(tmp_path_factory: pytest.TempPathFactory) -> Path:
    program = tmp_path_factory.mktemp("runner") / "runner"
    command = ["/usr/bin/gcc", "-std=c11", "-O2", "-static", "-o", str(program)]
    subprocess.run([*command, str(SHARED / "runner.c")], check=True)
    return program


def built(text: str, folder: Path) -> Path:
    (folder / "source.c").write_text(text)
    BUILD.build(folder / "source.c", folder / "port")
    return folder / "port"


def test_five_tasks_ship_with_what_a_task_needs():
    assert shipped("optimise") == ("bignum", "grid", "nearest", "phrases", "weblog")
    for name in shipped("optimise"):
        task = find(f"optimise/{name}")
        assert task.has("environment/files/main.c")
        assert task.has("environment/files/sample/small.in")
        assert 100 <= task.config.metadata["lines"] <= 400


@pytest.mark.parametrize("name", shipped("optimise"))
def test_the_given_program_and_both_ports_may_be_built(name: str, tmp_path: Path):
    for source in ("solution/port/main.c", "solution/partial/main.c"):
        built((place("optimise", name) / source).read_text(), tmp_path)


@pytest.mark.parametrize("name", shipped("optimise"))
def test_the_loads_of_a_seed_are_always_the_same_and_of_two_seeds_differ(name: str):
    load = module(place("optimise", "_programs") / name / "hidden/load.py")
    first, again, other = (load.loads(random.Random(seed)) for seed in (1, 1, 2))
    assert first == again
    assert first.keys() == other.keys()
    assert sum(first[key] != other[key] for key in first) >= len(first) / 2


@pytest.mark.parametrize("kind", PROGRAMS["refused"])
def test_what_could_hide_instructions_is_refused(kind: str, tmp_path: Path):
    text, why = (PROGRAMS["refused"][kind][key] for key in ("text", "why"))
    with pytest.raises(BUILD.Refused, match=why):
        built(text, tmp_path)


@pytest.mark.parametrize("kind", PROGRAMS["allowed"])
def test_what_a_fast_program_needs_is_allowed(kind: str, tmp_path: Path):
    assert built(PROGRAMS["allowed"][kind]["text"], tmp_path).is_file()


def run(runner: Path, text: str, folder: Path, *, seconds: int = 5) -> tuple[list[str], Path]:
    """What the runner says of a program that was built without any check, on two loads."""
    for name in ("loads", "out", "scratch"):
        (folder / name).mkdir()
    for name in ("a", "b"):
        (folder / "loads" / name).write_text("load\n")
    (folder / "port.c").write_text(text)
    program = folder / "port"
    command = ["/usr/bin/gcc", "-w", "-O1", "-static", "-o", str(program), str(folder / "port.c")]
    subprocess.run(command, check=True)
    folders = [str(folder / name) for name in ("loads", "out", "scratch")]
    subprocess.run([str(runner), str(program), *folders, str(seconds)], check=True)
    return (folder / "out/runs").read_text().splitlines(), folder / "out"


def test_the_runner_counts_and_keeps_what_was_printed(runner: Path, tmp_path: Path):
    lines, out = run(runner, HELLO, tmp_path)
    for line, name in zip(lines, ("a", "b"), strict=True):
        found, state, counted, native, instructions, microseconds, wrong = line.split(" ", 6)
        assert (found, state, counted, native, wrong) == (name, "counted", "0", "0", "-")
        assert int(instructions) > 5000
        assert int(microseconds) > 0
        assert {(out / f"{name}.{kind}").read_text() for kind in ("counted", "native")} == {"108\n"}
    assert lines[0].split()[4] == lines[1].split()[4], "the same work, the same count"


@pytest.mark.parametrize("kind", PROGRAMS["tried"])
def test_a_program_gets_nothing_but_memory_input_and_output(
    kind: str, runner: Path, tmp_path: Path
):
    """Even where it is built without any check: 0 for each that was tried, counted or not."""
    end = '\n#include <stdio.h>\nint main(void) { printf("%d\\n", try() > 0); return 0; }'
    lines, out = run(runner, PROGRAMS["tried"][kind]["text"] + end, tmp_path)
    counted, native = ((out / f"a.{kind}").read_text() for kind in ("counted", "native"))
    # Valgrind itself gives up where it is to start another program: then nothing is counted.
    assert (counted, native) == ("0\n", "0\n") or (kind == "another program" and not counted)
    assert kind != "another program" or " failed " in lines[0]
    assert not Path("/tmp/headway-kept").exists()


def test_nothing_is_kept_from_one_load_to_the_next(runner: Path, tmp_path: Path):
    """Valgrind must be able to make files of its own; what a program makes is swept away."""
    path = tmp_path / "scratch/kept"
    lines, out = run(
        runner,
        "#include <fcntl.h>\n#include <stdio.h>\n#include <unistd.h>\nint main(void) {"
        f' int kept = syscall(2, "{path}", O_RDONLY) >= 0;'
        f' int made = syscall(2, "{path}", O_CREAT | O_EXCL | O_RDWR, 0600) >= 0;'
        ' printf("%d %d\\n", kept, made); return 0; }',
        tmp_path,
    )
    assert all(" counted " in line for line in lines)
    assert [(out / f"{name}.counted").read_text() for name in ("a", "b")] == ["0 1\n"] * 2
    assert [(out / f"{name}.native").read_text() for name in ("a", "b")] == ["0 0\n"] * 2


@pytest.mark.parametrize("kind", PROGRAMS["fails"])
def test_a_run_that_cannot_be_counted_has_failed(kind: str, runner: Path, tmp_path: Path):
    text, why = (PROGRAMS["fails"][kind][key] for key in ("text", "why"))
    lines, _ = run(runner, text, tmp_path, seconds=2)
    assert re.search(f" failed .*({why})", lines[0])


@pytest.fixture
def scored(tmp_path: Path) -> Any:
    """Scores a table of runs against another, as the last stage does."""
    given, out = tmp_path / "original", tmp_path / "out"
    given.mkdir()
    out.mkdir()
    (tmp_path / "pinned").write_text("16\n")

    def put(folder: Path, rows: list[tuple[Any, ...]], text: str) -> None:
        lines = [" ".join(map(str, row)) for row in rows]
        (folder / "runs").write_text("\n".join(lines) + "\n")
        for row in rows:
            for kind in ("counted", "native"):
                (folder / f"{row[0]}.{kind}").write_text(text)

    def score(rows: list[tuple[Any, ...]], text: str = "right\n") -> dict[str, Any]:
        first = [(n, "counted", 0, 0, 8_000_000, 100_000, "-") for n in ("a", "b")]
        put(given, first, "right\n")
        put(out, rows, text)
        command = [sys.executable, str(SHARED / "score.py"), str(tmp_path), str(out)]
        subprocess.run([*command, str(tmp_path / "r.json")], check=True, capture_output=True)
        return dict(json.loads((tmp_path / "r.json").read_text()))

    return score


def row(name: str, instructions: int, microseconds: int = 2000, **more: Any) -> tuple[Any, ...]:
    given = {"state": "counted", "counted": 0, "native": 0, "wrong": "-", **more}
    return (
        name, given["state"], given["counted"], given["native"], instructions, microseconds,
        given["wrong"],
    )  # fmt: skip


def test_the_score_is_the_share_of_the_reference_on_a_logarithmic_scale(scored: Any):
    same = scored([row("a", 8_000_000, 100_000), row("b", 8_000_000, 100_000)])
    assert (same["reward"], same["ratio"], same["correct"]) == (0.0, 1.0, 1)
    quarter = scored([row("a", 2_000_000), row("b", 2_000_000)])
    assert (quarter["reward"], quarter["ratio"]) == (0.5, 4.0)
    beyond = scored([row("a", 200_000), row("b", 200_000)])
    assert (beyond["reward"], beyond["ratio"]) == (1.0, 40.0)
    slower = scored([row("a", 9_000_000), row("b", 9_000_000)])
    assert slower["reward"] == 0.0
    assert slower["ratio"] < 1


def test_one_wrong_load_is_no_speed_up_at_all(scored: Any):
    wrong = [
        scored([row("a", 1000), row("b", 1000, counted=1)]),
        scored([row("a", 1000), row("b", 1000, native=1)]),
        scored([row("a", 1000), row("b", 1000, state="failed", wrong="time is up")]),
        scored([row("a", 1000)]),
    ]
    assert [(w["reward"], w["correct"], w["loads_correct"]) for w in wrong] == [(0.0, 0, 1)] * 4
    assert all("ratio" not in w for w in wrong)
    assert scored([row("a", 1000), row("b", 1000)], "wrong\n")["loads_correct"] == 0


def test_counts_that_the_processor_time_contradicts_are_not_believed(scored: Any):
    """As of a program that found the counters in valgrind's memory, and does what it always did."""
    forged = scored([row("a", 100_000, 100_000), row("b", 100_000, 100_000)])
    assert (forged["reward"], forged["plausible"], forged["ratio"]) == (0.0, 0, 80.0)
    honest = scored([row("a", 100_000, 3000), row("b", 100_000, 3000)])
    assert (honest["reward"], honest["plausible"]) == (1.0, 1)


def judged(name: str, source: str, tmp_path: Path) -> dict[str, Any]:
    task = find(f"optimise/{name}")
    work = tmp_path / "work"
    work.mkdir()
    task.lay_out(work)
    (work / "main.c").write_text(source)
    verdict = verify(task, work, tmp_path / "verifier")
    said = (tmp_path / "verifier/stdout").read_text()
    return {"score": verdict.score, **verdict.rewards, "said": said}


def test_in_the_sandbox_a_port_that_is_wrong_on_one_load_scores_nothing(tmp_path: Path):
    source = (place("optimise", "weblog") / "solution/port/main.c").read_text()
    wrong = source.replace("if (value > 255", "if (value > 256").replace(
        "p - from > 3 || value > 255", "p - from > 3 || value > 256"
    )
    assert wrong != source
    found = judged("weblog", wrong, tmp_path)
    assert (found["score"], found["correct"]) == (0.0, 0.0)
    assert 0 < found["loads_correct"] < found["loads"]
    assert "is not what the given program prints" in found["said"]


def test_in_the_sandbox_a_port_that_is_refused_scores_nothing_and_is_told_why(tmp_path: Path):
    source = (place("optimise", "weblog") / "solution/port/main.c").read_text()
    found = judged("weblog", f"#pragma GCC optimize(3)\n{source}", tmp_path)
    assert (found["score"], found["correct"], found["loads_correct"]) == (0.0, 0.0, 0.0)
    assert "The directive #pragma" in found["said"]


def test_answers_and_loads_are_not_in_what_the_agent_is_given(tmp_path: Path):
    for name in shipped("optimise"):
        task = find(f"optimise/{name}")
        task.lay_out(tmp_path / name)
        text = b"".join(p.read_bytes() for p in (tmp_path / name).rglob("*") if p.is_file())
        assert b"headway-canary" not in text
        shutil.rmtree(tmp_path / name)
