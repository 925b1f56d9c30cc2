"""What each harness, really installed, asks for: held to what its file notes under [observed].

The model is a script; harness, sandbox, gateway and the wire between them are what a run uses. That
each solves a task and ends with its budget is in test_run.py.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path

import pytest
from tests.elicit.harnesses import NATIVE, Ran, installed, run
from tests.elicit.running import Gateway
from tests.elicit.scripted import Scripted, Turn

from headway.elicit.harness import load

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="bubblewrap is for Linux"),
    pytest.mark.slow,
]

PROMPT = '- Write the word {model} to hello.txt, "quoted" $HOME `date`\nand stop.'


@pytest.fixture(scope="module")
def place(harnesses: Path):
    return lambda name: installed(name, harnesses)


def report(ran: Ran) -> str:
    return f"{ran.ended}\n{ran.stdout[-3000:]}\n{ran.stderr[-3000:]}"


def texts(document: object) -> list[str]:
    """Every text in a request."""
    if isinstance(document, str):
        return [document]
    inner = document.values() if isinstance(document, dict) else document
    return [text for part in inner for text in texts(part)] if isinstance(inner, Iterable) else []


@pytest.mark.parametrize("name", NATIVE)
def test_what_it_asks_is_what_was_noted(name: str, place, tmp_path: Path):
    harness = load(name)
    with Scripted([Turn(text="Done.")]) as server, Gateway(tmp_path, server.url) as gateway:
        ran = run(harness, place(name), tmp_path, gateway.socket, PROMPT)
        gateway.stop()
    (got,) = server.got
    # The instruction reaches the model as it is, whatever a shell or a parser would read in it.
    assert PROMPT in texts(got.document), report(ran)
    tools = [
        tool.get("name") or tool.get("function", {}).get("name") or tool["type"]
        for tool in got.document["tools"]
    ]
    assert tools == list(harness.observed.tools)
    assert got.document["stream"] is True
