"""Profiles: the shipped ones, what is refused, and which wire format is common."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from pydantic import BaseModel

from headway.elicit import profile
from headway.elicit.tokens import Tokens
from headway.errors import ProfileError, UnknownNameError

MINIMAL = """
title = "A model"
[endpoints.chat]
url = "http://127.0.0.1:1/v1/"
model = "a"
source = "its documentation"
"""


STATED = ("sampling", "prompts", "preferred", "prices")


def has_values(part: BaseModel | None) -> bool:
    """Whether a part of a profile states anything beside where it is from."""
    return part is not None and bool(
        part.model_dump(exclude={"source", "date", "note"}, exclude_none=True)
    )


@pytest.mark.parametrize("name", profile.names())
def test_every_shipped_value_has_a_source_and_a_day(name: str):
    shipped = profile.load(name)
    assert shipped.name == name
    assert shipped.source
    for end in shipped.endpoints.values():
        assert end.source
        assert end.date
    for field in STATED:
        part = getattr(shipped, field)
        assert has_values(part) != (field in shipped.unknown), f"{field}: stated, or why not"
        if has_values(part):
            assert part.source
            assert part.date
    for why in shipped.unknown.values():
        day, _, reason = why.partition(": ")
        assert dt.date.fromisoformat(day) <= dt.datetime.now(dt.UTC).date()
        assert reason


def test_the_models_of_the_day_are_there_and_take_no_key_from_the_file():
    wanted = {
        "gpt-5.5", "claude-opus-4.6", "gemini-3.1-pro", "deepseek-v4-pro", "deepseek-v4-flash",
        "kimi-k2.6", "kimi-k3", "glm-5.1", "mimo-v2.5-pro", "qwen3.6-35b-a3b", "gemma-4-31b",
        "laguna-xs.2", "smollm2-135m",
    }  # fmt: skip
    assert wanted <= set(profile.names())
    for name in wanted:
        for end in profile.load(name).endpoints.values():
            own = "{base}" in end.url
            assert own == (end.key_env is None), "a server of others wants a key, by its variable"


def test_prices_of_a_token_kind_are_in_a_sane_order():
    """Golden by hand: GPT-5.5 at 5 in and 30 out, on a run of known tokens."""
    prices = profile.load("gpt-5.5").prices
    assert prices
    tokens = Tokens(
        uncached_input=20_000, cache_read=100_000, visible_output=3_000, reasoning=1_000
    )
    assert prices.of(tokens) == pytest.approx(0.1 + 0.05 + 0.09 + 0.03)
    for name in profile.names():
        if held := profile.load(name).prices:
            assert held.cache_read <= held.uncached_input <= held.visible_output <= held.reasoning


def test_a_profile_of_ones_own(tmp_path: Path):
    path = tmp_path / "mine.toml"
    path.write_text(MINIMAL)
    mine = profile.load(path)
    assert (mine.name, mine.endpoints["chat"].url) == ("mine", "http://127.0.0.1:1/v1")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("title = ", "not valid TOML"),
        (MINIMAL.replace('source = "its documentation"', ""), "endpoints.chat.source"),
        (MINIMAL.replace("chat", "telepathy"), "endpoints.telepathy"),
        (MINIMAL.replace("http:", "gopher:"), "starts with http"),
        (MINIMAL + "[sampling]\ntemperture = 1", "sampling.temperture"),
    ],
)
def test_a_wrong_profile_names_file_and_field(tmp_path: Path, text: str, sentence: str):
    path = tmp_path / "mine.toml"
    path.write_text(text)
    with pytest.raises(ProfileError, match=sentence) as caught:
        profile.load(path)
    assert str(path) in str(caught.value)


def test_an_unknown_name_offers_the_nearest():
    with pytest.raises(UnknownNameError, match="smollm2-135m"):
        profile.load("smollm2")


def test_the_first_common_format_is_the_harness_s_choice():
    served = profile.load("smollm2-135m")
    assert served.common(("gemini", "responses", "chat")) == "responses"
    with pytest.raises(ProfileError, match=r"chat, messages, responses.*speaks gemini.*none is"):
        served.common(("gemini",))


def test_what_a_server_may_say_it_ran():
    served = profile.load("smollm2-135m")
    assert served.is_declared("chat", "smollm2-135m")
    assert served.is_declared("chat", "/models/SmolLM2-135M-Instruct-Q4_K_M.gguf")
    assert not served.is_declared("chat", "smollm2-360m")
