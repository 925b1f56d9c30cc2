"""How a run ended, from what the sandbox, the gateway and the wire say. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from headway.elicit.record import Ended

__all__ = ["Evidence", "conclude"]

# What a failure of a server or of the machine is called in a sentence.
_FAILURES = {
    "upstream_down": "the server could not be reached",
    "upstream_slow": "the server was silent for too long",
    "upstream_cut": "the server cut its reply in the middle",
    "upstream_limit": "the server's rate limit was met (429)",
    "upstream_error": "the server failed (5xx)",
    "upstream_refused": "the server refused the key or the account",
    "malformed": "the server's reply could not be read",
    "no_usage": "the server did not say what its reply cost",
    "log": "the log of the run could not be written",
    "gateway": "the gateway failed by a fault of its own",
    "gateway_lost": "the gateway was lost",
    "sandbox": "the sandbox failed",
}


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of a run when its processes are gone.

    Attributes
    ----------
    replies : int
        Replies of the model that arrived.
    fatal : str or None
        The kind of failure after which the run cannot count; ``detail`` says more.
    unmet : str or None
        The kind of failure of the last exchange, when no reply came after it.
    spent : bool
        Whether a request found the budget spent.
    refused : bool
        Whether the last reply carries its wire format's signal of refusal.
    sandbox : str
        Why the sandbox's command ended (:data:`headway.elicit.sandbox.spec.Reason`).
    exit_code, signal : int or None
    text : str
        The sandbox's own sentence.
    complaint : str or None
        What the harness's own log gives as its error, where it has one.
    limit : str or None
        What it gives as the limit of turns that it reached.
    """

    replies: int
    fatal: str | None = None
    detail: str = ""
    unmet: str | None = None
    spent: bool = False
    refused: bool = False
    sandbox: str = "exit"
    exit_code: int | None = 0
    signal: int | None = None
    text: str = ""
    complaint: str | None = None
    limit: str | None = None


def conclude(seen: Evidence) -> tuple[Ended, str]:
    """How the run ended, and a sentence that says why.

    A failure of the machine outranks all; a spent budget outranks whatever the harness made of it
    (some exit 0, some with an error, some must be killed). A harness whose last request was met
    by a failure of the server ended because of it, whatever its exit code. The exit code alone
    decides nothing: Codex and Vibe exit 0 with nothing done.
    """
    if seen.fatal:
        return "infra_error", _sentence(seen.fatal, seen.detail)
    if seen.spent:
        return "budget", "The budget was used up."
    if seen.unmet:
        return "infra_error", _sentence(seen.unmet, seen.detail)
    return _by_sandbox(seen) or _by_harness(seen)


def _by_sandbox(seen: Evidence) -> tuple[Ended, str] | None:
    if seen.sandbox == "timeout":
        return "timeout", "The time was up."
    if seen.sandbox == "oom":
        return "harness_error", seen.text or "The harness took more memory than the sandbox has."
    if seen.sandbox == "not_started":
        return "harness_error", seen.text or "The harness could not be started."
    if seen.sandbox in {"signal", "killed"}:
        return "harness_error", seen.text or f"The harness was ended by signal {seen.signal}."
    return None


def _by_harness(seen: Evidence) -> tuple[Ended, str]:
    if seen.replies == 0:
        code = f"exit code {seen.exit_code}"
        said = f": {seen.complaint}" if seen.complaint else ""
        return "harness_error", f"The harness ended ({code}) without a reply of the model{said}."
    if seen.refused:
        return "refused", "The model's server said that the model refused."
    if seen.limit:
        return "completed", f"The limit that the harness was told was reached: {seen.limit}."
    if seen.complaint:
        return "harness_error", f"The harness reported an error: {seen.complaint}"
    if seen.exit_code:
        return "harness_error", f"The harness ended with exit code {seen.exit_code}."
    return "completed", "The harness ended by itself."


def _sentence(kind: str, detail: str) -> str:
    said = _FAILURES.get(kind, kind.replace("_", " "))
    tail = f" ({detail})" if detail else ""
    return f"{said[0].upper()}{said[1:]}{tail}."
