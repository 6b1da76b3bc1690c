"""How Slack says no, and what it says to every method alike."""

from __future__ import annotations

from typing import Any

COMMON = frozenset(
    {
        *("access_denied", "account_inactive", "accesslimited", "fatal_error", "internal_error"),
        *(
            "invalid_arguments",
            "invalid_auth",
            "invalid_json",
            "json_not_object",
            "method_deprecated",
        ),
        *(
            "missing_scope",
            "not_allowed_token_type",
            "not_authed",
            "ratelimited",
            "request_timeout",
        ),
        *("service_unavailable", "token_revoked", "unknown_method", "invalid_post_type"),
    }
)
"""Errors that any method may answer with; the others stand in methods.json."""


class Refusal(Exception):
    """Slack says no; `more` are further fields, `messages` its explanations."""

    def __init__(self, error: str, *messages: str, status: int = 200, **more: Any) -> None:
        super().__init__(error, *messages)
        self.error = error
        self.messages = messages
        self.status = status
        self.more = more

    def body(self) -> dict[str, Any]:
        """The answer it becomes."""
        told: dict[str, Any] = {"ok": False, "error": self.error, **self.more}
        if self.messages:
            told["response_metadata"] = {"messages": list(self.messages)}
        return told
