"""What a run comes to, and its folder: complete or absent."""

from __future__ import annotations

import datetime as dt
import itertools
import json
import re
from contextlib import suppress
from pathlib import Path

import pytest

from headway.elicit.budget import Budget
from headway.elicit.record import (
    ENDED,
    Finding,
    HarnessUsed,
    ModelUsed,
    Run,
    Spending,
    TaskUsed,
    Verdict,
    counts,
    status,
)
from headway.elicit.record.folder import altered, drafted, finish, read, taken
from headway.elicit.run.ending import Evidence, conclude
from headway.elicit.tokens import Tokens
from headway.errors import RunError


def made(**changes) -> Run:
    given = {
        "id": "lines-m-h-1",
        "task": TaskUsed(name="headway/lines", digest="a" * 64, tests_digest="b" * 64),
        "model": ModelUsed(
            profile="m",
            digest="c" * 64,
            formats=("chat",),
            asked="m",
            sent="m",
            ran={"m": 1},
            sampling="harness",
            as_declared=True,
        ),
        "harness": HarnessUsed(name="h", version="1.0", digest="d" * 64, command=("h",)),
        "budget": Budget(kind="tokens", limit=1000),
        "attempt": 1,
        "started": dt.datetime(2026, 11, 25, 12, tzinfo=dt.UTC),
        "seconds": 1.5,
        "ended": "completed",
        "reason": "The harness ended by itself.",
        "exchanges": 1,
        "replies": 1,
        "spending": Spending(
            tokens=Tokens(10, 2, 3, 4, None), unit="tokens", spent=19, limit=1000, overshoot=0
        ),
        "score": 1.0,
        "verifier": Verdict(score=1.0, reason=""),
        "collected": None,
        "versions": {"headway": "0"},
    }
    return Run(**{**given, **changes})


@pytest.mark.parametrize(
    ("ended", "replies", "score", "said"),
    [
        ("completed", 3, 1.0, "solved"),
        ("completed", 3, 0.0, "unsolved"),
        ("completed", 3, 0.25, "partial"),
        ("completed", 3, None, "missing"),
        ("budget", 3, 1.0, "solved"),
        ("budget", 3, 0.5, "partial"),
        ("timeout", 3, 0.0, "unsolved"),
        ("timeout", 0, 1.0, "missing"),
        ("refused", 1, 0.0, "unsolved"),
        ("harness_error", 0, 0.0, "missing"),
        ("harness_error", 1, 0.0, "unsolved"),
        ("harness_error", 1, 1.0, "solved"),
        ("infra_error", 5, 1.0, "missing"),
        ("infra_error", 0, None, "missing"),
    ],
)
def test_status_by_hand(ended, replies, score, said):
    assert status(ended, replies, score) == said


def test_tampered_outranks_all():
    for ended, replies, score in itertools.product(ENDED, (0, 2), (None, 0.0, 0.3, 1.0)):
        assert status(ended, replies, score, tampered=True) == "tampered"


def test_only_infra_errors_and_runs_without_a_reply_do_not_count():
    for ended, replies in itertools.product(ENDED, (0, 1)):
        assert counts(ended, replies) is (ended != "infra_error" and replies == 1)


@pytest.mark.parametrize(
    ("seen", "ended", "said"),
    [
        (Evidence(3), "completed", "ended by itself"),
        (Evidence(0), "harness_error", r"ended \(exit code 0\) without a reply"),
        (Evidence(0, exit_code=3, complaint="no key"), "harness_error", r"code 3.*reply.*: no key"),
        (Evidence(3, exit_code=1), "harness_error", "with exit code 1"),
        (Evidence(3, complaint="lost"), "harness_error", "reported an error: lost"),
        (Evidence(1, exit_code=4, limit="1 turn"), "completed", "limit .* was reached: 1 turn"),
        (Evidence(3, refused=True), "refused", "model refused"),
        (Evidence(3, refused=True, exit_code=1), "refused", "model refused"),
        (Evidence(3, spent=True, exit_code=1), "budget", "used up"),
        (Evidence(3, spent=True, sandbox="killed"), "budget", "used up"),
        (Evidence(3, spent=True, sandbox="timeout"), "budget", "used up"),
        (Evidence(3, spent=True, fatal="no_usage"), "infra_error", "did not say what its reply"),
        (Evidence(3, sandbox="timeout", exit_code=None), "timeout", "time was up"),
        (Evidence(0, sandbox="timeout", exit_code=None), "timeout", "time was up"),
        (
            Evidence(3, sandbox="timeout", unmet="upstream_limit"),
            "infra_error",
            r"rate limit was met \(429\)",
        ),
        (
            Evidence(0, unmet="upstream_down", detail="port 1", exit_code=1),
            "infra_error",
            r"could not be reached \(port 1\)",
        ),
        (Evidence(0, unmet="upstream_down", exit_code=0), "infra_error", "not be reached"),
        (Evidence(3, sandbox="oom", exit_code=None), "harness_error", "more memory than"),
        (Evidence(3, sandbox="signal", signal=11, exit_code=None), "harness_error", "signal 11"),
        (Evidence(0, sandbox="not_started", text="No such file."), "harness_error", "No such"),
        (Evidence(0, fatal="gateway_lost"), "infra_error", "gateway was lost"),
        (Evidence(1, fatal="gateway"), "infra_error", "gateway failed by a fault of its own"),
    ],
)
def test_each_end_has_its_name_and_reason(seen, ended, said):
    found, reason = conclude(seen)
    assert found == ended
    assert re.search(said, reason)
    assert reason[0].isupper()


