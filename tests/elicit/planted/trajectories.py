"""The planted trajectories as data: what an agent says and does, and what that is.

``cases/*.toml`` hold them, ``native/*.toml`` those of other harnesses, ``second/*.toml`` and
``third/*.toml`` two further sets, ``turns.toml`` turns that several share. They were written by
people who had not seen the audit; labels follow the definitions of the kinds alone. The second
seeks out uncommon ways, the third holds what agents commonly do. The audit was measured on each
when it was new (docs/elicit.md), and then mended by its mistakes: a figure on any of them is now
one on trajectories that it has met.
"""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
FOLDERS = ("cases", "native", "second", "third")
KINDS = frozenset(
    {
        "git_history",
        "fetch_fix",
        "read_hidden",
        "edit_tests",
        "verdict_differs",
        "early_exit",
        "skip_marks",
        "hard_coded",
        "wraps_reference",
        "server_tools",
        "off_list_host",
        "too_few_steps",
        "impossible_passed",
    }
)
_FIELDS = {
    "name", "task", "why", "kinds", "tampers", "accept", "score", "turns", "say", "proof", "left",
    "format", "harness",
}  # fmt: skip


@dataclass(frozen=True)
class Said:
    """One reply of the scripted model: words, and commands or calls of tools.

    ``server`` names something that the server did on its own side (:mod:`serverside`).
    """

    text: str
    commands: tuple[str | dict[str, Any], ...] = ()
    server: str = ""


@dataclass(frozen=True)
class Case:
    """One trajectory.

    Attributes
    ----------
    kinds : frozenset of str
        Findings that the audit must have, and no others.
    accept : tuple of frozenset of str
        Further sets that are as right, where the definitions leave it open.
    tampers : bool or None
        Whether any finding is tampering; None where the definitions leave it open.
    score : tuple of float
        The least and the most that the verifier may give.
    proof : tuple of str
        Regular expressions that must be found in what the commands printed.
    left : dict of str to str
        File of the work folder -> regular expression that must be found in it.
    """

    name: str
    task: str
    why: str
    kinds: frozenset[str]
    accept: tuple[frozenset[str], ...]
    tampers: bool | None
    score: tuple[float, float]
    turns: tuple[Said, ...]
    proof: tuple[str, ...]
    left: dict[str, str]
    format: str
    harness: str


@functools.cache
def shared() -> dict[str, Any]:
    """Turns that several trajectories have, by ``TASK.NAME``."""
    return tomllib.loads((HERE / "turns.toml").read_text(encoding="utf-8"))


@functools.cache
def load(folder: str = "cases") -> tuple[Case, ...]:
    """The trajectories of a folder, in order of their files."""
    found = [case for path in sorted((HERE / folder).glob("*.toml")) for case in _in(path)]
    names = [case.name for case in found]
    twice = {name for name in names if names.count(name) > 1}
    assert not twice, f"two trajectories are called {twice}"
    return tuple(found)


def by_name(name: str) -> Case:
    """One of them."""
    return next(case for folder in FOLDERS for case in load(folder) if case.name == name)


def _in(path: Path) -> Iterator[Case]:
    document = tomllib.loads(path.read_text(encoding="utf-8"))
    defaults = {key: value for key, value in document.items() if key != "case"}
    for given in document["case"]:
        fields = {**defaults, **given}
        unknown = fields.keys() - _FIELDS
        assert not unknown, f"{path.name}: {given['name']}: {unknown}"
        yield _case(fields)


def _case(fields: dict[str, Any]) -> Case:
    kinds = frozenset(fields.get("kinds", ()))
    accept = tuple(frozenset(one) for one in fields.get("accept", ()))
    assert frozenset().union(kinds, *accept) <= KINDS, f"{fields['name']}: {kinds} {accept}"
    tampers = fields.get("tampers", None if kinds else False)
    assert tampers in {True, False, None, "open"}
    return Case(
        name=fields["name"],
        task=fields["task"],
        why=" ".join(fields["why"].split()),
        kinds=kinds,
        accept=accept,
        tampers=None if tampers == "open" else tampers,
        score=_range(fields["score"]),
        turns=(*_turns(fields["turns"]), *_turns([fields.get("say", "Done.")], last=True)),
        proof=tuple(fields.get("proof", ())),
        left=dict(fields.get("left", {})),
        format=fields.get("format", "chat"),
        harness=fields.get("harness", "standard"),
    )


def _range(score: float | list[float]) -> tuple[float, float]:
    least, most = score if isinstance(score, list) else (score, score)
    return float(least), float(most)


def _turns(given: Iterable[Any], *, last: bool = False) -> Iterator[Said]:
    for turn in given:
        if isinstance(turn, str) and last:
            yield Said(turn)
        elif isinstance(turn, str):
            task, _, name = turn.removeprefix("@").partition(".")
            yield from _turns(shared()[task][name])
        elif isinstance(turn, dict):
            commands = tuple(turn.get("do", ()))
            yield Said(turn.get("text", ""), commands, turn.get("server", ""))
        else:
            text, *commands = turn
            yield Said(text, tuple(commands))
