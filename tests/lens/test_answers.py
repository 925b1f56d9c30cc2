"""Lenses asked of ledgers: what is left out, counted, drawn and said."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from headway.errors import GapError, HeadwayError, LensError, ScaleError, UnknownNameError
from headway.ledger import load as load_ledger
from headway.lens import Evidence, answer, ask, load, override
from headway.lens.answering import Answer
from headway.lens.evidence import corrected, day_of, select
from headway.lens.prepared import KEPT, Fits
from headway.lens.worlds import draw, frame
from headway.scale import eci
from headway.sources import read_table


@pytest.fixture(scope="module")
def ledger():
    return load_ledger()


def quick(name, **choices):
    lens = override(load(name), draws=40, **choices)
    return lens.model_copy(update={"scale": lens.scale.model_copy(update={"sampling": 20})})


@pytest.fixture(scope="module")
def default(ledger):
    return answer(quick("headway"), ledger)


def test_the_default_answer(default):
    """A gap of months, inside bounds that hold for any reading of this ledger."""
    assert 4 < default.months.low < default.months.median < default.months.high < 12
    assert default.sampling.high - default.sampling.low > default.months.high - default.months.low
    assert default.placebo[0] < 0 < default.placebo[1]
    assert default.unit == "ECI"
    assert default.n_models == 270
    assert default.n_scores == 2844
    assert default.n_unknown == 6
    assert default.n_leaders + default.n_followers + default.n_unknown == default.n_models
    assert "6 models are in neither group" in " ".join(default.cautions)


def test_the_shape_of_the_json(default):
    found = default.to_dict()
    assert list(found) == [
        "lens", "leaders", "followers", "rule", "months", "sampling", "placebo", "points",
        "censored", "settled", "n_models", "n_scores", "claim", "cautions",
    ]  # fmt: skip
    assert list(found["months"]) == ["median", "low", "high", "level"]
    assert list(found["sampling"]) == ["low", "high", "level"]
    assert list(found["placebo"]) == ["low", "high"]
    json.dumps(found, allow_nan=False)


def test_an_answer_survives_the_cache(default):
    again = Answer.model_validate_json(default.model_dump_json())
    assert again == default
    assert again.to_dict() == default.to_dict()


def test_nothing_after_the_as_of_date_counts(ledger):
    lens = quick("headway", as_of=date(2025, 6, 30))
    chosen = select(lens, ledger)
    assert max(day_of(m, "weights") for m in chosen.models) <= date(2025, 6, 30)
    released = {b.name: b.released for b in ledger.benchmarks.values()}
    assert all(
        released[b] is None or released[b] <= date(2025, 6, 30) for b in chosen.table.benchmarks
    )
    assert any("copy of 2026-10-01" in c for c in chosen.cautions)


def test_a_report_counts_from_its_own_day(ledger):
    """CAISI's rows are dated (not a rolling table): out a day before the report."""
    lens = load("caisi-2026-05")
    with_rows = select(lens, ledger).table.benchmarks
    day_before = select(override(lens, as_of=date(2026, 4, 30)), ledger).table.benchmarks
    assert "PortBench" in with_rows
    assert "PortBench" not in day_before


def test_chance_is_taken_off_raw_scores(ledger):
    raw = next(r for r in ledger.results if r.benchmark == "gpqa-diamond-caisi" and r.score == 0.9)
    assert corrected(raw, ledger.benchmarks[raw.benchmark]) == pytest.approx((0.9 - 0.25) / 0.75)
    epoch = next(r for r in ledger.results if r.chance_corrected)
    assert corrected(epoch, ledger.benchmarks[epoch.benchmark]) == epoch.score


def test_access_and_benchmarks_choose_the_cells(ledger):
    private = select(load("ihle-private"), ledger).table.benchmarks
    access = {b.name: b.access for b in ledger.benchmarks.values()}
    assert {access[b] for b in private} == {"private", "semi-private"}
    lens = load("headway")
    some = lens.evidence.model_copy(update={"without": ("GPQA diamond",)})
    fewer = select(lens.model_copy(update={"evidence": some}), ledger).table.benchmarks
    assert "GPQA diamond" not in fewer
    wrong = lens.evidence.model_copy(update={"without": ("GPQA dimond",)})
    with pytest.raises(UnknownNameError, match="GPQA diamond"):
        select(lens.model_copy(update={"evidence": wrong}), ledger)


def worlds_of(lens, ledger):
    chosen = select(lens, ledger)
    scale = eci(chosen.table, draws=40, sampling=5)
    return chosen, draw(lens, chosen, frame(lens, chosen), scale)[1]


