"""Designs: read strictly, expanded into runs with stable ids, and runs that are made from them."""

from __future__ import annotations

import pickle
import sys
from collections import Counter
from pathlib import Path

import pytest
from tests.elicit.running_tasks import CANARY, own, solving
from tests.elicit.scripted import Scripted

from headway.elicit.design import Design, Shelf, expand, load, plan_of, runnable_here
from headway.elicit.record.folder import read
from headway.elicit.run import run
from headway.errors import DesignError, HeadwayError

FOUR = '["field", "lines", "sort", "word"]'
DESIGN = f"""
name = "example"
models = ["scripted", "smollm2-135m"]
harnesses = ["standard", "standard-reply", "opencode"]
tasks = {FOUR}
attempts = 3
seed = 7

[servers]
scripted = "http://127.0.0.1:8081"
smollm2-135m = "http://127.0.0.1:8080"

[prompts.careful]
addition = "Check your work twice."
source = "tests/elicit/test_design.py"

[setups.plain]
harness = "each"

[setups.careful]
harness = "each"
prompts = "careful"

[budgets.small]
limit = 20000
"""


def written(folder: Path, text: str = DESIGN) -> Path:
    path = folder / "design.toml"
    path.write_text(text)
    return path


def read_in(folder: Path, text: str = DESIGN) -> Design:
    return load(written(folder, text))


def test_a_design_is_models_by_setups_by_tasks_by_attempts(tmp_path: Path):
    found = expand(read_in(tmp_path))
    assert len(found.cells) == 2 * (3 + 3) * 4 * 3
    assert found.not_runnable == ()
    assert len({cell.id for cell in found.cells}) == len(found.cells)
    assert Counter(cell.upstream for cell in found.cells) == {
        "127.0.0.1:8080": 72,
        "127.0.0.1:8081": 72,
    }
    # First attempts come first, and are not sorted by model: the order is random by the seed.
    assert [cell.attempt for cell in found.cells] == sorted(c.attempt for c in found.cells)
    first = [cell.model for cell in found.cells[:48]]
    assert first != sorted(first) != first[::-1]


def test_ids_are_readable_and_say_what_makes_runs_attempts_at_the_same(tmp_path: Path):
    cells = expand(read_in(tmp_path)).cells
    stems: dict[tuple[str, ...], set[str]] = {}
    for cell in cells:
        assert cell.id.startswith(f"{cell.task}-{cell.model}-{cell.harness}-")
        assert cell.id.endswith(f"-{cell.attempt}")
        key = (cell.model, cell.harness, cell.prompts, cell.task)
        stems.setdefault(key, set()).add(cell.id.rpartition("-")[0])
    assert all(len(held) == 1 for held in stems.values())
    assert len({next(iter(held)) for held in stems.values()}) == len(stems)


@pytest.mark.parametrize(
    ("before", "after", "same"),
    [
        ("attempts = 3", "attempts = 5", True),
        ('name = "example"', 'name = "other"', True),
        ("127.0.0.1:8081", "127.0.0.1:9999", True),
        ("seed = 7", "seed = 8", False),
        ("limit = 20000", "limit = 30000", False),
        ('addition = "Check', 'addition = "Look at', False),
        ("http://127.0.0.1:8081", "http://models.example:8081", False),
    ],
)
def test_what_changes_an_id(tmp_path: Path, before: str, after: str, same: bool):
    assert before in DESIGN
    one = {c.id for c in expand(read_in(tmp_path)).cells}
    other = {c.id for c in expand(read_in(tmp_path, DESIGN.replace(before, after))).cells}
    # More attempts, another name and another port leave every run that there was.
    assert (one <= other) == same


def test_a_run_that_two_setups_ask_for_is_made_once(tmp_path: Path):
    text = DESIGN + '\n[setups.own]\nharness = "own"\n'
    found = expand(read_in(tmp_path, text))
    assert len(found.cells) == 144
    shared = [cell for cell in found.cells if cell.also]
    assert {(c.model, c.harness, c.setup, c.also) for c in shared} == {
        ("smollm2-135m", "standard-reply", "plain", ("own",))
    }
    (unfit,) = found.not_runnable
    assert (unfit.model, unfit.harness) == ("scripted", "own")
    assert "No preferred harness of Scripted server of the tests is known (2026-" in unfit.why


