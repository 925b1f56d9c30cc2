"""``task.toml`` as Harbor defines it (schema 1.0 to 1.4), and what of it we run.

Field names, defaults and deprecated spellings are those of the task format that
harborframework.com documents under *Task Structure*. A field that the format does not have is a
mistake; a field that asks for what our sandbox does not give is refused in a sentence, so that no
task quietly runs as another one than its author wrote.
"""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

__all__ = ["WORK", "Environment", "Headway", "Stages", "TaskConfig"]

_Seconds = Annotated[float, Field(gt=0, allow_inf_nan=False)]
_UNITS = {"G": 1024.0, "M": 1.0, "K": 1 / 1024}
# Where an agent works in a sandbox that is made of the host's own tools.
WORK = "/work"


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Stages(_Part):
    """``[metadata.headway.stages]``: scripts in ``tests/``, each run in a sandbox of its own.

    ``prepare`` makes what is judged and what is right; ``build`` (where there is one) makes a
    program of what the agent left; ``run`` runs it, where no answer is; ``score`` compares.
    """

    prepare: str = "prepare.sh"
    build: str | None = None
    run: str = "run.sh"
    score: str = "score.sh"

    @field_validator("prepare", "build", "run", "score")
    @classmethod
    def _plain(cls, name: str | None) -> str | None:
        if name is not None and (not name or "/" in name or name.startswith(".")):
            raise ValueError("must be the name of a script in tests/")
        return name


