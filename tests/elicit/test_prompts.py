"""Texts beside the task's: they reach the model, in every harness that says how, and only there."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from tests.elicit.harnesses import NATIVE, installed
from tests.elicit.running_tasks import CANARY, own, play, solving
from tests.elicit.test_harness_runs import texts

from headway.elicit import standard
from headway.elicit.harness import Harness, load
from headway.elicit.profile import Prompts
from headway.elicit.task import find
from headway.errors import HarnessError

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="bubblewrap is for Linux")

# A shell, JSON, TOML or a template would each read something else into it.
TEXT = "Count {model} twice, \"quoted\" $HOME `date` \\n\n{prompt} and 'say' so: ünïcode."
CASES = [
    (name, kind)
    for name in ("standard", *NATIVE)
    for kind in ("system", "addition")
    if getattr(load(name), kind)
]
MARKED = [
    pytest.param(*case, marks=[] if case[0] == "standard" else pytest.mark.slow) for case in CASES
]


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEADWAY_SCRIPTED_KEY", CANARY)


@pytest.mark.parametrize(("name", "kind"), MARKED)
def test_the_text_reaches_the_model_as_it_is(name: str, kind: str, harnesses: Path, tmp_path: Path):
    installed(name, harnesses)
    program = own(name)
    found = play(
        tmp_path,
        solving(program),
        program,
        prompts=Prompts.model_validate({kind: TEXT}),
        installed=harnesses,
        seconds=240.0,
    )
    assert found.run.status == "solved", found.run.reason
    asked = "\n".join(texts(found.got[0].document))
    assert TEXT.replace("{work}", "/work") in asked
    assert find("lines").instruction in asked
    assert found.run.setup.prompts_digest
    assert TEXT not in json.dumps(found.run.harness.command)


def test_a_system_prompt_takes_the_place_of_the_loop_s_own_and_an_addition_follows_it(
    tmp_path: Path,
):
    program = own("standard")
    mine = (Path(standard.__file__).parent / "tools.txt").read_text().partition("\n")[0]

    def system(name: str, **texts: str) -> str:
        prompts = Prompts.model_validate(texts)
        found = play(tmp_path / name, solving(program), program, prompts=prompts)
        return found.got[0].document["messages"][0]["content"]

    plain, added = system("plain"), system("added", addition="Check twice.")
    assert mine in plain
    assert added == f"{plain}\n\nCheck twice."
    both = system("both", system="Work in {work}.", addition="Check twice.")
    assert both == "Work in /work.\n\nCheck twice."


def test_runs_with_other_texts_are_other_runs(tmp_path: Path):
    program = own("standard")
    found = [
        play(tmp_path, solving(program), program, prompts=Prompts(addition=text)).run.id
        for text in ("Check twice.", "Check thrice.")
    ]
    assert len({id_.rpartition("-")[0] for id_ in found}) == 2


def test_a_harness_that_does_not_say_how_gets_no_text(tmp_path: Path):
    program = own("standard").model_copy(update={"addition": None})
    with pytest.raises(
        HarnessError, match=r"how something is added to its prompt \(\[addition\]\)"
    ):
        play(tmp_path, [], program, prompts=Prompts(addition="Check twice."))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"addition": {"command": ["--add", "{addition}"]}}, "{addition} of the command and"),
        ({"command": ["a", "{system}"]}, "{system} of the command and"),
        ({"addition": {"seed_files": {"a": "Say: {addition}"}}}, "is no placeholder here"),
        ({"addition": {"seed_files": {"../a": "{addition}"}}}, "is not a path inside the home"),
        ({"command": ["a", "{addition}"], "addition": {"command": ["{prompt}"]}}, "no placeholder"),
    ],
)
def test_a_file_that_cannot_be_followed_is_refused(change: dict[str, object], sentence: str):
    plain = load("opencode").model_dump(mode="json") | {"addition": None, "command": ["a"]}
    with pytest.raises(ValueError, match=sentence.replace("{", r"\{").replace("(", r"\(")):
        Harness.model_validate(plain | change)
