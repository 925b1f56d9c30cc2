"""What a design will cost and can tell, as the program says it."""

from __future__ import annotations

import json
import math
import sys
from pathlib import Path

import jsonschema
import numpy as np
import pytest
from tests.elicit.running_tasks import CANARY, own, solving
from tests.elicit.scripted import Scripted
from tests.elicit.test_design import DESIGN, FOUR, written

from headway.elicit.budget import Budget
from headway.elicit.design import expand, load, plan_of
from headway.elicit.design.cost import Kind, Range, estimate, most_money
from headway.elicit.design.measured import Measured, measured, spent
from headway.elicit.profile import load as profile
from headway.elicit.run import run
from headway.publish.design_text import plan_text

PRICES = profile("gpt-5.5").prices  # 5 in, 0.5 from a cache, 30 out
ROOMY = Budget(kind="tokens", limit=1e9)
KIND = Kind("gpt-5.5", "codex", "word", "b")


def ran(
    number: int, tokens: float, model: str = "gpt-5.5", harness: str = "codex", task: str = "word"
):
    """A finished run of so much uncached input."""
    return Measured(
        f"run-{number}", model, harness, task, (tokens, 0, 0, 0, 0), (0,) * 5, False, 0.1
    )


def cost(runs: int, held: list[Measured], budget: Budget = ROOMY):
    return estimate([KIND] * runs, held, {("gpt-5.5", "b"): budget}, {"gpt-5.5": PRICES})


def test_many_runs_that_cost_the_same_leave_little_doubt():
    found = cost(40, [ran(k, 2_000) for k in range(300)])
    assert found.tokens == pytest.approx(Range(80_000, 80_000, 80_000), rel=0.05)
    assert found.money == pytest.approx(Range(0.4, 0.4, 0.4), rel=0.05)
    assert (found.rows[0].measured, found.rows[0].basis) == (300, "task")


def test_the_median_is_near_the_mean_cost_times_runs():
    """Golden: a log-normal of SD 0.5 on the log scale has the mean exp(0.125)."""
    random = np.random.default_rng(3)
    held = [ran(k, float(x)) for k, x in enumerate(np.exp(random.normal(9, 0.5, 400)))]
    found = cost(200, held)
    assert found.tokens.median == pytest.approx(200 * math.exp(9.125), rel=0.06)
    assert found.money.median == pytest.approx(found.tokens.median * 5e-6)


@pytest.mark.parametrize("known", [3, 8])
def test_the_interval_holds_what_is_drawn_from_such_a_distribution(known: int):
    """Nine in ten, even of few measured runs (a bootstrap of three holds five in ten)."""
    random = np.random.default_rng(known)
    held = 0
    for number in range(300):
        seen = [ran(k, float(x)) for k, x in enumerate(np.exp(random.normal(9, 0.8, known)))]
        found = estimate([KIND] * 20, seen, {("gpt-5.5", "b"): ROOMY}, {"gpt-5.5": None}, number)
        held += found.tokens.low <= np.exp(random.normal(9, 0.8, 20)).sum() <= found.tokens.high
    assert 0.86 <= held / 300 <= 0.96


def test_what_is_nearest_is_taken_as_soon_as_there_is_enough_of_it():
    task = [ran(k, 10) for k in range(4)]
    model = [ran(10 + k, 100, task="sort") for k in range(4)]
    harness = [ran(20 + k, 1_000, model="glm-5.1") for k in range(4)]
    other = [ran(30, 1e6, harness="opencode")]
    assert cost(1, [*task, ran(5, 10), *model, *harness]).rows[0].basis == "task"
    found = cost(100, [*task, *model, *harness, *other]).rows[0]
    assert (found.basis, found.measured) == ("model", 8)
    found = cost(100, [*task, *harness, *other]).rows[0]
    assert (found.basis, found.measured) == ("harness", 8)
    # Where there are few in all, what is nearest is not given up for nothing.
    assert cost(1, [*task, *other]).rows[0].basis == "task"


def test_unknown_is_null_and_not_zero():
    nothing = cost(10, [ran(1, 5, harness="opencode")])
    assert nothing.tokens == nothing.money == Range(None, None, None)
    assert nothing.rows[0].basis is None
    lone = cost(10, [ran(1, 5_000)]).tokens
    assert lone.low < 20_000
    assert lone.high > 150_000
    # One harness without a measured run makes the whole unknown, and not the other rows.
    planned = [Kind("gpt-5.5", harness, "word", "b") for harness in ("codex", "standard")]
    both = estimate(
        planned, [ran(k, 7) for k in range(5)], {("gpt-5.5", "b"): ROOMY}, {"gpt-5.5": PRICES}
    )
    assert both.tokens == Range(None, None, None)
    known = {row.harness: row.tokens.median is not None for row in both.rows}
    assert known == {"codex": True, "standard": False}
    assert estimate([], [], {}, {}).tokens == Range(0, 0, 0)


