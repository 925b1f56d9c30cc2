"""The folder of one run: written beside its place, moved there whole, read back and checked."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from pydantic import ValidationError

from headway.elicit.held import held
from headway.elicit.record.model import Run
from headway.errors import RunError
from headway.ledger.disk import flush

__all__ = ["DRAFT", "RECORD", "altered", "drafted", "finish", "read", "taken"]

RECORD = "run.json"
DRAFT = ".draft-"


@contextmanager
def drafted(out: Path, run: str) -> Iterator[Path]:
    """A folder to write a run into; it is removed unless :func:`finish` moved it to its place.

    A killed program leaves at most a folder whose name begins with ``.draft-``: nothing reads it,
    and :func:`headway.elicit.leftovers.clear` removes it.

    Raises
    ------
    RunError
        If the place is taken, or the folder cannot be made.
    """
    if (out / run).exists():
        raise RunError(f"{out / run} is there already; choose another --attempt or --out.")
    with ExitStack() as stack:
        try:
            out.mkdir(parents=True, exist_ok=True)
            draft = stack.enter_context(held(out, f"{DRAFT}{run}-"))
        except OSError as error:
            raise RunError(f"{out}: no run can be written there: {error.strerror}.") from None
        yield draft


def finish(draft: Path, run: Run) -> Path:
    """Write ``run.json`` with the hashes of all other files, and move the folder to its place.

    The move is one rename on one disk: a run is complete or absent. Two programs that finish the
    same run cannot mix: the second finds the place taken.

    Raises
    ------
    RunError
        If the disk is full or the place was taken meanwhile.
    """
    place = draft.parent / run.id
    try:
        whole = run.model_copy(update={"files": _hashes(draft)})
        _write(draft / RECORD, whole.model_dump_json(indent=1) + "\n")
        # Only now may others of the same group read it: until here it was the draft's alone.
        draft.chmod(0o755)
        os.rename(draft, place)  # noqa: PTH104 - Path.rename would also replace an empty folder
        flush(place.parent)
    except OSError as error:
        raise RunError(f"{place}: the run cannot be written: {error.strerror}.") from None
    return place


def read(folder: Path) -> Run:
    """Read the record of a finished run.

    Raises
    ------
    RunError
        If there is none, or it is not one that this program wrote; the field is named.
    """
    path = folder / RECORD
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise RunError(f"{path} cannot be read: {reason}; a run is a folder with it.") from None
    try:
        document = json.loads(text)
    except ValueError:
        document = None
    if not isinstance(document, dict):
        raise RunError(f"{path} is no JSON object; it was not written by a run.")
    # What is derived (status, counts) is derived again, not believed.
    given = {key: value for key, value in document.items() if key not in Run.model_computed_fields}
    try:
        return Run.model_validate(given)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        field = ".".join(str(part) for part in first["loc"]) or "the document"
        raise RunError(f"{path}, {field}: {first['msg']}.") from None


def altered(folder: Path, run: Run) -> tuple[str, ...]:
    """Files of a finished run that are missing, new, or not as they were written."""
    now = _hashes(folder)
    return tuple(
        sorted(path for path in now.keys() | run.files if now.get(path) != run.files.get(path))
    )


def taken(out: Path, stem: str) -> int:
    """Highest attempt that is there already for a run's name without its number; 0 for none."""
    if not out.is_dir():
        return 0
    tails = (path.name.removeprefix(f"{stem}-") for path in out.glob(f"{stem}-*"))
    return max((int(tail) for tail in tails if tail.isdecimal()), default=0)


def _hashes(folder: Path) -> dict[str, str]:
    found: dict[str, str] = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_symlink() and path != folder / RECORD:
            with path.open("rb") as file:
                content = hashlib.file_digest(file, "sha256").hexdigest()
            found[path.relative_to(folder).as_posix()] = content
    return found


def _write(path: Path, text: str) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
