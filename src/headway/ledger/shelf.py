"""What ships as one TOML file per name (lenses, harnesses, profiles), and how it is read."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from typing import Generic, TypeVar

from pydantic import BaseModel, ValidationError

from headway.errors import HeadwayError, UnknownNameError

__all__ = ["Shelf", "first_mistake", "nearest", "unknown"]

Thing = TypeVar("Thing", bound=BaseModel)


def first_mistake(error: ValidationError) -> str:
    """The first field that does not fit, and what is wrong with it."""
    first = error.errors()[0]
    field = ".".join(str(part) for part in first["loc"]) or "the file"
    return f"{field}: {first['msg']}."


def nearest(name: str, known: Sequence[str]) -> str:
    """The names most like this one, as the end of a sentence."""
    names = list(dict.fromkeys(known))
    near = get_close_matches(name, names, n=3, cutoff=0.3) or names
    return f"did you mean {', '.join(near)}?" if near else "there are none."


def unknown(kind: str, name: str, known: Sequence[str], own: str) -> UnknownNameError:
    """The error of a name that nothing has: the nearest are offered, and how to give one's own."""
    return UnknownNameError(
        f"There is no {kind} {name!r}; {nearest(name, known)} "
        f"(A {kind} of your own is given by {own}.)"
    )


@dataclass(frozen=True)
class Shelf(Generic[Thing]):
    """Things of one kind: those that ship go by name, a user's own by path.

    Attributes
    ----------
    kind : str
        What one of them is called in a sentence.
    package, folder : str
        Where those that ship are.
    form : type
        The model of a file; the name of the file is its ``name`` unless it states another.
    error : type
        What is raised when a file is wrong.
    mistake : callable
        Puts a field that does not fit into words.
    """

    kind: str
    package: str
    folder: str
    form: type[Thing]
    error: type[HeadwayError]
    mistake: Callable[[ValidationError], str] = first_mistake

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Names of those that ship."""
        found = (place.name for place in files(self.package).joinpath(self.folder).iterdir())
        return tuple(sorted(n.removesuffix(".toml") for n in found if n.endswith(".toml")))

    def load(self, name: str | Path) -> Thing:
        """Read one by name, or a user's own by path (anything ending in ``.toml``).

        Raises
        ------
        UnknownNameError
            If none that ships has this name; the nearest are offered.
        HeadwayError
            ``error``, if a file cannot be read, is not TOML, or has a field that is not known.
        """
        text = str(name)
        if text.endswith(".toml"):
            return self._parse(self._own(text), Path(text).stem, text)
        if text not in self.names:
            raise unknown(self.kind, text, self.names, "its path, ending in .toml")
        shipped = files(self.package).joinpath(self.folder, f"{text}.toml")
        return self._parse(shipped.read_text(encoding="utf-8"), text, f"{text}.toml")

    def _own(self, path: str) -> str:
        try:
            return Path(path).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
            raise self.error(f"The {self.kind} {path!r} cannot be read: {reason}.") from None

    def _parse(self, text: str, name: str, where: str) -> Thing:
        try:
            return self.form.model_validate({"name": name, **tomllib.loads(text)})
        except tomllib.TOMLDecodeError as error:
            raise self.error(f"{where}: not valid TOML: {error}.") from None
        except ValidationError as error:
            raise self.error(f"{where}: {self.mistake(error)}") from None
