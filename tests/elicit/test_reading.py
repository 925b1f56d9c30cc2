"""Readers of the wire: events, JSON that keeps its text, keys, codings, the log."""

from __future__ import annotations

import gzip
import itertools
import json
import zlib
from pathlib import Path

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from headway.elicit.gateway import document, encoding, sse
from headway.elicit.gateway.redact import MARK, Flow, Redactor
from headway.elicit.gateway.wire import Spool, Wire, read
from headway.errors import DataError

# Text with everything that a line of a stream can hold but the ends of lines themselves.
line = st.text(st.characters(exclude_characters="\r\n", exclude_categories=("Cs",)), max_size=20)
ends = st.sampled_from(["\n", "\r\n", "\r"])


@st.composite
def streams(draw: st.DrawFn) -> tuple[bytes, list[tuple[str, str]]]:
    """A stream and the events in it, as (name, data)."""
    end = draw(ends)
    text, found = "", []
    for _ in range(draw(st.integers(0, 5))):
        name = draw(st.sampled_from(["", "message_start", "名"]))
        data = draw(st.lists(line, min_size=1, max_size=3))
        lines = [f"event: {name}"] if name else []
        lines += [f": {draw(line)}"] if draw(st.booleans()) else []
        lines += [f"data: {part}" for part in data]
        text += "".join(f"{part}{end}" for part in lines) + end
        found.append((name, "\n".join(data)))
    return text.encode(), found


def cut(data: bytes, places: list[int]) -> list[bytes]:
    marks = sorted({place % (len(data) + 1) for place in places} | {0, len(data)})
    return [data[a:b] for a, b in itertools.pairwise(marks)]


places = st.lists(st.integers(0, 10**6), max_size=30)


@given(streams(), places)
def test_events_do_not_hang_on_where_the_stream_is_cut(
    stream: tuple[bytes, list[tuple[str, str]]], at: list[int]
):
    raw, wanted = stream
    reader = sse.Reader()
    events = [event for chunk in cut(raw, at) for event in reader.feed(chunk)]
    events += reader.close()
    assert b"".join(event.raw for event in events) == raw
    assert [(e.name, e.data) for e in events if e.data or e.name] == [
        (name, data) for name, data in wanted if data or name
    ]


def test_events_byte_by_byte_with_text_of_several_bytes():
    raw = 'data: {"text": "héllo 🙂"}\r\n\r\ndata: [DONE]'.encode()
    reader = sse.Reader()
    events = [event for byte in raw for event in reader.feed(bytes([byte]))] + reader.close()
    assert [event.data for event in events] == ['{"text": "héllo 🙂"}', "[DONE]"]


def test_a_mark_of_byte_order_and_empty_fields_are_read_as_the_standard_says():
    raw = b"\xef\xbb\xbfdata:first\ndata\ndata:  two\nid: 7\n\n"
    assert [e.data for e in sse.Reader().feed(raw)] == ["first\n\n two"]


def test_an_event_too_large_passes_without_being_held(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sse, "_LARGEST", 100)
    reader = sse.Reader()
    chunks = [b"data: " + b"x" * 60, b"y" * 60, b"z" * 60, b"\n\n"]
    events = [event for chunk in chunks for event in reader.feed(chunk)] + reader.close()
    assert reader.dead
    assert b"".join(event.raw for event in events) == b"".join(chunks)
    assert not any(event.data for event in events)


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
objects = st.dictionaries(st.text(max_size=5), values, max_size=5).filter(
    lambda d: len({k.casefold() for k in d} | {"model"}) == len(d) + 1
)


@given(objects, st.sampled_from([None, 2]), values)
def test_an_edit_changes_one_member_and_no_other_text(
    given: dict[str, object], indent: int | None, value: object
):
    text = json.dumps({**given, "model": "old"}, indent=indent, ensure_ascii=False)
    found = document.parse(text.encode("utf-8", "surrogatepass").decode("utf-8").encode())
    found.put("model", value)
    found.put("added.below", 1)
    edited = json.loads(found.edited())
    assert edited == {**given, "model": value, "added": {"below": 1}}
    # What stood before the value stands as it did.
    start = found.spans["model"][0]
    assert found.edited()[:start] == text[:start]


def test_numbers_and_spaces_of_the_rest_stay_as_they_came():
    text = '{ "a":1.0e2,"model" : "x" , "b":[1,  2.50]}'
    found = document.parse(text.encode())
    found.put("model", "y")
    found.put("t.u", 0.5)
    assert found.edited() == '{ "a":1.0e2,"model" : "y" , "b":[1,  2.50], "t": {"u": 0.5}}'
    assert document.parse(b"{}").edited() == "{}"


@pytest.mark.parametrize(
    "text",
    [
        "", "[]", "1", "{", '{"a":1,}', '{"a" 1}', "{'a':1}", '{"a":1} x', '{"a":1', "\ufeff{}",
        '{"a":1,"a":2}', '{"b":{"a":1,"a":2}}', '{"model":1,"Model":2}', "[" * 10**5,
        '{"a":' + "[" * 10**5,
    ],
)  # fmt: skip
def test_what_two_readers_could_read_in_two_ways_is_refused(text: str):
    with pytest.raises(DataError):
        document.parse(text.encode())


