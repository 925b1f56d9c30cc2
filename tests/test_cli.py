"""The program as a person runs it: in a process of its own."""

from __future__ import annotations

import csv
import io
import json
import math
import os
import random
import signal
import subprocess
import sys
import time
from datetime import date, timedelta
from pathlib import Path

import jsonschema
import pytest


def wide(text: str) -> int:
    from headway.publish.table import cells_wide

    return max(map(cells_wide, text.splitlines()), default=0)


@pytest.fixture(scope="session")
def schema(repo: Path):
    def check(name: str, document: object) -> None:
        text = (repo / "docs" / "schema" / f"{name}.json").read_text(encoding="utf-8")
        jsonschema.Draft202012Validator(json.loads(text)).validate(document)

    return check


def write_table(path: Path, models=16, benchmarks=6, name=lambda k: f"model {k}", **change) -> Path:
    """A tidy table of made-up models, open and closed in turn; ``name`` gives the k-th name."""
    rng = random.Random(5)
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(["model", "benchmark", "score", "released", "weights", "organization"])
        for k in range(models):
            day = date(2024, 1, 1) + timedelta(days=30 * k)
            weights = change.get("weights", "closed" if k % 2 else "open")
            for b in range(benchmarks):
                score = 1 / (1 + 2.7 ** -(0.25 * k + 0.6 * (k % 2) - 2 - 0.4 * b))
                score += rng.uniform(-0.02, 0.02)
                table.writerow([name(k), f"test {b}", f"{score:.3f}", day, weights, f"dev {k % 6}"])
    return path


@pytest.fixture
def own(tmp_path: Path):
    return lambda **change: write_table(tmp_path / "scores.csv", **change)


@pytest.fixture(scope="session")
def small(tmp_path_factory) -> Path:
    return write_table(tmp_path_factory.mktemp("small") / "scores.csv")


@pytest.fixture(scope="session")
def asked(small: Path) -> tuple[str, ...]:
    """The words of a quick question."""
    return ("gap", "--lens", "headway", "--draws", "40", "--data", str(small))


# --- gap


def test_gap_opens_with_one_sentence_and_names_its_evidence(headway, asked):
    run = headway(*asked)
    assert (run.returncode, run.stderr) == (0, "")
    opening = " ".join(run.stdout.split("\n\n")[0].split())
    assert opening.startswith("Open models are ")
    assert " behind closed ones (90% interval " in opening
    assert "lens headway, rule " in opening
    assert "What the answer of lens headway cannot say:" in run.stdout
    assert "Snapshot " in run.stdout
    assert wide(run.stdout) <= 80


@pytest.mark.slow
def test_gap_answers_every_lens(headway, schema):
    from headway import lens_names

    run = headway("gap", "--json", timeout=300)
    assert (run.returncode, run.stderr) == (0, "")
    document = json.loads(run.stdout)
    schema("gap", document)
    assert [a["lens"] for a in document["answers"]] == list(lens_names())
    text = headway("gap")
    assert wide(text.stdout) <= 80
    for name in lens_names():
        assert name in text.stdout
    assert "Published claims:" in text.stdout
    assert "CC BY 4.0" in text.stdout


def test_gap_json_has_the_agreed_shape_and_is_the_same_from_the_cache(headway, asked, schema):
    first = headway(*asked, "--json")
    schema("gap", json.loads(first.stdout))
    assert json.loads(first.stdout)["answers"][0]["n_models"] == 16
    assert headway(*asked, "--json").stdout == first.stdout
    assert headway(*asked, "--json", "--no-cache").stdout == first.stdout


def test_gap_csv_has_one_row_per_lens(headway, asked):
    run = headway(*asked, "--csv")
    rows = list(csv.DictReader(io.StringIO(run.stdout)))
    assert [row["lens"] for row in rows] == ["headway"]
    document = json.loads(headway(*asked, "--json").stdout)
    assert float(rows[0]["months"]) == document["answers"][0]["months"]["median"]