@pytest.mark.parametrize(
    ("change", "model", "harness", "why"),
    [
        (("harnesses = [", 'harnesses = ["claude-code", '), None, None, None),
        (
            ('models = ["scripted",', 'models = ["claude-opus-4.6",'),
            "claude-opus-4.6",
            "opencode",
            "no wire format is common, and none is translated",
        ),
        (
            ('smollm2-135m = "http://127.0.0.1:8080"', ""),
            "smollm2-135m",
            "standard",
            "served by yourself: say where under [servers]",
        ),
        (
            ("limit = 20000", 'limit = "2USD"'),
            "scripted",
            "standard",
            "needs prices in USD, and those of scripted are none",
        ),
        (
            ('addition = "Check', 'system = "Check'),
            "scripted",
            "opencode",
            "does not say how its system prompt is replaced",
        ),
        (
            ('prompts = "careful"', 'prompts = "profile"'),
            "smollm2-135m",
            "standard",
            "No prompts of SmolLM2-135M-Instruct are known (2026-",
        ),
    ],
)
def test_what_cannot_be_run_says_why(
    tmp_path: Path,
    change: tuple[str, str],
    model: str | None,
    harness: str | None,
    why: str | None,
):
    assert change[0] in DESIGN
    text = DESIGN.replace(*change)
    if '"scripted"' not in text:
        text = text.replace('scripted = "http', '# "http')
    found = expand(read_in(tmp_path, text))
    if why is None:
        assert found.not_runnable == ()
        return
    said = {(each.model, each.harness): each.why for each in found.not_runnable}
    assert why in said[model, harness]
    assert bool(found.cells) != ("prices" in why), "the rest can be run; here nobody has a price"


def test_a_preferred_harness_that_does_not_ship_is_said(tmp_path: Path):
    profile = tmp_path / "mine.toml"
    profile.write_text(
        'title = "Mine"\n[endpoints.chat]\nurl = "http://127.0.0.1:1/v1"\nmodel = "m"\n'
        'source = "me"\n[preferred]\nharness = "stirrup"\nsource = "me"\ndate = 2026-11-25\n'
    )
    text = """
    name = "own"
    models = ["mine.toml"]
    tasks = ["word"]
    [setups.own]
    harness = "own"
    [budgets.all]
    limit = 10
    """
    found = expand(read_in(tmp_path, text))
    assert found.cells == ()
    (unfit,) = found.not_runnable
    assert unfit.harness == "stirrup"
    assert "is none that ships with Headway" in unfit.why


def test_a_task_whose_image_is_not_here_is_not_run(tmp_path: Path):
    folder = tmp_path / "tasks" / "big"
    (folder / "tests").mkdir(parents=True)
    (folder / "task.toml").write_text("")
    (folder / "instruction.md").write_text("Do it.")
    (folder / "tests" / "test.sh").write_text("")
    text = DESIGN.replace(FOUR, '["word", "tasks"]')
    design = read_in(tmp_path, text)
    shelf = Shelf.of(design)
    every = expand(design, shelf)
    assert len({cell.task for cell in every.cells}) == 2
    found = runnable_here(every, shelf)
    assert {cell.task for cell in found.cells} == {"word"}
    whys = {each.why for each in found.not_runnable} - {each.why for each in every.not_runnable}
    assert any("The task big needs an image" in why or "install podman" in why for why in whys)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (("models = [", 'models = ["smollm", '), "no profile 'smollm'; did you mean smollm2-135m"),
        (('"opencode"', '"opencod"'), "no harness 'opencod'; did you mean opencode"),
        ((FOUR, '["smok"]'), "no suite or task 'smok'; did you mean smoke"),
        ((FOUR, '["./smoke"]'), "no folder '.*/smoke' of a task"),
        ((FOUR, '["smoke-imposible"]'), "no suite or task '.*'; did you mean smoke-impossible"),
        (('prompts = "careful"', 'prompts = "carful"'), "no 'carful'; did you mean careful"),
        (
            ('prompts = "careful"', 'prompts = "careful"\nbudgets = ["smal"]'),
            "setups.careful.budgets: there is no 'smal'; did you mean small",
        ),
        (
            ("limit = 20000", 'limit = "20k tokens"'),
            "budgets.small: The budget '20k tokens' is none",
        ),
        (("limit = 20000", "limit = 0"), "budgets.small: The budget '0' must be a number above 0"),
        (
            ("limit = 20000", "limit = 9\nweights = { cached = 1.0 }"),
            "budgets.small: 'cached' is no kind of token",
        ),
        (("attempts = 3", "attempts = 0"), "attempts: .* greater than or equal to 1"),
        (
            ("attempts = 3", "attemps = 3"),
            "attemps: a design has no such field; did you mean attempts",
        ),
        (("[budgets.small]", "[budget.small]"), "did you mean budgets"),
        (
            ("limit = 20000", "limt = 20000"),
            "budgets.small.(limit: is missing|limt: .*did you mean limit)",
        ),
        (('name = "example"', ""), "name: is missing"),
        (('name = "example"', 'name = "a/b"'), "name: "),
        (
            ('harnesses = ["standard", "standard-reply", "opencode"]', ""),
            "list harnesses, which is",
        ),
        (("[servers]", '[servers]\nscripted2 = "http://a"'), "servers: there is no 'scripted2'"),
        (('"scripted", ', '"scripted", "scripted", '), "models: 'scripted' is named twice"),
        (
            ("seed = 7", "seed = 7\nformat = 'headway-design/2'"),
            "newer than this program's .*update",
        ),
        (("seed = 7", "seed = 7\nformat = 'design'"), "format: 'design' is none"),
        (("seed = 7", "seed = "), "not valid TOML"),
        (("[prompts.careful]", "[prompts.profile]"), "prompts.profile: this name has a meaning"),
    ],
)
def test_a_wrong_design_gets_one_sentence(tmp_path: Path, change: tuple[str, str], sentence: str):
    assert change[0] in DESIGN
    with pytest.raises(HeadwayError, match=sentence) as caught:
        expand(read_in(tmp_path, DESIGN.replace(*change, 1)))
    text = str(caught.value)
    assert "\n" not in text
    assert text.endswith((".", ".)", "?"))
    assert not text.endswith("?.")
    if isinstance(caught.value, DesignError):
        assert "design.toml" in text


