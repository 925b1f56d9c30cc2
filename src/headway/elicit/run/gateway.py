"""The gateway's process, from the side of the run: started, listened to, ended."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from queue import Queue
from threading import Thread
from typing import IO, Any

from pydantic import ValidationError

from headway.elicit.gateway.config import Config
from headway.elicit.gateway.summary import Summary
from headway.errors import GatewayError

__all__ = ["Gateway"]

# What a program needs to start and to trust certificates; no other variable of the user's.
_PASSED = ("HOME", "LANG", "LD_LIBRARY_PATH", "PATH", "PYTHONPATH", "SSL_CERT_DIR", "SSL_CERT_FILE")
_PATIENCE = 20.0


class Gateway:
    """One run's gateway, in a process of its own that alone knows the keys.

    Parameters
    ----------
    config : Config
    events : Queue
        Gets each event as a dict, and ``{"event": "gone"}`` when the process has ended.

    Raises
    ------
    GatewayError
        If a key is not set, or the process does not come up.
    """

    def __init__(self, config: Config, events: Queue[dict[str, Any]]) -> None:
        self._config = config
        self._events = events
        self._said = config.folder / "gateway.stderr"
        with self._said.open("wb") as said:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "headway.elicit.gateway"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=said,
                env=_environment(config),
                start_new_session=True,
            )
        assert self._process.stdin
        assert self._process.stdout
        self._reader = Thread(target=self._listen, args=[self._process.stdout], daemon=True)
        try:
            self._process.stdin.write(config.model_dump_json().encode())
            self._process.stdin.close()
        except BrokenPipeError:
            pass  # it has ended, and its error says why
        if self._process.stdout.readline().strip() != b"ready":
            self.stop()
            raise GatewayError(f"The gateway cannot start: {self._last_words()}")
        self._reader.start()

    def stop(self) -> Summary | None:
        """End it, and read its summary; None if it left none."""
        self._process.terminate()
        try:
            self._process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._reader.ident is not None:
            self._reader.join()
        assert self._process.stdout
        self._process.stdout.close()
        if self._said.exists() and not self._said.stat().st_size:
            self._said.unlink()
        return _summary(self._config.folder / "gateway.json")

    def _listen(self, stream: IO[bytes]) -> None:
        for line in stream:
            try:
                self._events.put(json.loads(line))
            except ValueError:
                continue
        self._events.put({"event": "gone"})

    def _last_words(self) -> str:
        lines = self._said.read_text(errors="replace").split("\n") if self._said.exists() else []
        said = [line.strip() for line in lines if line.strip()]
        return said[-1] if said else "it says nothing."


def _environment(config: Config) -> dict[str, str]:
    env = {name: os.environ[name] for name in _PASSED if name in os.environ}
    for name in config.profile.key_variables():
        if not os.environ.get(name):
            raise GatewayError(
                f"The profile {config.profile.name} takes its key from ${name}, which is not set."
            )
        env[name] = os.environ[name]
    return env


def _summary(path: Path) -> Summary | None:
    try:
        return Summary.model_validate_json(path.read_text(encoding="utf-8"))
    except (OSError, ValidationError):
        return None
