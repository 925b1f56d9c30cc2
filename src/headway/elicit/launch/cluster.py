"""A Dask cluster as the place where runs are carried out."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from concurrent.futures import Executor, Future
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import headway
from headway.elicit.design import Cell, Design
from headway.elicit.launch.carry import Came, Job
from headway.elicit.launch.remote import ClusterLine, carry_out_there, facts, version
from headway.errors import LaunchError, MissingExtraError

if TYPE_CHECKING:
    from distributed import Client

__all__ = ["RESOURCE", "Cluster"]

# What a worker offers for each run that it takes at once: dask worker --resources "headway=2".
RESOURCE = "headway"
_PATIENCE = 20


class Cluster:
    """Runs on the workers of a cluster, which share no disk with the launcher.

    Each run takes one unit of the resource ``headway``. Where a worker is lost, the scheduler
    begins its runs again elsewhere, and says nothing: workers tell the launcher of every beginning.

    Parameters
    ----------
    address : str
        ``dask://host:port`` of the scheduler.
    design : Design
    cells : sequence of Cell
        What is to be run: every worker is asked whether it has what that needs.
    installed : Path or None
        Folder of installed harnesses, on the workers.

    Raises
    ------
    LaunchError
        When entered, if there is no such cluster, or it does not fit; nothing was run then.
    MissingExtraError
        If Dask is not installed.
    """

    def __init__(
        self, address: str, design: Design, cells: Sequence[Cell], installed: Path | None
    ) -> None:
        kind, _, rest = address.partition("://")
        if kind != "dask" or not rest:
            raise LaunchError(
                f"There is no executor {address!r}: write dask://HOST:PORT, the address of a Dask "
                "scheduler."
            )
        self.where = address
        self._address = f"tcp://{rest}"
        self._design = design
        self._cells = cells
        self._installed = str(installed) if installed else None
        self._topic = f"headway-{secrets.token_hex(8)}"
        self._lock = Lock()
        self._heard: dict[str, tuple[float, str]] = {}
        self._working: dict[str, str] = {}
        self._twice: list[tuple[str, float | None]] = []
        self._client: Client
        self._executor: Executor

    def __enter__(self) -> Self:
        try:
            from distributed import Client
        except ImportError:
            raise MissingExtraError(
                "A Dask cluster needs the extra scale-out: pip install 'headway[scale-out]'."
            ) from None
        try:
            self._client = Client(self._address, timeout=_PATIENCE, set_as_default=False)
        except OSError as error:
            raise LaunchError(
                f"{self.where}: no Dask scheduler answers there ({_first(error)})."
            ) from None
        try:
            self._check()
            self._client.subscribe_topic(self._topic, self._hear)
            # Two runs that ask for the same are still two: nothing of them may be shared.
            self._executor = self._client.get_executor(
                pure=False, resources={RESOURCE: 1}, retries=0
            )
        except LaunchError:
            self._client.close()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._executor.shutdown(wait=False)
        self._client.close()

    # ------------------------------------------------------------------ before

    def _check(self) -> None:
        """That workers are there, offer the resource, and have what the runs need."""
        workers = self._client.scheduler_info(n_workers=-1)["workers"]
        offering = {name: held["resources"].get(RESOURCE, 0) for name, held in workers.items()}
        able = [name for name, offered in offering.items() if offered >= 1]
        if not able:
            raise LaunchError(
                f"{self.where}: of {len(workers)} workers none offers the resource {RESOURCE!r}: "
                f'start them with dask worker --resources "{RESOURCE}=2", for two runs at once.'
            )
        for name in able:
            if offering[name] > workers[name]["nthreads"]:
                raise LaunchError(
                    f"The worker {name} offers {offering[name]:g} runs at once and has "
                    f"{workers[name]['nthreads']} threads: start it with --nthreads as many."
                )
        self._check_versions(able)
        kinds = {(c.model, c.setup, c.harness, c.prompts, c.task, c.budget): c for c in self._cells}
        asked = self._client.run(
            facts, self._design.model_dump(mode="json"), list(kinds.values()), self._installed,
            workers=able, on_error="return",
        )  # fmt: skip
        for name, found in asked.items():
            if isinstance(found, BaseException):
                raise LaunchError(f"The worker {name} cannot say what it has: {_first(found)}.")
            if found["missing"]:
                raise LaunchError(f"The worker {name} cannot do these runs: {found['missing'][0]}")

    def _check_versions(self, able: Sequence[str]) -> None:
        """The same Dask and Headway everywhere: a run is what its version makes of it."""
        found = self._client.get_versions(check=False)
        own = found["client"]["packages"]
        for name, held in {"scheduler": found["scheduler"], **found["workers"]}.items():
            for package in ("python", "dask", "distributed"):
                theirs = held["packages"][package]
                if _minor(package, theirs) != _minor(package, own[package]):
                    raise LaunchError(
                        f"{self.where}: {name} has {package} {theirs}, and here it is "
                        f"{own[package]}: make them the same."
                    )
        asked = self._client.run(version, workers=list(able), on_error="return")
        for name, theirs in asked.items():
            if theirs != headway.__version__:
                said = "no Headway" if isinstance(theirs, BaseException) else f"Headway {theirs}"
                raise LaunchError(
                    f"{self.where}: {name} has {said}, and here it is {headway.__version__}: make "
                    "them the same."
                )

    # ------------------------------------------------------------------ runs

    def submit(self, design: Design, cell: Cell, number: int) -> Future[Came]:
        """Have a run carried out."""
        line = ClusterLine(self._topic, cell.id, number)
        job = Job(design, cell, "", line, number, self._installed)
        return self._executor.submit(carry_out_there, job, line)

    def heard(self) -> dict[str, tuple[float, str]]:
        """What runs in progress said last."""
        with self._lock:
            return dict(self._heard)

    def twice(self) -> list[tuple[str, float | None]]:
        """Runs that the scheduler began again, with the share of the budget that was lost."""
        with self._lock:
            found, self._twice = self._twice, []
            return found

    def end(self) -> None:
        """Have all runs in progress end now: a message, since they cannot be cancelled."""
        from distributed import Event

        Event(self._topic, client=self._client).set()

    def forget(self, run: str) -> None:
        """A run is over."""
        with self._lock:
            self._heard.pop(run, None)
            self._working.pop(run, None)

    def _hear(self, event: tuple[float, dict[str, Any]]) -> None:
        """What a worker tells; called in a thread of the client."""
        said = event[1]
        run = said["run"]
        with self._lock:
            if said["event"] == "began":
                # Of the worker that had it before nothing more comes.
                if run in self._working:
                    share = self._heard.pop(run, None)
                    self._twice.append((run, share[0] if share else None))
                self._working[run] = said["worker"]
            elif self._working.get(run) == said["worker"]:
                self._heard[run] = (said["share"], said["text"])


def _minor(package: str, text: str) -> str:
    return ".".join(text.split(".")[:2]) if package == "python" else text


def _first(error: BaseException) -> str:
    return (str(error) or type(error).__name__).split("\n")[0].rstrip(".")