def test_a_design_that_is_not_there(tmp_path: Path):
    with pytest.raises(DesignError, match="cannot be read: No such file"):
        load(tmp_path / "design.toml")
    (tmp_path / "design.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(DesignError, match="it is not UTF-8 text"):
        load(tmp_path / "design.toml")


def test_two_tasks_of_one_name_cannot_be_told_apart(tmp_path: Path):
    for name in ("one", "two"):
        folder = tmp_path / name / "tests"
        folder.mkdir(parents=True)
        (folder / "test.sh").write_text("")
        (tmp_path / name / "instruction.md").write_text("Do it.")
        (tmp_path / name / "task.toml").write_text('[task]\nname = "same"\n')
    text = DESIGN.replace(FOUR, '["./one", "./two"]')
    with pytest.raises(DesignError, match="two tasks of the name same; rename one"):
        expand(read_in(tmp_path, text))


def test_cells_and_designs_travel(tmp_path: Path):
    design = read_in(tmp_path)
    found = expand(design)
    assert pickle.loads(pickle.dumps(found)) == found
    assert Design.model_validate_json(design.model_dump_json()) == design


def test_paths_start_from_the_design_s_folder_or_from_the_one_that_is_given(tmp_path: Path):
    (tmp_path / "mine.toml").write_text(
        'title = "Mine"\n[endpoints.chat]\nurl = "http://127.0.0.1:1/v1"\nmodel = "m"\n'
        'source = "me"\n'
    )
    text = DESIGN.replace('"scripted", ', '"mine.toml", ').replace('scripted = "http', '# "http')
    there = {cell.id for cell in expand(read_in(tmp_path, text)).cells}
    (tmp_path / "copy").mkdir()
    copied = written(tmp_path / "copy", text)
    with pytest.raises(HeadwayError, match=r"copy/mine.toml' cannot be read"):
        expand(load(copied))
    assert {cell.id for cell in expand(load(copied, tmp_path)).cells} == there


def test_a_changed_task_is_noticed(tmp_path: Path):
    folder = tmp_path / "mine"
    (folder / "tests").mkdir(parents=True)
    (folder / "tests" / "test.sh").write_text("")
    (folder / "instruction.md").write_text("Do it.")
    (folder / "task.toml").write_text('[metadata.headway]\nroot = "host"\n')
    design = read_in(tmp_path, DESIGN.replace(FOUR, '["mine"]'))
    cell = expand(design).cells[0]
    assert plan_of(design, cell, tmp_path).id == cell.id
    (folder / "instruction.md").write_text("Do something else.")
    with pytest.raises(DesignError, match="was changed since it was planned"):
        plan_of(design, cell, tmp_path)


@pytest.mark.skipif(sys.platform != "linux", reason="bubblewrap is for Linux")
def test_a_cell_is_run_as_it_was_planned(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("HEADWAY_SCRIPTED_KEY", CANARY)
    with Scripted(solving(own("standard")) * 2) as server:
        text = DESIGN.replace("http://127.0.0.1:8081", server.url).replace(FOUR, '["lines"]')
        text = text.replace('prompts = "careful"', 'prompts = "careful"\neffort = "low"')
        design = read_in(tmp_path, text)
        cells = [
            c for c in expand(design).cells if (c.model, c.harness) == ("scripted", "standard")
        ]
        chosen = {cell.setup: cell for cell in cells if cell.attempt == 2}
        for setup in ("plain", "careful"):
            run(plan_of(design, chosen[setup], tmp_path / "runs"))
        plain, careful = (read(tmp_path / "runs" / chosen[s].id) for s in ("plain", "careful"))
    assert (plain.status, careful.status) == ("solved", "solved")
    assert (plain.id, careful.id) == (chosen["plain"].id, chosen["careful"].id)
    assert (careful.setup.design, careful.setup.name) == ("example", "careful")
    assert (plain.setup.prompts, plain.setup.prompts_digest) == ("harness", None)
    assert (careful.setup.prompts, careful.setup.effort, careful.setup.seed) == (
        "careful",
        "low",
        7,
    )
    first, *_, last = (got.document for got in server.got)
    assert "reasoning_effort" not in first
    assert last["reasoning_effort"] == "low"
    assert "Check your work twice." in str(last)
    assert "Check your work twice." not in str(first)