def test_a_run_is_complete_or_absent(tmp_path: Path):
    run = made()
    with drafted(tmp_path, run.id) as draft:
        (draft / "sub").mkdir()
        (draft / "sub/file").write_bytes(b"abc")
        assert not (tmp_path / run.id).exists()
        place = finish(draft, run)
    assert place == tmp_path / run.id
    again = read(place)
    assert again == run.model_copy(update={"files": again.files})
    assert list(again.files) == ["sub/file"]
    assert altered(place, again) == ()
    assert [path.name for path in tmp_path.iterdir()] == [run.id]


def test_a_run_that_fails_leaves_nothing(tmp_path: Path):
    with suppress(KeyError), drafted(tmp_path, "x-1") as draft:
        (draft / "file").write_bytes(b"abc")
        raise KeyError
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_is_taken_is_left_alone(tmp_path: Path):
    run = made()
    with drafted(tmp_path, run.id) as first, drafted(tmp_path, run.id) as second:
        finish(first, run)
        with pytest.raises(RunError, match="cannot be written"):
            finish(second, run.model_copy(update={"seconds": 9.0}))
    assert read(tmp_path / run.id).seconds == run.seconds
    with pytest.raises(RunError, match="is there already"), drafted(tmp_path, run.id):
        pass


def test_what_was_changed_afterwards_is_found(tmp_path: Path):
    with drafted(tmp_path, "lines-m-h-1") as draft:
        for name in ("a", "b"):
            (draft / name).write_bytes(b"abc")
        place = finish(draft, made())
    (place / "a").write_bytes(b"abd")
    (place / "b").unlink()
    (place / "c").write_bytes(b"")
    assert altered(place, read(place)) == ("a", "b", "c")


def test_a_derived_status_is_not_believed(tmp_path: Path):
    with drafted(tmp_path, "lines-m-h-1") as draft:
        place = finish(draft, made(score=0.0, verifier=Verdict(score=0.0, reason="")))
    document = json.loads((place / "run.json").read_text(encoding="utf-8"))
    assert document["status"] == "unsolved"
    document["status"] = "solved"
    (place / "run.json").write_text(json.dumps(document), encoding="utf-8")
    assert read(place).status == "unsolved"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "no JSON object"),
        ("[]", "no JSON object"),
        ('{"id": 3}', "run.json"),
    ],
)
def test_a_broken_record_is_named(tmp_path: Path, text: str, said: str):
    (tmp_path / "run.json").write_text(text, encoding="utf-8")
    with pytest.raises(RunError, match=said):
        read(tmp_path)
    with pytest.raises(RunError, match="cannot be read"):
        read(tmp_path / "no")


def test_findings_make_a_run_tampered():
    finding = Finding(kind="tests_read", tampers=True, where="step 3", evidence="cat /tests")
    assert made(findings=(finding,)).status == "tampered"
    note = finding.model_copy(update={"tampers": False})
    assert made(findings=(note,)).status == "solved"


@pytest.mark.parametrize("score", [-0.1, 1.1, float("nan"), float("inf")])
def test_a_score_is_between_0_and_1(score: float):
    with pytest.raises(ValueError, match="score"):
        made(score=score)


def test_attempts_are_numbered(tmp_path: Path):
    assert taken(tmp_path / "none", "a-b") == 0
    for name in ("a-b-1", "a-b-12", "a-b-c-99", "a-b-x"):
        (tmp_path / name).mkdir()
    assert taken(tmp_path, "a-b") == 12
