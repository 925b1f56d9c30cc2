"""Finding finished runs, each of them once and as it was written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from headway.elicit.record import Run
from headway.elicit.record.folder import RECORD
from headway.elicit.run.opened import Opened, opened
from headway.errors import RunError

__all__ = ["Brought", "bring"]


@dataclass(frozen=True)
class Brought:
    """Finished runs, in the order of their names.

    Attributes
    ----------
    opened : tuple of Opened
    again : tuple of Path
        Folders of runs that were met before, to the letter.
    """

    opened: tuple[Opened, ...]
    again: tuple[Path, ...]

    @cached_property
    def runs(self) -> tuple[Run, ...]:
        """Their records."""
        return tuple(one.run for one in self.opened)

    @property
    def altered(self) -> tuple[str, ...]:
        """Names of runs whose folders are not as they were written."""
        return tuple(one.run.id for one in self.opened if one.altered)


def bring(places: Iterable[Path], *, keep_altered: bool = False) -> Brought:
    """Read finished runs.

    Parameters
    ----------
    places : iterable of path
        Folders of runs, or folders that hold such folders.
    keep_altered : bool
        Take runs whose files were changed, added or removed since they ended; they are marked.

    Raises
    ------
    RunError
        If a place holds no run, a record cannot be read, a folder was altered, or two folders
        hold different runs of one name.
    """
    found: dict[str, Opened] = {}
    again: list[Path] = []
    for folder in _folders(places):
        one = opened(folder)
        if Path(one.run.id).name != one.run.id:
            raise RunError(
                f"{folder}: the run calls itself {one.run.id!r}, which is no plain name."
            )
        if one.altered and not keep_altered:
            raise RunError(
                f"{folder}: {one.altered[0]} is not as it was when the run ended"
                f"{_more(len(one.altered) - 1)}; leave this run out, or give --keep-altered."
            )
        before = found.setdefault(one.run.id, one)
        if before is not one and before.run != one.run:
            raise RunError(
                f"{before.folder} and {folder} hold two different runs of one name: give one only."
            )
        if before is not one:
            again.append(folder)
    return Brought(tuple(found[name] for name in sorted(found)), tuple(again))


def _folders(places: Iterable[Path]) -> Iterator[Path]:
    for place in places:
        if (place / RECORD).exists():
            yield place
            continue
        if not place.is_dir():
            raise RunError(f"{place} is no folder; give a run's folder, or one that holds runs.")
        # What begins with a dot is a draft, or the launcher's own.
        inside = [p for p in sorted(place.iterdir()) if not p.name.startswith(".")]
        held = [path for path in inside if (path / RECORD).exists()]
        if not held:
            raise RunError(f"{place} holds no finished run: a run is a folder with a {RECORD}.")
        yield from held


def _more(count: int) -> str:
    return f" ({count} more)" if count else ""
