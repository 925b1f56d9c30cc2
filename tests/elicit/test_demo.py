"""The demonstration: its page says what its figures say; a small form of it is made for real."""

from __future__ import annotations

import re
import socket
import subprocess
import sys
from itertools import product
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import polars as pl
import pytest

ROOT = Path(__file__).parents[2]
DEMO = ROOT / "demo"
TRUE = {"harness": 0.0, "prompts": -0.5, "temperature": 2.0}  # of the first level of each
LEVELS = {
    "harness": ("standard-reply", "standard-block"),
    "prompts": ("hints", "harness"),
    "temperature": (0.2, 1.0),
}


@pytest.fixture(scope="module")
def parts() -> Any:
    """The modules beside demo/make.py, which it finds because it lies there."""
    sys.path.insert(0, str(DEMO))
    try:
        import figures
        import page
        import picture
    finally:
        sys.path.remove(str(DEMO))
    return figures, page, picture


def responses(
    attempts: int = 3, items: int = 8, seed: int = 4, together: float = 0.0
) -> pl.DataFrame:
    """Runs of a model whose setup effects are known, as `headway import` writes them."""
    rng = np.random.default_rng(seed)
    hard = np.linspace(-2.5, 2.5, items)
    rows = []
    for harness, prompts, temperature in product(*LEVELS.values()):
        setup = f"{harness}+{prompts}+t{temperature:g}"
        effect = sum(
            TRUE[factor] * (level == LEVELS[factor][0])
            for factor, level in zip(LEVELS, (harness, prompts, temperature), strict=True)
        )
        effect += together * (harness == "standard-reply" and prompts == "hints")
        for item, attempt in product(range(items), range(1, attempts + 1)):
            solved = rng.random() < 1 / (1 + np.exp(-(effect - hard[item])))
            rows.append(
                {
                    "model": "smollm2-135m",
                    "item": f"headway/task-{item}",
                    "harness": harness,
                    "prompts": prompts,
                    "temperature": temperature,
                    "setup": setup,
                    "run": f"smollm2-135m/{setup}/1.{attempt}",
                    "date": "2026-11-25",
                    "successes": int(solved),
                    "trials": 1,
                    **dict.fromkeys(("uncached_input", "cache_read", "visible_output"), 10),
                    "id": f"task-{item}-{setup}-{attempt}",
                }
            )
    return pl.DataFrame(rows)


@pytest.fixture(scope="module")
def found(parts: tuple[ModuleType, ...]) -> Any:
    return parts[0].find(responses())


def test_effects_are_found_in_their_direction(found: Any):
    effects = {effect.factor: effect for effect in found.effects}
    for factor, true in TRUE.items():
        assert effects[factor].low <= true <= effects[factor].high, factor
        assert effects[factor].of == str(LEVELS[factor][0])
    assert effects["temperature"].clear
    assert not effects["harness"].clear
    # More attempts tell more, and the last row is the answer.
    widths = [told[2].high - told[2].low for _, told in found.by_attempts]
    assert widths[-1] < widths[0]
    assert found.by_attempts[-1][1] == found.effects
    assert sum(row["share"] for row in found.shares) == pytest.approx(1)
    assert found.abilities[0]["temperature"] == 0.2
    assert sum(row["ability"] for row in found.abilities) == pytest.approx(0, abs=1e-9)


def test_parts_that_act_together_are_told(parts: tuple[ModuleType, ...], found: Any):
    figures, page, _ = parts
    assert not any(one.clear for one in found.interactions)
    frame = responses(items=16, together=-3.0)
    told = {one.factors: one for one in figures.interactions(frame)}
    assert set(told) == {
        ("harness", "prompts"), ("harness", "temperature"), ("prompts", "temperature")
    }  # fmt: skip
    for factors, true in (("harness", "prompts"), -3.0), (("harness", "temperature"), 0.0):
        assert told[factors].low <= true <= told[factors].high, factors
    assert told["harness", "prompts"].clear
    # By hand, from counts: odds of the four cells.
    held = frame.filter((pl.col("harness") == "standard-reply") & (pl.col("prompts") == "hints"))
    share = told["harness", "prompts"].shares["standard-reply", "hints"]
    assert share == pytest.approx(held["successes"].mean())
    text = " ".join(page.page(figures.find(frame), {"audits": []}, "demo.svg").split())
    assert "A lead: format of the reply and prompt may act together." in text
    assert f"with hints ({share:.0%})" in text