def test_no_run_is_planned_dearer_than_its_budget():
    held = [ran(k, 2_000) for k in range(50)]
    assert cost(10, held, Budget(kind="tokens", limit=500)).tokens == Range(5_000, 5_000, 5_000)
    money = cost(10, held, Budget(kind="money", limit=0.005, prices=PRICES)).money
    assert money == pytest.approx(Range(0.05, 0.05, 0.05))
    half = Budget.model_validate(
        {"kind": "tokens", "limit": 500, "weights": {"uncached_input": 0.5}}
    )
    assert cost(10, held, half).tokens.median == 10_000
    free = cost(10, held, Budget(kind="time", limit=1)).tokens
    assert free.median == pytest.approx(20_000, rel=0.1)


def test_the_most_that_a_budget_allows():
    assert most_money(Budget(kind="tokens", limit=1e6), PRICES) == pytest.approx(30)
    light = {"visible_output": 2.0, "reasoning": 3.0}
    weighed = Budget.model_validate({"kind": "tokens", "limit": 1e6, "weights": light})
    assert most_money(weighed, PRICES) == pytest.approx(15)
    free = Budget.model_validate({"kind": "tokens", "limit": 1, "weights": {"cache_read": 0}})
    assert most_money(free, PRICES) is None
    assert most_money(Budget(kind="time", limit=60), PRICES) is None
    assert most_money(ROOMY, None) is None
    assert most_money(Budget(kind="money", limit=2, prices=PRICES), PRICES) == 2


def test_earlier_tries_cost_too():
    tried = Measured(
        "a", "gpt-5.5", "codex", "word", (1e6, 0, 0, 0, 0), (0, 0, 0, 1e5, 0), False, 5.0
    )
    assert spent([tried], {"gpt-5.5": PRICES}) == pytest.approx(8)
    assert spent([tried], {"gpt-5.5": None}) == 5


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory):
    """A design of eight runs, of which six were made, for real."""
    folder = tmp_path_factory.mktemp("made")
    with pytest.MonkeyPatch.context() as patch, Scripted(solving(own("standard")) * 6) as server:
        patch.setenv("HEADWAY_SCRIPTED_KEY", CANARY)
        text = DESIGN.replace("http://127.0.0.1:8081", server.url).replace(FOUR, '["lines"]')
        text = text.replace(', "smollm2-135m"]', "]").replace('smollm2-135m = "http', '# "http')
        text = text.replace(', "standard-reply", "opencode"', "").replace(
            "attempts = 3", "attempts = 4"
        )
        path = written(folder, text)
        design = load(path)
        for cell in expand(design).cells[:6]:
            run(plan_of(design, cell, folder / "runs"))
    return path


