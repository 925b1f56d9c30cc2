"""A reader of ours that falls, or is kept busy, costs what it read, and it is said which."""

from __future__ import annotations

import base64
import lzma
import re
import threading
from collections.abc import Iterator

from headway.elicit.audit.guard import ALL, PART, Guard
from headway.elicit.audit.look import DETECTORS
from headway.elicit.audit.reading.coded import hidden
from headway.elicit.audit.reading.source import read


def numbers() -> Iterator[int]:
    yield 1
    yield int("two")


def endless() -> Iterator[int]:
    yield 1
    re.match(r"(a|a)+$", "a" * 60 + "b")  # 2^60 ways


def test_a_fault_costs_what_comes_behind_it():
    guard = Guard()
    assert guard.read("step 1", numbers) == [1]
    assert guard.read("step 2", lambda: [2, 3]) == [2, 3]
    assert guard.faults == ["not audited: step 1 (ValueError, a fault of ours)."]


def test_a_delay_ends():
    guard = Guard(part=0.2)
    assert guard.read("step 1", endless) == [1]
    assert guard.read("step 2", lambda: [2]) == [2], "each has a time of its own"
    assert guard.faults == ["not audited: step 1 (reading takes too long)."]


def test_so_do_many():
    guard = Guard(part=0.2, left=0.3)
    for step in ("step 1", "step 2"):
        assert guard.read(step, endless) == [1]
    assert guard.read("step 3", lambda: [3]) == []
    assert len(guard.faults) == 3


def test_no_kind_takes_the_time_of_another():
    assert len(DETECTORS) * PART < ALL


def test_outside_of_the_main_thread_there_is_no_signal_and_no_limit():
    guard, found = Guard(left=-1), list[int]()
    thread = threading.Thread(target=lambda: found.extend(guard.read("step 1", lambda: [1])))
    thread.start()
    thread.join()
    assert found == [1]


def test_what_unpacks_to_much_is_unpacked_in_part():
    bomb = base64.b64encode(lzma.compress(bytes(200 << 20))).decode()
    texts = [text for _, text in hidden(read(f'x = "{bomb}"\n', "python"))]
    assert max(map(len, texts)) == 1 << 20
