"""What each harness, really installed, asks for: held to what its file notes under [observed].

The model is a script; harness, sandbox, gateway and the wire between them are what a run uses. That
each solves a task and ends with its budget is held here, or for some by whole runs in test_run.py.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from tests.elicit.harnesses import EXITS, LARGE, NATIVE, WHOLE, Ran, installed, run
from tests.elicit.running import Gateway
from tests.elicit.running_tasks import CANARY, play
from tests.elicit.scripted import Call, Scripted, Turn

from headway.elicit.harness import Harness, load
from headway.elicit.run.watch import STOP_WITHIN
from headway.elicit.tokens import Tokens

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="bubblewrap is for Linux"),
    pytest.mark.slow,
]

PROMPT = '- Write the word {model} to hello.txt, "quoted" $HOME `date`\nand stop.'
COMMAND = "printf 'hello' > hello.txt"
ASKED, SAID = Tokens(1000, 200, 0, 30, 0), Tokens(1100, 1200, 0, 7, 0)
CASES = [
    *(name for name in NATIVE if name not in WHOLE),
    *(pytest.param(name, marks=pytest.mark.large) for name in LARGE),
]


@pytest.fixture(scope="module")
def place(harnesses: Path):
    return lambda name: installed(name, harnesses)


def call(harness: Harness, command: str) -> Call:
    """The call with which this harness's model runs a command, as it was seen on the wire."""
    assert harness.observed.write_file
    tool, arguments = harness.observed.write_file
    filled = {key: text.replace("{command}", command) for key, text in arguments.items()}
    return Call(tool, filled, id="toolu_scripted")


def ending(harness: Harness) -> Turn:
    """The reply with which this harness's model ends its work."""
    if harness.observed.finish is None:
        return Turn(text="It is written.", tokens=SAID)
    return Turn(calls=(Call(*harness.observed.finish, id="toolu_ending"),), tokens=SAID)


def report(ran: Ran) -> str:
    return f"{ran.ended}\n{ran.stdout[-3000:]}\n{ran.stderr[-3000:]}"


def texts(document: object) -> list[str]:
    """Every text in a request."""
    if isinstance(document, str):
        return [document]
    inner = document.values() if isinstance(document, dict) else document
    return [text for part in inner for text in texts(part)] if isinstance(inner, Iterable) else []


def names_of(tools: list[dict[str, Any]]) -> list[str]:
    """Names of the tools that a request offers, in any of the wire formats."""
    found = [one for tool in tools for one in tool.get("functionDeclarations", [tool])]
    return [
        tool.get("name") or tool.get("function", {}).get("name") or tool["type"] for tool in found
    ]


@pytest.mark.parametrize("name", WHOLE)
def test_what_it_asks_is_what_was_noted(name: str, place, tmp_path: Path):
    harness = load(name)
    with Scripted([Turn(text="Done.")]) as server, Gateway(tmp_path, server.url) as gateway:
        ran = run(harness, place(name), tmp_path, gateway.socket, PROMPT)
        gateway.stop()
    (got,) = server.got
    # The instruction reaches the model as it is, whatever a shell or a parser would read in it.
    assert PROMPT in texts(got.document), report(ran)
    assert names_of(got.document["tools"]) == list(harness.observed.tools)
    assert got.document["stream"] is True


@pytest.mark.parametrize("name", CASES)
def test_it_solves_a_task(name: str, place, tmp_path: Path):
    harness = load(name)
    script = [Turn(calls=(call(harness, COMMAND),), tokens=ASKED), ending(harness)]
    with Scripted(script) as server, Gateway(tmp_path, server.url) as gateway:
        ran = run(harness, place(name), tmp_path, gateway.socket, PROMPT)
        left = gateway.stop()
    assert (ran.ended.reason, ran.ended.exit_code) == ("exit", 0), report(ran)
    assert (ran.work.path / "hello.txt").read_text() == "hello", report(ran)
    # One request a turn and nothing beside: no titles, counts or lists of models.
    assert [got.method for got in server.got] == ["POST"] * 2
    assert len({got.path for got in server.got}) == 1
    # The instruction reaches the model as it is, whatever a shell or a parser would read in it.
    first = server.got[0].document
    assert any(PROMPT in text for text in texts(first)), report(ran)
    assert names_of(first["tools"]) == list(harness.observed.tools)
    assert (left.summary.exchanges, left.summary.refusals) == (2, {})
    used = left.summary.tokens
    assert (used.uncached_input, used.cache_read, used.output) == (2100, 1400, 37)
    lines = [json.loads(line) for line in ran.stdout.splitlines() if line.startswith("{")]
    if harness.log.answer:  # some write it piece by piece
        answer = harness.log.answer.last(lines)
        assert answer
        assert "It is written.".endswith(answer)
    assert harness.log.error is None or harness.log.error.last(lines) is None


@pytest.mark.parametrize("name", CASES)
def test_a_spent_budget_ends_it(
    name: str, harnesses: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("HEADWAY_SCRIPTED_KEY", CANARY)
    harness = load(name)
    installed(name, harnesses)
    script = [Turn(calls=(call(harness, COMMAND),), tokens=Tokens(uncached_input=500))]
    played = play(tmp_path, script, harness, limit=400, installed=harnesses, seconds=240)
    made = played.run
    said = "".join((played.folder / f"harness/{name}").read_text() for name in ("stdout", "stderr"))
    assert (made.ended, made.replies, len(played.got)) == ("budget", 1, 1), said[-3000:]
    assert made.spending.tokens.uncached_input == 500
    # Some try again for minutes and have to be ended; what it had done by then stays.
    assert made.stop_seconds is not None
    assert made.stop_seconds < STOP_WITHIN + 1
    assert made.exit_code == EXITS.get(name, 1), said[-3000:]
    assert (played.folder / "work/hello.txt").read_text() == "hello"
    assert "budget used up" in said or harness.package is None
