"""What can go wrong in a run, each with its own end and reason."""

from __future__ import annotations

import os
import re
import resource
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from tests.elicit.running_tasks import CANARY, asking, harness, play, shell, solving
from tests.elicit.scripted import Got, Turn

from headway.elicit.gateway.config import Limits
from headway.elicit.record import Run
from headway.errors import RunError

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="bubblewrap is for Linux")

# One request, with what every Linux with Python has.
ASK_ONCE = """python3 -c '
import json, sys, urllib.request
base, model = sys.argv[1:]
body = {"model": model, "messages": [{"role": "user", "content": "How many?"}]}
urllib.request.urlopen(urllib.request.Request(base + "/v1/chat/completions",
    json.dumps(body).encode(), {"content-type": "application/json"})).read()
' "$0" "$1\""""


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEADWAY_SCRIPTED_KEY", CANARY)


def ended(run: Run) -> tuple[str, str]:
    return run.ended, run.status


def closed_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def test_a_server_that_is_down(tmp_path: Path):
    found = play(tmp_path, (), asking(), url=f"http://127.0.0.1:{closed_port()}").run
    assert ended(found) == ("infra_error", "missing")
    assert found.reason.startswith("The server could not be reached (")
    assert found.score == 0  # the work folder was there, and was verified
    assert found.failures == {"upstream_down": 1}
    assert not found.counts


@pytest.mark.parametrize(
    ("turn", "kind", "said"),
    [
        (Turn(status=429), "upstream_limit", "rate limit was met (429)"),
        (
            Turn(status=429, headers={"retry-after": "1"}),
            "upstream_limit",
            "rate limit was met (429)",
        ),
        (Turn(status=500), "upstream_error", "The server failed (5xx)"),
        (Turn(text="word " * 50, cut=150), "upstream_cut", "cut its reply in the middle"),
        (Turn(body="{not json"), "malformed", "could not be read"),
        (Turn(status=401), "upstream_refused", "refused the key or the account"),
    ],
)
def test_a_server_that_fails(tmp_path: Path, turn: Turn, kind: str, said: str):
    found = play(tmp_path, [turn], asking()).run
    assert ended(found) == ("infra_error", "missing"), found.reason
    assert said in found.reason
    assert kind in found.failures


def test_a_server_that_is_slow(tmp_path: Path):
    turns = [Turn(text="late", delay=20)]
    found = play(tmp_path, turns, asking(), limits=Limits(silence=0.5)).run
    assert ended(found) == ("infra_error", "missing")
    assert "silent for too long" in found.reason


def test_a_reply_without_usage_ends_the_run(tmp_path: Path):
    turns = [Turn(text="free of charge", tokens=None)]
    found = play(tmp_path, turns, shell(ASK_ONCE + "; sleep 60")).run
    assert ended(found) == ("infra_error", "missing")
    assert "did not say what its reply cost" in found.reason


def test_a_reply_without_usage_is_estimated_where_the_profile_permits_it(tmp_path: Path):
    program = asking()
    first = solving(program)[0]
    turns = [first, Turn(text="Done.", tokens=None)]
    found = play(tmp_path, turns, program, profile={"estimates": True}).run
    assert ended(found) == ("completed", "solved")
    assert found.spending.tokens.estimated


def test_another_model_than_declared_marks_the_run(tmp_path: Path):
    program = asking()
    first = solving(program)[0]
    found = play(tmp_path, [first, Turn(text="Done.", model="cheaper-upstream")], program).run
    assert ended(found) == ("completed", "solved")
    assert not found.model.as_declared
    assert found.model.marks == {"model_changed": 1}
    assert found.model.ran == {"scripted-upstream": 1, "cheaper-upstream": 1}


def test_a_failure_is_tried_again_and_stays_in_the_record(tmp_path: Path):
    program = asking()
    turns = [Turn(status=500), *solving(program)]
    found = play(tmp_path, turns, program, pauses=(0.0, 0.0))
    assert ended(found.run) == ("completed", "solved")
    [earlier] = found.run.tries
    assert earlier.ended == "infra_error"
    assert earlier.reason.startswith("The server failed")
    assert (found.folder / earlier.folder / "wire.jsonl.zst").is_file()


def test_a_failure_is_tried_again_at_most_twice(tmp_path: Path):
    found = play(tmp_path, [Turn(status=500)], asking(), pauses=(0.0, 0.0, 0.0, 0.0))
    assert ended(found.run) == ("infra_error", "missing")
    assert len(found.run.tries) == 2
    assert len(found.got) == 3


def test_a_harness_that_is_missing(tmp_path: Path):
    found = play(tmp_path, (), harness("/opt/harness/nothing")).run
    assert ended(found) == ("harness_error", "missing")
    assert "cannot be run" in found.reason
    assert found.replies == 0


def test_a_harness_that_crashes_before_it_asks(tmp_path: Path):
    found = play(tmp_path, (), shell("echo lost its way >&2; kill -SEGV $$"))
    assert ended(found.run) == ("harness_error", "missing")
    assert "signal 11" in found.run.reason
    assert "lost its way" in (found.folder / "harness/stderr").read_text(encoding="utf-8")


def test_a_harness_that_crashes_after_a_reply_is_an_attempt(tmp_path: Path):
    script = ASK_ONCE + "; echo 14 > count.txt; exit 3"
    found = play(tmp_path, [Turn(text="14")], shell(script)).run
    assert ended(found) == ("harness_error", "solved")
    assert found.reason == "The harness ended with exit code 3."
    assert found.counts
    assert any("without such runs" in note for note in found.notes)


