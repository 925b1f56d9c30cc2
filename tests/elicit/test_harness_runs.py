"""Each harness, really installed, solves a task in the sandbox, through the gateway.

The model is a script; harness, sandbox, gateway and the wire between them are what a run uses.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from tests.elicit.harnesses import EXITS, NATIVE, Ran, installed, run
from tests.elicit.running import Gateway
from tests.elicit.scripted import Call, Scripted, Turn

from headway.elicit.harness import Harness, load
from headway.elicit.tokens import Tokens

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="bubblewrap is for Linux"),
    pytest.mark.slow,
]

PROMPT = '- Write the word {model} to hello.txt, "quoted" $HOME `date`\nand stop.'
COMMAND = "printf 'hello' > hello.txt"
ASKED, SAID = Tokens(1000, 200, 0, 30, 0), Tokens(1100, 1200, 0, 7, 0)
CASES = [*((name, "") for name in NATIVE), ("standard", "chat"), ("standard", "messages")]


@pytest.fixture(scope="module")
def place(harnesses: Path):
    return lambda name: installed(name, harnesses)


def call(harness: Harness, command: str) -> Call:
    """The call with which this harness's model runs a command, as it was seen on the wire."""
    assert harness.observed.write_file
    tool, arguments = harness.observed.write_file
    filled = {key: text.replace("{command}", command) for key, text in arguments.items()}
    return Call(tool, filled, id="toolu_scripted")


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


@pytest.mark.parametrize(("name", "format_"), CASES)
def test_it_solves_a_task(name: str, format_: str, place, tmp_path: Path):
    harness = load(name)
    script = [
        Turn(calls=(call(harness, COMMAND),), tokens=ASKED),
        Turn(text="It is written.", tokens=SAID),
    ]
    with Scripted(script) as server, Gateway(tmp_path, server.url) as gateway:
        ran = run(harness, place(name), tmp_path, gateway.socket, PROMPT, format_)
        left = gateway.stop()
    assert (ran.ended.reason, ran.ended.exit_code) == ("exit", 0), report(ran)
    assert (ran.work.path / "hello.txt").read_text() == "hello", report(ran)
    # One request a turn and nothing beside: no titles, counts or lists of models.
    assert [got.method for got in server.got] == ["POST"] * 2
    assert len({got.path for got in server.got}) == 1
    # The instruction reaches the model as it is, whatever a shell or a parser would read in it.
    first = server.got[0].document
    assert PROMPT in texts(first), report(ran)
    assert names_of(first["tools"]) == list(harness.observed.tools)
    assert (left.summary.exchanges, left.summary.refusals) == (2, {})
    used = left.summary.tokens
    assert (used.uncached_input, used.cache_read, used.output) == (2100, 1400, 37)
    lines = [json.loads(line) for line in ran.stdout.splitlines() if line.startswith("{")]
    # Some write their answer piece by piece.
    answer = harness.log.answer.last(lines)
    assert answer
    assert "It is written.".endswith(answer)
    assert harness.log.error is None or harness.log.error.last(lines) is None


@pytest.mark.parametrize(("name", "format_"), CASES)
def test_a_spent_budget_ends_it(name: str, format_: str, place, tmp_path: Path):
    harness = load(name)
    script = [Turn(calls=(call(harness, COMMAND),), tokens=Tokens(uncached_input=500))]
    budget = {"kind": "tokens", "limit": 400}
    with (
        Scripted(script) as server,
        Gateway(tmp_path, server.url, budget=budget) as gateway,
    ):
        ran = run(harness, place(name), tmp_path, gateway.socket, PROMPT, format_)
        left = gateway.stop()
    assert len(server.got) == 1
    assert left.summary.refusals["budget"] >= 1
    # A shell's code of 128 + n cannot be told from the signal n.
    code = ran.ended.exit_code if ran.ended.signal is None else 128 + ran.ended.signal
    assert ran.ended.reason in {"exit", "signal"}, report(ran)
    assert code == EXITS.get(name, 1), report(ran)
    # What it had done by then stays.
    assert (ran.work.path / "hello.txt").read_text() == "hello"
    lines = [json.loads(line) for line in ran.stdout.splitlines() if line.startswith("{")]
    if harness.log.error:
        assert "budget used up" in str(harness.log.error.last(lines)), report(ran)
    else:
        assert "budget used up" in ran.stdout + ran.stderr, report(ran)
