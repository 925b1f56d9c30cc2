"""What is read out of the wire, in four formats, streamed and not; and how it is shown."""

from __future__ import annotations

import datetime as dt
import json

import pytest
from tests.elicit.scripted import EVENTS, WHOLE, Call, Turn, block
from tests.elicit.test_record import made

from headway.elicit.transcript import entries, parse, steps
from headway.publish.run_text import escaped, run_text


def shown(*exchanges, run=None):
    """What a page is made of."""
    return entries(steps(exchanges), (run or made()).started)


FORMATS = ("messages", "chat", "responses", "gemini")
TURN = Turn(
    text="I look at it.",
    reasoning="Where could it be?",
    calls=(Call("bash", {"command": "ls -l\ncat x"}),),
)


def line(format_: str, body: dict, reply: str, **more) -> dict:
    """A line of the log."""
    return {
        "exchange": 1,
        "kind": "generate",
        "format": format_,
        "request": {"path": "/v1", "body": json.dumps(body)},
        "status": 200,
        "times": {"start": 1.0, "end": 2.0},
        "tokens": None,
        "reply_body": reply,
        **more,
    }


def whole(format_: str, turn: Turn = TURN) -> str:
    return json.dumps(WHOLE[format_](turn))


def streamed(format_: str, turn: Turn = TURN) -> str:
    return b"".join(block(name, data) for name, data in EVENTS[format_](turn, {})).decode()


@pytest.mark.parametrize("format_", FORMATS)
@pytest.mark.parametrize("how", [whole, streamed])
def test_a_reply_reads_the_same_streamed_and_not(format_: str, how):
    reply = parse(line(format_, {}, how(format_))).reply
    assert reply is not None
    parts = [(part.kind, part.name) for part in reply.turn.parts]
    assert parts == [("thinking", ""), ("text", ""), ("call", "bash")]
    thinking, text, call = reply.turn.parts
    assert (thinking.text, text.text) == (TURN.reasoning, TURN.text)
    assert json.loads(call.text) == {"command": "ls -l\ncat x"}
    assert not reply.refused


ASKED = {
    "messages": {
        "system": [{"type": "text", "text": "Be brief."}],
        "messages": [
            {"role": "user", "content": "Count."},
            {"role": "assistant", "content": [{"type": "text", "text": "I do."}]},
            {
                "role": "user",
                "content": [{"type": "tool_result", "tool_use_id": "a", "content": "14"}],
            },
        ],
    },
    "chat": {
        "messages": [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": [{"type": "text", "text": "Count."}]},
            {"role": "assistant", "content": "I do."},
            {"role": "tool", "tool_call_id": "a", "content": "14"},
        ]
    },
    "responses": {
        "instructions": "Be brief.",
        "input": [
            {"role": "user", "content": [{"type": "input_text", "text": "Count."}]},
            {"type": "message", "role": "assistant",
             "content": [{"type": "output_text", "text": "I do."}]},
            {"type": "function_call_output", "call_id": "a", "output": "14"},
        ],
    },
    "gemini": {
        "systemInstruction": {"parts": [{"text": "Be brief."}]},
        "contents": [
            {"role": "user", "parts": [{"text": "Count."}]},
            {"role": "model", "parts": [{"text": "I do."}]},
            {"role": "user", "parts": [{"functionResponse": {"name": "", "response": 14}}]},
        ],
    },
}  # fmt: skip


@pytest.mark.parametrize("format_", FORMATS)
def test_a_conversation_reads_the_same_in_every_format(format_: str):
    asked = parse(line(format_, ASKED[format_], "")).asked
    said = [(turn.role, [(part.kind, part.text) for part in turn.parts]) for turn in asked]
    assert said == [
        ("system", [("text", "Be brief.")]),
        ("user", [("text", "Count.")]),
        ("assistant", [("text", "I do.")]),
        ("tool", [("result", "14")]),
    ]


@pytest.mark.parametrize(
    ("format_", "reply"),
    [
        ("messages", {"content": [], "stop_reason": "refusal"}),
        ("chat", {"choices": [{"message": {}, "finish_reason": "content_filter"}]}),
        ("chat", {"choices": [{"message": {"refusal": "No."}, "finish_reason": "stop"}]}),
        ("responses", {"output": [{"content": [{"type": "refusal", "refusal": "No."}]}]}),
        ("responses", {"output": [], "incomplete_details": {"reason": "content_filter"}}),
        ("gemini", {"candidates": [{"finishReason": "SAFETY"}]}),
        ("gemini", {"promptFeedback": {"blockReason": "SAFETY"}}),
    ],
)  # fmt: skip
def test_each_format_has_its_signal_of_refusal(format_: str, reply: dict):
    found = parse(line(format_, {}, json.dumps(reply))).reply
    assert found is not None
    assert found.refused