def test_abilities_take_in_that_a_setup_may_suit_single_tasks(parts: tuple[ModuleType, ...]):
    """Without such tastes a Rasch scale has intervals as wide; with them, too narrow ones."""
    figures, _, _ = parts
    rng, frame = np.random.default_rng(1), responses(items=16, attempts=5)
    taste = {
        key: rng.random() < 0.4
        for key in product(*(frame[n].unique().sort() for n in ("setup", "item")))
    }
    moved = [taste[pair] for pair in zip(frame["setup"], frame["item"], strict=True)]
    tasting = frame.with_columns(
        successes=pl.when(pl.Series(moved)).then(1 - pl.col("successes")).otherwise("successes")
    )
    plain, tastes = (figures.narrower(each, figures.abilities(each)) for each in (frame, tasting))
    assert 0.85 < plain < 1.1
    assert tastes < 0.75


def test_the_page_says_what_the_figures_say(parts: tuple[ModuleType, ...], found: Any):
    _, page, picture = parts
    text = page.page(found, {"audits": []}, "demo.svg")
    solved = int(found.frame["successes"].sum())
    assert f"Of 192 runs {solved} were solved ({solved / 192:.0%})" in " ".join(text.split())
    assert "Temperature 0.2 solves more than temperature 1" in " ".join(text.split())
    assert "without flagged runs is the same" in " ".join(text.split())
    assert "nan" not in text
    assert max(len(line) for line in text.splitlines() if not line.startswith("|")) <= 120
    rows = [line for line in text.splitlines() if line.startswith("| Temperature |")]
    assert re.search(r"\+\d\.\d to \+\d\.\d \| yes", rows[0])
    panels = picture.picture(found)["vconcat"]
    assert [len(panel["data"]["values"]) for panel in panels] == [3, 8]


def test_flagged_and_missing_runs_are_told(parts: tuple[ModuleType, ...]):
    figures, page, _ = parts
    frame = responses(attempts=1)
    first = pl.int_range(pl.len()) == 0
    frame = frame.with_columns(
        pl.when(first).then(None).otherwise(pl.col(name)).alias(name)
        for name in ("successes", "trials")
    )
    audits = [
        {"run": frame["id"][place], "findings": [{"kind": f"kind{place}", "tampers": place == 5}]}
        for place in (5, 6)
    ]
    text = " ".join(page.page(figures.find(frame), {"audits": audits}, "demo.svg").split())
    assert "In 2 something was found (kind5 and kind6); 1 of these were tampered with" in text
    assert "1 have no outcome, and are missing, not zero" in text


def test_too_few_runs_have_no_scale(parts: tuple[ModuleType, ...]):
    figures, page, _ = parts
    frame = responses(attempts=1, items=2)
    # One task is always solved at the low temperature, the other never: nothing is in between.
    frame = frame.with_columns(
        successes=((pl.col("item") == "headway/task-0") & (pl.col("temperature") < 0.5)).cast(int)
    )
    found = figures.find(frame)
    assert not any(effect.clear for effect in found.effects)
    assert "no scale yet" in page.page(found, {"audits": []}, "demo.svg")


def test_attempts_that_are_needed(parts: tuple[ModuleType, ...]):
    figures, *_ = parts
    told = {"factor": "harness", "of": "a", "against": "b", "share_of": 0.5, "share_against": 0.5}
    half = {n: (0.1 + 4 / n) ** 0.5 for n in range(1, 6)}
    ladder = [
        (n, [figures.Effect(logit=0.0, low=-one, high=one, known=True, **told)])
        for n, one in half.items()
    ]
    # A half-width whose square is 0.1 + 4 / n falls to 0.5 at n = 4 / 0.15, and never to 0.3.
    assert figures.needed(ladder, 0, 0.5) == 27
    assert figures.needed(ladder, 0, 0.3) is None
    low, high = figures.interval(5, 5)
    assert (low, high) == (pytest.approx(0.025**0.2), 1.0)
    assert figures.interval(0, 5) == (0.0, pytest.approx(1 - 0.025**0.2))


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="bubblewrap is for Linux")
def test_a_small_form_is_made(tmp_path: Path):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    done = subprocess.run(
        [sys.executable, DEMO / "make.py", "--tasks", "word", "lines", "--attempts", "1",
         "--out", tmp_path, "--page", tmp_path / "demo.md", "--port", str(port)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    frame = pl.read_csv(tmp_path / "responses.csv", infer_schema_length=None)
    assert frame["id"].n_unique() == 16
    assert set(frame["temperature"]) == {0.2, 1.0}
    assert set(frame["replies"]) == {1}
    assert frame["visible_output"].max() <= 64  # type: ignore[operator]
    assert set(frame["ended"]) <= {"completed"}
    text = (tmp_path / "demo.md").read_text(encoding="utf-8")
    solved = int(frame["successes"].sum())
    assert f"Of 16 runs {solved} were solved" in " ".join(text.split())
    assert (tmp_path / "demo.svg").read_text(encoding="utf-8").startswith("<svg")