def test_uncertain_dates_enter_the_draws(ledger):
    chosen, worlds = worlds_of(load("headway"), ledger)
    k = [m.name for m in chosen.models].index("Grok 3")
    days = {date.fromordinal(int(d)) for d in worlds.day[:, k]}
    assert days == {date(2025, 2, 17), date(2025, 4, 9)}
    moved = (np.ptp(worlds.day, axis=0) > 0).sum()
    assert 15 < moved <= 24
    fixed = worlds_of(load("epoch-2026-05"), ledger)[1]
    assert not np.ptp(fixed.day, axis=0).any()


def test_an_open_model_counts_from_its_weights(ledger):
    kimi = next(m for m in ledger.models.values() if m.name == "Kimi K3")
    assert day_of(kimi, "released") == date(2026, 7, 16)
    assert day_of(kimi, "weights") == date(2026, 7, 27)


def test_unknown_labels_are_in_neither_group(ledger):
    chosen, worlds = worlds_of(load("headway"), ledger)
    unknown = [k for k, m in enumerate(chosen.models) if m.weights == "unknown"]
    assert frame(load("headway"), chosen).unknown == len(unknown) == 6
    assert not worlds.leader[:, unknown].any()
    assert not worlds.follower[:, unknown].any()


def test_an_unchecked_label_is_drawn(ledger):
    chosen, worlds = worlds_of(load("headway"), ledger)
    doubtful = [k for k, m in enumerate(chosen.models) if not m.checked and m.weights != "unknown"]
    assert doubtful
    for k in doubtful:
        assert 0 < worlds.follower[:, k].mean() < 1
        assert (worlds.follower[:, k] != worlds.leader[:, k]).all()


def test_claims_stand_beside_the_answer(ledger):
    found = answer(quick("epoch-us-china"), ledger)
    assert found.claim.id == "epoch-china-lag"
    assert found.to_dict()["claim"]["value"] == 7
    # Ours is near theirs: the recipe is the same, the data are a later copy.
    assert abs(found.months.median - 7) < 2


def test_caisi_alone_is_censored(ledger):
    """Four models, and no US record at or below DeepSeek V4 Pro: a bound, never 8 months."""
    lens = quick("caisi-2026-05")
    alone = lens.evidence.model_copy(update={"sources": ("caisi-2026-05-01",)})
    found = answer(lens.model_copy(update={"evidence": alone}), ledger)
    assert found.n_models == 4
    assert found.censored
    assert found.months.median is None
    assert found.months.high is None
    assert found.at_least < 8


def test_a_country_against_another(ledger):
    found = answer(quick("headway", leaders="country:US", followers="country:CN"), ledger)
    assert (found.leaders, found.followers) == ("country:US", "country:CN")
    assert "leaders country:US" in found.lens.overrides[0]


@pytest.mark.parametrize(
    ("leaders", "followers", "word"),
    [
        ("closed", "country:US", "overlap"),
        ("closed", "country:CH", "country 'CH'"),
        ("closed", "DeepSek-V4-Pro", "DeepSeek-V4-Pro"),
        ("closed", "open & params<=0.01B", "needs two groups"),
    ],
)
def test_groups_that_cannot_be_compared(ledger, leaders, followers, word):
    with pytest.raises(HeadwayError, match=word):
        answer(quick("headway", leaders=leaders, followers=followers), ledger)


def test_a_window_that_is_empty(ledger):
    with pytest.raises(LensError, match="window is empty"):
        answer(quick("headway", since=date(2030, 1, 1)), ledger)


def test_a_rule_without_a_scale(ledger):
    lens = load("headway")
    bare = lens.model_copy(update={"scale": lens.scale.model_copy(update={"name": "none"})})
    with pytest.raises(GapError, match="needs a scale"):
        answer(bare, ledger)


def test_a_rule_brings_the_scale_it_needs(ledger):
    assert quick("ihle-public", rule="match").scale.name == "eci"
    lens = quick("headway", rule="threshold")
    assert lens.scale.name == "none"
    assert "scale none (not eci)" in lens.overrides
    assert answer(lens, ledger).unit is None


def test_every_rule_answers_on_the_shipped_ledger(ledger):
    from headway.gap.rules import RULES

    lens = quick("headway", since=date(2025, 1, 1))
    chosen = select(lens, ledger)
    assert len(RULES) == 9
    for rule in RULES:
        found = answer(quick("headway", rule=rule, since=date(2025, 1, 1)), ledger)
        assert found.months.median is not None or found.at_least is not None, rule
        assert found.n_scores > 0
    assert chosen.table.n_scores == 2844