def test_a_body_that_is_no_text_is_refused():
    with pytest.raises(DataError, match="UTF-8"):
        document.parse(b'{"a":"\xff"}')


KEY = "sk-proj-abc/def+123=="


@given(st.lists(st.sampled_from([KEY, KEY[:9], "sk", "text ", "é", "s"]), max_size=12), places)
def test_a_key_is_found_wherever_a_stream_is_cut(parts: list[str], at: list[int]):
    redactor = Redactor([KEY])
    raw = "".join(parts).encode()
    flow = Flow(redactor)
    passed = b"".join(flow.feed(chunk) for chunk in cut(raw, at)) + flow.close()
    assert passed == raw.replace(KEY.encode(), MARK.encode())


def test_nothing_is_held_back_but_the_start_of_a_key():
    flow = Flow(Redactor([KEY]))
    assert flow.feed(b"data: hello\n\n") == b"data: hello\n\n"
    assert flow.feed(b"text sk-pro") == b"text "
    assert flow.feed(b"blem") == b"sk-problem"


def test_keys_are_found_in_json_and_in_addresses():
    redactor = Redactor([KEY])
    for form in (KEY, json.dumps(KEY), KEY.replace("/", "\\/"), "sk-proj-abc%2Fdef%2B123%3D%3D",
                 "sk-proj-abc%2fdef%2b123%3d%3d"):  # fmt: skip
        assert "abc" not in redactor.text(f"before {form} after"), form
    shown = dict(redactor.headers([("Authorization", "Bearer other"), ("X", f"a {KEY}")]))
    assert shown == {"Authorization": MARK, "X": f"a {MARK}"}
    assert redactor.query([("key", "x"), ("alt", "sse")]) == [("key", MARK), ("alt", "sse")]


PACK = {
    "gzip": gzip.compress,
    "deflate": zlib.compress,
    "zstd": lambda b: zstandard.ZstdCompressor().compress(b),
}


@pytest.mark.parametrize("coding", encoding.CODINGS)
def test_codings_there_and_back(coding: str):
    body = b'{"model": "x"}' * 1000
    assert encoding.decoded(PACK[coding](body), coding, 10**6) == body
    assert encoding.decoded(encoding.encoded(body, coding), coding, 10**6) == body


@pytest.mark.parametrize("coding", encoding.CODINGS)
def test_a_coding_that_hides_something_is_refused(coding: str):
    packed = PACK[coding](b"x" * 10**6)
    with pytest.raises(DataError, match="too large"):
        encoding.decoded(packed, coding, 1000)
    with pytest.raises(DataError, match="cut"):
        encoding.decoded(packed[:-5], coding, 10**7)
    with pytest.raises(DataError, match="cut"):
        encoding.decoded(packed + PACK[coding](b"more"), coding, 10**7)
    with pytest.raises(DataError, match="is not in"):
        encoding.decoded(b"plain", coding, 10**7)


def spool(*parts: bytes) -> Spool:
    made = Spool()
    for part in parts:
        made.add(part)
    return made


def test_a_log_is_read_as_it_was_written(tmp_path: Path):
    wire = Wire(tmp_path / "w")
    long = "".join(f"data: {i} é\n" for i in range(60_000)).encode()
    wire.write(b'{"exchange": 1}', spool(b"caf\xc3", b'\xa9 "quoted"\n'))
    wire.write(b'{"exchange": 2}', spool(*(long[i : i + 1000] for i in range(0, len(long), 1000))))
    wire.write(b'{"exchange": 3}', spool(b"\xff\x00"))
    assert wire.close()
    lines = list(read(tmp_path / "w"))
    assert [line["exchange"] for line in lines] == [1, 2, 3]
    assert lines[0]["reply_body"] == 'café "quoted"\n'
    assert lines[1]["reply_body"].encode() == long
    assert lines[2]["reply_body"] == "\\xff\x00"


@pytest.mark.parametrize("lost", [0, 1, 7])
def test_a_log_whose_end_is_lost_is_read_to_its_last_whole_line(tmp_path: Path, lost: int):
    wire = Wire(tmp_path / "w")
    for number in range(3):
        wire.write(f'{{"exchange": {number}}}'.encode(), spool(b"reply"))
    # As after SIGKILL: what was written stays, and nothing more comes.
    data = (tmp_path / "w").read_bytes()
    (tmp_path / "cut").write_bytes(data[: len(data) - lost])
    lines = [line["exchange"] for line in read(tmp_path / "cut")]
    assert lines == ([0, 1, 2] if lost == 0 else [0, 1])
    wire.close()


def test_a_log_is_not_written_over(tmp_path: Path):
    (tmp_path / "w").touch()
    with pytest.raises(FileExistsError):
        Wire(tmp_path / "w")
