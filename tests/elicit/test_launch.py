"""Launching designs on this machine: whole, resumed, stopped, capped; with any executor."""

from __future__ import annotations

import json
import os
import pty
import select
import signal
import sys
import time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import jsonschema
import pytest
from tests.elicit.launching import (
    CANARY,
    COST,
    Gated,
    Launch,
    serving,
    slowly,
    solves,
    wait_until,
)
from tests.elicit.scripted import Got, Turn

from headway.elicit.launch import Folder, Outcome, State, launch, status
from headway.elicit.record.folder import altered, read
from headway.errors import LaunchError

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="bubblewrap is for Linux")


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEADWAY_SCRIPTED_KEY", CANARY)


def go(made: Launch, **more: object) -> Outcome:
    return launch(made.design, made.out, **more)  # type: ignore[arg-type]


def test_a_design_is_run_and_the_same_command_does_no_more(tmp_path: Path, repo: Path):
    with serving() as server:
        made = Launch(tmp_path, server.url, attempts=3)
        said = made.run("--json")
        assert said.returncode == 0, said.stderr
        document = json.loads(said.stdout)
        schema = json.loads((repo / "docs/schema/status.json").read_text(encoding="utf-8"))
        jsonschema.validate(document, schema)
        assert document == made.status()
        assert document["runs"] == document["by_status"]["solved"] == 3
        assert sum(document["by_status"].values()) == 3
        assert document["spent"]["money"] is None
        assert document["spent"]["tokens"]["uncached_input"] == 3 * 250
        assert document["remaining"] == {"runs": 0, "money": None}
        lines = said.stderr.splitlines()
        assert [line.split()[0] for line in lines] == ["1/3", "2/3", "3/3"]
        for name in made.finished():
            assert altered(made.out / name, read(made.out / name)) == ()
        asked = len(server.got)
        again = made.run()
        assert (again.returncode, len(server.got)) == (0, asked)
        assert "3 of 3 runs are finished: 3 solved." in again.stdout
        assert "Nothing is left to do." in again.stdout
    assert {p.name for p in made.out.iterdir()} == {*made.finished(), "design.toml", ".headway"}
    left = {p.name for p in (made.out / ".headway").rglob("*")}
    assert left == {"launch.json", "lock", "log.jsonl", "now", "earlier"}


@pytest.mark.parametrize("kind", ["threads", "processes"])
def test_any_executor_will_do(kind: str, tmp_path: Path):
    pool = (
        ThreadPoolExecutor(2)
        if kind == "threads"
        else ProcessPoolExecutor(2, mp_context=get_context("spawn"))
    )
    with serving() as server, pool:
        made = Launch(tmp_path, server.url, attempts=2)
        states: list[State] = []
        came = go(made, executor=pool, tell=states.append)
    assert (came.ended, came.why) == ("all", "")
    assert came.state.by_status["solved"] == 2
    assert sum(len(state.news) for state in states) == 2
    assert all(state.left is None or state.left >= 0 for state in states)


def test_an_executor_that_is_lost_is_said_so(tmp_path: Path):
    with serving(gated := Gated()) as server:
        made = Launch(tmp_path, server.url, attempts=1)
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
            victims = [pool.submit(os.getpid).result()]

            def kill(state: State) -> None:
                if gated.waiting and victims:
                    os.kill(victims.pop(), signal.SIGKILL)

            with pytest.raises(LaunchError, match="The executor was lost"):
                go(made, executor=pool, tell=kill)
        assert not list(made.out.glob(".draft-*"))
        [lost] = [line for line in made.log() if line["event"] == "lost"]
        assert lost["tokens"]["uncached_input"] >= 100
        gated.gate.set()
        assert go(made).ended == "all"


