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
import selectors
import signal
import subprocess
import sys
import time
import urllib.parse
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Data = dict[str, Any]
    Request = tuple[str, Data]
    Reply = tuple[Data, str, list[tuple[str, str | None]], bool]
    Log = Callable[..., None]

ENDS = {"answer": 0, "budget": 3, "turns": 4, "server": 5, "refused": 6}
SCHEMA = {
    "command": {"type": "string", "description": "A command for bash."},
    "answer": {"type": "string", "description": "The final answer."},
}
NOT_JSON = "The arguments were not JSON with a text named command; nothing was run."


class Ended(Exception):  # noqa: N818 - an end is no error
    """The run is over; the first argument is a key of ENDS."""


# --- the two wire formats: what to send, and what a reply says


def chat(rules: Data, system: str, turns: list[Data]) -> Request:
    """Path and body of a request for chat completions."""
    body: dict[str, Any] = {"messages": [{"role": "system", "content": system}, *turns]}
    if rules["mode"] == "tools":
        parameters = {"type": "object", "properties": {"command": SCHEMA["command"]}}
        parameters["required"] = ["command"]
        tool = {"name": "bash", "description": rules["tool"], "parameters": parameters}
        body["tools"] = [{"type": "function", "function": tool}]
    else:
        either = [
            {"type": "object", "properties": {k: {"type": "string"}}, "required": [k]}
            for k in SCHEMA
        ]
        schema = {"name": "step", "strict": True, "schema": {"anyOf": either}}
        body["response_format"] = {"type": "json_schema", "json_schema": schema}
    return "/v1/chat/completions", body


def messages(rules: Data, system: str, turns: list[Data]) -> Request:
    """Path and body of a request in Anthropic's Messages format."""
    schema = {"type": "object", "properties": {"command": SCHEMA["command"]}}
    schema["required"] = ["command"]
    tool = {"name": "bash", "description": rules["tool"], "input_schema": schema}
    return "/v1/messages", {"system": system, "messages": turns, "tools": [tool]}


def read_chat(reply: Data) -> Reply:
    """The turn to send back, its text, its calls (id, command) and whether it was cut."""
    choice = reply["choices"][0]
    turn = {k: v for k, v in choice["message"].items() if v is not None}
    calls = [
        (call["id"], command_in(call["function"]["arguments"]))
        for call in turn.get("tool_calls") or ()
    ]
    return turn, turn.get("content") or "", calls, choice.get("finish_reason") == "length"


def read_messages(reply: Data) -> Reply:
    """The same of a reply in Anthropic's Messages format."""
    content = reply["content"]
    text = "".join(block["text"] for block in content if block["type"] == "text")
    uses = [block for block in content if block["type"] == "tool_use"]
    calls = [(block["id"], command_in(block["input"])) for block in uses]
    cut = reply["stop_reason"] == "max_tokens"
    return {"role": "assistant", "content": content}, text, calls, cut


def results_chat(results: list[tuple[str, str]]) -> list[Data]:
    """Turns that tell the model what its calls printed."""
    return [{"role": "tool", "tool_call_id": id_, "content": text} for id_, text in results]


def results_messages(results: list[tuple[str, str]]) -> list[Data]:
    """The same in Anthropic's Messages format: one turn for all calls."""
    blocks = [{"type": "tool_result", "tool_use_id": id_, "content": t} for id_, t in results]
    return [{"role": "user", "content": blocks}]


FORMATS = {
    "chat": (chat, read_chat, results_chat),
    "messages": (messages, read_messages, results_messages),
}


def command_in(arguments: Any) -> str | None:
    """The command of a call, whose arguments are a dict or its JSON; None if there is none."""
    try:
        held = json.loads(arguments) if isinstance(arguments, str) else arguments
    except ValueError:
        return None
    command = held.get("command") if isinstance(held, dict) else None
    return command if isinstance(command, str) else None


# --- the server


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
        if status == 402:
            raise Ended("budget", text)
        if status == 200:
            return reply_in(text)
        if status < 500 and status not in (408, 409, 429):
            raise Ended("refused", f"status {status}: {text}")
        said = f"status {status}: {text}"
    raise Ended("server", said)


def reply_in(text: str) -> Data:
    """The JSON object that a server sent."""
    try:
        held = json.loads(text)
    except ValueError:
        held = None
    if not isinstance(held, dict):
        raise Ended("server", f"a reply that is no JSON object: {text[:200]}")
    return held


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


# --- the tool