class Headway(_Part):
    """``[metadata.headway]``: what only we read; Harbor keeps metadata as it is.

    ``root = "host"`` says that any Linux with bash and the usual tools will do, so that no image
    is needed: the files of ``environment/<files>/`` are all that the agent finds in its work
    folder ``/work``, as the Dockerfile beside them copies them for Harbor.

    Attributes
    ----------
    needs : tuple of str
        Programs that the machine must have (:mod:`headway.elicit.toolchain`).
    hides : tuple of str
        Languages that are not there when the agent's work is run. One that makes programs of its
        own accord (C) is not there for the agent either.
    language : str or None
        The one language that is there when the agent's work is run; all others are hidden.
    shared : dict of str to tuple of str
        Folder of the task -> folders beside the task that are laid into it.
    stages : Stages or None
        The verifier in stages; None is Harbor's one ``tests/test.sh``.
    seed : int
        Of the hidden cases, where the first stage makes them.
    check : str or None
        The command that the agent is given to check its work.
    given_tests : tuple of str
        Paths of given tests in the work folder.
    twin_of : str or None
        The task that this one is an impossible twin of.
    """

    root: Literal["host", "image"] = "image"
    files: str = "files"
    needs: tuple[str, ...] = ()
    hides: tuple[str, ...] = ()
    language: str | None = None
    shared: dict[str, tuple[str, ...]] = {}
    stages: Stages | None = None
    seed: Annotated[int, Field(ge=0)] = 1
    check: str | None = None
    given_tests: tuple[str, ...] = ()
    twin_of: str | None = None

    @field_validator("files")
    @classmethod
    def _inside(cls, name: str) -> str:
        path = PurePosixPath(name)
        if path.is_absolute() or ".." in path.parts or not path.parts:
            raise ValueError("must be a folder inside environment/, without '..'")
        return name

    @field_validator("given_tests")
    @classmethod
    def _relative(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        for name in names:
            path = PurePosixPath(name)
            if path.is_absolute() or ".." in path.parts or not path.parts:
                raise ValueError(f"{name!r} must be a path in the work folder, without '..'")
        return names

    @field_validator("shared")
    @classmethod
    def _beside(cls, shared: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
        for place, names in shared.items():
            top, *rest = PurePosixPath(place).parts or ("",)
            if top not in {"environment", "tests", "solution"} or ".." in rest:
                raise ValueError(f"{place!r} must lie in environment/, tests/ or solution/")
            for name in names:
                path = PurePosixPath(name)
                if path.is_absolute() or ".." in path.parts or not name.startswith("_"):
                    raise ValueError(
                        f"{name!r} must be a folder beside the task whose name begins with '_'"
                    )
        return shared

    @model_validator(mode="after")
    def _host_only(self) -> Self:
        """What is masked or needed is a matter of the host's programs, not of an image's."""
        for name in ("needs", "hides", "language", "stages"):
            if self.root != "host" and getattr(self, name):
                raise ValueError(f'{name} needs root = "host"')
        return self


class Environment(_Part):
    """``[environment]``: what the agent's sandbox must have."""

    docker_image: str | None = None
    build_timeout_sec: _Seconds = 600.0
    os: Literal["linux", "windows"] = "linux"
    cpus: Annotated[float, Field(gt=0)] | None = None
    memory_mb: Annotated[int, Field(gt=0)] | None = None
    storage_mb: Annotated[int, Field(gt=0)] | None = None
    gpus: Annotated[int, Field(ge=0)] = 0
    gpu_types: list[str] | None = None
    tpu: dict[str, Any] | None = None
    env: dict[str, str] = {}
    mcp_servers: list[dict[str, Any]] = []
    skills_dir: str | None = None
    healthcheck: dict[str, Any] | None = None
    workdir: str | None = None
    network_mode: Literal["public", "no-network", "allowlist"] = "public"
    allowed_hosts: list[str] | None = None

    @model_validator(mode="before")
    @classmethod
    def _old_names(cls, given: Any) -> Any:
        """Older spellings: ``memory = "2G"``, ``storage``, ``allow_internet``."""
        if not isinstance(given, dict):
            return given
        given = dict(given)
        for old, new in (("memory", "memory_mb"), ("storage", "storage_mb")):
            if old in given:
                given.setdefault(new, _megabytes(given.pop(old)))
        if "allow_internet" in given:
            mode = "public" if given.pop("allow_internet") else "no-network"
            given.setdefault("network_mode", mode)
        return given


class Agent(_Part):
    """``[agent]``."""

    timeout_sec: _Seconds | None = None
    user: str | int | None = None
    network_mode: str | None = None
    allowed_hosts: list[str] | None = None


class Verifier(_Part):
    """``[verifier]``."""

    timeout_sec: _Seconds = 600.0
    env: dict[str, str] = {}
    user: str | int | None = None
    environment_mode: Literal["shared", "separate"] | None = None
    environment: dict[str, Any] | None = None
    collect: list[dict[str, Any]] = []
    network_mode: str | None = None
    allowed_hosts: list[str] | None = None


class Solution(_Part):
    """``[solution]``."""

    env: dict[str, str] = {}


class TaskConfig(_Part):
    """The whole of ``task.toml``."""

    schema_version: str = "1.0"
    task: dict[str, Any] = {}
    metadata: dict[str, Any] = {}
    source: str | None = None
    agent: Agent = Agent()
    environment: Environment = Environment()
    verifier: Verifier = Verifier()
    solution: Solution = Solution()
    artifacts: list[str | dict[str, Any]] = []
    steps: list[dict[str, Any]] = []
    multi_step_reward_strategy: str | None = None
    headway: Headway = Headway()

    @model_validator(mode="before")
    @classmethod
    def _own_part(cls, given: Any) -> Any:
        """``version`` is the older name; our own part comes from the metadata alone."""
        if not isinstance(given, dict):
            return given
        if "headway" in given:
            raise ValueError("the table is called [metadata.headway]")
        given = dict(given)
        if "version" in given:
            given.setdefault("schema_version", given.pop("version"))
        metadata = given.get("metadata")
        if isinstance(metadata, dict) and "headway" in metadata:
            given["headway"] = metadata["headway"]
        return given

    @field_validator("schema_version")
    @classmethod
    def _known(cls, version: str) -> str:
        if version.partition(".")[0] != "1":
            raise ValueError("is not a version of the format that this program reads (1.0 to 1.4)")
        return version

    def refusal(self) -> str | None:
        """What the task asks for that no sandbox of ours gives, or None."""
        env, checks = self.environment, self.verifier
        asked = {
            "steps": (self.steps, "tasks of several steps are not run"),
            "environment.os": (env.os != "linux", "only Linux tasks are run"),
            "environment.gpus": (env.gpus or env.tpu, "the sandbox gives no accelerator"),
            "environment.mcp_servers": (env.mcp_servers, "the sandbox runs no tool servers"),
            "environment.skills_dir": (env.skills_dir, "skills are not given to harnesses"),
            "environment.healthcheck": (env.healthcheck, "the sandbox runs no services"),
            "agent.user": (self.agent.user is not None, "the sandbox has one plain user"),
            "verifier.user": (checks.user is not None, "the sandbox has one plain user"),
            "verifier.environment": (
                checks.environment is not None or checks.environment_mode == "separate",
                "the verifier runs in a fresh sandbox like the agent's, not in an image of its own",
            ),
            "verifier.collect": (checks.collect, "only the work folder is collected"),
        }
        for field, (wanted, why) in asked.items():
            if wanted:
                return f"{field}: {why}"
        return self._outside() or self._secrets()

    @property
    def workdir(self) -> str | None:
        """Where the agent works, inside; None where only the image knows."""
        return self.environment.workdir or (WORK if self.headway.root == "host" else None)

    def _outside(self) -> str | None:
        work = PurePosixPath(self.workdir or "/")
        if not work.is_absolute() or ".." in work.parts:
            return "environment.workdir: must be an absolute path in the sandbox, without '..'"
        if self.headway.root == "host" and work != PurePosixPath(WORK):
            return f"environment.workdir: a task without an image works in {WORK}"
        for item in self.artifacts:
            source = str(item.get("source", "")) if isinstance(item, dict) else item
            path = PurePosixPath(work, source)
            if ".." in path.parts or not path.is_relative_to(work):
                return f"artifacts: {source!r} lies outside of the work folder, which is collected"
        return None

    def _secrets(self) -> str | None:
        for field in ("environment", "verifier", "solution"):
            for name, value in getattr(self, field).env.items():
                if "${" in value:
                    return f"{field}.env: {name} asks for a variable of the host; none is given"
        return None


def _megabytes(size: object) -> object:
    text = str(size).strip().upper().removesuffix("B")
    try:
        return int(float(text[:-1]) * _UNITS[text[-1:]])
    except (ValueError, KeyError):
        return size