TABLE = """model,benchmark,score,released,weights,organization
{rows}
"""


def own_table(path, rows):
    path.write_text(TABLE.format(rows="\n".join(rows)))
    return path


def synthetic(n=16, seed=1):
    rng, rows = np.random.default_rng(seed), []
    for k in range(n):
        label = "closed" if k % 2 else "open"
        day = date(2024, 1 + k % 12, 5) if k < 12 else date(2025, 1 + k % 12, 5)
        ability = k * 0.25 - (0 if k % 2 else 0.6)
        for b in range(5):
            score = 1 / (1 + np.exp(-(ability - 0.6 * b))) + 0.02 * rng.standard_normal()
            rows.append(f"m{k:02d},b{b},{min(max(score, 0), 1):.4f},{day},{label},org{k % 4}")
    return rows


def test_a_table_of_ones_own(tmp_path):
    data = own_table(tmp_path / "t.csv", synthetic())
    found = ask([quick("headway")], Evidence(data=data), keep=False).answers[0]
    assert found.unit == "logit"
    assert found.n_models == 16
    assert found.months.median is not None
    assert any("logits" in c for c in found.cautions)


def test_the_order_of_rows_changes_nothing(tmp_path):
    rows = synthetic()
    one = own_table(tmp_path / "a.csv", rows)
    two = own_table(tmp_path / "b.csv", rows[::-1])
    first, second = (answer(quick("headway"), read_table(p), own=True) for p in (one, two))
    assert first.to_dict() == second.to_dict()


@pytest.mark.parametrize(
    ("change", "kind", "word"),
    [
        (lambda r: r.replace("closed", "open"), HeadwayError, "'closed'"),
        (lambda r: r if ",b0," in r else None, ScaleError, "4 or more benchmarks"),
        (lambda r: r if r.startswith("m00") else None, HeadwayError, "only one model|closed"),
        (lambda r: r.replace("2024-", "").replace("2025-", ""), HeadwayError, "released"),
    ],
)
def test_tables_that_cannot_answer(tmp_path, change, kind, word):
    rows = [new for row in synthetic() if (new := change(row)) is not None]
    data = own_table(tmp_path / "t.csv", rows)
    with pytest.raises(kind, match=word):
        ask([quick("headway")], Evidence(data=data), keep=False)


