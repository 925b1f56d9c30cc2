"""Ask many lenses of one ledger, from the cache where nothing changed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from pydantic import ValidationError

from headway.errors import HeadwayError
from headway.lens import cache
from headway.lens.recipe import Lens

if TYPE_CHECKING:
    from headway.ledger import Ledger
    from headway.lens.answering import Answer
    from headway.lens.items import Columns

Report = Callable[[str, int, int], None]
"""report(lens name, refits done, refits in all)."""


@dataclass(frozen=True)
class Evidence:
    """The ledger to ask: the shipped one, one in a folder, or a table of the user's own.

    ``responses`` is a file of answers to items beside it, for the scale ``pooled``.
    """

    ledger: Path | None = None
    data: Path | None = None
    responses: Path | None = None

    @property
    def own(self) -> bool:
        """Whether it is a table of the user's own."""
        return self.data is not None

    @cached_property
    def read(self) -> Ledger:
        """The ledger, read and checked at first use."""
        if self.data is not None:
            from headway.sources import read_table

            return read_table(self.data)
        from headway.ledger import load

        return load(self.ledger)

    def own_for(self, lens: Lens) -> bool:
        """Whether the lens's list of sources does not apply.

        A ledger that shares no source with the lens is somebody's own, like a table.
        """
        return self.own or not set(lens.evidence.sources) & set(self.read.sources)

    @cached_property
    def items(self) -> Columns | None:
        """The answers to items, read and checked at first use."""
        if self.responses is None:
            return None
        from headway.lens.items import read_items

        return read_items(self.responses, self.read)

    @cached_property
    def id(self) -> str:
        """Id of its content; for the shipped ledger without reading it."""
        if self.responses is not None:
            from hashlib import sha256

            _ = self.items  # a file that cannot be read is told as such
            return sha256(self.read.id.encode() + self.responses.read_bytes()).hexdigest()[:12]
        if self.data is None and self.ledger is None:
            from headway.ledger import shipped_id

            return shipped_id()
        return self.read.id


@dataclass(frozen=True)
class Asked:
    """Answers, and the lenses that these data cannot answer, each with its sentence."""

    snapshot: str
    answers: tuple[Answer, ...]
    unanswered: tuple[tuple[str, str], ...]


def ask(
    lenses: Sequence[Lens],
    evidence: Evidence | None = None,
    *,
    keep: bool = True,
    report: Report | None = None,
) -> Asked:
    """Answer every lens that can be answered.

    Parameters
    ----------
    lenses : sequence of Lens
    evidence : Evidence, optional
        The shipped ledger by default.
    keep : bool
        Read and write the cache.
    report : callable, optional
        Told the progress.

    Raises
    ------
    HeadwayError
        If no lens can be answered: the first reason.
    """
    from headway.lens.together import together

    asker = _Asker(evidence or Evidence(), keep, report)
    done: list[Answer] = []
    failed: list[tuple[str, HeadwayError]] = []
    for lens, got in zip(lenses, together(asker.attempt, lenses), strict=True):
        if isinstance(got, HeadwayError):
            failed.append((lens.name, got))
        else:
            done.append(got)
    if not done:
        raise failed[0][1]
    return Asked(asker.evidence.id, tuple(done), tuple((name, str(e)) for name, e in failed))


@dataclass(frozen=True)
class _Asker:
    evidence: Evidence
    keep: bool
    report: Report | None
    reading: Lock = field(default_factory=Lock)

    def attempt(self, lens: Lens) -> Answer | HeadwayError:
        """The answer, or why there is none."""
        try:
            return self._kept(lens) or self._made(lens)
        except HeadwayError as error:
            return error

    def _name(self, lens: Lens) -> str:
        with self.reading:
            return cache.key(self.evidence.id, lens.model_dump_json(), self.evidence.own)

    def _kept(self, lens: Lens) -> Answer | None:
        from headway.lens.answering import Answer

        text = cache.get(self._name(lens)) if self.keep else None
        try:
            return None if text is None else Answer.model_validate_json(text)
        except ValidationError:
            return None  # a damaged file is as good as none

    def _made(self, lens: Lens) -> Answer:
        from headway.lens.answering import answer

        total, so_far = lens.scale.draws + lens.scale.sampling, 0

        def progress(count: int) -> None:
            nonlocal so_far
            so_far += count
            if self.report is not None:
                self.report(lens.name, so_far, total)

        with self.reading:  # once, whoever comes first
            own, ledger = self.evidence.own_for(lens), self.evidence.read
            items = self.evidence.items
        made = answer(lens, ledger, own=own, items=items, progress=progress)
        if self.keep:
            cache.put(self._name(lens), made.model_dump_json())
        return made
