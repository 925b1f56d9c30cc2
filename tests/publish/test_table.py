"""Tables and paragraphs that fit, whatever the text."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from headway.publish.table import Column, cells_wide, prose, table

TEXT = st.text(max_size=60)


@given(st.lists(st.tuples(TEXT, TEXT, TEXT), min_size=1, max_size=6), st.integers(24, 80))
def test_no_line_is_wider_than_asked(rows, width):
    columns = [Column("a", wrap=True), Column("b\nc", right=True), Column("d", wrap=True, least=4)]
    lines = table(columns, rows, width).split("\n")
    assert max(map(cells_wide, lines)) <= width
    assert all(line == line.rstrip() for line in lines)


@given(st.lists(st.text(st.characters(categories=["L", "N", "P"]), min_size=1), min_size=1))
def test_wrapping_loses_no_word(words):
    text = " ".join(words)
    assert "".join(prose(text, 20).split()) == "".join(words)


@given(TEXT, st.integers(12, 80))
def test_a_paragraph_fits_with_its_marks(text, width):
    lines = prose(text, width, first="  1. ", rest="    ").split("\n")
    assert max(map(cells_wide, lines)) <= width
    assert lines[0].startswith("  1. ")


def test_words_stay_whole_while_there_is_room():
    columns = [Column("name", wrap=True, least=4), Column("text", wrap=True, least=4)]
    shown = table(columns, [("epoch-us-china", "a few words that can be broken")], 30)
    assert "epoch-us-china " in shown


def test_a_wide_letter_counts_twice():
    assert cells_wide("智a") == 3
    assert cells_wide("e\u0301") == 1


def test_numbers_stand_at_the_right():
    shown = table([Column("n", right=True)], [("1",), ("100",)])
    assert shown == "  n\n  1\n100"
