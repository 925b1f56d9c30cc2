"""The standard loop as a process, against a scripted server: every way in which it ends."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from tests.elicit.scripted import Call, Scripted, Turn

from headway.elicit import standard

HERE = Path(standard.__file__).parent
FORMATS = ["chat", "messages"]


def bash(command: Any, id_: str = "call_1") -> Turn:
    return Turn(calls=(Call("bash", {"command": command}, id=id_),))


@pytest.fixture
def loop(tmp_path: Path):
    """Run it on a script; what it left is its exit code, its log and what the server got."""
    work = tmp_path / "work"
    work.mkdir()

    def run(script, *, format_="chat", rules="tools.json", turns=20, url=None, **change):
        held = json.loads((HERE / rules).read_text())
        folder = tmp_path / "rules"
        folder.mkdir(exist_ok=True)
        for file in (*HERE.glob("*.json"), *HERE.glob("*.txt")):
            (folder / file.name).write_bytes(file.read_bytes())
        (folder / rules).write_text(json.dumps({**held, **change}))
        log = tmp_path / "log.jsonl"
        log.unlink(missing_ok=True)
        with Scripted(script) as server:
            done = subprocess.run(
                [sys.executable, HERE / "agent.py", "--rules", folder / rules,
                 "--format", format_, "--base-url", url or server.url, "--model", "m",
                 "--work", work, "--max-turns", str(turns), "--transcript", log,
                 "--", "Do {turns} it."],
                capture_output=True, text=True, timeout=60, check=False,
            )  # fmt: skip
        lines = [json.loads(line) for line in log.read_text().splitlines()]
        assert done.stdout.splitlines() == log.read_text().splitlines()
        assert done.stderr == ""
        return done.returncode, lines, server.got

    run.work = work
    return run


def results(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [line for line in lines if line["type"] == "result"]


@pytest.mark.parametrize("format_", FORMATS)
def test_it_runs_commands_and_answers(loop, format_: str):
    script = [
        bash("pwd; echo out; echo err >&2; exit 3"),
        Turn(
            text="and", calls=tuple(Call("bash", {"command": f"echo {n}"}, f"c{n}") for n in "ab")
        ),
        Turn(text="All done."),
    ]
    code, lines, got = loop(script, format_=format_)
    assert code == 0
    assert (lines[0]["type"], lines[-1]["type"]) == ("start", "end")
    assert (lines[-1]["ended"], lines[-1]["answer"]) == ("answer", "All done.")
    assert [(r["exit_code"], r["output"]) for r in results(lines)] == [
        (3, f"{loop.work}\nout\nerr\n"), (0, "a\n"), (0, "b\n"),
    ]  # fmt: skip
    last = json.dumps(got[-1].document["messages"])
    # The instruction is not read for placeholders, and every call has its result.
    assert "Do {turns} it." in last
    assert last.count('"call_1"') == 2
    assert last.count('"cb"') == 2
    assert "exit code 3" in last


@pytest.mark.parametrize("format_", FORMATS)
def test_a_spent_budget_ends_it_at_once(loop, format_: str):
    refusal = Turn(status=402, body='{"error": {"message": "budget used up"}}')
    code, lines, got = loop([bash("true"), refusal], format_=format_)
    assert (code, lines[-1]["ended"], len(got)) == (3, "budget", 2)
    assert "budget used up" in lines[-1]["reason"]


def test_turns_are_counted(loop):
    code, lines, got = loop([bash("true")], turns=3)
    assert (code, lines[-1]["ended"], len(got)) == (4, "turns", 3)


def test_a_server_that_fails_is_asked_again(loop):
    code, _, got = loop([Turn(status=503), Turn(status=429), Turn(text="ok")], retries=2)
    assert (code, len(got)) == (0, 3)
    code, lines, got = loop([Turn(status=503)], retries=1)
    assert (code, lines[-1]["ended"], len(got)) == (5, "server", 2)
    code, lines, _ = loop([], url="http://127.0.0.1:9", retries=1)
    assert (code, lines[-1]["ended"]) == (5, "server")


@pytest.mark.parametrize("body", ["no json", "[]", '{"choices": []}', '{"choices": [{}]}'])
def test_a_reply_that_cannot_be_read(loop, body: str):
    code, lines, _ = loop([Turn(body=body, status=200)], retries=0)
    assert (code, lines[-1]["ended"]) == (5, "server")


def test_a_refusal_is_not_asked_again(loop):
    code, lines, got = loop([Turn(status=400)])
    assert (code, lines[-1]["ended"], len(got)) == (6, "refused", 1)


def test_a_call_without_a_command_is_told_so(loop):
    script = [Turn(calls=(Call("bash", {"cmd": "true"}),)), bash(["true"]), Turn(text="ok")]
    code, lines, got = loop(script)
    assert (code, results(lines)) == (0, [])
    assert json.dumps(got[-1].document).count("nothing was run") == 2


def test_long_output_keeps_both_ends(loop):
    _, lines, _ = loop([bash("seq 1000000"), Turn(text="ok")], output_bytes=100)
    output = results(lines)[0]["output"]
    assert output.startswith("1\n2\n3\n")
    assert output.endswith("999999\n1000000\n")
    left_out = 6888896 - 100
    assert f"[{left_out} bytes left out]" in output


def test_a_command_that_hangs_is_stopped_and_one_in_the_background_is_left(loop):
    start = time.monotonic()
    script = [bash("echo begun; sleep 50"), bash("sleep 50 & echo left"), Turn(text="ok")]
    code, lines, got = loop(script, command_seconds=1)
    late, left = results(lines)
    assert (code, late["exit_code"], late["output"]) == (0, None, "begun\n")
    assert (left["exit_code"], left["output"]) == (0, "left\n")
    assert "longer than 1 seconds" in json.dumps(got[1].document)
    assert time.monotonic() - start < 50


def test_replies_in_json(loop):
    replies = ['{"command": "echo hi > f"}', '["?"]', '{"command": 5}', '{"answer": "done"}']
    code, lines, got = loop([Turn(text=text) for text in replies], rules="reply.json")
    assert (code, lines[-1]["answer"]) == (0, "done")
    assert (loop.work / "f").read_text() == "hi\n"
    assert got[0].document["response_format"]["type"] == "json_schema"
    assert "tools" not in got[0].document
    examples = json.loads((HERE / "reply-examples.json").read_text())
    assert got[0].document["messages"][1:-1] == examples


def test_replies_with_a_block(loop):
    replies = ["```bash\necho hi > f\n", "So:\n```\necho hi > f\n```\n```\nrm f\n```", "done"]
    code, lines, got = loop([Turn(text=text) for text in replies], rules="block.json")
    assert (code, lines[-1]["answer"]) == (0, "done")
    # A block that was cut off is not run, and of several the first is.
    assert [result["command"] for result in results(lines)] == ["echo hi > f"]
    assert (loop.work / "f").read_text() == "hi\n"
    assert not {"tools", "response_format"} & got[0].document.keys()
    assert "```bash" in got[1].document["messages"][-1]["content"]
    # The same worked examples as in JSON.
    block, reply = (
        [turn["content"] for turn in json.loads((HERE / f"{name}-examples.json").read_text())]
        for name in ("block", "reply")
    )
    for one, other in zip(block, reply, strict=True):
        word = next(iter(json.loads(other).values())) if other.startswith("{") else other
        assert one in {word, f"```bash\n{word}\n```"}


def test_rules_name_their_formats(loop):
    run = subprocess.run(
        [sys.executable, HERE / "agent.py", "--rules", HERE / "reply.json", "--format", "messages",
         "--base-url", "http://127.0.0.1:9", "--model", "m", "--transcript", "/dev/null", "x"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert run.returncode == 2
    assert "not for messages" in run.stderr