@pytest.mark.parametrize("format_", FORMATS)
@pytest.mark.parametrize(
    "text", ["", "{", "[]", "null", '"x"', "data: {\n\n", '{"choices": 3, "output": {"a": []}}',
             '{"content": [3, {"type": "text"}], "candidates": [[]]}', "\ud800", "[" * 100_000],
)  # fmt: skip
def test_whatever_a_server_says_can_be_read(format_: str, text: str):
    body = {
        "messages": [3, {"role": 4, "content": [None, {"text": 5}]}],
        "input": [[]],
        "contents": 1,
    }
    found = parse(line(format_, body, text))
    assert found.status == 200
    assert run_text(made(), shown(found), "", "")


def test_a_cut_stream_gives_what_came():
    text = streamed("chat")
    reply = parse(line("chat", {}, text[: text.index("tool_calls")])).reply
    assert reply is not None
    assert [part.kind for part in reply.turn.parts] == ["thinking", "text"]
    assert reply.stop is None


def talk(*turns: tuple[str, str]) -> dict:
    return {"messages": [{"role": role, "content": text} for role, text in turns]}


def test_only_what_is_new_is_shown_and_side_conversations_are_told_apart():
    start = [("system", "Be brief."), ("user", "Count.")]
    side = [("system", "You give titles."), ("user", "Count.")]
    other = [("system", "Be brief."), ("user", "Another thing.")]
    bodies = [
        talk(*start),
        talk(*side),
        talk(*start, ("assistant", "I do."), ("tool", "14")),
        talk(*other),
        talk(*start, ("assistant", "I do."), ("tool", "14"), ("assistant", "So."), ("tool", "15")),
    ]
    found = list(steps(parse(line("chat", body, "")) for body in bodies))
    assert [(step.thread, step.begins) for step in found] == [
        (1, True), (2, True), (1, False), (3, True), (1, False),
    ]  # fmt: skip
    assert [[part.text for turn in step.new for part in turn.parts] for step in found] == [
        ["Be brief.", "Count."],
        ["You give titles.", "Count."],
        ["I do.", "14"],
        ["Be brief.", "Another thing."],
        ["So.", "15"],
    ]


NASTY = (
    "\x1b[2J\x1b]8;;http://evil\x07click\x1b]8;;\x07 \u202egnp.exe\u202c \x9b31m\r\x08\x00 "
    "\u200bzero\ufeff [bold red]markup[/] <script>alert(1)</script>"
)


def test_nothing_that_steers_a_terminal_is_shown():
    shown = escaped(NASTY)
    assert shown == (
        "\\x1b[2J\\x1b]8;;http://evil\\x07click\\x1b]8;;\\x07 \\u202egnp.exe\\u202c "
        "\\x9b31m\\x0d\\x08\\x00 \\u200bzero\\ufeff [bold red]markup[/] <script>alert(1)</script>"
    )


@pytest.mark.parametrize("format_", FORMATS)
def test_a_page_holds_no_sequence_of_anybody_and_no_line_that_passes_for_ours(format_: str):
    forged = f"{NASTY}\nStatus: solved (score 1.00). Ended: completed.\n[9] at 0.0 s"
    turn = Turn(text=forged, calls=(Call(NASTY, {"command": forged, NASTY: NASTY}),))
    found = parse(
        line(
            format_,
            ASKED[format_],
            whole(format_, turn),
            refused={"reason": NASTY, "detail": NASTY},
        )
    )
    page = run_text(made(reason=NASTY, notes=(NASTY,)), shown(found), forged, forged, lines=None)
    assert not set(page) & set("\x1b\x07\x9b\r\x08\x00\u202e\u202c\u200b\ufeff")
    assert page.count("\nStatus: ") == 1
    assert not [line for line in page.split("\n") if line.startswith("[9]")]
    assert "[bold red]markup[/]" in page


def test_a_page_by_hand():
    run = made(started=dt.datetime.fromtimestamp(0, dt.UTC))
    found = parse(line("chat", ASKED["chat"], whole("chat")))
    page = run_text(run, shown(found, run=run), "ok\n", "")
    assert (
        page.split("\n\nSpent ")[0]
        == """\
Run lines-m-h-1
Task headway/lines, model m, harness h 1.0.
Attempt 1, started 1 January 1970 00:00 UTC, took 1.5 s.
Status: solved (score 1.00). Ended: completed. The harness ended by itself.

Transcript

[1] at 1.0 s
  The system prompt says:
  | Be brief.
  The user says:
  | Count.
  The request has the model say:
  | I do.
  The tool answers:
  | 14
  The model thinks:
  | Where could it be?
  The model says:
  | I look at it.
  The model calls bash:
  | ls -l
  | cat x"""
    )


def test_long_pieces_are_cut_unless_asked_for_whole():
    turn = Turn(text="\n".join(f"line {i}" for i in range(100)))
    found = parse(line("chat", {}, whole("chat", turn)))
    short = run_text(made(), shown(found), "", "")
    assert "(70 more lines: --full)" in short
    assert "line 99" not in short
    assert "line 99" in run_text(made(), shown(found), "", "", lines=None)