def test_no_more_runs_at_once_than_a_server_allows(tmp_path: Path):
    with serving(slowly(0.3)) as server:
        made = Launch(
            tmp_path, server.url, attempts=3, more="[concurrency]\nruns = 3\nupstream = 1"
        )
        text = made.design.read_text(encoding="utf-8")
        made.design.write_text(text.replace("[concurrency]\nruns = 4\n", ""), encoding="utf-8")
        states: list[State] = []
        assert go(made, tell=states.append).state.by_status == {"solved": 3}
        assert server.most == 1
    assert max(len(state.running) for state in states) == 1


def test_stop_lets_the_runs_in_progress_finish(tmp_path: Path):
    with serving(gated := Gated()) as server:
        made = Launch(tmp_path, server.url, attempts=4, runs=2)
        process = made.begin()
        wait_until(lambda: gated.waiting == 2)
        assert made.status()["by_status"]["running"] == 2
        said = made.ask("stop")
        assert said.returncode == 0, said.stderr
        assert "lets its runs in progress finish" in said.stdout
        gated.gate.set()
        _, err = process.communicate(timeout=180)
        assert process.returncode == 0, err
        assert "the same command goes on" in err
        assert len(made.finished()) == 2
        assert not [line for line in made.log() if line["event"] == "lost"]
        assert made.status()["remaining"]["runs"] == 2
        assert made.run().returncode == 0
    assert len(made.finished()) == 4


@pytest.mark.parametrize("how", ["stop --now", "SIGTERM", "SIGINT twice"])
def test_runs_in_progress_are_ended_and_made_again(how: str, tmp_path: Path):
    with serving(gated := Gated()) as server:
        made = Launch(tmp_path, server.url, attempts=2, runs=2)
        process = made.begin()
        wait_until(lambda: gated.waiting == 2)
        if how == "stop --now":
            assert made.ask("stop", "--now").returncode == 0
        elif how == "SIGTERM":
            process.terminate()
        else:
            for _ in range(2):
                process.send_signal(signal.SIGINT)
                time.sleep(1)
        _, err = process.communicate(timeout=180)
        code = {"stop --now": 0, "SIGTERM": 143, "SIGINT twice": 130}[how]
        assert process.returncode == code, err
        # Tidy: nothing half-written stays, and what was spent is known.
        assert not list(made.out.glob(".draft-*"))
        lost = [line for line in made.log() if line["event"] == "lost"]
        assert len(lost) == 2
        assert all(line["tokens"]["uncached_input"] >= 100 for line in lost)
        gated.gate.set()
        assert made.run().returncode == 0
    document = made.status()
    assert document["by_status"]["solved"] == 2
    assert document["spent"]["lost"]["attempts"] == len(lost)
    whole = sum(line["tokens"]["uncached_input"] for line in lost) + 2 * 250
    assert document["spent"]["tokens"]["uncached_input"] == whole


def test_stop_without_a_launcher(tmp_path: Path):
    made = Launch(tmp_path, "http://127.0.0.1:1")
    said = made.ask("stop")
    assert said.returncode == 2
    assert "there is nothing to stop" in " ".join(said.stderr.split())


def test_runs_whose_processes_are_killed_are_made_again(tmp_path: Path):
    with serving(gated := Gated()) as server:
        made = Launch(tmp_path, server.url, attempts=2, runs=2)
        process = made.begin()
        wait_until(lambda: gated.waiting == 2)
        gated.gate.set()
        task = Path(f"/proc/{process.pid}/task")
        [victim, other] = wait_until(
            lambda: [
                pid for one in task.iterdir() for pid in (one / "children").read_text().split()
            ]
        )
        os.kill(int(victim), signal.SIGKILL)
        os.kill(int(other), signal.SIGKILL)
        _, err = process.communicate(timeout=180)
    assert process.returncode == 0, err
    log = made.log()
    lost = [line for line in log if line["event"] == "lost"]
    assert all("signal 9" in line["why"] for line in lost)
    assert sorted(line["run"] for line in lost) == made.finished()
    assert sum(line["event"] == "began" for line in log) == 4
    assert made.status()["by_status"]["solved"] == 2


