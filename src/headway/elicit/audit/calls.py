"""The tool calls of a run, each with its answer, from the trajectory."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from headway.elicit.audit.actions import Call
from headway.elicit.standard.formats import FENCED
from headway.elicit.transcript import Entry, Part, Turn, arguments

__all__ = ["calls"]

_EXIT = re.compile(r"(?:exit code -?\d+|stopped after \d+ seconds)(?:\n|$)")


def calls(entries: Iterable[Entry]) -> list[Call]:
    """What the model called, in order.

    An assistant's turn that a request brings along is the harness's doing (examples, a history that
    was written anew) and is left out. Replies as of our own loops for models without tools are
    calls, too: ``{"command": ...}`` in JSON; and a block of code in free text where the
    conversation answers such with an exit code, be it in examples, before or after.
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
    # Conversations in which replies in free text are answered with exit codes.
    answered: set[int] = field(default_factory=set)
    # Of others, a block that is a call if its answer comes.
    block: dict[int, tuple[int, Part]] = field(default_factory=dict)

    def add(self, entry: Entry) -> None:
        """What one exchange adds."""
        for turn in entry.new:
            self._answers(entry.conversation, turn)
        if entry.reply is None:
            return
        self.waiting[entry.conversation] = []
        self.block.pop(entry.conversation, None)
        parts = entry.reply.turn.parts
        for part in parts:
            one = part if part.kind == "call" else _told(part)
            if one is not None:
                self._call(entry.number, entry.conversation, one)
        block = None if self.waiting[entry.conversation] else _block(parts)
        if block and entry.conversation in self.answered:
            self._call(entry.number, entry.conversation, block)
        elif block:
            self.block[entry.conversation] = (entry.number, block)

    def _call(self, step: int, conversation: int, part: Part) -> None:
        self.waiting[conversation].append((len(self.calls), part))
        self.calls.append(Call(step, conversation, part.name, arguments(part.text), None))

    def _answers(self, conversation: int, turn: Turn) -> None:
        waiting = self.waiting.setdefault(conversation, [])
        for part in turn.parts:
            told = turn.role == "user" and part.kind == "text" and _EXIT.match(part.text)
            if part.kind != "result" and not told:
                continue
            if told:
                self.answered.add(conversation)
                if conversation in self.block:
                    step, block = self.block.pop(conversation)
                    self._call(step, conversation, block)
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


def _block(parts: Iterable[Part]) -> Part | None:
    """The first block of code of a reply in free text, as a call."""
    found = FENCED.search("".join(part.text for part in parts if part.kind == "text"))
    return Part("call", json.dumps({"command": found[1].strip()}), "bash") if found else None
