"""A model and one tool, bash, in a loop, until it answers or its budget is used up.

It is run as a file, with nothing but Python (3.8 or later): ``agent.py --rules tools.json
--format chat --base-url http://127.0.0.1:8080 --model NAME --transcript FILE -- INSTRUCTION``.
What it says to the model is data: a rules file (JSON) and the texts that it names. Each step is a
JSON line on standard output and in the transcript. The exit code says how it ended: see ENDS.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import select
import signal
import subprocess
import sys
import threading
import time
import urllib.parse
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from headway.elicit.standard import formats

    Data = dict[str, Any]
    Log = Callable[..., None]
else:
    import formats  # beside this file, wherever that is

ENDS = {"answer": 0, "budget": 3, "turns": 4, "server": 5, "refused": 6}
NOT_JSON = "The arguments were not JSON with a text named command; nothing was run."


class Ended(Exception):  # noqa: N818 - an end is no error
    """The run is over; the first argument is a key of ENDS."""


def loop(args: argparse.Namespace, rules: Data, here: Path, log: Log) -> None:
    """Ask, run, tell, again. Ends with Ended."""
    form = formats.FORMATS[rules["mode"], args.format]
    system, turns = told(args, rules, here)
    for step in range(1, args.max_turns + 1):
        path, body = form.request(rules, system, turns)
        answer = ask(args, rules, path, {"model": args.model, **rules["sampling"], **body})
        try:
            reply = form.read(answer)
        except (KeyError, IndexError, TypeError, AttributeError) as error:
            raise Ended("server", f"a reply that cannot be read: {error!r}") from None
        turns.append(reply.turn)
        asked = [call.command for call in reply.calls]
        log(type="reply", step=step, text=reply.text, calls=asked, usage=answer.get("usage"))
        if reply.calls:
            results = [(call.id, run(call.command, rules, args.work, log)) for call in reply.calls]
            turns += form.tell(results)
        elif reply.end == "answer":
            raise Ended("answer", reply.text)
        else:
            turns.append({"role": "user", "content": rules["cut"]})
    raise Ended("turns", "1 turn" if args.max_turns == 1 else f"{args.max_turns} turns")


def told(args: argparse.Namespace, rules: Data, here: Path) -> tuple[str, list[Data]]:
    """The system prompt, and the turns that the model finds: worked examples and its task."""
    values = {"work": args.work, "seconds": rules["command_seconds"], "turns": args.max_turns}
    said = Path(args.system) if args.system else here / rules["system"]
    system = fill(said.read_text(encoding="utf-8").strip(), **values)
    if args.addition:
        system += "\n\n" + Path(args.addition).read_text(encoding="utf-8").strip()
    turns = []
    if rules.get("examples"):
        turns = json.loads((here / rules["examples"]).read_text(encoding="utf-8"))
    first = {"role": "user", "content": fill(rules["first"], instruction=args.instruction)}
    return system, [*turns, first]


def ask(args: argparse.Namespace, rules: Data, path: str, body: Data) -> Data:
    """One reply; failures of the server are tried again, as often as the rules say."""
    said = ""
    for attempt in range(rules["retries"] + 1):
        if attempt:
            time.sleep(min(2.0 ** (attempt - 1), 30.0))
        try:
            status, text = post(args.base_url, path, body, rules["request_seconds"])
        except (OSError, http.client.HTTPException) as error:
            said = str(error)
            continue
        if status == 200:
            held = formats.parsed(text)
            if isinstance(held, dict):
                return held
            raise Ended("server", f"a reply that is no JSON object: {text[:200]}")
        if status == 402:
            raise Ended("budget", text)
        said = f"status {status}: {text}"
        if status < 500 and status not in (408, 409, 429):
            raise Ended("refused", said)
    raise Ended("server", said)


def post(base: str, path: str, body: Data, seconds: float) -> tuple[int, str]:
    """Status and text of one request."""
    at = urllib.parse.urlsplit(base)
    connection = http.client.HTTPConnection(at.hostname or "", at.port or 80, timeout=seconds)
    headers = {"Content-Type": "application/json", "anthropic-version": "2023-06-01"}
    try:
        connection.request("POST", path, json.dumps(body).encode(), headers)
        reply = connection.getresponse()
        return reply.status, reply.read().decode("utf-8", "replace")
    finally:
        connection.close()


def run(command: str | None, rules: Data, work: str, log: Log) -> str:
    """Run a command and say what came of it, as the rules word it."""
    if command is None:
        return NOT_JSON
    start = time.monotonic()
    code, output = bash(command, work, rules["command_seconds"], rules["output_bytes"])
    took = round(time.monotonic() - start, 3)
    log(type="result", command=command, exit_code=code, seconds=took, output=output)
    word = "result_late" if code is None else "result"
    return fill(rules[word], output=output, code=code, seconds=rules["command_seconds"])


class Output(threading.Thread):
    """Reads what a command prints, and keeps both ends; what it leaves in the background, too."""

    def __init__(self, pipe: IO[bytes], limit: int) -> None:
        super().__init__(daemon=True)
        self.pipe, self.half = pipe, limit // 2
        self.head, self.tail, self.dropped = b"", b"", 0

    def run(self) -> None:
        """Until the last of its writers has gone."""
        for piece in iter(lambda: os.read(self.pipe.fileno(), 65536), b""):
            room = self.half - len(self.head)
            tail = self.tail + piece[room:]
            self.dropped += max(len(tail) - self.half, 0)
            self.head, self.tail = self.head + piece[:room], tail[-self.half :]

    def settle(self) -> None:
        """Wait for what was printed so far; a second at most, for what goes on printing."""
        for _ in range(50):
            self.join(0.02)
            if not self.is_alive() or not select.select([self.pipe], [], [], 0)[0]:
                return

    def text(self) -> str:
        """What there is of it, with a word on what was left out."""
        gap = f"\n[{self.dropped} bytes left out]\n".encode() if self.dropped else b""
        return (self.head + gap + self.tail).decode("utf-8", "replace")


def bash(command: str, work: str, seconds: float, limit: int) -> tuple[int | None, str]:
    """Exit code (None: stopped by time) and output."""
    process = subprocess.Popen(  # noqa: S603 - the sandbox holds what the model runs
        ["bash", "-c", command],  # noqa: S607 - the task's own
        cwd=work,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    assert process.stdout
    output = Output(process.stdout, limit)
    output.start()
    code: int | None
    try:
        code = process.wait(seconds)
    except subprocess.TimeoutExpired:
        code = None
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    output.settle()
    return code, output.text()


def fill(text: str, **values: Any) -> str:
    """Replace ``{name}`` for the names given, at once: what is put in is not read again."""
    parts = text.split("{")
    out = parts[:1]
    for part in parts[1:]:
        name, brace, rest = part.partition("}")
        out.append(f"{values[name]}{rest}" if brace and name in values else "{" + part)
    return "".join(out)


def parsed() -> tuple[argparse.Namespace, Data]:
    """What it is asked for, and the rules."""
    parser = argparse.ArgumentParser(description="A model with a bash tool, in a loop.")
    for name in ("rules", "base-url", "model", "transcript"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--format", required=True, choices=("chat", "messages"))
    parser.add_argument("--work", default=".")
    parser.add_argument("--system", help="file with a system prompt in place of the rules' own")
    parser.add_argument("--addition", help="file with what is added to the system prompt")
    parser.add_argument("--max-turns", type=int, default=200)
    parser.add_argument("instruction")
    args = parser.parse_args()
    rules = json.loads(Path(args.rules).read_text(encoding="utf-8"))
    if args.format not in rules["formats"]:
        parser.error(f"{args.rules} is for {', '.join(rules['formats'])}, not for {args.format}")
    return args, rules


def main() -> int:
    """Run once; the exit code says how it ended."""
    args, rules = parsed()
    with Path(args.transcript).open("a", encoding="utf-8") as file:

        def log(**line: Any) -> None:
            text = json.dumps({"time": round(time.time(), 3), **line})
            file.write(text + "\n")
            file.flush()
            print(text, flush=True)  # noqa: T201 - its log

        log(type="start", model=args.model, format=args.format, rules=rules)
        try:
            loop(args, rules, Path(args.rules).parent, log)
        except Ended as end:
            how, text = end.args
            log(type="end", ended=how, **{"answer" if how == "answer" else "reason": text})
            return ENDS[how]
    raise AssertionError("a loop ends with Ended")


if __name__ == "__main__":
    sys.exit(main())