def test_an_override_is_named(headway, asked):
    run = headway(*asked, "--rule", "now", "--as-of", "2025-03-01").stdout
    assert "rule now (not match)" in " ".join(run.split())
    assert "headway*" in run
    assert "data to 1 March 2025" in " ".join(run.split())


def test_groups_are_said_in_words(headway, asked):
    run = headway(*asked, "--groups", "org:dev 1", "org:dev 4")
    assert " ".join(run.stdout.split()).startswith("Models of dev 4 are ")


def test_widening_is_answered_in_words(headway, asked):
    plain, run = headway(*asked).stdout, headway(*asked, "--widening").stdout
    assert "Is the gap widening?" in plain
    assert "per year" not in plain
    assert "per year" in run
    assert wide(run) <= 80
    rows = json.loads(headway(*asked, "--widening", "--json").stdout)["answers"][0]["widening"]
    assert len(rows["starts"]) == len(rows["median"]) == len(rows["low"]) > 3


def test_a_plot(headway, asked, tmp_path: Path):
    starts = {".svg": b"<svg", ".png": b"\x89PNG"}
    for ending, start in starts.items():
        path = tmp_path / f"gap{ending}"
        run = headway(*asked, "--plot", path)
        assert (run.returncode, run.stderr) == (0, "")
        assert path.read_bytes().startswith(start)
    assert [p.name for p in tmp_path.iterdir() if p.name.startswith(".")] == []
    svg = (tmp_path / "gap.svg").read_text(encoding="utf-8")
    assert "months behind closed ones" in svg
    assert "Epoch AI (CC BY 4.0)" in svg


# --- scale


def test_scale_json_has_the_agreed_shape(headway, small, schema):
    for name in ("eci", "rasch"):
        run = headway("scale", "--scale", name, "--data", small, "--draws", "30", "--json")
        assert (run.returncode, run.stderr) == (0, "")
        document = json.loads(run.stdout)
        schema("scale", document)
        assert (document["n_models"], document["n_benchmarks"], document["n_scores"]) == (16, 6, 96)
        values = [row["value"] for row in document["models"]]
        assert values == sorted(values, reverse=True)
        assert all(row["low"] < row["high"] for row in document["models"])


def test_scale_without_draws_has_no_intervals(headway, small):
    document = json.loads(headway("scale", "--data", small, "--draws", "0", "--json").stdout)
    assert {row["low"] for row in document["models"]} == {None}


def test_scale_reads_the_published_form(headway, shared: Path):
    table = shared / "data" / "epoch_eci_2026-08" / "eci_benchmarks.csv"
    document = json.loads(headway("scale", "--data", table, "--draws", "0", "--json").stdout)
    assert (document["unit"], document["n_models"]) == ("ECI", 222)
    assert document["gradient"] <= 1e-8


def test_scale_as_text_csv_and_picture(headway, own, tmp_path: Path):
    table = own()
    text = headway("scale", "--data", table, "--draws", "20", "--plot", tmp_path / "s.svg").stdout
    assert "model 15" in text
    assert wide(text) <= 80
    assert "16 most able models" in (tmp_path / "s.svg").read_text(encoding="utf-8")
    rows = list(csv.DictReader(io.StringIO(headway("scale", "--data", table, "--csv").stdout)))
    assert len(rows) == 16


# --- looking around


@pytest.mark.parametrize("command", ["models", "benchmarks", "lenses", "claims"])
def test_listings_fit_and_have_three_forms(headway, command: str):
    text, found, rows = (headway(command, *form) for form in ((), ("--json",), ("--csv",)))
    assert wide(text.stdout) <= 80
    listed = json.loads(found.stdout)[command]
    assert len(listed) == len(list(csv.DictReader(io.StringIO(rows.stdout)))) > 5


def test_models_of_a_group(headway):
    run = headway("models", "--group", "country:CN & open", "--json")
    models = json.loads(run.stdout)["models"]
    assert {(m["country"], m["weights"]) for m in models} == {("CN", "open")}


def test_a_model_is_found_by_name_id_and_alias(headway):
    texts = {headway("model", name).stdout for name in ("deepseek-v4-pro", "DEEPSEEK V4 PRO")}
    assert len(texts) == 1
    assert "https://huggingface.co/deepseek-ai/DeepSeek-V4-Pro" in texts.pop()


