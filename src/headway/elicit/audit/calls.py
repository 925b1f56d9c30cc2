"""The tool calls of a run, each with its answer, from the trajectory."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from headway.elicit.audit.actions import Call
from headway.elicit.transcript import Entry, Part, Turn, arguments

__all__ = ["calls"]

_EXIT = re.compile(r"exit code -?\d+\n|stopped after \d+ seconds\n")


def calls(entries: Iterable[Entry]) -> list[Call]:
    """What the model called, in order.

    An assistant's turn that a request brings along is the harness's doing (examples, a history that
    was written anew) and is left out. Replies in JSON, ``{"command": ...}``, as of our own loop for
    models without tools, are calls where the next request answers them with an exit code.
    """
    found = _Found()
    for entry in entries:
        found.add(entry)
    return found.calls


@dataclass(slots=True)
class _Found:
    calls: list[Call] = field(default_factory=list)
    # Of each conversation, the calls that are not answered yet: place in the list, and id.
    waiting: dict[int, list[tuple[int, Part]]] = field(default_factory=dict)

    def add(self, entry: Entry) -> None:
        """What one exchange adds."""
        for turn in entry.new:
            self._answers(entry.conversation, turn)
        if entry.reply is None:
            return
        waiting = []
        for part in entry.reply.turn.parts:
            one = part if part.kind == "call" else _told(part)
            if one is None:
                continue
            given = arguments(one.text)
            waiting.append((len(self.calls), one))
            self.calls.append(Call(entry.number, entry.conversation, one.name, given, None))
        self.waiting[entry.conversation] = waiting

    def _answers(self, conversation: int, turn: Turn) -> None:
        waiting = self.waiting.get(conversation, [])
        for part in turn.parts:
            told = turn.role == "user" and part.kind == "text" and _EXIT.match(part.text)
            if part.kind != "result" and not told:
                continue
            for place, call in waiting:
                same = call.id == part.id if call.id and part.id else part.name in {"", call.name}
                if same:
                    self.calls[place] = replace(self.calls[place], output=part.text)
                    waiting.remove((place, call))
                    break


def _told(part: Part) -> Part | None:
    """A reply that is a command in JSON, as a call."""
    if part.kind != "text" or not part.text.lstrip().startswith("{"):
        return None
    given = arguments(part.text)
    return Part("call", part.text, "bash") if set(given) == {"command"} else None
