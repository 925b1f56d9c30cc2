"""Errors and lists of models in the shape of each wire format, as its own clients read them."""

from __future__ import annotations

from typing import Any

from headway.elicit.gateway.formats import Kind
from headway.elicit.profile import Format

__all__ = ["BUDGET", "error", "models"]

# No digit in it: a harness that reads a number such as 500 in a message retries for ever.
BUDGET = "budget used up"

# https://docs.claude.com/en/api/errors
_MESSAGES = {
    400: "invalid_request_error", 402: "billing_error", 403: "permission_error",
    404: "not_found_error", 413: "request_too_large",
}  # fmt: skip

# https://cloud.google.com/apis/design/errors; none that clients retry, such as RESOURCE_EXHAUSTED.
_GEMINI = {402: "FAILED_PRECONDITION", 403: "PERMISSION_DENIED", 404: "NOT_FOUND"}


def error(format_: Format, status: int, message: str, reason: str) -> dict[str, Any]:
    """The body of an error of the gateway's own."""
    if format_ == "messages":
        kind = _MESSAGES.get(status, "invalid_request_error" if status < 500 else "api_error")
        return {"type": "error", "error": {"type": kind, "message": message}}
    if format_ == "gemini":
        kind = _GEMINI.get(status, "INVALID_ARGUMENT" if status < 500 else "UNAVAILABLE")
        return {"error": {"code": status, "message": message, "status": kind}}
    kind = "invalid_request_error" if status < 500 else "server_error"
    if status == 402:
        kind = reason = "insufficient_quota"
    return {"error": {"message": message, "type": kind, "param": None, "code": reason}}


def models(format_: Format, kind: Kind, model: str) -> dict[str, Any]:
    """The list of models, with the run's model alone, or that model."""
    if format_ == "messages":
        # https://docs.claude.com/en/api/models-list
        one = {"type": "model", "id": model, "display_name": model,
               "created_at": "1970-01-01T00:00:00Z"}  # fmt: skip
        if kind == "model":
            return one
        return {"data": [one], "has_more": False, "first_id": model, "last_id": model}
    if format_ == "gemini":
        # https://ai.google.dev/api/models
        methods = ["generateContent", "countTokens"]
        gemini = {"name": f"models/{model}", "supportedGenerationMethods": methods}
        return gemini if kind == "model" else {"models": [gemini]}
    # https://platform.openai.com/docs/api-reference/models/list
    plain = {"id": model, "object": "model", "created": 0, "owned_by": "headway"}
    return plain if kind == "model" else {"object": "list", "data": [plain]}