# --- the ledger


def test_the_shipped_ledger_is_without_mistakes(headway):
    run = headway("ledger", "check")
    assert run.returncode == 0
    assert " 0 mistakes." in run.stdout


def test_export_import_snapshot_and_ask_again(headway, own, tmp_path: Path):
    store, table = tmp_path / "store", own()
    assert headway("ledger", "import", table, "--into", store).returncode == 0
    lens = tmp_path / "mine.toml"
    lens.write_text('title = "All of it"\n[rule]\nname = "match"\n', encoding="utf-8")
    ask = ("gap", "--lens", lens, "--draws", "40", "--json", "--ledger")
    first = json.loads(headway(*ask, store).stdout)
    copy = headway("ledger", "snapshot", tmp_path / "copies", "--ledger", store).stdout.strip()
    assert Path(copy).name == first["snapshot"]
    assert json.loads(headway(*ask, copy).stdout) == first
    out = tmp_path / "out.csv"
    assert headway("ledger", "export", out, "--ledger", store).returncode == 0
    assert len(out.read_text(encoding="utf-8").splitlines()) == 97


# --- mistakes


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("gap", "--lens", "epoch-us-chin"), "epoch-us-china"),
        (("gap", "--lens", "headway", "--groups", "opne", "closed"), "open"),
        (("gap", "--lens", "headway", "--groups", "open", "open"), "overlap"),
        (("gap", "--lens", "headway", "--rule", "dialy"), "daily"),
        (("gap", "--lens", "headway", "--scale", "elo"), "rasch"),
        (("gap", "--lens", "headway", "--draws", "0"), "1"),
        (("gap", "--lens", "headway", "--since", "yesterday"), "--since"),
        (("gap", "--lens", "headway", "--since", "2999-01-01"), "2999-01-01"),
        (("gap", "--json", "--csv"), "not both"),
        (("gap", "--data", "a.csv", "--ledger", "b"), "not both"),
        (("gap", "--data", "nowhere.csv"), "nowhere.csv"),
        (("gap", "--ledger", "nowhere"), "nowhere"),
        (("gap", "--plot", "gap.docx"), ".svg"),
        (("gap", "--plot", "nowhere/gap.svg"), "folder"),
        (("gap", "--lens", "nowhere.toml"), "nowhere.toml"),
        (("gap", "--lenz", "headway"), "--lens"),
        (("gep",), "gap"),
        (("scale", "--draws", "-1"), "--draws"),
        (("scale", "--scale", "elo"), "rasch"),
        (("model", "deepsek v4 pro"), "DeepSeek V4 Pro"),
        (("models", "--group", "country:XX"), "XX"),
        (("model",), "NAME"),
        (("ledger", "check", "--ledger", "nowhere"), "nowhere"),
        (("ledger", "import", "nowhere.csv", "--into", "store"), "nowhere.csv"),
        (("ledger", "export", "scores.docx"), ".csv"),
    ],
    ids=" ".join,
)
def test_a_mistake_gets_one_helpful_sentence(headway, words, said: str, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    run = headway(*words)
    assert run.returncode == 2
    assert run.stdout == ""
    assert said.lower() in " ".join(run.stderr.split()).lower()
    assert "Traceback" not in run.stderr
    assert 0 < len(run.stderr) < 500
    assert wide(run.stderr) <= 80
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("shape", "said"),
    [
        ({"models": 1}, "two groups"),
        ({"benchmarks": 1}, "benchmarks"),
        ({"benchmarks": 3}, "4 or more benchmarks"),
        ({"weights": "open"}, "closed"),
        ({"weights": "unknown"}, "closed"),
    ],
    ids=str,
)
def test_a_table_that_cannot_answer_gets_a_sentence(headway, own, shape, said: str):
    run = headway("gap", "--data", own(**shape), "--lens", "headway", "--draws", "40")
    assert run.returncode == 2
    assert said in run.stderr
    assert "Traceback" not in run.stderr


# --- names that somebody else wrote


