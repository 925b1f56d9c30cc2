"""What a program text does to files, programs and hosts, as far as it can be read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

__all__ = ["Deed", "Kind"]

Kind: TypeAlias = Literal["read", "list", "write", "remove", "shell", "run", "fetch", "host"]


@dataclass(frozen=True, slots=True)
class Deed:
    """One thing that a program does.

    ``target`` is a path, an address or a host (*host* is contact without a fetch); of *shell* the
    script, of *run* the words joined by a null character. ``text`` is what is written or
    looked for, None where it is not known.
    """

    kind: Kind
    target: str
    text: str | None = None

    @property
    def words(self) -> tuple[str, ...]:
        """Of *run*: the program and its arguments."""
        return tuple(self.target.split("\0"))