@pytest.mark.slow  # it waits as long between tries as with a real server
def test_a_run_that_a_server_spoiled_is_made_again_by_the_same_command(tmp_path: Path):
    down = True

    def script(got: Got) -> Turn:
        return Turn(status=401) if down else solves(got)

    with serving(script) as server:
        made = Launch(tmp_path, server.url, attempts=1)
        made.priced(100)
        text = (made.home / "priced.toml").read_text(encoding="utf-8")
        assert go(made).state.by_status == {"missing": 1}
        assert status(Folder(made.out))["remaining"]["runs"] == 1
        down = False
        assert go(made).state.by_status["solved"] == 1
        assert (made.home / "priced.toml").read_text(encoding="utf-8") == text
    document = status(Folder(made.out))
    assert document["by_status"]["missing"] == 0
    assert document["remaining"]["runs"] == 0
    assert len(list((made.out / ".headway/earlier").iterdir())) == 1


# ------------------------------------------------------------------------------ money


def test_no_run_begins_once_the_cap_is_reached(tmp_path: Path):
    with serving() as server:
        made = Launch(tmp_path, server.url, attempts=4, runs=4, budget="1USD")
        made.priced(2.2 * COST)
        # Each may cost a dollar, so that at most one is in progress: three reach the cap.
        said = made.run()
        assert said.returncode == 2
        assert "The cap of" in said.stderr
        assert "is reached" in said.stderr
        assert len(made.finished()) == 3
        document = made.status()
        assert document["spent"]["money"] == pytest.approx(3 * COST)
        assert document["spent"]["currency"] == "USD"
        assert document["remaining"] == {"runs": 1, "money": 0}
        asked = len(server.got)
        again = made.run()
        assert again.returncode == 2
        assert "is spent" in again.stderr
        assert "raise cap.limit" in " ".join(again.stderr.split())
        assert len(server.got) == asked
        # A higher cap is no other design.
        made.cap(10)
        assert made.run().returncode == 0
    assert len(made.finished()) == 4
    assert made.status()["remaining"]["money"] == pytest.approx(10 - 4 * COST)


def test_lost_attempts_count_as_spent(tmp_path: Path):
    with serving(gated := Gated()) as server:
        made = Launch(tmp_path, server.url, attempts=1)
        made.priced(1.5 * COST)
        process = made.begin()
        wait_until(lambda: gated.waiting == 1)
        process.kill()
        process.communicate()
        gated.gate.set()
        assert made.run().returncode == 0
    spent = made.status()["spent"]
    assert spent["lost"]["attempts"] == 1
    assert spent["lost"]["money"] > 0
    assert spent["money"] == pytest.approx(COST + spent["lost"]["money"])


def test_a_cap_needs_prices_in_its_currency(tmp_path: Path):
    made = Launch(tmp_path, "http://127.0.0.1:1")
    made.priced(1)
    made.more = 'cap = {limit = 1, currency = "CNY"}'
    made.write()
    with pytest.raises(LaunchError, match="state both in one currency"):
        go(made)
    path = made.home / "priced.toml"
    text = path.read_text(encoding="utf-8").partition("[prices]")[0]
    path.write_text(text.replace("{base}", "https://billed.invalid"), encoding="utf-8")
    with pytest.raises(LaunchError, match="states no prices"):
        go(made)
    assert made.finished() == []


# ------------------------------------------------------------------------------ looking on


def test_the_live_view_on_a_terminal(tmp_path: Path):
    with serving(slowly(0.6)) as server:
        made = Launch(tmp_path, server.url, attempts=3, runs=2)
        made.priced(100)
        ours, theirs = pty.openpty()
        process = made.begin(at=theirs)
        os.close(theirs)
        seen = b""
        while select.select([ours], [], [], 60)[0]:
            try:
                seen += os.read(ours, 1 << 16)
            except OSError:  # its last holder is gone
                break
        os.close(ours)
        process.communicate(timeout=180)
    assert process.returncode == 0
    text = seen.decode()
    assert "/3 runs [" in text
    assert "of 100 USD" in text
    assert "% of the budget  lines-priced-standard" in text
    assert "left" in text
