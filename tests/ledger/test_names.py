"""Names: exact, in any case, never guessed. Groups: true, false, or unknown."""

from __future__ import annotations

import pytest

from headway.errors import UnknownNameError
from headway.ledger import Ledger, find_benchmark, find_model, load, members
from headway.records import Model


@pytest.mark.parametrize("text", ["bee", "BEE", "Bee 1", "bee-1B", " bee "])
def test_ids_names_and_aliases_in_any_case(tiny, text):
    assert find_model(tiny, text).id == "bee"


def test_a_near_name_is_offered_and_never_taken(tiny):
    with pytest.raises(UnknownNameError, match=r"No model is called 'be 1'; did you mean 'Bee 1'"):
        find_model(tiny, "be 1")
    with pytest.raises(UnknownNameError, match=r"did you mean 'Maze'\?"):
        find_benchmark(tiny, "Mase")


def test_a_name_like_no_other_gets_a_plain_sentence(tiny):
    with pytest.raises(UnknownNameError, match=r"^No model is called 'zzzz'\.$"):
        find_model(tiny, "zzzz")


def test_an_exact_id_wins_over_the_name_of_another():
    two = Ledger.of(models=[Model(id="x", name="y"), Model(id="y", name="z")])
    assert find_model(two, "y").id == "y"
    with pytest.raises(UnknownNameError, match="could be any of 'x', 'y'"):
        find_model(two, "Y")


def test_every_shipped_name_finds_its_model():
    ledger = load()
    for model in ledger.models.values():
        for name in (model.id, model.name, *model.aliases):
            assert find_model(ledger, name.upper()) == model


MODELS = [
    Model(id="a", name="A", weights="open", country="CN", organization="X", params_total_b=32),
    Model(id="b", name="B", weights="closed", country="US", organization="Yard"),
    Model(id="c", name="C", country="CN", organization="X", params_total_b=700, aliases=("Cee",)),
    Model(id="d", name="D", weights="open", params_total_b=8),
]


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("open", [True, False, None, True]),
        ("closed", [False, True, None, False]),
        ("country:CN", [True, False, True, None]),
        ("country:cn", [True, False, True, None]),
        ("org:x", [True, False, True, None]),
        ("params<=32B", [True, None, False, True]),
        ("params<32", [False, None, False, True]),
        ("params >= 0.7T", [False, None, True, False]),
        ("params>32b", [False, None, True, False]),
        ("cee", [False, False, True, False]),
        ("open & country:CN", [True, False, None, None]),
        ("open & country:CN & params<=32B", [True, False, False, None]),
        ("closed & params<=32B", [False, None, False, False]),
    ],
)
def test_groups(expression, expected):
    assert members(expression, MODELS) == expected


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        ("opne", "did you mean 'open'"),
        ("country:UK", "here are CN, US|did you mean 'US'"),
        ("org:Yards", r"has the organization 'Yards'; did you mean 'Yard'\?"),
        ("params<=many", "neither a group"),
        ("open &", "term on each side"),
        ("", "term on each side"),
        ("country:", "has the country ''"),
    ],
)
def test_a_wrong_group_gets_a_sentence(expression, words):
    with pytest.raises(UnknownNameError, match=words):
        members(expression, MODELS)


def test_where_no_country_is_known_nobody_is_in_or_out():
    assert members("country:CN", [Model(id="a", name="A")]) == [None]