def bash(command: str, work: str, seconds: float, limit: int) -> tuple[int | None, str]:
    """Exit code (None: stopped by time) and output, in the middle of which what is too long lacks.

    What a command leaves in the background goes on, but is no longer listened to.
    """
    process = subprocess.Popen(  # noqa: S603 - the sandbox holds what the model runs
        ["bash", "-c", command],  # noqa: S607 - the task's own
        cwd=work,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    assert process.stdout
    head, tail, dropped, end = b"", b"", 0, time.monotonic() + seconds
    for piece in pieces(process, process.stdout, end):
        room = max(limit // 2 - len(head), 0)
        head, tail = head + piece[:room], tail + piece[room:]
        dropped, tail = dropped + max(len(tail) - limit // 2, 0), tail[-(limit // 2) :]
    late = process.poll() is None
    if late:
        os.killpg(process.pid, signal.SIGKILL)
    process.stdout.close()
    code = process.wait()
    gap = f"\n[{dropped} bytes left out]\n".encode() if dropped else b""
    return None if late else code, (head + gap + tail).decode("utf-8", "replace")


def pieces(process: subprocess.Popen[bytes], pipe: IO[bytes], end: float) -> Iterator[bytes]:
    """What a process prints, until it ends, or the pipe does, or the time is up."""
    os.set_blocking(pipe.fileno(), False)
    with selectors.DefaultSelector() as selector:
        selector.register(pipe, selectors.EVENT_READ)
        while time.monotonic() < end:
            over = process.poll() is not None
            if selector.select(0 if over else 0.02):
                piece = os.read(pipe.fileno(), 65536)
                if piece:
                    yield piece
                    continue
                selector.unregister(pipe)
            if over:
                return


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


# --- the loop


def loop(args: argparse.Namespace, rules: Data, here: Path, log: Log) -> None:
    """Ask, run, tell, again. Ends with Ended."""
    request, read, tell = FORMATS[args.format]
    values = {"work": args.work, "seconds": rules["command_seconds"], "turns": args.max_turns}
    said = Path(args.system) if args.system else here / rules["system"]
    system = fill(said.read_text(encoding="utf-8").strip(), **values)
    if args.addition:
        system += "\n\n" + Path(args.addition).read_text(encoding="utf-8").strip()
    turns: list[Data] = []
    if rules.get("examples"):
        turns += json.loads((here / rules["examples"]).read_text(encoding="utf-8"))
    turns.append({"role": "user", "content": fill(rules["first"], instruction=args.instruction)})
    for step in range(1, args.max_turns + 1):
        path, body = request(rules, system, turns)
        reply = ask(args, rules, path, {"model": args.model, **rules["sampling"], **body})
        try:
            turn, text, calls, cut = read(reply)
        except (KeyError, IndexError, TypeError) as error:
            raise Ended("server", f"a reply that cannot be read: {error!r}") from None
        turns.append(turn)
        asked = [command for _, command in calls]
        log(type="reply", step=step, text=text, calls=asked, usage=reply.get("usage"))
        if rules["mode"] == "reply":
            turns.append({"role": "user", "content": replied(text, rules, args.work, log)})
        elif calls:
            turns += tell([(id_, run(command, rules, args.work, log)) for id_, command in calls])
        elif cut:
            turns.append({"role": "user", "content": rules["cut"]})
        else:
            raise Ended("answer", text)
    raise Ended("turns", f"{args.max_turns} turns")


def replied(text: str, rules: Data, work: str, log: Log) -> str:
    """What to say after a reply that is JSON: the result of its command. Ends with its answer."""
    try:
        held = json.loads(text)
    except ValueError:
        held = None
    if isinstance(held, dict) and isinstance(held.get("answer"), str):
        raise Ended("answer", held["answer"])
    command = command_in(held)
    return run(command, rules, work, log) if command is not None else rules["cut"]


def fill(text: str, **values: Any) -> str:
    """Replace ``{name}`` for the names given, at once: what is put in is not read again."""
    parts = text.split("{")
    out = parts[:1]
    for part in parts[1:]:
        name, brace, rest = part.partition("}")
        out.append(f"{values[name]}{rest}" if brace and name in values else "{" + part)
    return "".join(out)


def main() -> int:
    """Run once; the exit code says how it ended."""
    parser = argparse.ArgumentParser(description="A model with a bash tool, in a loop.")
    for name in ("rules", "base-url", "model", "transcript"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--format", required=True, choices=sorted(FORMATS))
    parser.add_argument("--work", default=".")
    parser.add_argument("--system", help="file with a system prompt in place of the rules' own")
    parser.add_argument("--addition", help="file with what is added to the system prompt")
    parser.add_argument("--max-turns", type=int, default=200)
    parser.add_argument("instruction")
    args = parser.parse_args()
    rules = json.loads(Path(args.rules).read_text(encoding="utf-8"))
    if args.format not in rules["formats"]:
        parser.error(f"{args.rules} is for {', '.join(rules['formats'])}, not for {args.format}")
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
