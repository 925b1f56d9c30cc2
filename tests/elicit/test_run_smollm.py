"""A whole run of a real model, SmolLM2-135M: sandbox, gateway, verifier and record."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.elicit.running_tasks import own

from headway.elicit.budget import Budget
from headway.elicit.profile import load as profile
from headway.elicit.record.folder import read
from headway.elicit.run import Plan, run
from headway.elicit.task import find

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="bubblewrap is for Linux"),
    pytest.mark.slow,
]


SERVE = Path(__file__).parents[2] / "demo/serve.py"


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    server = subprocess.Popen(
        [sys.executable, SERVE],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert server.stdout
    try:
        yield server.stdout.readline().strip()
    finally:
        server.kill()
        server.wait()
        server.stdout.close()


def test_a_small_model_solves_a_task(url: str, tmp_path: Path):
    runs = []
    # It solved this in all runs that were tried. One of three: draws differ between processors.
    for number in (1, 2, 3):
        plan = Plan(
            find("word"),
            profile("smollm2-135m").at(url),
            own("standard-reply"),
            Budget(kind="tokens", limit=20_000),
            tmp_path,
            sampling="profile",
            seconds=200,
            number=number,
        )
        folder = run(plan)
        runs.append(read(folder))
        if runs[-1].status == "solved":
            break
    assert runs[-1].status == "solved", [(made.ended, made.reason, made.score) for made in runs]
    tokens = runs[-1].spending.tokens
    assert tokens.input > 300
    assert tokens.output > 5
    assert runs[-1].model.as_declared
    assert {change.path for change in runs[-1].changed} == {"answer.txt"}
    # The server held every reply to the schema: each was a command or the answer.
    text = (folder / "harness/home/transcript.jsonl").read_text(encoding="utf-8")
    kinds = [line["type"] for line in map(json.loads, text.splitlines())]
    assert (kinds[0], kinds[-1]) == ("start", "end")
    assert kinds.count("reply") - kinds.count("result") in {0, 1}
