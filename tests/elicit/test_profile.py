"""Profiles: the shipped ones, what is refused, and which wire format is common."""

from __future__ import annotations

from pathlib import Path

import pytest

from headway.elicit import profile
from headway.errors import ProfileError, UnknownNameError

MINIMAL = """
title = "A model"
[endpoints.chat]
url = "http://127.0.0.1:1/v1/"
model = "a"
source = "its documentation"
"""


@pytest.mark.parametrize("name", profile.names())
def test_every_shipped_value_has_a_source(name: str):
    shipped = profile.load(name)
    assert shipped.name == name
    assert all(end.source for end in shipped.endpoints.values())
    stated = shipped.sampling.model_dump(exclude={"source"}, exclude_none=True)
    assert not stated or shipped.sampling.source


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