@pytest.mark.skipif(sys.platform != "linux", reason="bubblewrap is for Linux")
def test_a_plan_knows_what_is_done_and_what_the_rest_will_take(
    headway, repo: Path, made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    runs = made.parent / "runs"
    assert len(measured([runs])) == 6
    told = headway("elicit", "plan", made, "--out", runs, "--json")
    assert told.returncode == 0, told.stderr
    document = json.loads(told.stdout)
    schema = json.loads((repo / "docs" / "schema" / "plan.json").read_text(encoding="utf-8"))
    jsonschema.validate(document, schema)
    assert (document["runs"], document["done"]["runs"], document["not_runnable"]) == (8, 6, [])
    # The script costs 357 tokens a run, always: 303 of input, 47 of output and 7 of reasoning. Six
    # runs do not make that certain.
    tokens = document["tokens"]
    assert 300 < tokens["low"] < 714 <= tokens["median"] < 900 < tokens["high"] < 2_000
    assert document["money"] == {"low": None, "median": None, "high": None, "currency": None}
    (row,) = document["costs"]
    assert (row["runs"], row["measured"], row["basis"]) == (2, 6, "task")
    (comparison,) = document["identifies"]["comparisons"]
    assert (comparison["factor"], comparison["identified"]) == ("prompts", True)
    assert document["keys_missing"] == ["HEADWAY_SCRIPTED_KEY"]
    assert "No prices of Scripted server" in document["notes"][0]
    # Where a launch puts them, they are found without being named.
    usual = tmp_path / "runs" / load(made).name
    usual.parent.mkdir()
    usual.symlink_to(runs)
    monkeypatch.chdir(tmp_path)
    text = headway("elicit", "plan", made).stdout
    assert "6 runs of them are done" in text
    assert max(map(len, text.splitlines())) <= 80
    nothing = {**document, "runs": 6, "costs": []}
    assert "6 runs of them are done. Nothing is left to run." in " ".join(
        plan_text(nothing).split()
    )


@pytest.mark.skipif(sys.platform != "linux", reason="bubblewrap is for Linux")
def test_a_cap_that_is_spent_is_said_before_anything_is_run(headway, made: Path, tmp_path: Path):
    runs = made.parent / "runs"
    priced = tmp_path / "runs"
    priced.mkdir()
    # What the runs cost is in their records: here at 1 USD each.
    for path in runs.glob("*/run.json"):
        held = json.loads(path.read_text(encoding="utf-8"))
        held["spending"] |= {"money": 1.0, "currency": "USD", "priced": "2026-11-25"}
        (priced / path.parent.name).mkdir()
        (priced / path.parent.name / "run.json").write_text(json.dumps(held), encoding="utf-8")
    design = made.with_name("capped.toml")
    text = made.read_text(encoding="utf-8")
    for limit, code in ((6.0, 2), (6.5, 0)):
        design.write_text(f"cap = {{ limit = {limit} }}\n{text}", encoding="utf-8")
        told = headway("elicit", "plan", design, "--out", priced, "--json")
        assert told.returncode == code, told.stderr
    assert json.loads(told.stdout)["done"] == {"runs": 6, "money": 6.0}
    design.write_text(f"cap = {{ limit = 6.0 }}\n{text}", encoding="utf-8")
    told = headway("elicit", "plan", design, "--out", priced)
    said = " ".join(told.stderr.split())
    assert said.startswith("The cap of 6 USD of the design example is spent: its 6 finished runs")
    assert said.endswith("cost 6; raise the cap, or ask for less.")


def test_what_is_no_record_is_passed_over(tmp_path: Path):
    for name, text in (("a", "{"), ("b", "[]"), ("c", '{"replies": "x"}'), (".draft-d", "{}")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "run.json").write_text(text)
    assert measured([tmp_path, tmp_path / "none"]) == ()


def test_the_example_of_the_documentation(headway, repo: Path, tmp_path: Path):
    """What docs/elicit.md shows is what the program says of docs/design.toml."""
    example = repo / "docs" / "design.toml"
    told = headway("elicit", "plan", example, "--harnesses", tmp_path, "--json")
    assert told.returncode == 0, told.stderr
    document = json.loads(told.stdout)
    assert {(each["model"], each["harness"]) for each in document["not_runnable"]} >= {
        (model, "opencode") for model in load(example).models
    }
    page = (repo / "docs" / "elicit.md").read_text(encoding="utf-8")
    assert (
        example.read_text(encoding="utf-8").partition("\n\n[servers]")[0].splitlines()[-1] in page
    )
    assert document["identifies"]["parts"] == 1


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (('"scripted"', '"scripted", "kimi"'), "no profile 'kimi'; did you mean kimi-k3"),
        ((FOUR, '["smokes"]'), "There is no suite or task 'smokes'; did you mean smoke"),
        (('"opencode"', '"codx"'), "There is no harness 'codx'; did you mean codex"),
        (("attempts = 3", "format = 'headway-design/9'"), "newer than this program's"),
    ],
)
def test_bad_input_is_one_sentence_and_exit_2(
    headway, tmp_path: Path, change: tuple[str, str], sentence: str
):
    told = headway("elicit", "plan", written(tmp_path, DESIGN.replace(*change, 1)))
    assert (told.returncode, told.stdout) == (2, "")
    assert sentence in told.stderr.replace("\n", " ")
    assert "Traceback" not in told.stderr


def test_the_page_holds_any_names_and_any_numbers():
    nothing = {"low": None, "median": None, "high": None}
    row = {
        "model": "m" * 40, "harness": "h" * 40, "runs": 12_345, "measured": 0, "basis": None,
        "tokens": nothing, "money": nothing, "most": None,
    }  # fmt: skip
    known = {"low": 1.0, "median": 2e6, "high": 3.14159e7}
    document = {
        "design": "d", "runs": 12_345, "done": {"runs": 1, "money": None}, "tokens": known,
        "money": {**nothing, "currency": None}, "most": None, "cap": None,
        "not_runnable": [{"model": "m", "harness": "h", "why": "w" * 99}] * 30,
        "costs": [row, {**row, "tokens": known, "money": known, "most": 0.00123}],
        "identifies": {"parts": 2, "comparisons": [], "squares": {}, "notes": ["So."]},
        "keys_missing": [], "notes": [],
    }  # fmt: skip
    text = plan_text(document)
    assert "2 million tokens (1 to 31 million)" in text.replace("\n", " ")
    assert "and 18 more" in text
    assert max(map(len, text.splitlines())) <= 80
