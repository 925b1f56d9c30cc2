"""What a design cannot tell is said, and bad input ends in one sentence."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from tests.scale.facets.made import made, rows

from headway.errors import HeadwayError, ScaleError, UnknownNameError
from headway.scale.facets import facets, parse
from headway.scale.responses import Responses

BASE = "resolved ~ (1|model) + (1|item)"
TWO_PARTS = ["a,h,1,1,2", "b,h,1,2,2", "a,h,2,0,2", "c,h,3,1,2", "d,h,3,2,2", "d,h,4,1,2"]


def test_a_formula_comes_back_as_it_was_meant():
    text = "resolved ~ budget+openness:harness + (1 | model:harness)+(0+budget|model) + 1"
    formula = parse(text)
    assert formula.fixed == (("budget",), ("openness", "harness"))
    assert [g.name for g in formula.random] == ["model:harness", "budget|model"]
    assert parse(str(formula)) == formula


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("model", "has no '~'"),
        ("resolved ~ ", "has no '~'"),
        ("score ~ (1|model)", "'resolved'"),
        ("resolved ~ (1|model", "cannot be read"),
        ("resolved ~ (2|model)", "cannot be read"),
        ("resolved ~ (1|model) + (1|model)", "twice"),
        ("resolved ~ (1|modell) + (1|item)", "did you mean 'model'"),
        ("resolved ~ (1|model) + zzz", "they have"),
        ("resolved ~ 1", "no random effect"),
        ("resolved ~ (0 + harness|model) + (1|item)", "no number"),
    ],
)
def test_formulas_that_cannot_be(text, says):
    with pytest.raises(HeadwayError) as caught:
        facets(made(1), text)
    assert says in str(caught.value)
    assert str(caught.value).count("\n") == 0


def test_parts_that_share_no_item_are_named_and_not_compared():
    fit = facets(rows(*TWO_PARTS), BASE)
    assert [part.models for part in fit.components] == [("a", "b"), ("c", "d")]
    assert [part.items for part in fit.components] == [("1", "2"), ("3", "4")]
    assert any("2 parts that share no item (a and b on 2 items; c and d" in c for c in fit.cautions)
    with pytest.raises(ScaleError, match="share no item"):
        fit.difference("model", "a", "c")
    assert fit.difference("model", "b", "a").value > 0
    with pytest.raises(UnknownNameError, match="No model is called 'x'"):
        fit.difference("model", "a", "x")


def test_one_shared_item_connects():
    assert len(facets(rows(*TWO_PARTS, "a,h,4,1,2"), BASE).components) == 1


def test_the_same_model_in_two_setups_is_two_nodes():
    data = rows("a,h,1,1,2", "a,g,2,1,2", "b,h,1,0,2", "b,g,2,2,2")
    assert len(facets(data, BASE).components) == 2


HEAD = "model,harness,item,successes,trials,openness,effort"


def test_harnesses_that_ran_only_closed_models():
    data = rows(
        *(f"{m},common,{j},{(k + j) % 3},2,{o},low"
          for k, (m, o) in enumerate([("a", "closed"), ("b", "closed"), ("c", "open")])
          for j in range(6)),
        *(f"{m},theirs,{j},{(j + 1) % 3},2,closed,high" for m in "ab" for j in range(6)),
        header=HEAD,
    )  # fmt: skip
    said = facets(data, "resolved ~ (1|model) + (1|harness) + (1|effort) + (1|item)").cautions
    assert (
        "Harness theirs ran only closed models: nothing is known of what it does for open ones."
        in said
    )
    assert any(text.startswith("effort and harness part the data") or "harness and effort part"
               in text for text in said)  # fmt: skip
    assert any("is confounded with" in text for text in said)


def test_a_crossed_design_has_nothing_to_complain_about():
    assert facets(made(4, models=6, items=12, missing=0.0), BASE).cautions == ()


def test_an_effect_that_cannot_be_told_apart_is_left_out():
    data = rows(
        *(f"{m},{h},{j},{(k + j) % 3},2,{o},low"
          for k, (m, h, o) in enumerate(
              [("a", "x", "closed"), ("b", "x", "closed"), ("c", "y", "open"), ("d", "y", "open")])
          for j in range(6)),
        header=HEAD,
    )  # fmt: skip
    fit = facets(data, "resolved ~ openness + harness + (1|model) + (1|item)")
    assert [effect.term for effect in fit.fixed] == ["intercept", "openness[open]"]
    assert any("The effect of harness[y] cannot be told apart" in text for text in fit.cautions)


def test_one_model_or_one_item_gives_an_answer_that_says_so():
    lines = [f"a,h,{j},{j % 3},2" for j in range(8)]
    fit = facets(rows(*lines), BASE)
    assert [v.term for v in fit.variance] == ["item"]
    assert any("There is only one level of model ('a')" in text for text in fit.cautions)
    with pytest.raises(ScaleError, match="Nothing can be compared"):
        facets(rows("a,h,1,1,2"), BASE)


@pytest.mark.parametrize("won", ["0", "2"])
def test_nothing_but_successes_or_failures(won):
    with pytest.raises(ScaleError, match="Every attempt"):
        facets(rows(*(f"{m},h,{j},{won},2" for m in "abc" for j in range(4))), BASE)


def test_a_model_that_solves_everything_stays_finite():
    lines = [f"{m},h,{j},{w},2" for m, w in [("a", 2), ("b", 1), ("c", 0)] for j in range(9)]
    names, modes, sds = facets(rows(*lines), BASE).levels("model")
    assert list(names) == ["a", "b", "c"]
    assert modes[0] > modes[1] > modes[2]
    assert np.isfinite(modes).all()
    assert sds[0] > sds[1]


def with_numbers(data, **numbers):
    return dataclasses.replace(data, numbers={k: np.asarray(v, float) for k, v in numbers.items()})


def test_a_constant_budget_is_refused():
    data = made(2)
    with pytest.raises(ScaleError, match="budget is 4 in every row"):
        facets(with_numbers(data, budget=np.full(data.n_cells, 4)), f"{BASE} + budget")
    with pytest.raises(ScaleError, match="above 0"):
        facets(with_numbers(data, budget=np.arange(data.n_cells)), f"{BASE} + budget")


def test_a_budget_counts_in_doublings():
    data = made(8, models=12, harnesses=4, items=40, missing=0.0, trials=8, sd=0.7)
    rng = np.random.default_rng(0)
    budget = 2.0 ** rng.integers(0, 5, data.n_cells)
    eta = np.log((data.successes + 0.5) / (data.trials - data.successes + 0.5))
    won = rng.binomial(data.trials.astype(int), 1 / (1 + np.exp(-eta - 0.4 * np.log2(budget))))
    data = dataclasses.replace(with_numbers(data, budget=budget), successes=won.astype(float))
    fit = facets(data, "resolved ~ budget + (1|model) + (1|harness) + (1|model:harness) + (1|item)")
    slope = fit.fixed[1]
    assert slope.term == "budget"
    assert 0.25 < slope.low < slope.value < slope.high < 0.5
    scaled = facets(with_numbers(data, budget=1000 * budget), fit.formula)
    assert scaled.loglik == pytest.approx(fit.loglik, abs=1e-6)
    assert scaled.fixed[0].value == pytest.approx(fit.fixed[0].value, abs=1e-4)


def test_weights():
    data = made(6)
    ones = np.ones(data.n_cells)
    first = np.where(np.arange(data.n_cells) == 0, -1.0, 1.0)
    with pytest.raises(ScaleError, match=r"The weight of 'm0' on 'i\d' is -1; give 0 or more"):
        facets(with_numbers(data, weight=first), BASE)
    plain = facets(data, BASE)
    assert facets(with_numbers(data, weight=ones), BASE).loglik == pytest.approx(plain.loglik)
    half = np.arange(data.n_cells) % 2 == 0
    names = ("model", "item", "successes", "trials")
    kept = Responses(data.models, data.items, *(getattr(data, n)[half] for n in names))
    weighed = facets(with_numbers(data, weight=half), BASE)
    assert weighed.loglik == pytest.approx(facets(kept, BASE).loglik, abs=1e-8)
    assert any("cells of weight 0: left out" in text for text in weighed.cautions)
    with pytest.raises(ScaleError, match="no cells to fit"):
        facets(with_numbers(data, weight=0 * ones), BASE)


def test_cells_without_a_label_are_left_out_and_counted():
    data = rows("a,h,1,1,2", "a,,2,1,2", "b,h,1,0,2", "b,g,2,2,2", "a,g,2,0,2")
    fit = facets(data, "resolved ~ (1|harness) + (1|item)")
    assert "1 cell without harness: left out." in fit.cautions
    assert len(fit.design.trials) == 4


def test_a_slope_of_its_own_for_each_model():
    data = made(9, models=5, items=20, missing=0.0)
    budget = 2.0 ** (np.arange(data.n_cells) % 4)
    fit = facets(with_numbers(data, budget=budget), f"{BASE} + budget + (0 + budget|model)")
    assert [v.term for v in fit.variance] == ["model", "item", "budget|model"]
    assert fit.levels("budget|model")[0] == data.models


def test_an_sd_of_zero_has_an_upper_bound():
    rng = np.random.default_rng(3)
    lines = [f"m{k},h{k % 2},{j},{rng.binomial(4, 0.5)},4" for k in range(6) for j in range(10)]
    fit = facets(rows(*lines), "resolved ~ (1|harness) + (1|item)")
    harness = fit.variance[0]
    assert harness.low == 0
    assert 0.05 < harness.high < 5


def test_one_attempt_a_level_tells_no_spread():
    rng = np.random.default_rng(0)
    lines = [f"m{k},h,{k % 3},{rng.integers(0, 2)},1" for k in range(60)]
    fit = facets(rows(*lines), BASE)
    assert [v.term for v in fit.variance] == ["item"]
    assert any(
        text.startswith("No level of model has more than one attempt") for text in fit.cautions
    )
    with pytest.raises(ScaleError, match="one attempt at each level"):
        facets(rows(*lines), "resolved ~ (1|model)")


def test_levels_that_part_successes_from_failures_have_no_finite_spread():
    lines = [f"m{k},h,{j},{2 * (k < 6)},2" for k in range(12) for j in range(9)]
    fit = facets(rows(*lines), "resolved ~ (1|model)")
    assert fit.variance[0].high == np.inf
    assert any("The SD of model runs to its upper bound" in text for text in fit.cautions)


def test_constant_columns_as_factor_and_slope():
    lines = [f"{m},h,{j},{(k + j) % 3},2" for k, m in enumerate("abc") for j in range(6)]
    with pytest.raises(ScaleError, match="harness is 'h' in every row"):
        facets(rows(*lines), f"{BASE} + harness")
    said = facets(rows(*lines), f"{BASE} + (1|harness)").cautions
    assert any("There is only one level of harness ('h')" in text for text in said)


def test_no_term_is_compared_across_parts():
    lines = [
        *(f"a,{h},{j},{j % 3},2" for h in ("p", "q") for j in range(4)),
        *(f"b,{h},{j},{j % 2},2" for h in ("r", "s") for j in range(4, 8)),
    ]
    formula = "resolved ~ (1|model) + (1|harness) + (1|item)"
    fit = facets(rows(*lines), formula)
    assert len(fit.components) == 2
    for term, one, other in (("harness", "p", "r"), ("item", "0", "5"), ("model", "a", "b")):
        with pytest.raises(ScaleError, match="parts of the data that share no item"):
            fit.difference(term, one, other)
    assert fit.difference("harness", "p", "q").low < 0
    # q in both parts is a bridge between harnesses
    joined = facets(rows(*(line.replace(",r,", ",q,") for line in lines)), formula)
    assert len(joined.components) == 2
    assert joined.difference("harness", "p", "s").high > 0


def test_rows_of_weight_zero_are_counted():
    data = made(6)
    weight = np.where(np.arange(data.n_cells) < 2, 0.0, 1.0)
    assert (
        "2 cells of weight 0: left out." in facets(with_numbers(data, weight=weight), BASE).cautions
    )


def test_a_budget_that_hangs_on_the_harness_is_said():
    data = made(2)
    budget = 1000.0 * (1 + data.labels["harness"][1])
    said = facets(with_numbers(data, budget=budget), f"{BASE} + budget").cautions
    assert any(text.startswith("budget is confounded with harness") for text in said)
    free = 1000.0 * (1 + np.arange(data.n_cells) % 3)
    said = facets(with_numbers(data, budget=free), f"{BASE} + budget").cautions
    assert not any("budget" in text for text in said)