def test_markup_in_a_name_is_only_text(headway, own):
    table = own(name=lambda k: f"[bold red]m{k}[/] :smile: {'智' * 30}")
    run = headway("scale", "--data", table, "--draws", "20")
    assert "[bold red]m15[/] :smile:" in run.stdout
    assert wide(run.stdout) <= 80


def test_control_characters_never_reach_the_terminal(headway, own):
    table = own(name=lambda k: f"m{k}\x1b]0;owned\x07\u202e")
    for command in (("scale", "--draws", "20"), ("gap", "--lens", "headway", "--draws", "40")):
        run = headway(*command, "--data", table)
        assert not {"\x1b", "\x07", "\u202e"} & set(run.stdout + run.stderr)
    run = headway("model", "\x1b[31mred\u202e")
    assert run.returncode == 2
    assert not {"\x1b", "\u202e"} & set(run.stderr)


def test_a_script_in_a_name_does_not_run_in_the_page(headway, own, tmp_path: Path):
    table = own(name=lambda k: f"</script><img src=x onerror=alert({k})>")
    page = tmp_path / "gap.html"
    run = headway("gap", "--lens", "headway", "--draws", "40", "--data", table, "--plot", page)
    assert run.returncode == 0, run.stderr
    assert "</script><img" not in page.read_text(encoding="utf-8")


# --- terminals and pipes


def test_output_survives_a_terminal_without_unicode(headway, asked):
    env = {"PYTHONUTF8": "0", "PYTHONIOENCODING": "ascii", "LC_ALL": "C"}
    run = headway(*asked, env=env)
    assert (run.returncode, run.stderr) == (0, "")
    assert run.stdout.isascii()


def test_a_wide_terminal_changes_nothing(headway):
    assert (
        headway("gap", "--help", env={"COLUMNS": "200"}).stdout == headway("gap", "--help").stdout
    )
    assert headway("models", env={"COLUMNS": "200"}).stdout == headway("models").stdout