def test_no_dates_at_all(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("model,benchmark,score\n" + "\n".join(
        ",".join(r.split(",")[:3]) for r in synthetic()
    ))  # fmt: skip
    with pytest.raises(LensError, match="release date"):
        ask([quick("headway")], Evidence(data=path), keep=False)


# --- pooled


def two_tables(tmp_path):
    """Scores of eight models on four benchmarks, and answers of six of them on a fifth."""
    rng = np.random.default_rng(5)
    scores = ["model,benchmark,score,n_items,released,weights"]
    answers = ["model,benchmark,item,successes,trials,harness"]
    for m in range(8):
        about = f"20{23 + m // 4}-0{1 + m % 4 * 2}-01,{'closed' if m % 2 else 'open'}"
        for b in range(4):
            p = 1 / (1 + np.exp(2.5 - 0.7 * m + 0.4 * b + 0.2 * rng.normal()))
            scores.append(f"model {m},test {b},{rng.binomial(200, p) / 200},200,{about}")
        for k in range(m < 6 and 2):
            for i in range(40):
                p = 1 / (1 + np.exp(2 - 0.7 * m + (i - 20) / 10 - 0.5 * k))
                answers.append(f"MODEL {m},test of items,q{i},{rng.binomial(2, p)},2,h{k}")
    answers.append("nobody,test of items,q0,1,2,h0")
    paths = tmp_path / "scores.csv", tmp_path / "answers.csv"
    for path, lines in zip(paths, (scores, answers), strict=True):
        path.write_text("\n".join(lines), encoding="utf-8")
    return paths


def test_pooled_answers_from_scores_and_from_answers_to_items(tmp_path):
    scores, answers = two_tables(tmp_path)
    lens = quick("headway", scale="pooled", rule="daily", since=date(2023, 6, 1))
    alone = ask([lens], Evidence(data=scores), keep=False)
    both = ask([lens], Evidence(data=scores, responses=answers), keep=False)
    assert alone.snapshot != both.snapshot
    one, two = alone.answers[0], both.answers[0]
    assert (one.unit, two.unit) == ("SD", "SD")
    assert (one.n_models, two.n_models) == (8, 8)  # "nobody" has no release date
    assert (one.n_scores, two.n_scores) == (32, 32 + 6 * 2 * 40)
    assert any("2 harnesses are told apart by 6 models" in text for text in two.cautions)
    assert two.months.low <= two.months.median <= two.months.high
    assert two.sampling.low is not None
    assert any("drawn again to first order" in text for text in two.cautions)


def test_answers_of_which_none_counts_are_refused(tmp_path):
    scores, answers = two_tables(tmp_path)
    lens = quick("headway", scale="pooled")
    lens = lens.model_copy(
        update={"evidence": lens.evidence.model_copy(update={"access": ("unknown",)})}
    )
    with pytest.raises(LensError, match="None of the responses counts"):
        ask([lens], Evidence(data=scores, responses=answers), keep=False)


def test_pooled_reads_the_answers_of_a_ledger(tmp_path):
    from headway.ledger import Ledger
    from headway.records import Response, Setup

    table = read_table(two_tables(tmp_path)[0])
    rows = [
        Response(
            model=f"model {m}", benchmark="test 0", item=f"q{i}", setup=f"s{k}",
            successes=(m + i + k) % 3, trials=2 + (m + i + k) % 2, source=next(iter(table.sources)),
        )
        for m in range(4) for i in range(30) for k in range(2)
        if (m + i + k) % 3 <= 2 + (m + i + k) % 2
    ]  # fmt: skip
    parts = {name: table.rows(name) for name in ("models", "benchmarks", "results", "sources")}
    setups = [Setup(id="s0", harness="codex"), Setup(id="s1", harness="openhands")]
    ledger = Ledger.of(**parts, setups=setups, responses=rows)
    found = select(quick("headway", scale="pooled"), ledger, own=True)
    assert found.responses.n_cells == len(rows)
    assert found.responses.labels["harness"][0] == ("codex", "openhands")
    assert select(quick("headway"), ledger, own=True).responses is None


@pytest.mark.slow
def test_pooled_on_the_shipped_ledger_agrees_with_the_default_scale(ledger, default):
    lens = quick("headway", scale="pooled").model_copy(update={"scale": load("headway").scale})
    found = answer(override(lens, scale="pooled", draws=200), ledger)
    assert found.n_models == default.n_models
    assert found.months.low < default.months.high
    assert found.months.high > default.months.low
    assert found.sampling.high - found.sampling.low > found.months.high - found.months.low


def test_a_choice_of_cells_is_made_once(ledger):
    """By what it depends on: evidence, dates, ledger; not by scale or rule."""
    fits, lens = Fits(), load("headway")
    one = fits.select(lens, ledger)
    assert fits.select(override(lens, scale="rasch", rule="now"), ledger) is one
    assert fits.select(load("epoch-2025-10"), ledger) is not one
    earlier = fits.select(override(lens, as_of=date(2026, 4, 30)), ledger)
    assert earlier.table.n_scores < one.table.n_scores
    fewer = replace(ledger, results=ledger.results[:1500])
    assert fits.select(lens, fewer).table.n_scores < one.table.n_scores
    assert fits.select(lens, ledger) is one
    for size in range(1, KEPT + 1):
        fits.select(lens, replace(ledger, results=ledger.results[: 1500 + size]))
    assert len(fits.chosen) == KEPT
    again = fits.select(lens, ledger)
    assert again is not one
    np.testing.assert_array_equal(again.table.score, one.table.score)


def test_an_answer_says_that_its_scale_is_not_borne_out(tmp_path, default):
    """Scores that are model + benchmark and noise: no curve tells them better."""
    assert "additive baseline" not in " ".join(default.cautions)
    rng = np.random.default_rng(0)
    able, easy = np.linspace(-0.24, 0.24, 24), np.linspace(-0.24, 0.24, 8)
    path = tmp_path / "added.csv"
    lines = ["model,benchmark,score,released,weights"]
    for k, a in enumerate(able):
        day = date(2024, 1, 1) + timedelta(days=30 * k)
        for b, e in enumerate(easy):
            score = 0.5 + a + e + 0.003 * rng.normal()
            lines.append(f"m{k},b{b},{score:.4f},{day},{'closed' if k % 2 else 'open'}")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    found = answer(quick("headway"), read_table(path), own=True)
    said = [c for c in found.cautions if "does not beat the additive baseline" in c]
    assert len(said) == 1
    assert "held-out scores eci" in said[0]
