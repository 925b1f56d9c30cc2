"""One try of a run: gateway, sandbox and harness together, from start to collected work folder."""

from __future__ import annotations

import datetime as dt
import time
from dataclasses import dataclass
from pathlib import Path

from headway.elicit.gateway.config import Config
from headway.elicit.gateway.summary import Summary
from headway.elicit.held import scratch
from headway.elicit.image import Image
from headway.elicit.record import Ended as RunEnded
from headway.elicit.run.complaint import last_word
from headway.elicit.run.ending import Evidence, conclude
from headway.elicit.run.gateway import Gateway
from headway.elicit.run.plan import Plan
from headway.elicit.run.room import HOME, Ready, prepare
from headway.elicit.run.watch import Copied, Tell, Watch
from headway.elicit.run.wire import last_words
from headway.elicit.sandbox import Collected, Ended, Sandbox, warm
from headway.errors import SandboxError

__all__ = ["Tried", "attempt"]


@dataclass(frozen=True, slots=True)
class Tried:
    """What one try came to; what it left lies in ``folder``.

    ``collected`` is None where the work folder could not be had.
    """

    folder: Path
    started: dt.datetime
    ended: RunEnded
    reason: str
    seconds: float
    summary: Summary | None
    ready: Ready
    box: Ended | None
    collected: Collected | None
    copies: tuple[Copied, ...]
    stop_seconds: float | None


def attempt(plan: Plan, start: Path, folder: Path, tell: Tell, image: Image | None = None) -> Tried:
    """Run the harness once, and collect what it left.

    ``folder`` gets ``wire.jsonl.zst``, ``gateway.json``, ``harness/`` (what it printed), ``work/``
    and, at spend levels, ``snapshots/``.

    Raises
    ------
    HarnessError, GatewayError, ProfileError, SandboxError
        If the run cannot begin: nothing was asked of any server then.
    """
    (folder / "harness").mkdir(parents=True)
    with scratch() as temporary:
        socket = temporary / "gateway" / "socket"
        ready = prepare(plan, start, folder / "harness", socket, image)
        return _Try(plan, folder, socket, ready, tell).run()


class _Try:
    def __init__(self, plan: Plan, folder: Path, socket: Path, ready: Ready, tell: Tell) -> None:
        self.plan = plan
        self.folder = folder
        self.ready = ready
        self.socket = socket
        self.box = Sandbox(ready.spec)
        self.watch = Watch(self.box, plan.budget, plan.levels, folder / "snapshots", tell)
        self.ended: Ended | None = None
        self.collected: Collected | None = None
        self.started = dt.datetime.now(dt.UTC)

    def run(self) -> Tried:
        begun = time.monotonic()
        warm()  # while the gateway starts
        gateway = Gateway(self._config(), self.watch.events)
        try:
            self._in_sandbox()
        finally:
            seconds = time.monotonic() - begun
            summary = gateway.stop()
        ended, reason = conclude(self._evidence(summary))
        return Tried(
            self.folder,
            self.started,
            ended,
            reason,
            self.ended.seconds if self.ended else seconds,
            summary,
            self.ready,
            self.ended,
            self.collected,
            tuple(self.watch.copies),
            self.watch.stop_seconds,
        )

    def _in_sandbox(self) -> None:
        # A machine that has no sandboxes at all is no failure of this run: that goes to the caller.
        self.box.open()
        try:
            self._inside()
        except SandboxError as error:
            # A loss that came of an earlier one is not the reason.
            if self.watch.fatal is None:
                self.watch.fatal, self.watch.detail = "sandbox", str(error).rstrip(".")
        finally:
            self.box.close()

    def _inside(self) -> None:
        invocation = self.ready.invocation
        self.box.ready()
        # Times of a run are from here on: what was made ready before is not the harness's time.
        self.started = dt.datetime.now(dt.UTC)
        self.watch.begin()
        self.box.start(invocation.argv, invocation.environment)
        self.ended = self.watch.until_end()
        self.collected = self.box.collect(self.folder / "work")
        if log := self.plan.harness.log.file:
            self.box.collect(self.folder / "harness/home", str((HOME / log).parent))

    def _config(self) -> Config:
        plan = self.plan
        return Config(
            run=plan.id,
            socket=self.socket,
            folder=self.folder,
            profile=plan.profile,
            harness_formats=(plan.format,),
            model_seen_by_harness=plan.model,
            sampling=plan.sampling,
            budget=plan.budget,
            limits=plan.limits,
        )

    def _evidence(self, summary: Summary | None) -> Evidence:
        last = last_words(self.folder)
        fatal = self.watch.fatal or _fatal(summary)
        said = self.ended
        log = self.plan.harness.log
        printed = self.folder / "harness/stdout"
        if log.file:
            printed = self.folder / "harness/home" / Path(log.file).name
        word = last_word(log, printed)
        return Evidence(
            replies=summary.replies if summary else last.replies,
            fatal=fatal,
            detail=self.watch.detail if self.watch.fatal else last.detail,
            unmet=last.unmet,
            spent=self.watch.stopped or bool(summary and summary.first_402),
            refused=last.refused,
            sandbox=said.reason if said else "exit",
            exit_code=said.exit_code if said else None,
            signal=said.signal if said else None,
            text=said.text if said else "",
            complaint=word.error,
            limit=word.limit,
        )


def _fatal(summary: Summary | None) -> str | None:
    """The failure that a gateway's own end tells of."""
    if summary is None:
        return "gateway_lost"
    return summary.fatal or ("log" if summary.ended == "failed" else None)