def test_a_harness_that_does_nothing_and_exits_0(tmp_path: Path):
    found = play(tmp_path, (), shell("true")).run
    assert ended(found) == ("harness_error", "missing")
    assert found.reason == "The harness ended (exit code 0) without a reply of the model."


def test_a_harness_that_hangs(tmp_path: Path):
    script = "trap '' TERM; sleep 600 & sleep 600"
    found = play(tmp_path, (), shell(script), seconds=1.0).run
    assert ended(found) == ("timeout", "missing")
    assert found.reason == "The time was up."


def test_a_timeout_after_a_reply_keeps_its_score(tmp_path: Path):
    script = ASK_ONCE + "; echo 14 > count.txt; sleep 600"
    found = play(tmp_path, [Turn(text="14")], shell(script), seconds=4.0).run
    assert ended(found) == ("timeout", "solved")


def test_a_harness_that_prints_a_gigabyte(tmp_path: Path):
    script = ASK_ONCE + "; head -c 1000000000 /dev/zero | tr '\\0' x; echo 14 > count.txt"
    found = play(tmp_path, [Turn(text="14")], shell(script))
    assert ended(found.run) == ("completed", "solved")
    kept = (found.folder / "harness/stdout").stat().st_size
    assert kept == 16 * 2**20
    assert any(note.startswith("Of 1,000,000,") for note in found.run.notes)


def test_a_disk_that_is_full(tmp_path: Path):
    script = ASK_ONCE + "; echo 14 > count.txt; cat /dev/zero > big; echo status $?; rm big; exit 4"
    found = play(tmp_path, [Turn(text="14")], shell(script))
    assert ended(found.run) == ("harness_error", "solved")
    printed = (found.folder / "harness/stderr").read_text(encoding="utf-8")
    assert "No space left on device" in printed


def test_a_harness_that_reports_an_error_and_exits_0(tmp_path: Path):
    log = {
        "answer": {"where": {"type": "answer"}, "field": "text"},
        "error": {"where": {"type": "error"}, "field": "message"},
    }
    say = """; echo '{"type": "error", "message": "lost the thread"}'"""
    found = play(tmp_path, [Turn(text="14")], shell(ASK_ONCE + say, log=log)).run
    assert ended(found) == ("harness_error", "unsolved")
    assert found.reason == "The harness reported an error: lost the thread"


def test_a_refusal_is_the_signal_of_the_wire_alone(tmp_path: Path):
    refused = {"choices": [{"index": 0, "finish_reason": "content_filter", "message": {}}]}
    found = play(tmp_path, [Turn(says=refused)], asking()).run
    assert ended(found) == ("refused", "unsolved")
    words = play(tmp_path, [Turn(text="I cannot help with that.")], asking()).run
    assert ended(words) == ("completed", "unsolved")


def gateway_of_this_run() -> int:
    """Process id of the one gateway that this process started."""
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            parent = (entry / "stat").read_text().rpartition(")")[2].split()[1]
            if int(parent) == os.getpid() and b"elicit.gateway" in (entry / "cmdline").read_bytes():
                return int(entry.name)
    raise AssertionError("no gateway")


def limited(kind: int, limit: Callable[[int], int]) -> Callable[[Got], Turn]:
    """A server that takes something from the gateway before it answers at length."""

    def answer(got: Got) -> Turn:
        pid = gateway_of_this_run()
        most = limit(pid)
        resource.prlimit(pid, kind, (most, most))
        return Turn(text=os.urandom(4_000_000).hex())

    return answer


def test_a_gateway_whose_log_cannot_grow(tmp_path: Path):
    script = limited(resource.RLIMIT_FSIZE, lambda pid: 8192)
    found = play(tmp_path, script, shell(ASK_ONCE + "; sleep 60")).run
    assert ended(found) == ("infra_error", "missing")
    assert found.reason.startswith("The log of the run could not be written (")
    assert "File too large" in found.reason
    assert found.failures == {"log": 1}


def test_a_gateway_that_fails_by_itself(tmp_path: Path):
    """Out of memory in the middle of a reply: no fault of the model, its server or the harness."""

    def some_more(pid: int) -> int:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[0])
        return pages * os.sysconf("SC_PAGE_SIZE") + (16 << 20)

    script = limited(resource.RLIMIT_AS, some_more)
    found = play(tmp_path, script, shell(ASK_ONCE + "; sleep 60"))
    assert ended(found.run) == ("infra_error", "missing")
    # Which part of it finds no memory first differs from run to run.
    said = re.fullmatch(r"The gateway failed by a fault of its own \((\w+)\)\.", found.run.reason)
    assert said
    assert said[1] in {"MemoryError", "ZstdError"}
    assert found.run.failures["gateway"] == 1
    assert said[1] in (found.folder / "gateway.stderr").read_text(encoding="utf-8")


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of two megabytes."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(place)]
    if os.getuid() or subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("only root can mount a small disk")
    yield place
    subprocess.run(["umount", str(place)], check=True)


def test_a_disk_of_the_machine_that_is_full(small_disk: Path):
    big = shell(ASK_ONCE + "; head -c 4000000 /dev/urandom > big")
    found = play(small_disk, [Turn(text="14")], big).run
    assert ended(found) == ("infra_error", "missing")
    assert "No space left on device" in found.reason
    assert found.collected is None
    shutil.rmtree(small_disk / found.id)
    loud = shell(ASK_ONCE + "; head -c 4000000 /dev/urandom")
    with pytest.raises(RunError, match="cannot be written: No space left on device"):
        play(small_disk, [Turn(text="14")], loud)
    assert list(small_disk.iterdir()) == []