@pytest.mark.skipif(os.name == "nt", reason="needs the pipes of POSIX")
def test_a_reader_that_leaves_is_no_error():
    command = [sys.executable, "-m", "headway", "models"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as run:
        assert run.stdout
        assert run.stderr
        run.stdout.close()
        assert run.stderr.read() == b""
    assert run.returncode == 141


@pytest.mark.skipif(os.name == "nt", reason="needs the signals of POSIX")
def test_an_interrupt_is_quiet():
    command = [sys.executable, "-m", "headway", "gap", "--no-cache", "--draws", "50000"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as run:
        time.sleep(3)
        run.send_signal(signal.SIGINT)
        out, err = run.communicate(timeout=60)
    assert run.returncode == 130
    assert out == err == b""


def test_version_help_and_completion(headway):
    from headway import __version__

    assert headway("--version").stdout.strip() == __version__
    assert headway("--help").stdout == headway().stdout
    assert "complete" in headway("completion", "bash").stdout
    assert headway("completion", "tcsh").returncode == 2


# --- scales of single items


@pytest.fixture(scope="module")
def responses(tmp_path_factory):
    """Eight models on thirty items, three trials a cell."""
    rng = random.Random(7)
    rows = ["model,item,successes,trials"]
    for m in range(8):
        for j in range(30):
            p = 1 / (1 + math.exp(-(m / 2 - 2 - (j / 10 - 1.5))))
            rows.append(f"m{m},q{j},{sum(rng.random() < p for _ in range(3))},3")
    path = tmp_path_factory.mktemp("items") / "responses.csv"
    path.write_text("\n".join(rows), encoding="utf-8")
    return path


@pytest.mark.parametrize("name", ["rasch", "two_pl", "three_pl"])
def test_an_item_scale_has_the_agreed_shape(headway, responses, schema, name: str):
    run = headway("scale", "--scale", name, "--data", responses, "--json")
    assert (run.returncode, run.stderr) == (0, "")
    found = json.loads(run.stdout)
    schema("items", found)
    assert (found["scale"], found["n_models"], found["n_items"]) == (name, 8, 30)
    value = {m["name"]: m["value"] for m in found["models"]}
    assert value["m7"] > value["m4"] > value["m0"]
    assert [m["value"] for m in found["models"]] == sorted(value.values(), reverse=True)
    if name == "rasch":
        assert {item["a"] for item in found["items"]} == {1.0}
    text = headway("scale", "--scale", name, "--data", responses).stdout
    assert wide(text) <= 80
    assert "Method: " in text


def test_an_item_scale_without_responses(headway, own):
    run = headway("scale", "--scale", "two_pl")
    assert run.returncode == 2
    assert "--data FILE" in run.stderr
    run = headway("scale", "--scale", "two_pl", "--data", own())
    assert run.returncode == 2
    assert "'item'" in run.stderr


# --- answers and scores together, and many abilities


@pytest.fixture(scope="module")
def both(tmp_path_factory):
    """Answers on two benchmarks, and scores of the same models on these and two more."""
    rng = random.Random(11)
    folder = tmp_path_factory.mktemp("both")
    rows, scores = ["model,benchmark,item,successes,trials"], ["model,benchmark,score,n_items"]
    for m in range(10):
        for b in range(4):
            p = [1 / (1 + math.exp(-(m / 2 - 2 - b / 2 - (j / 10 - 1.5)))) for j in range(30)]
            won = [sum(rng.random() < q for _ in range(3)) for q in p]
            if b < 2:
                rows += [f"m{m},test {b},q{j},{won[j]},3" for j in range(30)]
            if b or m == 0:
                scores.append(f"M{m},test {b},{sum(won) / 90:.3f},30")
    (folder / "responses.csv").write_text("\n".join(rows), encoding="utf-8")
    (folder / "scores.csv").write_text("\n".join(scores), encoding="utf-8")
    return folder / "responses.csv", folder / "scores.csv"


def test_a_pooled_scale_has_the_agreed_shape(headway, both, schema):
    data, scores = both
    for words in (("--data", data, "--table", scores), ("--data", data), ("--table", scores)):
        run = headway("scale", "--scale", "pooled", *words, "--json")
        assert (run.returncode, run.stderr) == (0, "")
        found = json.loads(run.stdout)
        schema("pooled", found)
        # "m3" of the answers is "M3" of the table.
        assert found["n_models"] == 10
        value = {m["name"].lower(): m["value"] for m in found["models"]}
        assert value["m9"] > value["m5"] > value["m0"]
        assert (found["n_responses"] > 0) == (data in words)
        assert (found["misfit"] is not None) == (scores in words)
    text = headway("scale", "--scale", "pooled", "--data", data, "--table", scores).stdout
    assert wide(text) <= 80
    assert "Gauge: " in text


def test_responses_go_with_pooled(headway, both):
    run = headway("gap", "--lens", "headway", "--responses", both[0])
    assert run.returncode == 2
    assert "--responses goes with --scale pooled" in run.stderr


def test_domains_have_the_agreed_shape(headway, both, schema):
    words = ("scale", "--scale", "two_pl", "--data", both[0], "--domains", "benchmark")
    run = headway(*words, "--json")
    assert (run.returncode, run.stderr) == (0, "")
    found = json.loads(run.stdout)
    schema("domains", found)
    assert [d["name"] for d in found["domains"]] == ["test 0", "test 1"]
    assert found["correlations"][0]["value"] > 0.5
    text = headway(*words).stdout
    assert wide(text) <= 80
    assert "a weighted sum of 2 abilities, not one ability" in " ".join(text.split())
    rows = list(csv.DictReader(io.StringIO(headway(*words, "--csv").stdout)))
    assert len(rows) == 20


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--scale", "two_pl", "--domains", "benchmark"), "--data RESPONSES"),
        (("--scale", "eci", "--domains", "benchmark"), "two_pl or rasch"),
        (("--scale", "eci", "--table", "x.csv"), "--scale pooled"),
        (("--scale", "pooled", "--domains", "benchmark"), "not with pooled"),
    ],
)
def test_what_pooled_and_domains_refuse(headway, words, says: str):
    run = headway("scale", *words)
    assert run.returncode == 2
    assert says in run.stderr
